"""What the team's rules do at the recorder: it asks again, counts, looks people up, and posts the notice first."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from functions.ledger.usages import MOST
from functions.webhook_api.order_status import order_status
from functions.worker.rights import PATIENCE
from local.slack.chat import ANN, CLASS_RECORDINGS, Person
from local.slack.faults import Fault
from shared.failures import FailureKind
from shared.order_ids import new_order_id
from shared.orders import Order, Start, Stop
from shared.recordings import End, RecordingState
from shared.refusals import Lacking
from shared.slack_refs import ReplyTo
from shared.team import STRICT, InForce, Trouble
from shared.team_document import team_of
from tests.aws_calls import calls_of
from tests.builders import TIMETABLE, requests_of
from tests.integration.conftest import TEAM, World, a_world
from tests.paths import SAMPLES

NOBODY = InForce(team_of({"rules": []}))
SAMPLES_OF_ORDERS = sorted((SAMPLES / "stored").glob("order-*.json"))
RULE: dict[str, Any] = {"name": "all", "who": ["everyone", "caller:timetable"], "may": ["start", "stop any", "list"]}


def rules(**changes: object) -> InForce:
    """A team with one rule."""
    return InForce(team_of({"rules": [RULE | changes]}))


@pytest.fixture(name="world", params=[True, False], ids=["bot token", "response_url"])
def _world(request: pytest.FixtureRequest, aws: tuple[DynamoDBClient, SQSClient]) -> Iterator[World]:
    with a_world(aws, bot_token=request.param) as world:
        yield world


@pytest.fixture(name="with_token")
def _with_token(aws: tuple[DynamoDBClient, SQSClient]) -> Iterator[World]:
    with a_world(aws, bot_token=True) as world:
        yield world


def why(world: World, order: Order) -> Lacking | None:
    """What was lacking for the order's first stream."""
    attempt = world.ledger.attempts.read(order.order_id, 0)
    assert attempt is not None
    failure = getattr(attempt.outcome, "failure", None)
    return None if failure is None or failure.refusal is None else failure.refusal.lacking


@pytest.mark.parametrize("file", SAMPLES_OF_ORDERS, ids=lambda file: file.stem)
def test_no_action_skips_the_question(with_token: World, file: Path) -> None:
    """Each action in the table of handlers, as it was once stored: where nobody may do anything, nothing is done.

    test_stored_forms.py holds that each action has a sample. Only recordbot itself places an action without a right.
    """
    running = with_token.order("user001")
    assert with_token.run(running) is None
    order = Order.model_validate_json(file.read_text(encoding="utf-8"))
    action = order.action
    if action.right is None:
        assert action.kind in {"check", "settle", "callback"}
        return
    ours = {name: (f"{running.order_id}.0",) for name in ("recordings",) if getattr(action, name, None)}
    ours |= {name: f"{running.order_id}.0" for name in ("recording",) if hasattr(action, name)}  # type: ignore[misc]
    if isinstance(action, Stop) and action.job_id is not None:
        ours = {"job_id": with_token.ledger.recordings.read(running.order_id, 0).job_id}  # type: ignore[dict-item, union-attr]
    order = order.model_copy(
        update={
            "order_id": new_order_id(),
            "action": action.model_copy(update=ours),
            "placed_at": with_token.clock(),
            "reply_to": running.reply_to if order.actor.kind == "slack_user" else None,
        }
    )
    with_token.team = NOBODY
    before, calls = with_token.ledger.recordings.read(running.order_id, 0), len(with_token.rtc.calls())
    assert with_token.run(order) is None
    assert with_token.ledger.recordings.read(running.order_id, 0) == before
    assert len(with_token.rtc.calls()) == calls
    assert [it.order_id for it in with_token.ledger.recordings.live()] == [running.order_id]


def test_the_table_of_handlers_has_only_actions_with_a_sample(with_token: World) -> None:
    """So the test above asks about each."""
    kinds = {json.loads(file.read_text(encoding="utf-8"))["action"]["kind"] for file in SAMPLES_OF_ORDERS}
    assert {action.model_fields["kind"].default for action in with_token.handlers} == kinds


