"""Convert a queue's messages to a function's event, and read from its result which of them failed. Pure.

Source: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html and services-sqs-errorhandling.html beside it.
"""

import base64
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # boto3-stubs is a development dependency
    from mypy_boto3_sqs.type_defs import MessageAttributeValueOutputTypeDef, MessageTypeDef


def event_of(messages: "Sequence[MessageTypeDef]", arn: str, region: str) -> dict[str, Any]:
    """Return the event for `messages`, as boto3 returns them, of the queue `arn`."""
    return {"Records": [_record(message, arn, region) for message in messages]}


def failures_in(result: object, message_ids: Collection[str]) -> set[str]:
    """Return which messages of a batch failed, by the rules of ReportBatchItemFailures.

    An invalid result, or one with an unknown message id, means that all failed.
    """
    match result:
        case None | {"batchItemFailures": None}:
            return set()
        case {"batchItemFailures": [*items]}:
            failed = [item.get("itemIdentifier") if isinstance(item, dict) else None for item in items]
        case dict() if not result:
            return set()
        case _:
            return set(message_ids)
    known = all(name in message_ids for name in failed)
    return {str(name) for name in failed} if known else set(message_ids)


def _record(message: "MessageTypeDef", arn: str, region: str) -> dict[str, Any]:
    record: dict[str, Any] = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": dict(message.get("Attributes", {})),
        "messageAttributes": {name: _attribute(value) for name, value in message.get("MessageAttributes", {}).items()},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": region,
    }
    if "MD5OfMessageAttributes" in message:
        record["md5OfMessageAttributes"] = message["MD5OfMessageAttributes"]
    return record


def _attribute(value: "MessageAttributeValueOutputTypeDef") -> dict[str, Any]:
    attribute: dict[str, Any] = {"stringListValues": [], "binaryListValues": [], "dataType": value["DataType"]}
    if "StringValue" in value:
        attribute["stringValue"] = value["StringValue"]
    if "BinaryValue" in value:
        attribute["binaryValue"] = base64.b64encode(value["BinaryValue"]).decode()
    return attribute
