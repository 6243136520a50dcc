"""Check whether started jobs run. A job counts as recording only after RTC has said RUNNING.

While jobs of an answered order are being set up, the order is put back on the queue, a few times. If the answer was
posted by the Web API, its message is updated with the news. Otherwise one more message is posted, at the end.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.messages.outcomes import outcome
from functions.aws.observability import logger
from functions.aws.queue import OrderQueue
from functions.ledger.ledger import Ledger
from functions.worker.delivery import Delivery, TryAgain
from functions.worker.telling import Telling
from shared.attempts import Started
from shared.failures import FailureKind
from shared.log_events import LogEvent
from shared.orders import Check, NotQueued, Order, PerhapsQueued
from shared.recordings import Recording, Shown, changed
from shared.rtc.client import RtcClient
from shared.rtc.differences import differences
from shared.rtc.errors import RtcError
from shared.rtc.models import RecordingJob, RecordingRequest

DELAYS = (2, 5, 15, 60)
"""Seconds from the answer to the first check, and from each to the next."""
_SETTLED_STATES = frozenset({"RUNNING", "STOPPED"})


@dataclass(frozen=True, slots=True)
class Checks:
    """Puts the next check of an order on the queue."""

    queue: OrderQueue

    def put_next(self, order: Order, recordings: Sequence[Recording], number: int, delivery: Delivery) -> None:
        """Queue the order's check with this number, unless no job is being set up or no check is left.

        Raises TryAgain if the queue doesn't take it, but not on the last receive.
        """
        if number > len(DELAYS) or not any(map(_is_being_set_up, recordings)):
            return
        try:
            self.queue.put(order.next_check(number), delay=DELAYS[number - 1])
        except (NotQueued, PerhapsQueued):
            logger.warning("the queue did not take the next check", exc_info=True)
            if not delivery.last:
                raise TryAgain(delivery.delay()) from None


@dataclass(frozen=True, slots=True)
class CheckHandler:
    """Checks recordings."""

    ledger: Ledger
    rtc: Callable[[], RtcClient]
    telling: Telling
    checks: Checks
    clock: Callable[[], datetime]

    def run(self, order: Order, action: Check, delivery: Delivery, /) -> None:
        """Ask RTC for the jobs that are being set up, and post what is new. Raises TryAgain if Slack can't take it now.

        The ledger is written after Slack has the news. So news that was not posted is news again at the next check.
        """
        record = self.ledger.orders.read(order.order_id)
        news = {
            recording.n: shown
            for recording in record.recordings
            if _is_being_set_up(recording) and delivery.has_time_for_a_call() and (shown := self._show(recording))
        }
        now = self.clock()
        current = self.ledger.orders.read(order.order_id).recordings if news else record.recordings
        after = [changed(it, news[it.n], now) if it.n in news else it for it in current]
        message = self.telling.message(order)
        apps = {it.n: it.outcome.app_id for it in record.attempts if isinstance(it.outcome, Started)}
        # Without a message to update, the news is posted once, at the end.
        is_last = action.number >= len(DELAYS) or not any(map(_is_being_set_up, after))
        if news and (order.reply_to is None or message is not None or is_last):
            self.telling.update(order, message, outcome(order, record.attempts, after, now), delivery, DELAYS[-1])
            for recording in current:
                if recording.n in news:
                    noted = self.ledger.recordings.note(recording, news[recording.n], now)
                    report_differences(noted.request, noted.job, apps.get(recording.n), before=recording.job)
        self.checks.put_next(order, after, action.number + 1, delivery)

    def give_up(self, order: Order, action: Check, why: FailureKind, /) -> None:
        """Do nothing: the order is answered, and only news is missing."""

    def _show(self, recording: Recording) -> Shown | None:
        """Return the job as RTC shows it; None if its state is not new or RTC gave no job."""
        try:
            job = self.rtc().show(recording.job.job_id)
        except RtcError as error:
            logger.info("RTC did not show the job", extra={"error": str(error)})
            return None
        return Shown(job) if job.state != recording.job.state else None


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
