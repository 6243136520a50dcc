"""How recordings end while something is missing: minutes, a channel, RTC's RUNNING, the recorder itself."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from local.slack.chat import ANN, GENERAL
from shared.attempts import LEASE
from shared.order_ids import new_order_id
from shared.orders import Order, Start, Stop
from shared.recordings import End, Recording
from shared.slack_refs import ReplyTo
from tests.builders import BEN
from tests.integration.conftest import World, a_world
from tests.integration.interrupting import Interruption, Killed, interrupting


@pytest.fixture(name="world")
def _world(aws: tuple[DynamoDBClient, SQSClient]) -> Iterator[World]:
    with a_world(aws, bot_token=True) as world:
        yield world


def started(world: World, order: Order | None = None, **fields: object) -> Order:
    """A start of ann's that RTC has just accepted: its job is still INIT."""
    order = order or world.order()
    assert isinstance(order.action, Start)
    order = order.model_copy(update={"action": order.action.model_copy(update=fields)})
    assert world.run(order) is None
    return order


def recording(world: World, order: Order) -> Recording:
    """The order's recording, as the ledger has it."""
    found = world.ledger.recordings.read(order.order_id, 0)
    assert found is not None
    return found


def stops(world: World) -> int:
    """How many stops RTC was asked for."""
    return sum(call.operation == "stop" for call in world.rtc.calls())


def test_a_stop_while_the_job_is_init_is_shown_and_made_later(world: World) -> None:
    """RTC refuses it with 1022: the message says that it is being stopped, and then that it was."""
    order = started(world)
    action = Stop(recordings=(f"{order.order_id}.0",))
    stop = Order(order_id=new_order_id(), actor=BEN, action=action, placed_at=world.clock(), reply_to=order.reply_to)
    assert world.run(stop) is not None
    assert world.read()[0].startswith("⏳ Stopping user001 in room 100")
    world.clock.tick(2)
    assert world.run(stop, 2) is None
    assert world.read()[0].startswith("⏹️ Recorded user001 in room 100")
    assert recording(world, order).end is End.STOPPED
    assert stops(world) == 2


def test_a_job_that_dies_in_init_is_told_as_failed(world: World) -> None:
    """It was never called recording; the person who started it is mentioned, once."""
    order = started(world)
    world.rtc.fail("1")
    world.tick(minutes=3)
    assert recording(world, order).end is End.RTC_FAILED
    message, told = world.read()
    assert "RTC failed" in message
    assert "@ann" in told
    assert recording(world, order).due_at is None


def test_in_a_channel_without_the_bot_a_recording_is_followed_too(world: World) -> None:
    """Its message can't change, so the end is not told there; nothing stays due for that."""
    delivery = world.slack.type_command(ANN, GENERAL, "whatever")
    reply_to = ReplyTo(channel_id=GENERAL.channel_id, response_url=delivery.response_url)
    order = started(world, world.order().model_copy(update={"reply_to": reply_to}))
    assert any("Starting user001" in world.slack.chat.as_text(it) for it in world.slack.chat.messages(GENERAL, ANN))
    world.tick(minutes=2)
    world.client.stop("1")
    world.tick(minutes=45)
    assert recording(world, order).end is End.ELSEWHERE
    assert recording(world, order).due_at is None


@pytest.mark.parametrize("happens", ["idle", "limit", "plan"])
def test_what_happened_in_ten_missed_minutes_is_made_good_by_one_tick(world: World, happens: str) -> None:
    """The schedule fired, and nobody worked: the next minute ends, tells and starts what was due."""
    fields: dict[str, dict[str, Any]] = {
        "idle": {},
        "limit": {"max_duration": timedelta(minutes=5)},
        "plan": {"start_at": world.clock() + timedelta(minutes=5)},
    }
    order = started(world, **fields[happens])
    if happens == "idle":
        world.clock.tick(2)
        world.rtc.leave("100")
    world.clock.tick(600)
    world.tick()
    while (message := world.next_message()) is not None:
        assert isinstance(message, Order)
        assert world.run(message) is None
    ends = {"idle": End.IDLE, "limit": End.LIMIT, "plan": None}
    assert recording(world, order).end is ends[happens]
    assert (world.starts(), stops(world)) == (1, happens == "limit")


@pytest.mark.drill
@pytest.mark.parametrize("happens", ["limit", "plan"])
def test_two_ticks_at_once_end_and_start_once(
    aws: tuple[DynamoDBClient, SQSClient], world: World, happens: str
) -> None:
    """The second one comes while the first is at work, at each of its writes."""
    in_a_minute = timedelta(minutes=1)
    for place in range(4):
        fields = {"max_duration": in_a_minute} if happens == "limit" else {"start_at": world.clock() + in_a_minute}
        order = started(world, **fields)
        before = world.starts(), stops(world)
        world.clock.tick(61)
        with interrupting(aws, Interruption(place, "after", world.tick_again)):
            world.tick_again()
        while isinstance(message := world.next_message(), Order):
            world.run(message)
        made = (0, 1) if happens == "limit" else (1, 0)
        assert (world.starts() - before[0], stops(world) - before[1]) == made
        if happens == "plan":
            world.clock.tick(2)
            world.client.stop(recording(world, order).job_id or "")
        world.tick(minutes=3)
        assert recording(world, order).is_over


@pytest.mark.drill
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_tick_whose_recorder_is_killed_is_made_good_by_a_later_one(
    aws: tuple[DynamoDBClient, SQSClient], world: World, moment: str
) -> None:
    """At each of its writes: the end is found, the message shows it, and nothing stays due. It may be told twice."""
    interruption = Interruption()
    place = 0
    while interruption.place is None:  # it has happened
        order = started(world)
        world.clock.tick(2)
        world.rtc.leave("100")
        world.clock.tick(LEASE.total_seconds() + 60)
        interruption = Interruption(place, moment)
        with suppress(Killed), interrupting(aws, interruption):
            world.tick_again()
        world.tick(minutes=5)
        assert recording(world, order).end is End.IDLE
        assert recording(world, order).due_at is None
        world.rtc.join("100")
        place += 1
    assert place > 3
