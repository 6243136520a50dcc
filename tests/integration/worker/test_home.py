"""The home tab, from the order that publishes it to the tab that Slack's stand-in shows."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from bot.messages.controls import name_of
from functions.ledger.homes import KEPT
from functions.worker.home import DELAY
from local.rtc.faults import Fault as RtcFault
from local.slack.chat import ANN, BEN, CLASS_RECORDINGS, Person
from local.slack.faults import THROTTLED, Fault
from shared.actors import Actor
from shared.failures import FailureKind
from shared.order_ids import new_order_id
from shared.orders import Home, Order, Stop
from shared.rtc.client import RtcClient
from tests.integration.conftest import World, a_world


@pytest.fixture
def world(aws: tuple[DynamoDBClient, SQSClient]) -> Iterator[World]:
    """A bot with a token: only that can publish."""
    with a_world(aws, bot_token=True) as world:
        yield world


def opened(world: World, person: Person = ANN) -> Order:
    """The order of who has just opened the home tab."""
    actor = Actor(kind="slack_user", id=person.user_id)
    return Order(order_id=new_order_id(), actor=actor, action=Home(is_opened=True), placed_at=world.clock())


def shown(world: World, person: Person = ANN) -> str | None:
    """What the person's home tab has; None while nothing is published."""
    home = world.slack.home.seen(person)
    return None if home is None else str(home.document()["blocks"])


def drain(world: World) -> list[Order]:
    """Process what is on the queue. Return the orders for home tabs."""
    homes = []
    while order := world.next_check():
        if isinstance(order.action, Home):
            world.clock.tick(DELAY)
            homes.append(order)
        assert world.run(order) is None
    return homes


def test_the_home_tab_is_published_when_it_is_opened_and_when_it_changes(world: World) -> None:
    """It shows what lives with its button, and no more once that is over."""
    assert world.run(opened(world)) is None
    assert "No recordings of yours run now" in str(shown(world))
    order = world.running()
    assert drain(world) or "user001" in str(shown(world))
    assert "1 recording of yours" in str(shown(world))
    stop = Stop(recordings=(world.recording(order).id,))
    click = Order(order_id=new_order_id(), actor=order.actor, action=stop, placed_at=world.clock())
    assert world.run(click) is None
    assert drain(world)
    assert "No recordings of yours run now" in str(shown(world))


def test_who_has_never_opened_it_costs_no_message_and_no_call(world: World) -> None:
    """And neither does who has not opened it for long."""
    world.running()
    assert (drain(world), shown(world)) == ([], None)
    assert world.run(opened(world, BEN)) is None
    world.clock.tick(KEPT.total_seconds())
    assert world.ledger.homes.read(BEN.user_id, world.clock()) is None


def test_changes_of_the_same_seconds_are_published_once(world: World) -> None:
    """What was published since needs no second call."""
    assert world.run(opened(world)) is None
    changes = [opened(world).model_copy(update={"action": Home()}) for _ in range(3)]
    world.clock.tick(DELAY)
    assert world.run(changes[0]) is None
    first = world.slack.home.seen(ANN)
    assert first is not None
    for order in changes[1:]:
        assert world.run(order) is None
    assert world.slack.home.seen(ANN) == first, "it was published a second time"


def test_without_a_bot_token_nothing_is_published(aws: tuple[DynamoDBClient, SQSClient]) -> None:
    """Neither when it is opened nor when it changes."""
    with a_world(aws, bot_token=False) as world:
        assert world.run(opened(world)) is None
        world.running()
        assert (drain(world), shown(world)) == ([], None)


def test_a_throttled_publish_is_tried_again(world: World) -> None:
    """It uses the pace of messages; what Slack refuses for good is left."""
    order = opened(world)
    world.slack.misbehave(THROTTLED, method="views.publish")
    delay = world.run(order)
    assert delay is not None
    world.clock.tick(delay.total_seconds())
    assert world.run(order) is None
    assert shown(world) is not None
    world.slack.misbehave(Fault(status=200, error="not_enabled"), method="views.publish")
    assert world.run(opened(world, BEN)) is None
    assert shown(world, BEN) is None
    assert world.ledger.homes.read(BEN.user_id, world.clock()) is None


def test_no_more_than_one_a_second_is_published(world: World) -> None:
    """All recorders together keep the pace of messages for each person."""
    began_at = world.clock()
    for _ in range(4):
        assert world.run(opened(world)) is None
    assert world.clock() - began_at >= timedelta(seconds=3)


def stop_clicked(world: World, started: Order) -> Order:
    """The order of a click on Stop in the home tab, which is in no channel."""
    world.clock.tick(1)
    stop = Stop(recordings=(world.recording(started).id,))
    return Order(order_id=new_order_id(), actor=started.actor, action=stop, placed_at=world.clock())


def test_the_button_is_gone_while_rtc_stops_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """RTC's answer may take long, and nobody has to click twice."""
    assert world.run(opened(world)) is None
    started = world.running()
    drain(world)
    assert "stop" in controls(world)
    seen: list[set[str]] = []

    def stop(_: RtcClient, job_id: str) -> None:  # noqa: ARG001
        drain(world)
        seen.append(controls(world))

    monkeypatch.setattr(RtcClient, "stop", stop)
    assert world.run(stop_clicked(world, started)) is None
    (while_it_stops,) = seen
    assert "stop" not in while_it_stops


def test_a_stop_that_failed_is_told_in_the_channel_and_can_be_asked_for_again(world: World) -> None:
    """The home tab itself has no place for an answer."""
    assert world.run(opened(world)) is None
    started = world.running()
    drain(world)
    world.rtc.misbehave(RtcFault(status=400, error_code="RTC.00001007"), operation="stop", times=None)
    assert world.run(stop_clicked(world, started)) is None
    told = [world.slack.chat.as_text(it) for it in world.slack.chat.messages(CLASS_RECORDINGS, ANN)]
    assert sum("Not stopped: user001 in room 100" in it for it in told) == 1
    drain(world)
    assert "stop" in controls(world)


def test_a_stop_that_was_given_up_is_told_in_the_channel(world: World) -> None:
    """An operator has it then, and the person reads so."""
    started = world.running()
    click = stop_clicked(world, started)
    world.handlers[Stop].give_up(click, click.action, FailureKind.OUT_OF_TIME)
    assert click.order_id in world.slack.chat.as_text(list(world.slack.chat.messages(CLASS_RECORDINGS, ANN))[-1])


def controls(world: World) -> set[str]:
    """The names of what ann can click in the home tab."""
    home = world.slack.home.seen(ANN)
    assert home is not None
    acts = re.findall(r"'action_id': '([^']+)'", str(home.document()))
    return {name_of(it) for it in acts}