def test_a_refused_start_is_said_to_its_asker_only(world: World) -> None:
    """One line, and nothing in the channel; the ledger knows why; RTC is not called."""
    world.team = NOBODY
    order = world.order()
    assert world.run(order) is None
    (message,) = world.slack.chat.messages(CLASS_RECORDINGS, ANN)
    assert message.only_for == ANN.user_id
    said = "⛔ You may not start this recording. No rule allows this: ask an operator."
    assert world.slack.chat.as_text(message) == said
    assert why(world, order) is Lacking.PERSON
    assert world.starts() == 0
    assert world.run(order) is None
    assert len(world.read()) == 1


def test_a_caller_reads_a_refusal_in_its_status_and_the_channel_nothing(with_token: World) -> None:
    """A refusal is nobody else's business."""
    with_token.team = NOBODY
    order = with_token.order().model_copy(
        update={"actor": TIMETABLE, "reply_to": ReplyTo(channel_id="C0CLASSES"), "body_digest": "0" * 64}
    )
    with_token.ledger.orders.record_request(order, with_token.clock())
    assert with_token.run(order) is None
    assert with_token.read() == []
    record = with_token.ledger.orders.read(order.order_id)
    status = order_status(order.order_id, record, with_token.clock(), with_token.clock())
    assert FailureKind.NOT_ALLOWED in status.model_dump_json()


def test_a_guest_starts_nothing(with_token: World) -> None:
    """Slack says who is one."""
    with_token.slack.chat.people[ANN.user_id] = Person(ANN.user_id, "ann", is_guest=True)
    with_token.forget_people()
    order = with_token.order()
    assert with_token.run(order) is None
    assert why(with_token, order) is Lacking.PERSON


def test_for_a_user_group_an_order_waits_until_slack_says_who_is_in_it(with_token: World) -> None:
    """A guest is waited for less long: a start must not wait for an outage of Slack."""
    with_token.forget_people()
    away = Fault(status=503)
    with_token.slack.misbehave(away, times=None)
    order = with_token.order()
    for receive in range(1, PATIENCE + 1):
        assert with_token.run(order, receive) is not None
        assert with_token.starts() == 0
    with_token.run(order, PATIENCE + 1)
    assert with_token.starts() == 1
    with_token.team = rules(who=["S1LABS"])
    grouped = with_token.order("user002")
    assert with_token.run(grouped, PATIENCE + 1) is not None
    assert with_token.starts() == 1


def test_while_the_rules_can_not_be_read_an_order_waits(with_token: World) -> None:
    """It is not refused, since a later receive may read them."""
    with_token.team = InForce(STRICT, trouble=Trouble.AWAY)
    with pytest.raises(Exception, match="rules can't be read"):
        with_token.run(with_token.order())
    assert with_token.starts() == 0


# Counting


def test_no_more_run_at_once_than_a_rule_allows(with_token: World) -> None:
    """One that is over makes room again; a second receive of an order counts nothing twice."""
    with_token.team = rules(at_once={"person": 2})
    first, second, third = (with_token.order(user) for user in ("user001", "user002", "user003"))
    for order in (first, second, second, third):
        assert with_token.run(order) is None
    assert (why(with_token, second), why(with_token, third)) == (None, Lacking.AT_ONCE)
    recording = with_token.ledger.recordings.read(first.order_id, 0)
    assert recording is not None
    with_token.run(stop_of(with_token, recording.id))
    fourth = with_token.order("user004")
    assert with_token.run(fourth) is None
    assert why(with_token, fourth) is None
    assert with_token.starts() == 3


def stop_of(world: World, recording_id: str) -> Order:
    """Ann's order to stop a recording."""
    return world.order().model_copy(update={"action": Stop(recordings=(recording_id,))})


def test_no_more_are_started_in_an_hour_than_a_rule_allows(with_token: World) -> None:
    """However they ended; after an hour there is room again. Several of one order count as many."""
    with_token.team = rules(an_hour={"channel": 3})
    assert with_token.run(with_token.order("user001", "user002")) is None
    too_many = with_token.order("user003", "user004")
    assert with_token.run(too_many) is None
    assert why(with_token, too_many) is Lacking.AN_HOUR
    assert with_token.run(one := with_token.order("user005")) is None
    assert why(with_token, one) is None
    with_token.clock.tick(3601)
    assert with_token.run(later := with_token.order("user006")) is None
    assert why(with_token, later) is None


