"""Stop recordings: find the jobs, stop them at RTC, end their recordings in the ledger, and answer once.

A stop may be repeated: a job that is already over counts as stopped. So a stop of unknown outcome is tried again. The
targets are fixed at the first receive, so a recording that begins later is not stopped.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.messages.stop_outcomes import stop_outcome, stop_waits
from functions.aws.observability import Metric, count, logger
from functions.ledger.ledger import Ledger
from functions.worker.delivery import LONGEST_WAIT, Delivery, NoTurn, TryAgain, longest
from functions.worker.redrawing import Redrawing
from functions.worker.refusals import count_refusal
from functions.worker.results import NotStored, Results
from functions.worker.rights import OrderRights
from functions.worker.targets import Targets
from functions.worker.telling import Telling
from functions.worker.turns import Turns
from functions.worker.views import View
from shared.attempts import Busy
from shared.failures import Failure, FailureKind
from shared.log_events import LogEvent
from shared.orders import Check, Order, Stop
from shared.recording_changes import AskedToStop, NotStopped
from shared.recording_news import Gone, Stopped
from shared.recordings import Recording, RecordingState
from shared.rtc.errors import OutcomeUnknown, RtcError
from shared.stops import Ended, StopRecord, StopTarget

SOMEBODY_ELSES = timedelta(seconds=20)
"""How long somebody else's stop of the same recording is waited for, before it is made here."""
_UNTIL_THEIRS = timedelta(seconds=2)
"""The delay before it is asked again whether somebody else's stop is made."""


