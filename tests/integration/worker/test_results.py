"""A result that the ledger does not take: handed over to the queue, or told if the queue does not surely have it."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import override

import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from functions.aws.observability import Metric
from functions.aws.queue import OrderQueue, Queues
from functions.worker.delivery import LONGEST_WAIT, Delivery, TryAgain
from functions.worker.results import NotStored, Results
from functions.worker.settle import SettleHandler
from shared.attempts import Attempt, Started
from shared.log_events import LogEvent
from shared.orders import NotQueued, Order, PerhapsQueued, Settle, Start, Stop
from shared.rtc.models import RecordingJob
from shared.stops import Ended, StopRecord, StopTarget
from tests.builders import TIMETABLE, requests_of
from tests.integration.conftest import ENOUGH, World, a_world

FIRST = Delivery(1, last=False, time_left=lambda: ENOUGH)


@pytest.fixture
def world(aws: tuple[DynamoDBClient, SQSClient]) -> Iterator[World]:
    """A bot with a token."""
    with a_world(aws, bot_token=True) as world:
        yield world


@dataclass
class Handover:
    """An order with a claim, and the recorder's part that hands its result over."""

    results: Results
    order: Order
    claimed: Attempt

    def run(self, attempt: Attempt) -> None:
        """Hand this result over."""
        assert isinstance(self.order.action, Start)
        self.results.hand_over(self.order, self.order.action, NotStored(attempt), FIRST)


@pytest.fixture
def handover(world: World) -> Handover:
    """A claim that nobody has settled."""
    settle = world.handlers[Settle]
    assert isinstance(settle, SettleHandler)
    order = world.order()
    claimed = world.ledger.attempts.claim(order, 0, requests_of(order)[0], world.clock())
    assert isinstance(claimed, Attempt)
    return Handover(settle.results, order, claimed)


def test_what_rtc_said_is_kept_however_old_the_order_is(world: World, handover: Handover) -> None:
    """Only a claim without a call is not handed on for ever. The settle waits, because the ledger has just failed."""
    started = handover.claimed.settled(Started(job=RecordingJob(job_id="7")), world.clock())
    world.clock.tick(LONGEST_WAIT.total_seconds() + 1)
    handover.run(started)
    settle = world.next_check()
    assert settle is not None
    assert isinstance(settle.action, Settle)
    assert settle.action.result == started
    assert world.queue.delays[-1] > 0


class Failing(OrderQueue):
    """A queue that fails while `failure` is set."""

    failure: type[Exception] | None = NotQueued

    @override
    def put(self, order: Order, *, delay: int = 0) -> None:
        if self.failure is not None:
            raise self.failure
        super().put(order)


@pytest.mark.parametrize("failure", [NotQueued, PerhapsQueued])
def test_a_result_that_the_queue_perhaps_has_not_is_told_if_there_was_a_call(
    world: World,
    handover: Handover,
    failure: type[Exception],
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The order is received again in any case. Of a claim without a call there is nothing to tell."""
    queue = Failing(world.sqs, world.queue_url)
    queue.failure = failure
    handover.results = Results(Queues(queue, queue), handover.results.telling, world.clock)
    with pytest.raises(TryAgain):
        handover.run(handover.claimed.waiting())
    assert (world.read(), LogEvent.RESULT_LOST in caplog.messages) == ([], False)
    with pytest.raises(TryAgain):
        handover.run(handover.claimed.settled(Started(job=RecordingJob(job_id="7")), world.clock()))
    (message,) = world.read()
    assert "job 7" in message
    assert capsys.readouterr().out.count(Metric.OUTCOME_UNKNOWN) > 0
    (line,) = [it for it in caplog.records if it.message == LogEvent.RESULT_LOST]
    assert (line.levelno, vars(line)["job_id"]) == (logging.ERROR, "7")


def test_of_a_lost_stop_only_what_rtc_stopped_counts_as_stopped(world: World, handover: Handover) -> None:
    """RTC was not asked for the other one."""
    queue = Failing(world.sqs, world.queue_url)
    targets = (StopTarget(job_id="7", ended=Ended.STOPPED), StopTarget(job_id="8"))
    stop = StopRecord(order_id=handover.order.order_id, actor=TIMETABLE, began_at=world.clock(), targets=targets)
    action = Stop(room_id="100", user_id="user001")
    results = Results(Queues(queue, queue), handover.results.telling, world.clock)
    with pytest.raises(TryAgain):
        results.hand_over(handover.order, action, NotStored(stop), FIRST)
    (message,) = world.read()
    assert message.startswith("⏹️ Stopped 1 of 2 recordings")


def test_a_result_that_the_queue_did_not_take_stays_with_the_recorder(world: World, handover: Handover) -> None:
    """The order comes back as its settle, until it is done or the queue has the settle: another recorder may get it."""
    queue = Failing(world.sqs, world.queue_url)
    results = handover.results = Results(Queues(queue, queue), handover.results.telling, world.clock)
    started = handover.claimed.settled(Started(job=RecordingJob(job_id="7")), world.clock())
    with pytest.raises(TryAgain):
        handover.run(started)
    results.put_kept()
    kept = results.kept(handover.order)
    assert isinstance(kept.action, Settle)
    assert kept.action.result == started
    queue.failure = None
    results.put_kept()
    assert (world.next_check(), results.kept(handover.order)) == (kept, handover.order)
    results.put_kept()
    assert world.next_check() is None


def test_an_order_that_is_done_is_forgotten(world: World, handover: Handover) -> None:
    """Its settle would come back with nothing to do."""
    queue = Failing(world.sqs, world.queue_url)
    results = handover.results = Results(Queues(queue, queue), handover.results.telling, world.clock)
    with pytest.raises(TryAgain):
        handover.run(handover.claimed.settled(Started(job=RecordingJob(job_id="7")), world.clock()))
    results.forget(handover.order)
    assert results.kept(handover.order) == handover.order
