"""The rules of Lambda's SQS events, and of partial failures."""

import pytest

from local.aws.sqs_event import event_of, failures_in

IDS = ("a", "b")


def test_a_record_has_all_that_lambda_gives() -> None:
    """A message becomes a record under Lambda's names, binary attributes in base64."""
    event = event_of(
        [
            {
                "MessageId": "a",
                "ReceiptHandle": "handle",
                "Body": "text",
                "MD5OfBody": "1cb2",
                "MD5OfMessageAttributes": "3e4f",
                "Attributes": {"ApproximateReceiveCount": "2"},
                "MessageAttributes": {
                    "s": {"DataType": "String", "StringValue": "v"},
                    "b": {"DataType": "Binary", "BinaryValue": b"\xff"},
                },
            }
        ],
        "arn:aws:sqs:r:1:q",
        "r",
    )
    assert event == {
        "Records": [
            {
                "messageId": "a",
                "receiptHandle": "handle",
                "body": "text",
                "attributes": {"ApproximateReceiveCount": "2"},
                "messageAttributes": {
                    "s": {"stringValue": "v", "stringListValues": [], "binaryListValues": [], "dataType": "String"},
                    "b": {"binaryValue": "/w==", "stringListValues": [], "binaryListValues": [], "dataType": "Binary"},
                },
                "md5OfBody": "1cb2",
                "md5OfMessageAttributes": "3e4f",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:r:1:q",
                "awsRegion": "r",
            }
        ]
    }


@pytest.mark.parametrize("result", [None, {}, {"batchItemFailures": None}, {"batchItemFailures": []}])
def test_nothing_said_means_nothing_failed(result: object) -> None:
    """An empty or absent list of failures is a full success."""
    assert failures_in(result, IDS) == set()


def test_only_what_is_named_failed() -> None:
    """The messages that are named failed, the others didn't."""
    assert failures_in({"batchItemFailures": [{"itemIdentifier": "b"}]}, IDS) == {"b"}


@pytest.mark.parametrize(
    "result",
    [
        "text",
        7,
        [],
        {"other": 1},
        {"batchItemFailures": "a"},
        {"batchItemFailures": ["a"]},
        {"batchItemFailures": [{"itemIdentifier": ""}]},
        {"batchItemFailures": [{"itemIdentifier": None}]},
        {"batchItemFailures": [{"itemIdentifier": ["a"]}]},
        {"batchItemFailures": [{"wrong": "a"}]},
        {"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "unknown"}]},
    ],
)
def test_what_cannot_be_understood_means_all_failed(result: object) -> None:
    """A result that can't be understood, or names an unknown message, means that all have failed."""
    assert failures_in(result, IDS) == set(IDS)
