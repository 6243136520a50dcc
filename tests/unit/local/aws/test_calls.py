"""Which rights a call to AWS takes."""

import json

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


def test_what_is_of_another_protocol_or_unsigned_is_no_call() -> None:
    """CloudFormation's forms, or a browser."""
    assert not _calls("", {"Action": "CreateStack"})
    assert not _calls("AmazonSQS.SendMessage", {"QueueUrl": "x"}, authorization="")
