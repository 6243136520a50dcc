"""python -m ops audit and forget: on a stack of moto's, with what a recorder has written."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from functions.ledger.recordings import Recordings
from functions.ledger.table import Table
from ops import audit, forget
from ops.errors import OpsError
from shared.actors import Actor, Through
from shared.attempts import Attempt
from shared.audit import AuditRecord, Deed
from shared.order_ids import new_order_id
from shared.orders import Order, Stop
from shared.recordings import Recording
from shared.rtc.models import RecordingRequest
from shared.stops import StopRecord
from tests.builders import a_start, requests_of
from tests.integration.conftest import World, a_world
from tests.ledger_table import AUDIT, TABLE, recorded
from tests.ops_stack import OpsStack


@pytest.fixture
def world(aws: tuple[DynamoDBClient, SQSClient]) -> Iterator[World]:
    """A bot with a token."""
    with a_world(aws, bot_token=True) as world:
        yield world


@pytest.fixture
def stack(world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> OpsStack:
    """The stack of that world."""
    outputs = {"LedgerTableName": TABLE, "AuditTableName": AUDIT.name, "RtcAppId": world.ledger.recordings._app_id}
    return OpsStack(capsys, monkeypatch, outputs, {"AuditRetentionDays": "400"})


def a_person() -> Actor:
    """Somebody of whom the tables know nothing yet."""
    return Actor(kind="slack_user", id=f"U{new_order_id()}")


def recorded_and_stopped(world: World, room: str, actor: Actor) -> Order:
    """A recording in the room that the person started and stopped."""
    start = a_start(RecordingRequest(room_id=room, user_id="user001"))
    order = world.order().model_copy(update={"actor": actor, "action": start, "through": Through.COMMAND})
    world.ledger.orders.record_request(order, world.clock())
    assert world.run(order) is None
    world.clock.tick(5)  # RTC can't stop a job that is not set up
    stop = order.model_copy(update={"order_id": new_order_id(), "action": Stop(recordings=(f"{order.order_id}.0",))})
    assert world.run(stop) is None
    return order


def around(world: World) -> tuple[str, ...]:
    """The options for an hour around the world's time, which is not today."""
    return ("--since", f"{world.clock() - timedelta(hours=1)}", "--until", f"{world.clock() + timedelta(hours=1)}")


def test_the_audit_is_printed_as_a_table_as_lines_of_json_and_as_csv(world: World, stack: OpsStack) -> None:
    """The same records, the oldest first."""
    room, person = new_order_id(), a_person()
    order = recorded_and_stopped(world, room, person)
    where = ("--room", room, *around(world))
    found = [AuditRecord.model_validate_json(it) for it in stack.run("audit", *where, "--format", "jsonl").splitlines()]
    assert [it.what for it in found][:3] == [Deed.ACCEPTED, Deed.CALLING, Deed.STARTED]
    assert {it.what for it in found} >= {Deed.STOP_ASKED, Deed.ENDED, Deed.STOP_DONE}
    rows = list(csv.DictReader(io.StringIO(stack.run("audit", *where, "--format", "csv"))))
    assert [(row["what"], row["at"], row["who"]) for row in rows] == [
        (it.what, it.model_dump(mode="json")["at"], f"slack_user {person.id}") for it in found
    ]
    heading, *lines = stack.run("audit", *where).splitlines()
    assert heading.startswith("time")
    assert len(lines) == len(found)
    assert all(room in line and person.id in line for line in lines)
    assert order.order_id in lines[0]


def test_the_audit_is_asked_by_time_by_person_and_by_job(world: World, stack: OpsStack) -> None:
    """Each alone, and together; what is outside is not printed."""
    room, person, other = new_order_id(), a_person(), a_person()
    first = recorded_and_stopped(world, room, person)
    world.clock.tick(2 * 24 * 3600)
    second = recorded_and_stopped(world, room, other)

    def orders(*options: str) -> set[str | None]:
        lines = stack.run("audit", *options, "--format", "jsonl").splitlines()
        found = {AuditRecord.model_validate_json(line).order_id for line in lines}
        return found & {first.order_id, second.order_id}

    recent = around(world)
    long = ("--since", f"{world.clock() - timedelta(days=3)}", *recent[2:])
    both = {first.order_id, second.order_id}
    assert orders(*long) == both
    assert orders(*recent) == {second.order_id}
    assert orders(*long, "--who", person.id) == {first.order_id}
    assert orders(*long, "--room", room) == both
    assert orders(*long, "--room", room, "--who", other.id) == {second.order_id}
    assert orders(*long, "--job", "2", "--room", room) == {second.order_id}
    assert orders(*long, "--room", "no-such-room") == set()
    assert orders() == set(), "by default, the last 24 hours"


NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("7d", NOW - timedelta(days=7)),
        ("24h", NOW - timedelta(hours=24)),
        ("90m", NOW - timedelta(minutes=90)),
        ("2026-02-01", datetime(2026, 2, 1, tzinfo=UTC)),
        ("2026-02-01T14:00+01:00", datetime(2026, 2, 1, 13, tzinfo=UTC)),
        ("2026-02-01T14:00", datetime(2026, 2, 1, 14, tzinfo=UTC)),
    ],
)
def test_a_time_is_read(text: str, time: datetime) -> None:
    """Without a zone it is UTC."""
    assert audit.time_of(text, NOW) == time


@pytest.mark.parametrize("text", ["", "yesterday", "7", "-1d", "7w", "2026-02-30", "0001-01-01T00:00+14:00"])
def test_what_is_no_time_is_named_with_what_is_one(text: str) -> None:
    """In one line."""
    with pytest.raises(OpsError, match=re.escape(repr(text)) + ".*7d, 24h or 90m"):
        audit.time_of(text, NOW)


def test_an_audit_that_takes_long_says_how_far_it_is(stack: OpsStack) -> None:
    """Also on a day without records."""
    with stack.waiting("dynamodb.Query", "0 records read ..."):
        stack.run("audit", "--since", "2020-11-02", "--until", "2020-11-02T23:59")


def test_a_time_that_ends_before_it_begins_is_refused(stack: OpsStack) -> None:
    """Otherwise an empty answer would look like one."""
    with pytest.raises(OpsError, match="is after --until"):
        stack.run("audit", "--since", "1h", "--until", "2h")


def test_a_record_of_a_newer_recordbot_is_not_passed_over(
    world: World, stack: OpsStack, dynamodb: DynamoDBClient
) -> None:
    """A gap would look like an answer."""
    room = new_order_id()
    order = recorded_and_stopped(world, room, a_person())
    key: Any = {"pk": {"S": f"ORDER#{order.order_id}"}, "sk": {"S": "accepted"}}
    item = dynamodb.get_item(TableName=AUDIT.name, Key=key)["Item"]
    newer = item["data"]["S"].replace('"accepted"', '"teleported"', 1)
    dynamodb.put_item(TableName=AUDIT.name, Item={**item, "data": {"S": newer}})
    with pytest.raises(OpsError, match="newer recordbot"):
        stack.run("audit", "--room", room, *around(world))
    dynamodb.put_item(TableName=AUDIT.name, Item=item)


def tables(client: DynamoDBClient) -> str:
    """All that is in both tables."""
    return json.dumps([client.scan(TableName=name)["Items"] for name in (TABLE, AUDIT.name)])


def test_a_person_is_forgotten_in_ledger_and_audit(world: World, stack: OpsStack, dynamodb: DynamoDBClient) -> None:
    """One made-up id stands for the person everywhere; what others did stays, and all can be read."""
    person, other = a_person(), a_person()
    order, others = recorded_and_stopped(world, "100", person), recorded_and_stopped(world, "101", other)
    before = world.recording(order)
    said = stack.ask("forget", person.id, "--yes")
    assert said["changed"] > 0
    assert said["removed"] > 0
    assert any("Slack" in line for line in said["left"])
    assert person.id not in tables(dynamodb)
    instead = Actor(kind="forgotten", id=said["instead"])
    records = recorded(dynamodb, order.order_id)
    assert {it.who for it in records} == {instead}
    after = world.recording(order)
    assert after.actor == instead
    assert after.stop_asked is not None
    assert after.stop_asked.by == instead
    assert after.revision == before.revision + 1
    assert world.attempt(order).actor == instead
    assert {it.who for it in recorded(dynamodb, others.order_id)} == {other}
    assert world.recording(others).actor == other
    forgotten = [it for it in stack.run("audit", "--format", "jsonl").splitlines() if said["instead"] in it]
    assert [AuditRecord.model_validate_json(it).what for it in forgotten] == [Deed.FORGOTTEN]
    again = stack.ask("forget", person.id, "--yes")
    assert (again["changed"], again["removed"], again["instead"]) == (0, 0, None)
    assert person.id not in tables(dynamodb)


