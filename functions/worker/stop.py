"""Stop recordings: find the jobs, stop them at RTC, end their recordings in the ledger, and answer once.

A stop may be repeated: a job that is already over counts as stopped. So a stop of unknown outcome is tried again. The
targets are fixed at the first receive, so a recording that begins later is not stopped.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.messages.stop_outcomes import stop_outcome
from bot.slack_api import TryLater
from functions.aws.observability import Metric, count, logger
from functions.ledger.ledger import Ledger
from functions.worker.delivery import AT_ONCE, LONGEST_WAIT, Delivery, TryAgain
from functions.worker.redrawing import Redrawing
from functions.worker.refusals import count_refusal
from functions.worker.telling import Telling
from shared.attempts import Busy
from shared.failures import Failure, FailureKind
from shared.log_events import LogEvent
from shared.orders import Order, Stop
from shared.recording_news import AskedToStop, Gone, Stopped
from shared.recordings import Recording
from shared.rtc.client import RtcClient
from shared.rtc.errors import NotFound, OutcomeUnknown, RtcError
from shared.stops import StopRecord, Target

SOMEBODY_ELSES = timedelta(seconds=20)
"""How long somebody else's stop of the same recording is waited for, before it is made here."""


@dataclass(frozen=True, slots=True)
class StopHandler:
    """Stops recordings."""

    ledger: Ledger
    rtc: Callable[[], RtcClient]
    telling: Telling
    redrawing: Redrawing
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
        targets = self._find_targets(order, action, now)
        if now - order.placed_at > LONGEST_WAIT:
            targets = (Target.of(action, FailureKind.TOO_LATE),)
        if isinstance(targets, Busy):
            if not delivery.last:
                raise TryAgain(targets.until - now)
            targets = (Target.of(action, FailureKind.JOB_UNKNOWN),)
        return self.ledger.stops.begin(StopRecord.of(order, targets, now), now)

    def _find_targets(self, order: Order, action: Stop, now: datetime) -> tuple[Target, ...] | Busy:
        """Return the recordings that the stop names; Busy while one of them is being started.

        What began after the stop was asked for is not stopped by it.
        """
        if action.recordings:
            named = (self.ledger.recordings.of_id(recording_id) for recording_id in action.recordings)
            return tuple(Target.of_recording(recording) for recording in named if recording is not None)
        if action.job_id is not None:
            found = self.ledger.recordings.of_job(action.job_id)
            return (Target.of(action, FailureKind.NOT_OURS) if found is None else Target.of_recording(found),)
        targets = []
        for video_type, lock in self.ledger.locks.of(action):
            if lock.since > order.placed_at or lock.is_over(now):
                continue
            if lock.calling_until is not None and now < lock.calling_until:
                return Busy(until=lock.calling_until)
            unknown = Failure(kind=FailureKind.JOB_UNKNOWN) if lock.job_id is None else None
            target = Target(
                job_id=lock.job_id,
                room_id=action.room_id,
                user_id=action.user_id,
                video_type=video_type,
                failure=unknown,
                recording=lock.recording_id,
            )
            targets.append(target)
        return tuple(targets)

    def _stop_all(self, stop: StopRecord, delivery: Delivery) -> tuple[Target, ...]:
        targets: list[Target] = []
        delays = []
        for target in stop.targets:
            try:
                targets.append(self._stop(target, stop, delivery))
            except TryAgain as again:
                delays.append(again.delay)
        if delays:
            raise TryAgain(max(delays))
        return tuple(targets)

    def _stop(self, target: Target, stop: StopRecord, delivery: Delivery) -> Target:
        if target.failure is not None:
            return target
        recording = self._recording_of(target)
        if recording is None or recording.is_over:
            return target.over(recording, stop.actor)  # an earlier receive may have stopped it: RTC is not asked again
        if not recording.is_at_rtc:
            return self._end(target, recording, stop, Stopped())  # it was only planned
        if not delivery.has_time_for_a_call() and not delivery.last:
            raise TryAgain(AT_ONCE)
        now = self.clock()
        recording = self.ledger.recordings.note(recording, AskedToStop(stop.actor), now)
        asked = recording.stop_asked
        if asked is not None and asked.by != stop.actor and now - asked.at < SOMEBODY_ELSES and not delivery.last:
            raise TryAgain(SOMEBODY_ELSES)
        return self._call(target, recording, stop, delivery)

    def _call(self, target: Target, recording: Recording, stop: StopRecord, delivery: Delivery) -> Target:
        try:
            self.rtc().stop(recording.job_id or "")
        except RtcError as error:
            if isinstance(error, NotFound) and error.is_rtcs_own:
                return self._end(target, recording, stop, Gone())
            logger.warning(LogEvent.NOT_STOPPED, extra={"job_id": recording.job_id, "error": str(error)})
            if (error.may_retry or isinstance(error, OutcomeUnknown)) and not delivery.last:
                self._redraw(recording)
                raise TryAgain(delivery.delay()) from None
            count_refusal(error, Metric.NOT_STOPPED)
            return target.model_copy(update={"failure": error.failure()})
        return self._end(target, recording, stop, Stopped())

    def _end(self, target: Target, recording: Recording, stop: StopRecord, how: Stopped | Gone) -> Target:
        over = self.ledger.recordings.note(recording, how, self.clock())
        logger.info(LogEvent.STOPPED, extra={"job_id": recording.job_id})
        count(Metric.STOPPED)
        return target.over(over, stop.actor).model_copy(update={"is_shown": self._redraw(over)})

    def _redraw(self, recording: Recording) -> bool:
        """Return whether there is a message that shows the recording. What Slack doesn't take now stays due."""
        try:
            return self.redrawing.redraw(recording.order_id)
        except TryLater:
            return True

    def _recording_of(self, target: Target) -> Recording | None:
        if target.recording is not None:
            return self.ledger.recordings.of_id(target.recording)
        return None if target.job_id is None else self.ledger.recordings.of_job(target.job_id)
