"""The audit: each step of an order makes one record, which says who did it, through what, and with which result."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from local.rtc.faults import Fault
from local.slack.chat import CLASS_RECORDINGS
from shared.actors import CLOCK, RTC, Actor, Through
from shared.audit import AuditRecord, Deed
from shared.order_ids import new_order_id
from shared.orders import Action, Extend, GiveUp, Link, Move, Order, Release, Start, Stop
from shared.recordings import FilesBy
from shared.slack_refs import ReplyTo
from tests.builders import BEN
from tests.integration.conftest import World, a_world
from tests.ledger_table import recorded


@pytest.fixture
def world(aws: tuple[DynamoDBClient, SQSClient]) -> Iterator[World]:
    """A bot with a token, to which RTC calls back."""
    with a_world(aws, bot_token=True, files_by=FilesBy.CALLBACKS) as world:
        world.rtc.call_back("http://door.invalid/rtc/callbacks", "k" * 32)
        yield world


def placed(world: World, action: Action, actor: Actor, through: Through) -> Order:
    """An order of somebody in the channel, which asks for this."""
    there = ReplyTo(channel_id=CLASS_RECORDINGS.channel_id, is_public=True)
    return Order(
        order_id=new_order_id(),
        actor=actor,
        action=action,
        placed_at=world.clock(),
        reply_to=there,
        through=through,
    )


def done(world: World, action: Action, actor: Actor = BEN, through: Through = Through.COMMAND) -> Order:
    """Such an order, received twice."""
    order = placed(world, action, actor, through)
    for receive in (1, 2):
        world.ledger.orders.record_request(order, world.clock())
        assert world.run(order, receive) is None
    return order


def deeds(records: list[AuditRecord]) -> list[Deed]:
    """What was done."""
    return [record.what for record in records]


def test_the_life_of_a_recording_is_recorded_step_by_step(world: World, dynamodb: DynamoDBClient) -> None:
    """Each step once, with who did it and through what, though each order is received twice."""
    order = world.order().model_copy(update={"through": Through.FORM})
    world.ledger.orders.record_request(order, world.clock())
    for receive in (1, 2):
        assert world.run(order, receive) is None
    world.clock.tick(2)
    while check := world.next_check():
        assert world.run(check) is None
    id_, ends_at = f"{order.order_id}.0", world.clock() + timedelta(minutes=90)
    extend = done(world, Extend(recording=id_, ends_at=ends_at), through=Through.CLICK)
    stop = done(world, Stop(recordings=(id_,)))
    world.clock.tick(2)
    world.call_back()
    link = done(world, Link(recording=id_), order.actor)
    ann = order.actor
    assert [(it.what, it.who, it.through, it.by_order) for it in recorded(dynamodb, order.order_id)] == [
        (Deed.ACCEPTED, ann, Through.FORM, None),
        (Deed.CALLING, ann, Through.FORM, None),
        (Deed.STARTED, ann, Through.FORM, None),
        (Deed.RUNS, CLOCK, Through.CHECK, None),
        (Deed.LIMITED, BEN, Through.CLICK, extend.order_id),
        (Deed.STOP_ASKED, BEN, Through.COMMAND, stop.order_id),
        (Deed.ENDED, BEN, Through.COMMAND, stop.order_id),
        (Deed.FILES, RTC, None, recorded(dynamodb, order.order_id)[-1].by_order),
    ]
    for record in recorded(dynamodb, order.order_id)[2:]:
        assert (record.recording, record.room_id, record.user_id, record.job_id) == (id_, "100", "user001", "1")
        assert record.channel_id == CLASS_RECORDINGS.channel_id
    assert recorded(dynamodb, order.order_id)[2].request_id
    assert deeds(recorded(dynamodb, extend.order_id)) == [Deed.ACCEPTED]
    (_, stopped) = recorded(dynamodb, stop.order_id)
    assert (stopped.what, stopped.result, stopped.job_id) == (Deed.STOP_DONE, "1 stopped", "1")
    assert deeds(recorded(dynamodb, link.order_id)) == [Deed.ACCEPTED, Deed.LINKED]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(status=400, error_code="RTC.00001007"), (Deed.NOT_STARTED, "refused HTTP 400 RTC.00001007")),
        (Fault(status=502), (Deed.OUTCOME_UNKNOWN, "outcome_unknown HTTP 502")),
        (Fault(status=500, error_code="RTC.00002001"), (Deed.WAITING, "server_error HTTP 500 RTC.00002001")),
    ],
    ids=lambda it: str(getattr(it, "status", "")),
)
def test_what_rtc_answered_is_the_result(
    world: World, dynamodb: DynamoDBClient, fault: Fault, expected: tuple[Deed, str]
) -> None:
    """The kind of failure, the status and the code: never RTC's own words."""
    world.rtc.misbehave(fault, operation="start")
    order = world.order()
    world.run(order)
    record = recorded(dynamodb, order.order_id)[-1]
    assert (record.what, record.result) == expected
    assert record.request_id


