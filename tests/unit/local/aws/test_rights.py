"""What policies allow."""

import json
from typing import Any

import pytest
from moto.iam.models import Role

from local.aws.calls import ACCOUNT, REGION, AwsCall, calls_in
from local.aws.rights import permits, statements_of
from local.errors import LocalError

TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/ledger"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"
SEND = AwsCall("F", "sqs:SendMessage", f"http://127.0.0.1:1/{ACCOUNT}/orders")


def _allow(action: object, resource: object, effect: str = "Allow") -> dict[str, object]:
    return {"Effect": effect, "Action": action, "Resource": resource}


def _query(**more: str) -> AwsCall:
    headers = {"x-amz-target": "DynamoDB_20120810.Query", "authorization": "Credential=F/x"}
    (call,) = calls_in(headers, json.dumps({"TableName": "ledger", **more}).encode())
    return call


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([], False),
        ([_allow("sqs:SendMessage", QUEUE)], True),
        ([_allow(["sqs:ReceiveMessage", "SQS:sendmessage"], ["x", QUEUE])], True),
        ([_allow("sqs:*", "*")], True),
        ([_allow("sqs:Send*", f"arn:aws:sqs:*:{ACCOUNT}:order?")], True),
        ([_allow("sqs:ReceiveMessage", QUEUE)], False),
        ([_allow("sqs:SendMessage", f"{QUEUE}-of-others")], False),
        ([_allow("*", "*"), _allow("sqs:SendMessage", QUEUE, "Deny")], False),
        ([_allow("sqs:SendMessage", QUEUE), _allow("sqs:SendMessage", "x", "Deny")], True),
    ],
)
def test_what_a_statement_allows_and_none_denies_is_permitted(statements: list[Any], expected: object) -> None:
    """Nothing else is, whatever the order of the statements."""
    assert permits(statements, SEND) is permits(statements[::-1], SEND) is expected


@pytest.mark.parametrize(
    ("resource", "of_table", "of_index", "of_another"),
    [
        (TABLE, True, False, False),
        (f"{TABLE}/index/live", False, True, False),
        (f"{TABLE}/index/*", False, True, True),
        ([TABLE, f"{TABLE}/index/live"], True, True, False),
    ],
)
def test_a_right_to_a_table_is_none_to_its_index(
    resource: object, *, of_table: bool, of_index: bool, of_another: bool
) -> None:
    """Nor the other way round."""
    statements = [_allow("dynamodb:Query", resource)]
    queries = _query(), _query(IndexName="live"), _query(IndexName="other")
    assert tuple(permits(statements, query) for query in queries) == (of_table, of_index, of_another)


def _role(statement: object, service: object = "lambda.amazonaws.com") -> Role:
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]}
    role = Role(ACCOUNT, "aws", "id", "R", json.dumps(trust), "/", None, "", [], None)  # type: ignore[abstract]
    role.put_policy("p", {"Statement": statement})  # type: ignore[arg-type] # as moto's CloudFormation does
    return role


def test_a_role_has_the_statements_of_its_policies() -> None:
    """A single one needs no list."""
    one = _allow("sqs:SendMessage", QUEUE)
    assert statements_of(_role(one), "lambda.amazonaws.com") == [one]
    assert statements_of(_role([one], ["x", "lambda.amazonaws.com"]), "lambda.amazonaws.com") == [one]


@pytest.mark.parametrize(
    ("statement", "service", "message"),
    [
        ([], "scheduler.amazonaws.com", "the role R can't be assumed by scheduler.amazonaws.com"),
        (
            [{**_allow("*", "*"), "Condition": {}}],
            "lambda.amazonaws.com",
            "with Condition, which",
        ),
        (
            {"Effect": "Deny", "NotAction": "*", "Resource": "*"},
            "lambda.amazonaws.com",
            "with NotAction, which",
        ),
    ],
)
def test_a_role_that_can_not_be_assumed_or_evaluated_is_refused(statement: object, service: str, message: str) -> None:
    """A policy that counts only in part would allow what AWS denies."""
    with pytest.raises(LocalError, match=message):
        statements_of(_role(statement), service)