def test_what_is_counted_is_read_in_a_bounded_number_of_calls(with_token: World, dynamodb: DynamoDBClient) -> None:
    """Two lists, and one query for each start on them that may still run: never a scan, however much is recorded."""
    with_token.team = rules(at_once={"person": 50, "channel": 50})
    plain = TEAM
    for n in range(4):
        assert with_token.run(with_token.order(f"user{n}")) is None
    uncounted = with_token.team
    with_token.team = plain
    base = calls_of(dynamodb, lambda: with_token.run(with_token.order("base")))
    with_token.team = uncounted
    calls = calls_of(dynamodb, lambda: with_token.run(with_token.order("counted")))
    assert calls["Scan"] == 0
    assert calls["GetItem"] - base["GetItem"] == 2
    assert calls["Query"] - base["Query"] == 4
    assert calls["TransactWriteItems"] - base["TransactWriteItems"] == 1
    assert MOST <= 100


# Limits, plans and notices


def test_a_recording_ends_when_the_rule_says(with_token: World) -> None:
    """Without a length of its own it gets the rule's; a longer one is refused."""
    with_token.team = rules(longest="1h")
    order = with_token.order()
    assert with_token.run(order) is None
    recording = with_token.ledger.recordings.read(order.order_id, 0)
    assert recording is not None
    assert recording.limit is not None
    assert recording.limit.ends_at - recording.since == timedelta(hours=1)
    long = with_token.order("user002")
    start = Start(requests=requests_of(long), max_duration=timedelta(hours=2))
    assert with_token.run(long.model_copy(update={"action": start})) is None
    assert why(with_token, long) is Lacking.SHORTER_LENGTH


def test_a_plan_is_asked_about_again_when_its_time_comes(with_token: World) -> None:
    """Who may not start any more by then starts nothing, and the plan's message says so."""
    order = with_token.order()
    start = Start(requests=requests_of(order), start_at=with_token.clock() + timedelta(minutes=5))
    assert with_token.run(order.model_copy(update={"action": start})) is None
    assert with_token.read()[-1].startswith("📅")
    with_token.team = NOBODY
    with_token.tick(minutes=6)
    begin = with_token.next_check()
    assert begin is not None
    assert with_token.run(begin) is None
    assert with_token.starts() == 0
    recording = with_token.ledger.recordings.read(order.order_id, 0)
    assert recording is not None
    assert (recording.state, recording.end) == (RecordingState.ENDED, End.NOT_STARTED)
    assert with_token.read()[0].startswith("⛔ Not recorded")


def test_a_notice_stands_before_the_start(world: World) -> None:
    """It is posted once, in the team's words, and before RTC is called."""
    world.team = rules(notice={"before_start": True, "wording": "This lesson is recorded."})
    order = world.order()
    assert world.run(order) is None
    notice, started = world.read()
    assert notice.splitlines()[:2] == [
        "⏰ user001 in room 100: a recording starts now",
        "This lesson is recorded.",
    ]
    assert started.startswith("🟡 Starting")
    assert world.run(order) is None
    assert len(world.read()) == 2


def test_without_the_notice_nothing_starts(with_token: World) -> None:
    """Slack can't take it now: the order waits. It can never be posted: the start is refused."""
    with_token.team = rules(notice={"before_start": True})
    with_token.slack.misbehave(Fault(status=503))
    order = with_token.order()
    assert with_token.run(order) is not None
    assert with_token.starts() == 0
    assert with_token.run(order, 2) is None
    assert with_token.starts() == 1
    by_caller = with_token.order("user002").model_copy(update={"actor": TIMETABLE, "reply_to": None})
    assert with_token.run(by_caller) is None
    assert why(with_token, by_caller) is Lacking.NOTICE
    assert with_token.attempt(by_caller).outcome.failure.refusal.rule == RULE["name"]  # type: ignore[union-attr]
    assert with_token.starts() == 1


def test_a_room_is_recorded_from_a_public_channel_only(with_token: World) -> None:
    """Where the rule says so: in another channel nothing starts."""
    with_token.team = rules(notice={"public_channel_only": True})
    public = with_token.order()
    private = with_token.order("user002")
    assert private.reply_to is not None
    private = private.model_copy(update={"reply_to": private.reply_to.model_copy(update={"is_public": False})})
    assert with_token.run(public) is None
    assert with_token.run(private) is None
    assert (why(with_token, public), why(with_token, private)) == (None, Lacking.PUBLIC_CHANNEL)
