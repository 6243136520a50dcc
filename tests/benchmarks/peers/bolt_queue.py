"""Bolt's example, with the least that it takes to accept work: one call of AWS with boto3 before the answer.

Bolt documents lazy listeners for that, which run the function again by one such call. Here the call puts the command on
the queue, as our door does. The text is not parsed, nobody's rights are asked for, and nothing is logged or counted.

https://docs.slack.dev/tools/bolt-python/concepts/lazy-listeners/
"""

import json
import logging
import os
from collections.abc import Callable
from typing import Any

import boto3
from bolt_example import app, handler  # type: ignore[import-not-found] # it is beside this file where both run

__all__ = ["handler"]

logging.getLogger().setLevel(logging.INFO)  # the example's DEBUG would log each step of boto3
_sqs = boto3.client("sqs")


@app.middleware  # type: ignore[untyped-decorator]
def put_on_the_queue(body: dict[str, Any], next: Callable[[], None]) -> None:  # noqa: A002 - Bolt's name
    """Put the command on the queue, then let it be answered."""
    _sqs.send_message(QueueUrl=os.environ["ORDER_QUEUE_URL"], MessageBody=json.dumps(body))
    next()