@dataclass(frozen=True, slots=True)
class StopHandler:
    """Stops recordings."""

    ledger: Ledger
    targets: Targets
    turns: Turns
    telling: Telling
    results: Results
    redrawing: Redrawing
    rights: OrderRights
    clock: Callable[[], datetime]

    def run(self, order: Order, action: Stop, delivery: Delivery, /) -> None:
        """Stop the recordings and answer. Raises TryAgain if that takes another receive."""
        stop = self.ledger.stops.read(order.order_id)
        if stop is None:
            stop = self._begin(order, action, delivery)
            self._show_asked(order, stop)
        self.go_on(order, action, stop, delivery)

    def go_on(self, order: Order, action: Stop, stop: StopRecord, delivery: Delivery) -> None:
        """Stop what isn't stopped yet, and answer. Raises TryAgain if that takes another receive."""
        try:
            settled = self._settle(order, stop, delivery) if stop.settled_at is None else self._end_failed(stop)
        except NotStored as not_stored:
            self.results.hand_over(order, action, not_stored, delivery)
            return
        except TryAgain as again:
            if again.why is not None:  # on the last receive no call is tried again
                self.telling.report_wait(order, stop_waits(action, stop, again.why, delivery.tries_until(self.clock())))
            with suppress(TryAgain):
                self.redraw(stop, delivery)  # the messages say that it is being stopped
            raise
        refusals = [it.failure.refusal for it in settled.targets if it.failure is not None]
        refusal = refusals[0] if refusals and len(refusals) == len(settled.targets) else None
        if refusals and _is_of_a_home_tab(order):
            shown = View(stop_outcome(action, settled), "")
            self.telling.answer_once(self._in_channel(order, action), shown, delivery)
            self.redrawing.homes.publish_soon(order.actor)
        elif refusal is not None:
            self.rights.tell(order, refusal, delivery)
        elif not self._show_outcome(order, settled):
            self.telling.answer_once(order, View(stop_outcome(action, settled), ""), delivery)
        # A message that was clicked on says "stopping", also of what could not be stopped.
        self._draw_clicked(order, self.targets.recordings_of(it for it in settled.targets if it.failure is not None))
        self.redraw(settled, delivery)

    def give_up(self, order: Order, action: Stop, why: FailureKind, /) -> None:
        """Settle each target that is not known to be stopped as not stopped, and report to the asker."""
        try:
            begun = self.ledger.stops.read(order.order_id)
            stop = begun or _record(order, (action.target(),), self.clock())
            self.settle_rest(begun, stop, why)
            if _is_of_a_home_tab(order):
                order = self._in_channel(order, action)
                self.redrawing.homes.publish_soon(order.actor)
        finally:
            self.telling.report_given_up(order, why)

    def settle_rest(self, begun: StopRecord | None, stop: StopRecord, why: FailureKind) -> StopRecord:
        """Settle each target that is not known to be stopped as not stopped. Return the stop."""
        if stop.settled_at is None:
            stop = self.ledger.stops.settle(begun, stop.given_up(self.clock(), why), self.clock())
        return self._end_failed(stop)

    def _end_failed(self, stop: StopRecord) -> StopRecord:
        """Note of each recording that was not stopped that nobody is stopping it. Return the stop.

        The recorder that settled the stop may have been killed before this, and another one may have asked again.
        """
        for target in stop.targets:
            if target.failure is not None:
                self._end(target, stop)
        return stop

    def _show_asked(self, order: Order, stop: StopRecord) -> None:
        """Let what was clicked on say that it is being stopped, before RTC is called: that can take long."""
        is_home = _is_of_a_home_tab(order)
        if not is_home and (order.reply_to is None or order.reply_to.clicked is None):
            return
        asked = self.targets.recordings_of(target for target in stop.targets if target.failure is None)
        asked = [it for it in asked if it.is_at_rtc]
        for recording in asked:
            self.ledger.recordings.note(recording, AskedToStop(order.actor), self.clock())
        self._draw_clicked(order, asked)
        if is_home:
            self.redrawing.homes.publish_soon(order.actor)

    def _draw_clicked(self, click: Order, recordings: Sequence[Recording]) -> None:
        """Let the message that was clicked on show the recordings as they are."""
        for order_id in dict.fromkeys(it.order_id for it in recordings):
            self.redrawing.draw_clicked(click, order_id, at_once=True)

    def _show_outcome(self, order: Order, stop: StopRecord) -> bool:
        """Let the messages about the recordings show the outcome of a click. Return whether they do."""
        if order.reply_to is None or order.reply_to.clicked is None or not stop.targets:
            return False
        if any(target.failure is not None for target in stop.targets):
            return False
        recordings = [self.targets.recording_of(it) for it in stop.targets if not it.is_shown]
        drawn = {it.order_id: self.redrawing.draw_clicked(order, it.order_id) for it in recordings if it is not None}
        return None not in recordings and all(drawn.values())

    def _begin(self, order: Order, action: Stop, delivery: Delivery) -> StopRecord:
        now = self.clock()
        is_too_late = now - order.placed_at > LONGEST_WAIT
        targets = (action.target(FailureKind.TOO_LATE),) if is_too_late else self.targets.find(order, action, now)
        if isinstance(targets, Busy):
            if not delivery.last:
                raise TryAgain(targets.until - now)
            targets = (action.target(FailureKind.JOB_UNKNOWN),)
        allowed = tuple(self.targets.check_right(order, target, delivery) for target in targets)
        return self.ledger.stops.begin(_record(order, allowed, now), now)

    def store(self, stop: StopRecord) -> StopRecord:
        """End the recordings that RTC stopped, and store the results if all are known."""
        stop = stop.model_copy(update={"targets": tuple(self._end(target, stop) for target in stop.targets)})
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

    def _stop(self, order: Order, target: StopTarget, delivery: Delivery) -> StopTarget:
        """Return the target with what RTC answered. Raises TryAgain."""
        if target.failure is not None or target.ended is not None:
            return target
        recording = self.targets.recording_of(target)
        job_id = target.job_id if recording is None else recording.job_id
        target = target.model_copy(update={"job_id": job_id})  # a plan may have begun since it was found
        if recording is not None and recording.is_over:
            # An earlier receive may have stopped it: RTC is not called again.
            return target.over(recording, order.actor).model_copy(update={"ended": Ended.STOPPED})
        if recording is not None and recording.state is RecordingState.PLANNED:
            self._ask(recording, order, delivery)
            return target.model_copy(update={"ended": Ended.STOPPED})
        if job_id is None:
            return target.model_copy(update={"failure": Failure(kind=FailureKind.JOB_UNKNOWN)})
        if self.clock() - order.placed_at > LONGEST_WAIT:
            return target.model_copy(update={"failure": Failure(kind=FailureKind.TOO_LATE)})
        if recording is not None:
            self._ask(recording, order, delivery)
        return self._call(order, target, job_id, delivery)

    def _ask(self, recording: Recording, order: Order, delivery: Delivery) -> None:
        """Note who asks to stop it. Raises NoTurn while somebody else's stop of it is being made."""
        now = self.clock()
        asked = self.ledger.recordings.note(recording, AskedToStop(order.actor), now).stop_asked
        if asked is not None and asked.by != order.actor and now - asked.at < SOMEBODY_ELSES and not delivery.last:
            raise NoTurn(_UNTIL_THEIRS)

    def _call(self, order: Order, target: StopTarget, job_id: str, delivery: Delivery) -> StopTarget:
        try:
            with self.turns.take(order, delivery) as rtc:
                rtc.stop(job_id)
        except RtcError as error:
            if error.says_no_job:
                return self._count_stopped(target, Ended.GONE)
            logger.warning(LogEvent.NOT_STOPPED, extra={"job_id": job_id, "error": str(error)})
            if (error.may_retry or isinstance(error, OutcomeUnknown)) and not delivery.last:
                raise TryAgain(delivery.delay(), error.failure()) from None
            count_refusal(error, Metric.NOT_STOPPED)
            return target.model_copy(update={"failure": error.failure()})
        return self._count_stopped(target, Ended.STOPPED)

    def _count_stopped(self, target: StopTarget, how: Ended) -> StopTarget:
        """Log and count that the job is stopped. Return the target with how that was."""
        logger.info(LogEvent.STOPPED, extra={"job_id": target.job_id})
        count(Metric.STOPPED)
        return target.model_copy(update={"ended": how})

    def _end(self, target: StopTarget, stop: StopRecord) -> StopTarget:
        """End the target's recording in the ledger, and free its lock. Return the target with who asked for that."""
        recording = self.targets.recording_of(target) if target.ended or target.failure else None
        if recording is None:
            return target
        if target.failure is not None:
            self.ledger.recordings.note(recording, NotStopped(stop.actor), self.clock())
            return target
        over = self.ledger.recordings.note(recording, Gone() if target.ended is Ended.GONE else Stopped(), self.clock())
        is_shown = self.ledger.answers.read(over.order_id).message is not None
        return target.over(over, stop.actor).model_copy(update={"is_shown": is_shown})

    def redraw(self, stop: StopRecord, delivery: Delivery) -> None:
        """Let the messages about the recordings show how they are. Raises NoTurn or TryAgain if Slack can't take it."""
        for recording in {it.order_id: it for it in self.targets.recordings_of(stop.targets)}.values():
            self.redrawing.redraw(Order.about(recording, Check()), delivery)

    def _in_channel(self, order: Order, action: Stop) -> Order:
        """Return the order of a click in the home tab, answered in the channel of the recording's message."""
        recording = next(filter(None, map(self.ledger.recordings.of_id, action.recordings)), None)
        reply_to = None if recording is None else Order.about(recording, Check()).reply_to
        return order.model_copy(update={"reply_to": reply_to})


def _is_of_a_home_tab(order: Order) -> bool:
    """Return whether a person has clicked where no answer can be posted."""
    return order.reply_to is None and order.actor.is_person


def _record(order: Order, targets: tuple[StopTarget, ...], began_at: datetime) -> StopRecord:
    return StopRecord(order_id=order.order_id, actor=order.actor, began_at=began_at, targets=targets)
