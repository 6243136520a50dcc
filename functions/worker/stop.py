"""Fulfil a stop: find what there is to stop, stop it at RTC, free its locks, and answer once.

A stop may be repeated without harm: for RTC a job that is over already counts as stopped. So whatever leaves a doubt is
tried again, and only what it was to stop is kept from the first receive on: a recording that began later isn't meant.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.messages.blocks import Reply
from bot.messages.stop_outcomes import stop_outcome
from functions.aws.observability import Metric, count, logger
from functions.ledger.stops import StopTable
from functions.worker.delivery import LONGEST_WAIT, Delivery, TryAgain
from functions.worker.start import AT_ONCE, TIME_FOR_A_CALL, TIME_TO_TELL, count_refusal
from shared.attempts import TOO_LATE, Busy, ErrorFacts
from shared.orders import Order, Stop
from shared.rtc.client import RtcClient
from shared.rtc.errors import NotFound, OutcomeUnknown, RtcError
from shared.stops import JOB_UNKNOWN, Stopping, Target


@dataclass(frozen=True, slots=True)
class Stopper:
    """What it takes to fulfil stops."""

    table: StopTable
    rtc: RtcClient
    tell: Callable[[Order, Reply, Delivery], object]
    clock: Callable[[], datetime]

    def fulfil(self, order: Order, stop: Stop, delivery: Delivery) -> None:
        """Bring the order's stop to its end. Raises TryAgain where that takes another receive."""
        stopping = self.table.read(order.order_id) or self._begin(order, stop, delivery)
        if stopping.settled_at is None:
            targets = self._stopped(stopping, delivery)
            stopping = stopping.model_copy(update={"targets": targets, "settled_at": self.clock()})
            self.table.settle(stopping, self.clock())
        self.tell(order, stop_outcome(stop, stopping), delivery)

    def _begin(self, order: Order, stop: Stop, delivery: Delivery) -> Stopping:
        now = self.clock()
        found = self.table.targets(stop, now)
        if now - order.placed_at > LONGEST_WAIT:
            found = (Target(**stop.model_dump(), error=ErrorFacts(family=TOO_LATE)),)
        if isinstance(found, Busy):
            if not delivery.last:
                raise TryAgain(found.until - now)
            found = (Target(**stop.model_dump(), error=ErrorFacts(family=JOB_UNKNOWN)),)
        stopping = Stopping(order_id=order.order_id, requested_by=order.requested_by, began_at=now, targets=found)
        return self.table.begin(stopping, now)

    def _stopped(self, stopping: Stopping, delivery: Delivery) -> tuple[Target, ...]:
        targets: list[Target] = []
        delays = []
        for target in stopping.targets:
            try:
                targets.append(self._stop(target, delivery))
            except TryAgain as again:
                delays.append(again.delay)
        if delays:
            raise TryAgain(max(delays))
        return tuple(targets)

    def _stop(self, target: Target, delivery: Delivery) -> Target:
        if target.job_id is None or target.error is not None:
            return target
        if delivery.time_left() < TIME_FOR_A_CALL + TIME_TO_TELL and not delivery.last:
            raise TryAgain(AT_ONCE)
        try:
            self.rtc.stop(target.job_id)
        except RtcError as error:
            if _is_over(target, error):
                return self._over(target)
            logger.warning("not stopped", extra={"job_id": target.job_id, "error": str(error)})
            if (error.may_retry or isinstance(error, OutcomeUnknown)) and not delivery.last:
                raise TryAgain(delivery.delay()) from None
            count_refusal(error, Metric.NOT_STOPPED)
            return target.model_copy(update={"error": ErrorFacts.of(error)})
        return self._over(target)

    def _over(self, target: Target) -> Target:
        self.table.free(target)
        logger.info("stopped", extra={"job_id": target.job_id})
        count(Metric.STOPPED)
        return target


def _is_over(target: Target, error: RtcError) -> bool:
    """Whether RTC knows a job no more that it once gave us; an id that was never ours may be anybody's mistake."""
    return isinstance(error, NotFound) and error.is_rtcs_own and target.room_id is not None
