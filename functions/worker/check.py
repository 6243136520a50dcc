"""The first checks of a start, soon after it. A job counts as recording only after RTC has said RUNNING.

While jobs of an answered order are being set up, the order is put back on the queue, a few times. After that, the
recordings are followed once a minute (functions/worker/due.py). If the answer was posted by the Web API, its message
is drawn again with the news. Otherwise one more message is posted, at the end.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.messages.outcomes import outcome
from bot.slack_api import TryLater
from functions.aws.observability import logger
from functions.aws.queue import OrderQueue
from functions.ledger.ledger import Ledger
from functions.worker.delivery import Delivery, TryAgain
from functions.worker.follow import Follower
from functions.worker.telling import Telling
from shared.failures import FailureKind
from shared.log_events import LogEvent
from shared.orders import Check, NotQueued, Order, PerhapsQueued
from shared.recording_news import Drawn
from shared.recordings import Recording, RecordingState

DELAYS = (2, 5, 15, 60)
"""Seconds from the answer to the first check, and from each to the next."""


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
    follower: Follower
    telling: Telling
    checks: Checks
    clock: Callable[[], datetime]

    def run(self, order: Order, action: Check, delivery: Delivery, /) -> None:
        """Ask RTC for the jobs that are being set up, and post what is new. Raises TryAgain if Slack can't take it now.

        The ledger says what the message shows. So news that was not posted is news again at the next check.
        """
        for recording in self.ledger.orders.read(order.order_id).recordings:
            if _is_being_set_up(recording) and delivery.has_time_for_a_call():
                self.follower.look(recording)
        self._redraw(order, delivery)
        record = self.ledger.orders.read(order.order_id)
        is_last = action.number >= len(DELAYS) or not any(map(_is_being_set_up, record.recordings))
        news = [recording for recording in record.recordings if recording.drawn != recording.visible]
        if news and record.message is None and order.reply_to is not None and is_last:
            now = self.clock()
            reply = outcome(order, record.attempts, record.recordings, now)
            self.telling.update(order, None, reply, delivery, DELAYS[-1])
            for recording in news:
                self.ledger.recordings.note(recording, Drawn(recording.visible), now)
        self.checks.put_next(order, record.recordings, action.number + 1, delivery)

    def give_up(self, order: Order, action: Check, why: FailureKind, /) -> None:
        """Do nothing: the order is answered, and only news is missing."""

    def _redraw(self, order: Order, delivery: Delivery) -> None:
        try:
            self.follower.redrawing.redraw(order.order_id)
        except TryLater as error:
            if not delivery.last:
                asked = timedelta(seconds=min(error.retry_after or 0, DELAYS[-1]))
                raise TryAgain(max(delivery.delay(), asked)) from None
            logger.warning(LogEvent.NOT_ANSWERED, extra={"reason": str(error)})


def _is_being_set_up(recording: Recording) -> bool:
    return recording.state is RecordingState.STARTING
