"""A call that moto's own code answers directly has the answer that moto gives over the web."""

from collections.abc import Iterator, Mapping
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import example, given
from hypothesis import strategies as st
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber
from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.parsing.expressions import UpdateExpressionParser  # type: ignore[attr-defined] # it has no types

from local.aws.moto_caches import remember
from local.aws.moto_direct import answer_directly

CHANGED = (
    (BotocoreStubber, "process_request"),
    (ConditionExpressionParser, "parse"),
    (ConditionExpressionParser, "_make_operand"),
    (UpdateExpressionParser, "make"),
)
"""What of moto is changed."""
TABLE = "table"
KEYS = st.sampled_from(("a", "b", "c"))
TEXTS = (
    "attribute_not_exists(pk)",
    "version = :seen",
    "attribute_exists(pk) AND (n BETWEEN :low AND :high OR NOT n < :high)",
    "version =",
)
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
    return {"ConditionExpression": text, **({"ExpressionAttributeValues": values} if values else {})}


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
        "UpdateExpression": draw(
            st.sampled_from(("SET n = :n", "SET n = n + :n REMOVE version", "SET n =", "ADD n :n"))
        ),
        **condition,
        "ExpressionAttributeValues": {":n": {"N": "1"}, **condition.get("ExpressionAttributeValues", {})},
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


@pytest.fixture(name="client", scope="module")
def _client() -> Iterator[Any]:
    """A client of DynamoDB whose calls moto answers."""
    with mock_aws():
        yield boto3.client("dynamodb", region_name="eu-west-1", config=Config(signature_version=UNSIGNED))


def _put_over(seen: str) -> tuple[str, dict[str, Any]]:
    item = {**_key("a"), "version": {"S": "1"}}
    condition = {"ConditionExpression": TEXTS[1], "ExpressionAttributeValues": {":seen": {"S": seen}}}
    return "put_item", {"TableName": TABLE, "Item": item, **condition}


@given(calls=st.lists(_calls(), max_size=8))
@example(calls=[("put_item", {"TableName": TABLE, "Item": _put_over("")[1]["Item"]}), _put_over("2"), _put_over("1")])
def test_dynamodb_says_the_same(client: Any, calls: list[tuple[str, dict[str, Any]]]) -> None:
    """Whatever is asked of a table, in whatever order: items, refusals and their reasons."""
    by_moto = _answers(client, calls)
    with pytest.MonkeyPatch.context() as patched:
        for of, name in CHANGED:
            patched.setattr(of, name, getattr(of, name))  # so that it is as before afterwards
        answer_directly()
        remember()
        assert _answers(client, calls) == by_moto


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


def test_a_call_to_another_host_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that mocks AWS may also call a server that stands for it."""
    monkeypatch.setattr(*CHANGED[0], getattr(*CHANGED[0]))
    answer_directly()
    headers = {
        "x-amz-target": "DynamoDB_20120810.ListTables",
        "authorization": "Credential=key/day/eu-west-1/dynamodb/",
    }
    asked = AWSRequest("POST", "http://127.0.0.1:8000/", headers, b"{}").prepare()
    assert BotocoreStubber().process_request(asked) is None
