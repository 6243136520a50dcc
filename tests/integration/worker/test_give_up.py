"""Giving up an order ends the tries of whatever waits, also if RTC is being called for it just then."""

from collections.abc import Iterator
from typing import Any

import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from local.rtc.faults import Fault
from local.slack.chat import BEN
from local.slack.faults import THROTTLED
from shared.actors import Actor
from shared.attempts import Attempt, NotStarted, Started
from shared.failures import Failure, FailureKind
from shared.order_ids import new_order_id
from shared.orders import GiveUp, Order, Stop
from tests.builders import requests_of
from tests.integration.conftest import World, a_world
from tests.integration.interrupting import run_twice
from tests.integration.worker.situations import a_given_up_stop
from tests.own_clients import Call, hearing

BY_BEN = Actor(kind="slack_user", id=BEN.user_id)
FAILED = Fault(status=500, error_code="RTC.00002001")
GIVEN_UP = NotStarted(failure=Failure(kind=FailureKind.GIVEN_UP), given_up_by=BY_BEN)


@pytest.fixture
def world(aws: tuple[DynamoDBClient, SQSClient]) -> Iterator[World]:
    """A bot with a token, so that its messages have buttons."""
    with a_world(aws, bot_token=True) as world:
        yield world


def click_on(order: Order) -> Order:
    """Ben's click on the message about the order."""
    action = GiveUp(order=order.order_id)
    return order.model_copy(update={"order_id": new_order_id(), "actor": BY_BEN, "action": action})


def call(world: World, order: Order) -> Attempt:
    """A call of RTC that another recorder has begun."""
    calling = world.ledger.attempts.claim(order, 0, requests_of(order)[0], world.clock())
    assert isinstance(calling, Attempt)
    return calling


def test_what_rtc_is_called_for_is_given_up_after_its_answer(world: World) -> None:
    """RTC fails, and the order would be tried again: the click is not lost."""
    order = world.order()
    calling = call(world, order)
    click = click_on(order)
    assert world.run(click) is not None
    world.ledger.attempts.store(calling.waiting(Failure(kind=FailureKind.REFUSED)), world.clock())
    assert world.run(click) is None
    assert world.run(order, 2) is None
    assert world.attempt(order).outcome == GIVEN_UP
    assert (world.starts(), len(world.read())) == (0, 1)


def test_what_rtc_has_refused_meanwhile_is_over(world: World) -> None:
    """The click is answered then, and not before."""
    order = world.order()
    calling = call(world, order)
    click = click_on(order)
    assert world.run(click) is not None
    assert world.read() == []
    refused = NotStarted(failure=Failure(kind=FailureKind.REFUSED))
    world.ledger.attempts.store(calling.settled(refused, world.clock()), world.clock())
    assert world.run(click) is None
    assert "Nothing to give up" in world.read()[-1]
    assert world.attempt(order).outcome == refused


def test_a_call_whose_recorder_is_gone_keeps_no_click_waiting(world: World) -> None:
    """Its outcome is unknown when its lease is over, and it is not called again."""
    order = world.order()
    call(world, order)
    click = click_on(order)
    world.clock.tick(31)
    assert world.run(click) is None
    assert "Nothing to give up" in world.read()[-1]


def test_what_slack_does_not_take_of_a_given_up_start_is_told_later(world: World) -> None:
    """The second receive of the click finds nothing that waits, because the first one has ended it."""
    order = world.order("user001", "user002")
    world.rtc.misbehave(FAILED, operation="start", times=None)
    assert world.run(order) is not None
    click = click_on(order)
    world.slack.misbehave(THROTTLED)
    assert world.run(click) is not None
    assert world.run(click, 2) is None
    assert world.run(click, 3) is None
    (said,) = world.read()
    assert said.count("gave it up") == 2


def test_what_slack_does_not_take_of_a_given_up_stop_is_told_later(world: World) -> None:
    """Likewise."""
    started = world.running()
    world.rtc.misbehave(FAILED, operation="stop", times=None)
    stop = world.order().model_copy(update={"action": Stop(room_id="100", user_id="user001")})
    assert world.run(stop) is not None
    click = click_on(stop)
    world.slack.misbehave(THROTTLED)
    assert world.run(click) is not None
    world.clock.tick(60)
    assert world.run(click, 2) is None
    assert "Nothing to give up" not in "".join(world.read())
    assert "given up by" in world.read()[-1]
    assert not world.recording(started).is_over


def test_a_stream_that_is_called_after_all_does_not_hide_what_was_given_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another recorder claims the second stream just before it is given up, and RTC starts it."""
    order = world.order("user001", "user002")
    world.rtc.misbehave(FAILED, operation="start", times=None)
    assert world.run(order) is not None
    world.rtc.behave()
    settle = world.ledger.attempts.settle_uncalled

    def settle_late(given_up: Order, n: int, *rest: Any) -> Attempt:
        if n == 1:
            assert world.run(order, 2) is None
        return settle(given_up, n, *rest)

    # Two recorders at the same moment: only a call in between shows it.
    monkeypatch.setattr(world.ledger.attempts, "settle_uncalled", settle_late)
    click = click_on(order)
    world.run(click)
    monkeypatch.undo()
    assert world.run(click, 2) is None
    assert "Nothing to give up" not in "".join(world.read())
    assert world.attempt(order, 0).outcome == GIVEN_UP
    assert isinstance(world.attempt(order, 1).outcome, Started)


def test_what_waits_without_a_call_can_be_given_up(world: World) -> None:
    """The stream is held, and RTC does not show by which job: the start waits before it has claimed anything."""
    assert world.run(world.order()) is None
    order = world.order()
    world.rtc.misbehave(FAILED, operation="show", times=None)
    assert world.run(order) is not None
    assert world.run(order, 2) is not None
    assert "Not started yet" in world.read()[-1]
    assert world.run(click_on(order)) is None
    world.rtc.behave()
    assert world.run(order, 3) is None
    assert world.attempt(order).outcome == GIVEN_UP
    assert world.starts() == 1


def test_what_waited_without_a_call_starts_when_it_may(world: World) -> None:
    """What is stored of the wait is in nobody's way."""
    first = world.order()
    assert world.run(first) is None
    order = world.order()
    world.rtc.misbehave(FAILED, operation="show", times=None)
    assert world.run(order) is not None
    world.rtc.behave()
    world.client.stop(world.recording(first).job_id or "")
    assert world.run(order, 2) is None
    assert world.recording(order).job_id is not None
    assert world.starts() == 2


def test_a_killed_recorder_leaves_no_message_that_says_stopping(
    aws: tuple[DynamoDBClient, SQSClient], world: World
) -> None:
    """The click is received again, though the stop is settled by then."""
    run_twice(aws, world, a_given_up_stop(world), 0, "after")
    assert not _says_stopping(world)


def test_a_stop_that_is_given_up_while_it_is_tried_leaves_no_message_that_says_stopping(
    aws: tuple[DynamoDBClient, SQSClient], world: World
) -> None:
    """The recorder that tries it has read it before the click, and asks to stop once more."""
    click = a_given_up_stop(world)
    stop = world.next_message()
    while not (isinstance(stop, Order) and isinstance(stop.action, Stop)):
        stop = world.next_message()
    heard: list[Call] = []

    def give_up(call: Call) -> None:
        heard.append(call)
        if len(heard) == 1:
            assert world.run(click) is None

    with hearing(aws[0], after=give_up):
        assert world.run(stop, 2) is not None
    assert world.run(stop, 3) is None
    assert not _says_stopping(world)


def _says_stopping(world: World) -> bool:
    world.tick()
    return any("Stopping" in text for text in world.read())
