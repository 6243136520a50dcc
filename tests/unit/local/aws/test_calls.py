"""Which rights a call to AWS takes."""

import json

import pytest

from local.aws.calls import AwsCall, calls_in

SIGNED = (
    "AWS4-HMAC-SHA256 Credential=SlackFunction/20261123/eu-central-1/sqs/aws4_request, SignedHeaders=host, Signature=0"
)


def _calls(target: str, document: object, authorization: str = SIGNED) -> list[AwsCall]:
    headers = {"x-amz-target": target, "authorization": authorization}
    return list(calls_in(headers, json.dumps(document).encode()))


def test_a_call_names_its_caller_its_action_and_its_resource() -> None:
    """As a policy would write the action."""
    url = "http://127.0.0.1:1/123456789012/orders"
    (call,) = _calls("AmazonSQS.SendMessage", {"QueueUrl": url, "MessageBody": "{}"})
    assert call == AwsCall("SlackFunction", "sqs:SendMessage", url)
    assert AwsCall.from_line(call.to_line()) == call


def test_a_transaction_takes_the_rights_of_its_parts() -> None:
    """There is no right to transactions as such."""
    items = [{"Put": {"TableName": "t"}}, {"Delete": {"TableName": "u"}}, {"ConditionCheck": {"TableName": "v"}}]
    calls = _calls("DynamoDB_20120810.TransactWriteItems", {"TransactItems": items})
    assert [(call.action, call.resource) for call in calls] == [
        ("dynamodb:PutItem", "t"),
        ("dynamodb:DeleteItem", "u"),
        ("dynamodb:ConditionCheckItem", "v"),
    ]


def test_an_index_is_another_resource_than_its_table() -> None:
    """In a query and in a scan; a right to the one is none to the other."""
    for operation in ("Query", "Scan"):
        of_table, of_index = (
            call
            for more in ({}, {"IndexName": "live"})
            for call in _calls(f"DynamoDB_20120810.{operation}", {"TableName": "t", **more})
        )
        assert (of_table.resource, of_index.resource) == ("t", "t/index/live")
        assert of_table.action == of_index.action == f"dynamodb:{operation}"


@pytest.mark.parametrize(
    ("target", "document", "expected"),
    [
        ("AmazonSQS.SendMessageBatch", {"QueueUrl": "q"}, [("sqs:SendMessage", "q")]),
        ("AmazonSQS.DeleteMessageBatch", {"QueueUrl": "q"}, [("sqs:DeleteMessage", "q")]),
        (
            "DynamoDB_20120810.BatchGetItem",
            {"RequestItems": {"t": {}, "u": {}}},
            [("dynamodb:BatchGetItem", "t"), ("dynamodb:BatchGetItem", "u")],
        ),
        ("DynamoDB_20120810.BatchWriteItem", {"RequestItems": {"t": []}}, [("dynamodb:BatchWriteItem", "t")]),
        (
            "DynamoDB_20120810.TransactGetItems",
            {"TransactItems": [{"Get": {"TableName": "t"}}]},
            [("dynamodb:GetItem", "t")],
        ),
    ],
)
def test_a_batch_takes_the_rights_that_iam_asks_for(
    target: str, document: object, expected: list[tuple[str, str]]
) -> None:
    """SQS's are those of a single message; DynamoDB's have a name of their own, and are about each table."""
    assert [(call.action, call.resource) for call in _calls(target, document)] == expected


def test_what_is_of_another_protocol_or_unsigned_is_no_call() -> None:
    """CloudFormation's forms, or a browser."""
    assert not _calls("", {"Action": "CreateStack"})
    assert not _calls("AmazonSQS.SendMessage", {"QueueUrl": "x"}, authorization="")
