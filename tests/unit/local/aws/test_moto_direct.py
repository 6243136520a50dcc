"""A call that moto's own code answers directly has the answer that moto gives over the web."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.awsrequest import AWSPreparedRequest
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber
from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.parsing.ast_nodes import DepthFirstTraverser, Node  # type: ignore[attr-defined] # it has no types
from moto.dynamodb.parsing.expressions import UpdateExpressionParser  # type: ignore[attr-defined] # it has no types

from local.aws import moto_caches
from local.aws.moto_caches import remember_expressions
from local.aws.moto_direct import answer

OWN = (
    (BotocoreStubber, "process_request", BotocoreStubber.process_request),
    (ConditionExpressionParser, "parse", moto_caches._parse),
    (ConditionExpressionParser, "_make_operand", moto_caches._operand),
    (UpdateExpressionParser, "make", moto_caches._make_update),
    (DepthFirstTraverser, "traverse_node_recursively", moto_caches._traverse_update),
    (Node, "__deepcopy__", None),  # then copy.deepcopy has its own way
)
"""What moto has of its own. Another test's module may have changed it."""
REGION = "eu-west-1"
TABLE = "table"
_process = BotocoreStubber.process_request
_IDS = re.compile(r"[0-9a-f-]{36}|[0-9]{13}|[a-z]{60,}")
"""Ids, times in milliseconds, and receipt handles."""
KEYS = st.sampled_from(("a", "b", "c"))
TEXTS = (
    "attribute_not_exists(pk)",
    "version = :seen",
    "#version = :seen",
    "attribute_exists(pk) AND (n BETWEEN :low AND :high OR NOT n < :high)",
    "version =",
)
UPDATES = (
    "SET n = :n",
    "SET n = n + :n REMOVE version",
    "SET n = if_not_exists(n, :n) + :n, version = if_not_exists(version, :n)",
    "ADD n :n",
    "SET n =",
    "SET n = :n SET n = :n",
    "SET n = :n, n = n",
    "SET n = other",
    "SET n.a = :n",
    "SET pk = :n",
    "SET n = :other",
)
"""The last ones are refused, each for another reason."""
NAMES = {"#version": "version"}
VALUES: Mapping[str, st.SearchStrategy[Mapping[str, str]]] = {
    ":seen": st.sampled_from("123").map(lambda it: {"S": it}),
    ":low": st.integers(0, 5).map(lambda it: {"N": str(it)}),
    ":high": st.integers(4, 9).map(lambda it: {"N": str(it)}),
}


def _key(name: str) -> dict[str, Any]:
    return {"pk": {"S": name}, "sk": {"S": "s"}}


@st.composite
def _conditions(draw: st.DrawFn) -> dict[str, Any]:
    text = draw(st.sampled_from(TEXTS))
    values = {name: draw(value) for name, value in VALUES.items() if name in text and draw(st.integers(0, 9))}
    names = draw(st.sampled_from((NAMES, NAMES, {}, NAMES | {"#unused": "n"}))) if "#" in text else {}
    return {
        "ConditionExpression": text,
        **({"ExpressionAttributeValues": values} if values else {}),
        **({"ExpressionAttributeNames": names} if names else {}),
    }


@st.composite
def _calls(draw: st.DrawFn) -> Any:
    key = _key(draw(KEYS))
    item = {
        **key,
        "version": {"S": draw(st.sampled_from("123"))},
        "n": {"N": str(draw(st.integers(0, 9)))},
        "bytes": {"B": draw(st.binary(min_size=1, max_size=4))},
    }
    del item[draw(st.sampled_from(("bytes", "n")))]
    condition = draw(st.just({}) | _conditions())
    put = {"TableName": draw(st.sampled_from((TABLE, TABLE, TABLE, "none"))), "Item": item, **condition}
    delete = {"TableName": TABLE, "Key": key, **condition}
    update = {
        "TableName": TABLE,
        "Key": key,
        "UpdateExpression": draw(st.sampled_from(UPDATES)),
        **condition,
        "ExpressionAttributeValues": {
            ":n": {"N": draw(st.sampled_from("12"))},
            **condition.get("ExpressionAttributeValues", {}),
        },
    }
    other = draw(KEYS)
    return draw(
        st.sampled_from(
            (
                ("get_item", {"TableName": TABLE, "Key": key, "ConsistentRead": True}),
                ("get_item", {"TableName": TABLE, "Key": {"pk": {"S": ""}, "sk": {"S": "s"}}}),
                ("put_item", put | {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}),
                ("delete_item", delete),
                ("update_item", update | {"ReturnValues": "ALL_NEW"}),
                ("transact_write_items", {"TransactItems": [{"Put": put}, {"Delete": delete | {"Key": _key(other)}}]}),
                (
                    "query",
                    {
                        "TableName": TABLE,
                        "KeyConditionExpression": "pk = :pk",
                        "ExpressionAttributeValues": {":pk": key["pk"]},
                    },
                ),
            )
        )
    )


@pytest.fixture(autouse=True)
def _changed_by_the_test_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for of, name, own in OWN:
        monkeypatch.setattr(of, name, own, raising=False)