def test_another_start_of_the_stream_is_recorded_as_held(world: World, dynamodb: DynamoDBClient) -> None:
    """By which recording."""
    first, second = world.running(), world.order()
    assert world.run(second) is None
    (record,) = recorded(dynamodb, second.order_id)
    assert (record.what, record.result) == (Deed.ALREADY_RECORDING, f"held by {first.order_id}.0")


def test_a_plan_is_made_moved_begun_and_cancelled(world: World, dynamodb: DynamoDBClient) -> None:
    """When its time comes, the plan itself is what it is started through."""
    at = world.clock() + timedelta(minutes=5)
    order = world.order()
    assert isinstance(order.action, Start)
    plan = done(world, order.action.model_copy(update={"start_at": at}), order.actor)
    later = at + timedelta(minutes=5)
    move = done(world, Move(recordings=(f"{plan.order_id}.0",), start_at=later))
    world.tick(minutes=11)
    begin = world.next_message()
    assert isinstance(begin, Order)
    world.ledger.orders.record_request(begin, world.clock())
    assert world.run(begin) is None
    found = [(it.what, it.through, it.by_order) for it in recorded(dynamodb, plan.order_id)]
    assert found == [
        (Deed.ACCEPTED, Through.COMMAND, None),
        (Deed.PLANNED, Through.COMMAND, None),
        (Deed.MOVED, Through.COMMAND, move.order_id),
        (Deed.CALLING, Through.PLAN, None),
        (Deed.STARTED, Through.PLAN, None),
    ]
    other = done(world, order.action.model_copy(update={"start_at": later + timedelta(hours=1)}), order.actor)
    cancel = done(world, Stop(recordings=(f"{other.order_id}.0",)))
    last = recorded(dynamodb, other.order_id)[-1]
    assert (last.what, last.result, last.who, last.by_order) == (Deed.ENDED, "stopped", BEN, cancel.order_id)


def test_a_recording_that_its_limit_ends_was_ended_by_recordbot(world: World, dynamodb: DynamoDBClient) -> None:
    """Nobody else did it."""
    order = world.order()
    assert isinstance(order.action, Start)
    limited = order.action.model_copy(update={"max_duration": timedelta(minutes=5)})
    order = done(world, limited, order.actor)
    world.tick(minutes=7)
    last = recorded(dynamodb, order.order_id)[-1]
    assert (last.what, last.result, last.who, last.through) == (Deed.ENDED, "limit", CLOCK, Through.CHECK)


def test_who_released_or_gave_up_is_recorded(world: World, dynamodb: DynamoDBClient) -> None:
    """Under the order whose recording it is, with the order that did it."""
    world.rtc.misbehave(Fault(status=502), operation="start")
    unknown = world.order()
    assert world.run(unknown) is None
    release = done(world, Release(recordings=(f"{unknown.order_id}.0",)))
    last = recorded(dynamodb, unknown.order_id)[-1]
    assert (last.what, last.who, last.by_order) == (Deed.RELEASED, BEN, release.order_id)
    world.rtc.misbehave(Fault(status=500, error_code="RTC.00002001"), operation="start")
    waiting = world.order("user002")
    assert world.run(waiting) is not None
    give_up = done(world, GiveUp(order=waiting.order_id), through=Through.CLICK)
    last = recorded(dynamodb, waiting.order_id)[-1]
    assert (last.what, last.result, last.who, last.by_order) == (
        Deed.NOT_STARTED,
        "given_up",
        BEN,
        give_up.order_id,
    )


def test_what_the_rules_refuse_is_recorded_once(world: World, dynamodb: DynamoDBClient) -> None:
    """With the right, what is lacking and the rule."""
    order = placed(world, world.order().action, Actor(kind="webhook_caller", id="nobody"), Through.WEBHOOK)
    for receive in (1, 2):
        assert world.run(order, receive) is None
    not_started, refused = recorded(dynamodb, order.order_id)
    assert (refused.what, refused.result, refused.who) == (Deed.REFUSED, "start person", order.actor)
    assert (not_started.what, not_started.result) == (Deed.NOT_STARTED, "not_allowed person")


def test_a_stop_that_failed_says_how(world: World, dynamodb: DynamoDBClient) -> None:
    """The recording says that it was not stopped, the stop's order why."""
    order = world.running()
    world.rtc.misbehave(Fault(status=400, error_code="RTC.00001001"), operation="stop")
    stop = done(world, Stop(recordings=(f"{order.order_id}.0",)))
    assert deeds(recorded(dynamodb, order.order_id))[-2:] == [Deed.STOP_ASKED, Deed.STOP_FAILED]
    last = recorded(dynamodb, stop.order_id)[-1]
    assert (last.what, last.result) == (Deed.STOP_DONE, "1 refused")
    assert last.request_id
