"""Bolt's documented Lambda example, without its listener of events, and with the address of Slack's stand-in.

https://github.com/slackapi/bolt-python/blob/main/examples/aws_lambda/aws_lambda.py
"""

import logging
import os
from typing import Any

from slack_bolt import Ack, App
from slack_bolt.adapter.aws_lambda import SlackRequestHandler
from slack_sdk import WebClient

app = App(
    process_before_response=True,
    client=WebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"]),
)


@app.command("/record")
def respond_to_slack_within_3_seconds(ack: Ack) -> None:
    """Answer the command."""
    ack("Thanks!")


SlackRequestHandler.clear_all_log_handlers()  # type: ignore[no-untyped-call]
logging.basicConfig(format="%(asctime)s %(message)s", level=logging.DEBUG)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an event of API Gateway."""
    slack_handler = SlackRequestHandler(app=app)
    answer: dict[str, Any] = slack_handler.handle(event, context)  # type: ignore[no-untyped-call] # as Bolt has it
    return answer
