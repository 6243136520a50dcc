"""Stop recordings: find the jobs, stop them at RTC, end their recordings in the ledger, and answer once.

A stop may be repeated: a job that is already over counts as stopped. So a stop of unknown outcome is tried again. The
targets are fixed at the first receive, so a recording that begins later is not stopped.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.messages.stop_outcomes import stop_outcome
from functions.aws.observability import Metric, count, logger
from functions.ledger.ledger import Ledger
from functions.worker.delivery import AT_ONCE, LONGEST_WAIT, Delivery, TryAgain
from functions.worker.refusals import count_refusal
from functions.worker.telling import Telling
from shared.attempts import Busy
from shared.failures import Failure, FailureKind
from shared.log_events import LogEvent
from shared.orders import Order, Stop
from shared.recordings import Gone, Recording, Stopped
from shared.rtc.client import RtcClient
from shared.rtc.errors import NotFound, OutcomeUnknown, RtcError
from shared.stops import StopRecord, Target


@dataclass(frozen=True, slots=True)
class StopHandler:
    """Stops recordings."""

    ledger: Ledger
    rtc: Callable[[], RtcClient]
    telling: Telling
    clock: Callable[[], datetime]

    def run(self, order: Order, action: Stop, delivery: Delivery, /) -> None:
        """Stop the recordings and answer. Raises TryAgain if that takes another receive."""
        stop = self.ledger.stops.read(order.order_id) or self._begin(order, action, delivery)
        if stop.settled_at is None:
            settled = stop.settled(self._stop_all(stop, delivery), self.clock())
            stop = self.ledger.stops.settle(stop, settled, self.clock())
        self.telling.answer_once(order, stop_outcome(action, stop), delivery)

    def give_up(self, order: Order, action: Stop, /) -> None:
        """Settle each target that is not known to be stopped as not stopped, and report to the asker."""
        try:
            begun = self.ledger.stops.read(order.order_id)
            stop = begun or StopRecord.of(order, (Target.of(action),), self.clock())
            if stop.settled_at is None:
                self.ledger.stops.settle(begun, stop.given_up(self.clock()), self.clock())
        finally:
            self.telling.report_bug(order)

    def _begin(self, order: Order, action: Stop, delivery: Delivery) -> StopRecord:
        now = self.clock()
        targets = self._find_targets(action, now)
        if now - order.placed_at > LONGEST_WAIT:
            targets = (Target.of(action, FailureKind.TOO_LATE),)
        if isinstance(targets, Busy):
            if not delivery.last:
                raise TryAgain(targets.until - now)
            targets = (Target.of(action, FailureKind.JOB_UNKNOWN),)
        return self.ledger.stops.begin(StopRecord.of(order, targets, now), now)

    def _find_targets(self, action: Stop, now: datetime) -> tuple[Target, ...] | Busy:
        """Return the recordings that the stop names; Busy while one of them is being started."""
        if action.job_id is not None:
            recording = self.ledger.recordings.of_job(action.job_id)
            if recording is None:
                return (Target.of(action, FailureKind.NOT_OURS),)
            stream = recording.request
            target = Target(
                job_id=action.job_id, room_id=stream.room_id, user_id=stream.user_id, video_type=stream.video_type
            )
            return (target,)
        targets = []
        for video_type, lock in self.ledger.locks.of(action):
            if lock.calling_until is not None and now < lock.calling_until:
                return Busy(until=lock.calling_until)
            if lock.is_over(now):
                continue
            unknown = Failure(kind=FailureKind.JOB_UNKNOWN) if lock.job_id is None else None
            target = Target(job_id=lock.job_id, room_id=action.room_id, user_id=action.user_id, video_type=video_type)
            targets.append(target.model_copy(update={"failure": unknown}))
        return tuple(targets)

    def _stop_all(self, stop: StopRecord, delivery: Delivery) -> tuple[Target, ...]:
        targets: list[Target] = []
        delays = []
        for target in stop.targets:
            try:
                targets.append(self._stop(target, delivery))
            except TryAgain as again:
                delays.append(again.delay)
        if delays:
            raise TryAgain(max(delays))
        return tuple(targets)

    def _stop(self, target: Target, delivery: Delivery) -> Target:
        if target.job_id is None or target.failure is not None:
            return target
        recording = self.ledger.recordings.of_job(target.job_id)
        if recording is not None and recording.is_over:
            return target  # an earlier receive may have stopped it: RTC is not called again
        if not delivery.has_time_for_a_call() and not delivery.last:
            raise TryAgain(AT_ONCE)
        try:
            self.rtc().stop(target.job_id)
        except RtcError as error:
            if isinstance(error, NotFound) and error.is_rtcs_own:
                return self._end(target, recording, Gone())
            logger.warning(LogEvent.NOT_STOPPED, extra={"job_id": target.job_id, "error": str(error)})
            if (error.may_retry or isinstance(error, OutcomeUnknown)) and not delivery.last:
                raise TryAgain(delivery.delay()) from None
            count_refusal(error, Metric.NOT_STOPPED)
            return target.model_copy(update={"failure": error.failure()})
        return self._end(target, recording, Stopped())

    def _end(self, target: Target, recording: Recording | None, how: Stopped | Gone) -> Target:
        if recording is not None:
            self.ledger.recordings.note(recording, how, self.clock())
        logger.info(LogEvent.STOPPED, extra={"job_id": target.job_id})
        count(Metric.STOPPED)
        return target