def test_a_run_that_was_interrupted_goes_on_with_the_same_id(
    world: World, stack: OpsStack, dynamodb: DynamoDBClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it was interrupted, running it again ends it, and nobody is left with two ids."""
    person = a_person()
    order = recorded_and_stopped(world, "100", person)
    done = 0
    forget_one = forget._Forgetter._forget

    def interrupted(self: Any, table: str, item: Any) -> str:
        nonlocal done
        found = forget_one(self, table, item)
        done += bool(found)
        if found and done % 2:
            raise KeyboardInterrupt
        return found

    monkeypatch.setattr(forget._Forgetter, "_forget", interrupted)
    runs, said = 0, {"instead": ""}
    while person.id in tables(dynamodb):
        runs += 1
        assert runs < 100
        try:
            said = stack.ask("forget", person.id, "--yes")
        except KeyboardInterrupt:
            continue
    assert runs > 2
    ids = {it.who.id for it in recorded(dynamodb, order.order_id)} | {world.recording(order).actor.id}
    assert ids == {said["instead"]}


def test_what_a_recorder_writes_meanwhile_is_not_lost_and_is_forgotten_too(
    world: World, stack: OpsStack, dynamodb: DynamoDBClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An item that changed since it was read stays as the recorder wrote it, and the next pass changes it."""
    person = a_person()
    order = recorded_and_stopped(world, "100", person)
    forget_one = forget._Forgetter._forget
    written: list[Recording] = []

    def overtaken(self: Any, table: str, item: Any) -> str:
        if item["pk"]["S"] == f"ORDER#{order.order_id}" and item["sk"]["S"] == "recording#0" and not written:
            known = world.recording(order)
            written.append(known.model_copy(update={"drawn": "meanwhile", "revision": known.revision + 1}))
            put = world.ledger.recordings._put(written[0], world.clock(), over=known)
            assert Table(dynamodb, TABLE).write(*put)
        return forget_one(self, table, item)

    monkeypatch.setattr(forget._Forgetter, "_forget", overtaken)
    stack.run("forget", person.id, "--yes")
    after = world.recording(order)
    assert after.drawn == "meanwhile"
    assert after.actor.kind == "forgotten"
    assert person.id not in tables(dynamodb)


def test_who_has_recordings_that_are_not_over_is_not_forgotten_yet(
    world: World, stack: OpsStack, dynamodb: DynamoDBClient
) -> None:
    """They still belong to the person, who may have to stop them."""
    person = a_person()
    order = world.order().model_copy(update={"actor": person})
    assert world.run(order) is None
    before = tables(dynamodb)
    with pytest.raises(OpsError, match=rf"{order.order_id}\.0.*stop them first. Nothing was changed"):
        stack.run("forget", person.id, "--yes")
    assert tables(dynamodb) == before


def test_a_name_at_rtc_that_is_the_same_stays(world: World, stack: OpsStack, dynamodb: DynamoDBClient) -> None:
    """Others' recordings with such a room and user keep their locks and names, are not counted, and it ends."""
    person, other = a_person(), a_person()
    start = a_start(RecordingRequest(room_id=person.id, user_id=person.id))
    order = world.order().model_copy(update={"actor": other, "action": start})
    assert world.run(order) is None
    before = tables(dynamodb)
    said = stack.ask("forget", person.id, "--yes")
    assert (said["changed"], said["removed"], said["instead"]) == (0, 0, None)
    assert tables(dynamodb) == before
    world.clock.tick(5)
    stop = order.model_copy(update={"order_id": new_order_id(), "action": Stop(recordings=(f"{order.order_id}.0",))})
    assert world.run(stop) is None
    own = recorded_and_stopped(world, person.id, person)
    said = stack.ask("forget", person.id, "--yes")
    assert world.recording(own).actor == Actor(kind="forgotten", id=said["instead"])
    assert world.recording(own).request.room_id == person.id
    assert world.ledger.locks.read(world.recording(own).request) is None


def test_an_item_that_others_changed_first_is_counted_once(
    world: World, stack: OpsStack, dynamodb: DynamoDBClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write that was refused changed nothing; the next pass makes it."""
    person = a_person()
    recorded_and_stopped(world, "100", person)
    forget_one = forget._Forgetter._forget
    items = [it for name in (TABLE, AUDIT.name) for it in dynamodb.scan(TableName=name)["Items"]]
    with_person = [it for it in items if person.id in it.get("data", {}).get("S", "")]
    was_overtaken = False

    def overtaken(self: Any, table: str, item: Any) -> str:
        nonlocal was_overtaken
        if not was_overtaken and item in with_person:
            was_overtaken = True
            item = {**item, "data": {"S": f"{item['data']['S']} "}}
        return forget_one(self, table, item)

    monkeypatch.setattr(forget._Forgetter, "_forget", overtaken)
    assert stack.ask("forget", person.id, "--yes")["changed"] == len(with_person)
    assert was_overtaken
    assert person.id not in tables(dynamodb)


@pytest.mark.parametrize("kind", ["start", "stop"])
def test_who_has_an_order_under_way_is_not_forgotten_yet(
    world: World, stack: OpsStack, dynamodb: DynamoDBClient, kind: str
) -> None:
    """The recorder that works on it would write the person's id again. One that nobody works on for long is none."""
    person = a_person()
    order = world.order().model_copy(update={"actor": person})

    def begin(began: datetime) -> None:
        if kind == "start":
            claimed = world.ledger.attempts.claim(order, 0, requests_of(order)[0], began)
            assert isinstance(claimed, Attempt)
        else:
            stop = StopRecord(order_id=order.order_id, actor=person, began_at=began, targets=())
            world.ledger.stops.begin(stop, began)

    begin(datetime.now(UTC))
    before = tables(dynamodb)
    with pytest.raises(
        OpsError, match=rf"under way \({order.order_id}\): run it again when they are done.*Nothing was"
    ):
        stack.run("forget", person.id, "--yes")
    assert tables(dynamodb) == before
    order = order.model_copy(update={"order_id": new_order_id()})
    for item in dynamodb.scan(TableName=TABLE)["Items"]:
        if item["pk"]["S"].startswith(("ORDER#", "ROOM#")) and person.id in item["data"]["S"]:
            dynamodb.delete_item(TableName=TABLE, Key={"pk": item["pk"], "sk": item["sk"]})
    begin(datetime.now(UTC) - timedelta(days=2))
    assert stack.ask("forget", person.id, "--yes")["changed"] > 0


def test_it_asks_first(world: World, stack: OpsStack, dynamodb: DynamoDBClient) -> None:
    """Nothing is changed unless the answer is yes; --json can't ask."""
    person = a_person()
    recorded_and_stopped(world, "100", person)
    before = tables(dynamodb)
    with pytest.raises(OpsError, match="the answer was not yes"):
        stack.run("forget", person.id, types="no\n")
    with pytest.raises(OpsError, match="add --yes"):
        stack.run("forget", person.id, "--json")
    assert tables(dynamodb) == before
    assert "stands for" in stack.run("forget", person.id, types="yes\n")
    assert person.id not in tables(dynamodb)


@pytest.mark.parametrize("user_id", ["ann", "@ann", "u0ann", "U", "caller:crm", "<@U0ANN>"])
def test_only_a_slack_user_id_is_forgotten(stack: OpsStack, user_id: str) -> None:
    """The line says where one is found."""
    with pytest.raises(OpsError, match="is no Slack user id"):
        stack.run("forget", user_id, "--yes")


@pytest.mark.parametrize(
    ("data", "after"),
    [
        ({"actor": {"kind": "slack_user", "id": "U1A"}}, {"actor": {"kind": "forgotten", "id": "other"}}),
        ({"actor": {"kind": "slack_user", "id": "U1AB"}}, {"actor": {"kind": "slack_user", "id": "U1AB"}}),
        ({"who": ["U1A", "U2B"]}, {"who": ["U2B"]}),
        ({"text": "for <@U1A> and XU1A"}, {"text": "for <@other> and XU1A"}),
        ({"user_id": "U1A", "room_id": "U1A", "by": "U1A"}, {"user_id": "U1A", "room_id": "U1A", "by": "other"}),
        ({"files": [{"object": "U1A/s_1.mp4"}]}, {"files": [{"object": "U1A/s_1.mp4"}]}),
        ({"n": [1, None, {"a": True}]}, {"n": [1, None, {"a": True}]}),
    ],
)
def test_an_id_is_replaced_wherever_it_stands_and_no_other(data: Any, after: Any) -> None:
    """As an actor, in a list of those who may, and in a text."""
    assert forget.Forgotten("U1A", "other").without(data) == after


def test_every_item_about_one_person_alone_is_known(world: World, dynamodb: DynamoDBClient) -> None:
    """A new kind of key with a person's id in it has to be added to what `forget` removes."""
    assert isinstance(world.ledger.recordings, Recordings)
    person = a_person()
    recorded_and_stopped(world, "100", person)
    keys = [(it["pk"]["S"], it["sk"]["S"]) for it in dynamodb.scan(TableName=TABLE)["Items"]]
    assert {pk.partition("#")[0] + "#" for pk, sk in keys if person.id in pk + sk} <= set(forget._OWN_ITEMS)