@pytest.fixture(name="client", scope="module")
def _client() -> Iterator[Any]:
    """A client of DynamoDB whose calls moto answers."""
    with mock_aws():
        yield boto3.client("dynamodb", region_name=REGION, config=Config(signature_version=UNSIGNED))


def _put_over(seen: str) -> tuple[str, dict[str, Any]]:
    item = {**_key("a"), "version": {"S": "1"}}
    condition = {"ConditionExpression": TEXTS[1], "ExpressionAttributeValues": {":seen": {"S": seen}}}
    return "put_item", {"TableName": TABLE, "Item": item, **condition}


A_PUT = ("put_item", {"TableName": TABLE, "Item": _put_over("")[1]["Item"]})
NAMED = {"ConditionExpression": "attribute_not_exists(#n)", "ExpressionAttributeNames": {"#n": "n", "#m": "m"}}
AN_UPDATE = {"TableName": TABLE, "Key": _key("b"), "UpdateExpression": "SET #m = #m", **NAMED}


def _adding(number: str) -> tuple[str, dict[str, Any]]:
    update = {"UpdateExpression": UPDATES[2], "ExpressionAttributeValues": {":n": {"N": number}}}
    return "update_item", {"TableName": TABLE, "Key": _key("a"), "ReturnValues": "ALL_NEW", **update}


USES_BOTH = ("transact_write_items", {"TransactItems": [{"Update": AN_UPDATE}]})
USES_ONE = ("put_item", {"TableName": TABLE, "Item": _key("c"), **NAMED})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=st.lists(_calls(), max_size=8))
@example(calls=[A_PUT, _put_over("2"), _put_over("1")])
@example(calls=[USES_BOTH, USES_ONE])
@example(calls=[_adding("1"), _adding("2"), _adding("3")])
def test_dynamodb_says_the_same(client: Any, calls: list[tuple[str, dict[str, Any]]]) -> None:
    """Whatever is asked of a table, in whatever order: items, refusals and their reasons."""
    by_moto = _answers(client, calls)
    with pytest.MonkeyPatch.context() as patched:
        for of, name, own in OWN:
            patched.setattr(of, name, own, raising=False)
        _answer_directly(patched)
        remember_expressions()
        assert _answers(client, calls) == by_moto


def test_sqs_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages, their attributes, batches, and what is refused; ids and times are each time others."""
    by_moto = _said_by_sqs()
    _answer_directly(monkeypatch)
    assert _said_by_sqs() == by_moto


def _said_by_sqs() -> list[str]:
    with mock_aws():
        sqs = boto3.Session("made", "up", region_name=REGION).client("sqs")  # signed: moto needs that for the region
        url = sqs.create_queue(QueueName="queue", Attributes={"VisibilityTimeout": "0"})["QueueUrl"]
        attribute = {"DataType": "String", "StringValue": "é"}
        batch = [{"Id": "1", "MessageBody": "a"}, {"Id": "2", "MessageBody": "é <&>", "DelaySeconds": 5}]
        calls: list[tuple[str, dict[str, Any]]] = [
            ("send_message_batch", {"Entries": batch}),
            ("send_message", {"MessageBody": "x", "MessageAttributes": {"n": attribute}}),
            ("send_message", {"MessageBody": ""}),
            ("send_message", {"MessageBody": "x" * 2_000_000}),
            ("receive_message", {"MaxNumberOfMessages": 11}),
            ("receive_message", {"MessageAttributeNames": ["All"], "MessageSystemAttributeNames": ["All"]}),
            ("delete_message", {"ReceiptHandle": "none"}),
            ("change_message_visibility", {"ReceiptHandle": "none", "VisibilityTimeout": 5}),
            ("get_queue_attributes", {"AttributeNames": ["ApproximateNumberOfMessages", "QueueArn"]}),
            ("delete_queue", {}),
            ("send_message", {"MessageBody": "x"}),
        ]
        return [_IDS.sub("", str(_answer(sqs, operation, {"QueueUrl": url, **asked}))) for operation, asked in calls]


def _answers(client: Any, calls: list[tuple[str, dict[str, Any]]]) -> list[Any]:
    client.create_table(
        TableName=TABLE,
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        BillingMode="PAY_PER_REQUEST",
    )
    try:
        return [_answer(client, operation, asked) for operation, asked in calls]
    finally:
        client.delete_table(TableName=TABLE)


def _answer(client: Any, operation: str, asked: dict[str, Any]) -> Any:
    try:
        said = getattr(client, operation)(**asked)
    except ClientError as refused:
        said = refused.response
    except (ValueError, KeyError, TypeError) as error:  # moto fails at some expressions that DynamoDB would refuse
        return repr(error)
    return {**said, "ResponseMetadata": said["ResponseMetadata"]["HTTPStatusCode"]}


def _answer_directly(patched: pytest.MonkeyPatch) -> None:
    """Let what is tested here answer boto3's clients in place of moto."""

    def process(stubber: BotocoreStubber, request: AWSPreparedRequest) -> Any:
        headers = {name.lower(): _text(value) for name, value in request.headers.items()}
        body: Any = request.body
        return answer(headers, request.url, body) or _process(stubber, request)

    patched.setattr(BotocoreStubber, "process_request", process)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
