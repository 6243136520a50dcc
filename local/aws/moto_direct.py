"""Let moto's own code for DynamoDB and SQS answer a call, without the web request that moto makes of each.

moto parses a call into a request of werkzeug, routes it, reads it as a form, and compares it with a description of the
operation. That takes half of its time. Both services speak JSON, which needs none of it.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from moto.core.responses import BaseResponse
from moto.dynamodb.responses import DynamoHandler
from moto.sqs.responses import SQSResponse

from local.aws.calls import ACCOUNT

_HANDLERS: Mapping[str, type[BaseResponse]] = {"DynamoDB_20120810": DynamoHandler, "AmazonSQS": SQSResponse}
_REGION = re.compile(r"Credential=[^/]+/[^/]+/([^/]+)/|//[a-z]+\.([^./]+)\.amazonaws\.com")
"""The region is in the signature. A call that is not signed has it in its host."""
_BYTES = re.compile(rb'"(B|BS|BinaryValue)"')
"""A call with bytes in it needs moto's description of its operation, to decode them."""


class DirectAnswer(NamedTuple):
    """An answer of AWS."""

    status: int
    headers: Mapping[str, str]
    body: str | bytes


def answer(headers: Mapping[str, str], url: str, body: bytes) -> DirectAnswer | None:
    """Return the answer to a call of DynamoDB or SQS. Return None for a call that moto has to read itself.

    `headers` have names in lower case.
    """
    target = headers.get("x-amz-target", "")
    handle = _HANDLERS.get(target.partition(".")[0])
    region = _REGION.search(f"{headers.get('authorization', '')} {url}")
    if handle is None or region is None or _BYTES.search(body):
        return None
    handler: Any = handle()
    handler.params = json.loads(body)
    handler.headers = {"X-Amz-Target": target, "Content-Type": headers.get("content-type", "")}
    handler.response_headers, handler.querystring, handler.uri_match = {}, {}, {}
    handler.uri, handler.path = url, urlsplit(url).path
    handler.region, handler.current_account = region[1] or region[2], ACCOUNT
    status, sent, content = handler.call_action()
    return DirectAnswer(int(sent.pop("status", status)), sent, content)
