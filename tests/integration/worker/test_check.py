"""Checks of what was started: each change is answered once, and a check that fails is left to the next."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from functions.worker.check import DELAYS
from functions.worker.delivery import Delivery, NoTurn, TryAgain
from local.rtc.faults import Fault
from local.slack.faults import THROTTLED
from local.slack.faults import Fault as SlackFault
from shared.log_events import LogEvent
from shared.orders import Check, NotQueued, Order
from shared.recordings import RecordingState
from tests.integration.conftest import ENOUGH, World, a_world


@pytest.fixture(params=[True, False], ids=["bot token", "no token"])
def world(request: pytest.FixtureRequest, aws: tuple[DynamoDBClient, SQSClient]) -> Iterator[World]:
    """A bot with a token, and one without."""
    with a_world(aws, bot_token=request.param) as world:
        yield world


GOOD = Delivery(1, last=False, time_left=lambda: ENOUGH)
SHORT = Delivery(1, last=False, time_left=lambda: timedelta(seconds=5))


def check(world: World, order: Order, delivery: Delivery = GOOD) -> None:
    """Let the recorder make the check."""
    world.handlers[Check].run(order, order.action, delivery)


def start(world: World, *users: str) -> Order:
    """An order of ann's, fulfilled and answered."""
    order = world.order(*users)
    assert world.run(order) is None
    return order


def test_a_recording_is_called_one_once_rtc_says_running(world: World) -> None:
    """First it is starting; the check after RTC's RUNNING says recording, and is the last."""
    start(world)
    (told,) = world.read()
    assert told.startswith("🟡 Starting")
    world.clock.tick(2)
    order = world.next_check()
    assert order is not None
    check(world, order)
    assert world.read()[-1].startswith("🔴 Recording")
    assert world.next_check() is None
    (recording,) = world.ledger.orders.read(order.order_id).recordings
    assert recording.state is RecordingState.RECORDING


def test_checks_come_later_and_later_and_end(world: World) -> None:
    """A job that stays INIT is checked four times, then left; nothing is said of no news."""
    start(world)
    while order := world.next_check():
        check(world, order)
    assert tuple(world.queue.delays) == DELAYS
    assert len(world.read()) == 1


def test_a_job_that_ended_at_once_is_told_with_its_reason(world: World) -> None:
    """Nobody is left believing in a recording that is over."""
    start(world)
    world.clock.tick(2)
    world.client.stop("1")
    order = world.next_check()
    assert order is not None
    check(world, order)
    assert any(text.startswith("⏹️ Recorded user001 in room 100 · 2 s\nit was stopped at RTC") for text in world.read())


