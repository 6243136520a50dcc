"""Check whether started jobs run. A job counts as recording only after RTC has said RUNNING.

While jobs of an answered order are being set up, the order is put back on the queue, a few times. If the answer was
posted by the Web API, its message is updated with the news. Otherwise one more message is posted, at the end.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.messages.outcomes import outcome
from functions.aws.observability import logger
from functions.aws.queue import Queues
from functions.ledger.ledger import Ledger
from functions.worker.combining import View, state_of
from functions.worker.delivery import LONGEST_WAIT, Delivery, NoTurn, TryAgain
from functions.worker.telling import Telling
from functions.worker.turns import Turns
from shared.attempts import Started
from shared.failures import FailureKind
from shared.log_events import LogEvent
from shared.orders import Check, NotQueued, Order, PerhapsQueued
from shared.recordings import Recording, Shown
from shared.rtc.differences import differences
from shared.rtc.errors import RtcError
from shared.rtc.models import RecordingJob, RecordingRequest

DELAYS = (2, 5, 15, 60)
"""Seconds from the answer to the first check, and from each to the next."""
MOST_DELAY = 120
"""The most seconds that a caller's order waits for its next check."""
_SETTLED_STATES = frozenset({"RUNNING", "STOPPED"})


@dataclass(frozen=True, slots=True)
class Checks:
    """Puts the next check of an order on the queue."""

    queues: Queues
    clock: Callable[[], datetime]

    def put_next(self, order: Order, recordings: Sequence[Recording], number: int, delivery: Delivery) -> None:
        """Queue the order's check with this number, unless no job is being set up or no check is left.

        Raises TryAgain if the queue doesn't take it, but not on the last receive.
        """
        if number > len(DELAYS) or not any(map(_is_being_set_up, recordings)):
            return
        try:
            self.queues.put(order.next_check(number), delay=self._delay(order, number))
        except (NotQueued, PerhapsQueued):
            logger.warning("the queue did not take the next check", exc_info=True)
            if not delivery.last:
                raise TryAgain(delivery.delay()) from None

    def _delay(self, order: Order, number: int) -> int:
        """Return the delay. An order of a caller that waited long is one of many: its check must not hold up others."""
        waited = (self.clock() - order.placed_at).total_seconds()
        is_persons = order.actor.kind == "slack_user"
        return DELAYS[number - 1] if is_persons else max(DELAYS[number - 1], round(min(waited, MOST_DELAY)))


@dataclass(frozen=True, slots=True)
class CheckHandler:
    """Checks recordings."""

    ledger: Ledger
    turns: Turns
    telling: Telling
    checks: Checks
    clock: Callable[[], datetime]

    def run(self, order: Order, action: Check, delivery: Delivery, /) -> None:
        """Ask RTC for the jobs that are being set up, and post what is new.

        Raises TryAgain if Slack can't take it now, or if a job or the message did not get its turn. The answer in the
        ledger says what its message shows. So news that was not posted is news again at the next check.
        """
        record = self.ledger.orders.read(order.order_id)
        apps = {it.n: it.outcome.app_id for it in record.attempts if isinstance(it.outcome, Started)}
        no_turn: NoTurn | None = None
        for recording in filter(_is_being_set_up, record.recordings):
            try:
                self._look(order, recording, apps.get(recording.n), delivery)
            except NoTurn as wait:
                no_turn = wait
                break
        now = self.clock()
        current = self.ledger.orders.read(order.order_id)
        recordings = current.recordings
        # Without a message to update, the news is posted once, at the end.
        others: Sequence[Recording] = ()
        is_last = no_turn is None and (action.number >= len(DELAYS) or not any(map(_is_being_set_up, recordings)))
        if is_last or current.answer.message is not None:
            view = View(outcome(order, record.attempts, recordings, now), state_of(record.attempts, recordings))
            try:
                others = self.telling.update(order, view, current.answer, delivery, DELAYS[-1])
            except NoTurn as wait:
                no_turn = no_turn or wait
        if no_turn is not None and now - order.placed_at <= LONGEST_WAIT:
            raise no_turn
        number = action.number + 1
        if any(map(_is_being_set_up, others)) and now - order.placed_at <= LONGEST_WAIT:
            number = min(number, len(DELAYS))  # the message must still show what the checks of the others find
        self.checks.put_next(order, [*recordings, *others], number, delivery)

    def give_up(self, order: Order, action: Check, why: FailureKind, /) -> None:
        """Do nothing: the order is answered, and only news is missing."""

    def _look(self, order: Order, recording: Recording, app_id: str | None, delivery: Delivery) -> None:
        """Store how RTC shows the job, if it gives the job and its state is new."""
        try:
            with self.turns.take(order, delivery) as rtc:
                job = rtc.show(recording.job.job_id)
        except RtcError as error:
            logger.info("RTC did not show the job", extra={"error": str(error)})
            return
        if job.state != recording.job.state:
            noted = self.ledger.recordings.note(recording, Shown(job), self.clock())
            report_differences(noted.request, noted.job, app_id, before=recording.job)


def report_differences(
    request: RecordingRequest, job: RecordingJob, app_id: str | None, before: RecordingJob | None = None
) -> None:
    """Log in what RTC's answer differs from what was asked, unless it did so `before`."""
    known = differences(request, before, app_id) if before else ()
    found = [it.model_dump() for it in differences(request, job, app_id) if it not in known]
    if found:
        logger.warning(LogEvent.JOB_DIFFERS, extra={"job_id": job.job_id, "differences": found})


def _is_being_set_up(recording: Recording) -> bool:
    return recording.job.state not in _SETTLED_STATES
