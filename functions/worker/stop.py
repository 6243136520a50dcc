"""Stop recordings: find the jobs, stop them at RTC, end their recordings in the ledger, and answer once.

A stop may be repeated: a job that is already over counts as stopped. So a stop of unknown outcome is tried again. The
targets are fixed at the first receive, so a recording that begins later is not stopped.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.messages.stop_outcomes import stop_outcome, stop_waits
from functions.aws.observability import Metric, count, logger
from functions.ledger.ledger import Ledger
from functions.worker.combining import View
from functions.worker.delivery import LONGEST_WAIT, Delivery, TryAgain, longest
from functions.worker.refusals import count_refusal
from functions.worker.results import NotStored, Results
from functions.worker.telling import Telling
from functions.worker.turns import Turns
from shared.attempts import Busy
from shared.failures import Failure, FailureKind
from shared.log_events import LogEvent
from shared.orders import Order, Stop
from shared.recordings import Gone, Stopped
from shared.rtc.errors import NotFound, OutcomeUnknown, RtcError
from shared.stops import Ended, StopRecord, Target


@dataclass(frozen=True, slots=True)
class StopHandler:
    """Stops recordings."""

    ledger: Ledger
    turns: Turns
    telling: Telling
    results: Results
    clock: Callable[[], datetime]

    def run(self, order: Order, action: Stop, delivery: Delivery, /) -> None:
        """Stop the recordings and answer. Raises TryAgain if that takes another receive."""
        stop = self.ledger.stops.read(order.order_id) or self._begin(order, action, delivery)
        self.go_on(order, action, stop, delivery)

    def go_on(self, order: Order, action: Stop, stop: StopRecord, delivery: Delivery) -> None:
        """Stop what isn't stopped yet, and answer. Raises TryAgain if that takes another receive."""
        try:
            settled = self._settle(order, stop, delivery) if stop.settled_at is None else stop
        except NotStored as not_stored:
            self.results.hand_over(order, action, not_stored, delivery)
            return
        except TryAgain as again:
            if again.why is not None and not delivery.last:
                self.telling.report_wait(order, stop_waits(action, stop, again.why, delivery.tries_until(self.clock())))
            raise
        self.telling.answer_once(order, View(stop_outcome(action, settled), ""), delivery)

    def give_up(self, order: Order, action: Stop, why: FailureKind, /) -> None:
        """Settle each target that is not known to be stopped as not stopped, and report to the asker."""
        try:
            begun = self.ledger.stops.read(order.order_id)
            stop = begun or _record(order, (action.target(),), self.clock())
            if stop.settled_at is None:
                self.ledger.stops.settle(begun, stop.given_up(self.clock(), why), self.clock())
        finally:
            self.telling.report_given_up(order, why)

    def _begin(self, order: Order, action: Stop, delivery: Delivery) -> StopRecord:
        now = self.clock()
        is_too_late = now - order.placed_at > LONGEST_WAIT
        targets = (action.target(FailureKind.TOO_LATE),) if is_too_late else self._find_targets(action, now)
        if isinstance(targets, Busy):
            if not delivery.last:
                raise TryAgain(targets.until - now)
            targets = (action.target(FailureKind.JOB_UNKNOWN),)
        return self.ledger.stops.begin(_record(order, targets, now), now)

    def _find_targets(self, action: Stop, now: datetime) -> tuple[Target, ...] | Busy:
        """Return the recordings that the stop names; Busy while one of them is being started."""
        if action.job_id is not None:
            recording = self.ledger.recordings.of_job(action.job_id)
            if recording is None:
                return (action.target(FailureKind.NOT_OURS),)
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

    def store(self, stop: StopRecord) -> StopRecord:
        """End the recordings that RTC stopped, and store the results if all are known."""
        for target in stop.targets:
            self._end(target)
        if stop.settled_at is None and all(target.ended or target.failure for target in stop.targets):
            now = self.clock()
            return self.ledger.stops.settle(stop, stop.settled(stop.targets, now), now)
        return stop

    def _settle(self, order: Order, stop: StopRecord, delivery: Delivery) -> StopRecord:
        """Stop each target, and store the results. Raises TryAgain, or NotStored if the ledger doesn't take them."""
        targets = list(stop.targets)
        waits: list[TryAgain] = []
        failed: Exception | None = None
        for place, target in enumerate(targets):
            try:
                targets[place] = self._stop(order, target, delivery)
            except TryAgain as again:
                waits.append(again)
            except Exception as error:  # noqa: BLE001 - what RTC said of the targets before is stored first
                failed = error
                break
        stop = stop.model_copy(update={"targets": tuple(targets)})
        try:
            stored = self.store(stop)
        except Exception as error:  # whatever it is, what RTC said must not be lost
            raise NotStored(stop) from error
        if failed is not None:
            raise failed
        if waits:
            raise longest(waits)
        return stored

    def _stop(self, order: Order, target: Target, delivery: Delivery) -> Target:
        """Return the target with what RTC answered. Raises TryAgain."""
        if target.job_id is None or target.failure is not None or target.ended is not None:
            return target
        recording = self.ledger.recordings.of_job(target.job_id)
        if recording is not None and recording.is_over:
            # An earlier receive may have stopped it: RTC is not called again.
            return target.model_copy(update={"ended": Ended.STOPPED})
        if self.clock() - order.placed_at > LONGEST_WAIT:
            return target.model_copy(update={"failure": Failure(kind=FailureKind.TOO_LATE)})
        try:
            with self.turns.take(order, delivery) as rtc:
                rtc.stop(target.job_id)
        except RtcError as error:
            if isinstance(error, NotFound) and error.is_rtcs_own:
                return self._ended(target, Ended.GONE)
            logger.warning(LogEvent.NOT_STOPPED, extra={"job_id": target.job_id, "error": str(error)})
            if (error.may_retry or isinstance(error, OutcomeUnknown)) and not delivery.last:
                raise TryAgain(delivery.delay(), error.failure()) from None
            count_refusal(error, Metric.NOT_STOPPED)
            return target.model_copy(update={"failure": error.failure()})
        return self._ended(target, Ended.STOPPED)

    def _ended(self, target: Target, how: Ended) -> Target:
        logger.info(LogEvent.STOPPED, extra={"job_id": target.job_id})
        count(Metric.STOPPED)
        return target.model_copy(update={"ended": how})

    def _end(self, target: Target) -> None:
        """End the target's recording in the ledger, and free its lock."""
        if target.job_id is None or target.ended is None:
            return
        recording = self.ledger.recordings.of_job(target.job_id)
        if recording is not None:
            self.ledger.recordings.note(recording, Gone() if target.ended is Ended.GONE else Stopped(), self.clock())


def _record(order: Order, targets: tuple[Target, ...], began_at: datetime) -> StopRecord:
    return StopRecord(order_id=order.order_id, actor=order.actor, began_at=began_at, targets=targets)