def test_a_check_that_finds_the_job_other_than_asked_reports_it(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """RTC's answer to the start did not say so: the person reads it, and it is logged once."""
    start(world)
    world.clock.tick(2)
    body = '{"job_id": "1", "state": "RUNNING", "select_stream_type": "LD"}'
    world.rtc.misbehave(Fault(status=200, body=body, content_type="application/json"), operation="show")
    order = world.next_check()
    assert order is not None
    check(world, order)
    assert "LD (asked: FHD)" in world.read()[-1]
    (line,) = [it for it in caplog.records if it.message == LogEvent.JOB_DIFFERS]
    assert vars(line)["differences"] == [{"field": "select_stream_type", "asked": "FHD", "answered": "LD"}]


def test_a_check_that_fails_is_left_to_the_next(world: World) -> None:
    """RTC is away at the first check: the second one answers."""
    start(world)
    world.clock.tick(2)
    world.rtc.misbehave(Fault(status=503), operation="show")
    order = world.next_check()
    assert order is not None
    check(world, order)
    assert len(world.read()) == 1
    order = world.next_check()
    assert order is not None
    check(world, order)
    assert world.read()[-1].startswith("🔴")


def test_of_several_jobs_the_news_is_one_message_at_the_end(world: World, request: pytest.FixtureRequest) -> None:
    """Two jobs, one check: both run, and the channel reads it once more, or in the same message."""
    start(world, "a", "b")
    world.clock.tick(2)
    order = world.next_check()
    assert order is not None
    check(world, order)
    texts = world.read()
    assert texts[-1].count("Recording") == 2
    assert len(texts) == (1 if "bot token" in request.node.name else 2)


def test_a_check_without_time_waits_for_its_turn(world: World) -> None:
    """No call is begun that Lambda's limit would cut off, and no check is left out for that."""
    start(world)
    world.clock.tick(2)
    order = world.next_check()
    assert order is not None
    with pytest.raises(NoTurn):
        check(world, order, SHORT)
    check(world, order)
    assert world.read()[-1].startswith("🔴 Recording")


def test_what_a_check_has_found_out_is_told_though_others_wait_for_their_turn(
    world: World, request: pytest.FixtureRequest
) -> None:
    """The same check comes again for the rest; without a message to update, all is told then."""
    start(world, "user001", "user002")
    world.clock.tick(2)
    order = world.next_check()
    assert order is not None
    left = iter([ENOUGH, timedelta(0)])
    with pytest.raises(NoTurn):
        check(world, order, Delivery(1, last=False, time_left=lambda: next(left)))
    assert world.read()[-1].count("Recording user") == (1 if "bot token" in request.node.name else 0)
    check(world, order)
    assert world.read()[-1].count("Recording user") == 2


def test_news_that_slack_throttles_is_told_at_the_next_receive(world: World) -> None:
    """One 429 does not leave the channel with "starting" for ever."""
    start(world)
    world.clock.tick(2)
    order = world.next_check()
    assert order is not None
    world.slack.misbehave(THROTTLED)
    with pytest.raises(TryAgain):
        check(world, order)
    check(world, order)
    assert world.read()[-1].startswith("🔴 Recording")


def test_on_its_last_receive_a_check_goes_on_without_slack(world: World) -> None:
    """News that Slack does not take is left out; the recording is known, and nothing ends in the dead letters."""
    start(world)
    world.clock.tick(2)
    order = world.next_check()
    assert order is not None
    world.slack.misbehave(SlackFault(status=500), times=None)
    check(world, order, Delivery(8, last=True, time_left=lambda: ENOUGH))
    (recording,) = world.ledger.orders.read(order.order_id).recordings
    assert recording.state is RecordingState.RECORDING


def test_what_runs_is_told_at_the_end_though_another_never_did(world: World) -> None:
    """One job runs at the first check, the other can't be shown: by the last one the channel knows of the first."""
    start(world, "a", "b")
    world.clock.tick(2)
    checked = 0
    while order := world.next_check():
        first, _ = world.ledger.orders.read(order.order_id).recordings
        if first.state is RecordingState.STARTING:  # then a check shows both, and the first goes well
            world.rtc.misbehave(Fault(), operation="show")
        world.rtc.misbehave(Fault(status=503), operation="show")
        check(world, order)
        checked += 1
    assert checked == len(DELAYS)
    assert "Recording a" in world.read()[-1]


def test_a_check_that_the_queue_refuses_is_put_at_the_next_receive(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order is answered once, and its news isn't lost."""

    def refuse(order: Order, *, delay: int = 0) -> None:
        raise NotQueued(f"order {order.order_id} in {delay} s")

    order = world.order()
    with monkeypatch.context() as patch:
        patch.setattr(world.queue, "put", refuse)
        assert world.run(order) is not None
    assert world.run(order, 2) is None
    assert world.next_check() is not None
    assert len(world.read()) == 1


def test_an_order_that_was_told_before_a_crash_is_still_watched(world: World) -> None:
    """The redelivery finds it answered, says nothing, and queues the check."""
    order = start(world)
    assert world.next_check() is not None
    assert world.run(order, 2) is None
    assert world.next_check() is not None
    assert len(world.read()) == 1
