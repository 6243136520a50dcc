"""Writes that meet another's transaction, a throttle, or a version that was not expected."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from pydantic import BaseModel

from functions.ledger.changes import KEPT, Change, Key, put, put_over_any, remove
from functions.ledger.table import TRIES, Table
from local.aws.moto_direct import DirectAnswer
from shared.order_ids import new_order_id
from tests.ledger_table import TABLE
from tests.own_clients import Call, hearing

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Note(BaseModel):
    """Some item."""

    version: int
    text: str = ""


@pytest.fixture
def key() -> Key:
    """A key that nobody has used."""
    return Key(new_order_id(), "note")


@contextmanager
def refusing(client: DynamoDBClient, code: str, times: int) -> Iterator[list[str]]:
    """Let DynamoDB cancel the next transactions with this reason; moto never cancels one of a single recorder."""
    refused: list[str] = []

    def refuse(call: Call) -> DirectAnswer | None:
        if call.operation != "TransactWriteItems" or len(refused) == times:
            return None
        refused.append(code)
        kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException"
        answer = {"__type": kind, "message": code, "CancellationReasons": [{"Code": code}]}
        return DirectAnswer(400, {}, json.dumps(answer))

    with hearing(client, before=refuse):
        yield refused


WRITES: dict[str, Callable[[Key], Change]] = {
    "put": lambda key: put(key, Note(version=2), NOW, over=Note(version=1)),
    "put over any": lambda key: put_over_any(key, Note(version=2), NOW),
    "remove": lambda key: remove(key, Note(version=1)),
}


@pytest.mark.parametrize("code", ["TransactionConflict", "ThrottlingError"])
@pytest.mark.parametrize("write", WRITES)
def test_a_write_that_meets_another_is_tried_again(dynamodb: DynamoDBClient, key: Key, write: str, code: str) -> None:
    """Neither a conflict nor a throttle says that anything has changed. That holds for each kind of write."""
    table = Table(dynamodb, TABLE)
    assert table.write(put(key, Note(version=1), NOW, over=None))
    with refusing(dynamodb, code, 2) as refused:
        assert table.write(WRITES[write](key))
    assert len(refused) == 2
    assert table.read(key, Note) == (None if write == "remove" else Note(version=2))


def test_a_table_that_stays_away_is_not_asked_for_ever(dynamodb: DynamoDBClient, key: Key) -> None:
    """After some tries it is an error, and the order is tried again later."""
    table = Table(dynamodb, TABLE)
    with refusing(dynamodb, "ThrottlingError", TRIES) as refused, pytest.raises(Exception, match="ThrottlingError"):
        table.write(put(key, Note(version=1), NOW, over=None))
    assert len(refused) == TRIES
    assert table.read(key, Note) is None


def test_one_unexpected_version_keeps_all_of_a_write_from_happening(dynamodb: DynamoDBClient, key: Key) -> None:
    """What was seen is not there any more: nothing is written, and the caller is told."""
    table, other = Table(dynamodb, TABLE), Key(key.pk, "other")
    assert table.write(put(key, Note(version=1), NOW, over=None))
    stale = put(key, Note(version=3), NOW, over=Note(version=2))
    assert not table.write(put(other, Note(version=1), NOW, over=None), stale)
    assert not table.write(put(key, Note(version=1), NOW, over=None))
    assert not table.write(remove(key, Note(version=2)))
    assert table.read_all(key.pk) == {"note": Note(version=1).model_dump_json()}


def test_a_part_of_a_partition_is_read_by_its_prefix(dynamodb: DynamoDBClient, key: Key) -> None:
    """And the whole of it without one."""
    table = Table(dynamodb, TABLE)
    for sk in ("a#1", "a#2", "b"):
        assert table.write(put(Key(key.pk, sk), Note(version=1), NOW, over=None))
    assert list(table.read_all(key.pk, "a#")) == ["a#1", "a#2"]
    assert list(table.read_all(key.pk)) == ["a#1", "a#2", "b"]


def test_every_read_is_consistent(dynamodb: DynamoDBClient, key: Key) -> None:
    """A read that lacks the last write would claim a stream twice, or answer twice."""
    asked: list[bool] = []

    with hearing(dynamodb, before=lambda call: asked.append(call.arguments.get("ConsistentRead", False))):
        table = Table(dynamodb, TABLE)
        table.read(key, Note)
        table.read_all(key.pk)
        table.read_numbers(key)
    assert asked == [True, True, True]


def test_every_item_says_when_it_ends(dynamodb: DynamoDBClient, key: Key) -> None:
    """DynamoDB removes it then: what people asked for and who they are is not kept for ever."""
    keys = [key, Key(key.pk, "over any"), Key(key.pk, "numbers")]
    table = Table(dynamodb, TABLE)
    assert table.write(put(keys[0], Note(version=1), NOW, over=None), put_over_any(keys[1], Note(version=1), NOW))
    assert table.update(keys[2], {"turns": ":one"}, NOW, condition="attribute_not_exists(pk)", one=1)[0]
    found = [
        dynamodb.get_item(TableName=TABLE, Key={"pk": {"S": it.pk}, "sk": {"S": it.sk}})["Item"]["expires_at"]
        for it in keys
    ]
    assert found == [{"N": str(int((NOW + KEPT).timestamp()))}] * 3
