"""The audit's table: a record is written once, with the change that it is about, and found by day, room and job."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from pydantic import BaseModel

from functions.ledger.changes import Key, put
from functions.ledger.table import Table
from shared.actors import Through
from shared.audit import AuditRecord, Deed
from shared.order_ids import new_order_id
from tests.builders import BEN
from tests.ledger_table import AUDIT, TABLE, recorded

NOW = datetime(2026, 3, 2, 9, 30, 0, 250, tzinfo=UTC)


class Content(BaseModel):
    """Anything."""

    version: str = "1"


@pytest.fixture
def table(dynamodb: DynamoDBClient) -> Table:
    """A ledger's table with its audit."""
    return Table(dynamodb, TABLE, AUDIT)


def a_record(**changes: Any) -> AuditRecord:
    """A record of an order of its own."""
    order_id = new_order_id()
    known: dict[str, Any] = {"order_id": order_id, "subject": f"ORDER#{order_id}", "step": "accepted", "at": NOW}
    return AuditRecord(what=Deed.ACCEPTED, who=BEN, through=Through.CLICK, **(known | changes))


def test_a_record_is_found_by_its_day_its_room_and_its_job(dynamodb: DynamoDBClient, table: Table) -> None:
    """In the order of time; it ends after its retention."""
    room, job = new_order_id(), new_order_id()
    records = [a_record(at=NOW + timedelta(seconds=n), room_id=room, job_id=job) for n in (2, 0, 1)]
    for record in records:
        assert table.write(record)
    for name, value in (("day", "2026-03-02"), ("room", room), ("job", job)):
        found = dynamodb.query(
            TableName=AUDIT.name,
            IndexName=name,
            KeyConditionExpression="#by = :value",
            ExpressionAttributeNames={"#by": name},
            ExpressionAttributeValues={":value": {"S": value}},
        )["Items"]
        read = [AuditRecord.model_validate_json(item["data"]["S"]) for item in found]
        assert [it for it in read if it.room_id == room] == sorted(records, key=lambda it: it.at)
    whole = dynamodb.query(
        TableName=AUDIT.name,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": records[0].subject}},
    )["Items"][0]
    ends_at = datetime.fromtimestamp(int(whole["expires_at"]["N"]), UTC)
    assert ends_at - records[0].at.replace(microsecond=0) == AUDIT.kept


def test_a_change_that_is_not_made_leaves_no_record(dynamodb: DynamoDBClient, table: Table) -> None:
    """They are one transaction."""
    key, record = Key(new_order_id(), "x"), a_record()
    assert table.write(put(key, Content(), NOW, over=None))
    assert not table.write(put(key, Content(), NOW, over=None), record)
    assert recorded(dynamodb, record.order_id or "") == []


def test_a_record_that_is_there_stays_and_holds_up_nothing(dynamodb: DynamoDBClient, table: Table) -> None:
    """As after a restored ledger: the change and the other records are written."""
    first, other, key = a_record(result="first"), a_record(), Key(new_order_id(), "x")
    assert table.write(first)
    again = first.model_copy(update={"result": "another"})
    assert table.write(put(key, Content(), NOW, over=None), again, other)
    assert recorded(dynamodb, first.order_id or "") == [first]
    assert recorded(dynamodb, other.order_id or "") == [other]
    assert table.read(key, Content) is not None
    assert table.write(again), "nothing is left to write"


def test_a_door_writes_no_record(dynamodb: DynamoDBClient) -> None:
    """It has no right on the audit's table, and no name of it."""
    record = a_record()
    assert Table(dynamodb, TABLE).write(record)
    assert recorded(dynamodb, record.order_id or "") == []
