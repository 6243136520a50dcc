"""Look whether what was started runs: nothing is called a recording before RTC has said RUNNING.

An answered order whose jobs are still being set up comes back on the queue, a few times. Where the bot could post its
answer by the Web API the message is changed at each news; else there is one more message, at the end.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.messenger import CannotDeliver, Messenger, TryLater
from bot.outcomes import outcome
from functions.delivery import Delivery, TryAgain
from functions.ledger_table import LedgerTable
from functions.observability import logger
from functions.order_queue import OrderQueue
from shared.ledger import Entry, Started
from shared.order import NotQueued, Order, PerhapsQueued
from shared.rtc.client import RtcClient
from shared.rtc.errors import RtcError

LOOKS = (2, 5, 15, 60)
"""Seconds from the answer to the first look, and from each to the next."""
TIME_FOR_A_LOOK = timedelta(seconds=31)
"""What showing one job and telling of it may take."""
_SETTLED_STATES = frozenset({"RUNNING", "STOPPED"})


@dataclass(frozen=True, slots=True)
class Watch:
    """What it takes to look after what was started."""

    ledger: LedgerTable
    rtc: RtcClient
    messenger: Messenger
    queue: OrderQueue
    clock: Callable[[], datetime]

    def begin(self, order: Order, entries: Sequence[Entry]) -> None:
        """Have the order come back for its next look, unless every job runs or is over, or it was looked at enough."""
        if order.look == len(LOOKS) or not any(map(_is_being_set_up, entries)):
            return
        try:
            self.queue.put(order.model_copy(update={"look": order.look + 1}), delay=LOOKS[order.look])
        except (NotQueued, PerhapsQueued):
            logger.warning("nobody looks whether it runs: the queue did not take it", exc_info=True)

    def look(self, order: Order, delivery: Delivery) -> None:
        """Show the jobs that are still being set up, and tell what is new. Raises TryAgain if Slack takes it later.

        The ledger hears of news only after the channel: so what was not told is news again at the next look.
        """
        told = self.ledger.entries(order.order_id)
        entries = [
            self._shown(entry) if _is_being_set_up(entry) and delivery.time_left() > TIME_FOR_A_LOOK else entry
            for entry in told
        ]
        if entries != told and self._tell(order, entries, delivery):
            for before, after in zip(told, entries, strict=True):
                if after != before:
                    self.ledger.observe(before, after, self.clock())
        self.begin(order, entries)

    def _shown(self, entry: Entry) -> Entry:
        if not isinstance(entry.outcome, Started):
            return entry
        try:
            job = self.rtc.show(entry.outcome.job.job_id)
        except RtcError as error:
            logger.info("not shown", extra={"error": str(error)})
            return entry
        if job.state == entry.outcome.job.state:
            return entry
        # Only the news is taken over: what RTC left out of this answer it has said before.
        said = {name: value for name in job.model_fields_set if (value := getattr(job, name)) is not None}
        seen = entry.outcome.model_copy(update={"job": entry.outcome.job.model_copy(update=said)})
        return entry.model_copy(update={"outcome": seen})

    def _tell(self, order: Order, entries: Sequence[Entry], delivery: Delivery) -> bool:
        """Whether the news was told, or can never be; without a message to change it is told once, at the end."""
        if order.reply_to is None:
            return True  # whoever asked reads it from the ledger
        reply = outcome(order, entries, self.clock())
        posted = self.ledger.posted(order.order_id)
        if posted is None and order.look < len(LOOKS) and any(map(_is_being_set_up, entries)):
            return False
        try:
            if posted is not None:
                self.messenger.update(posted, reply)
            else:
                self.messenger.post(reply, order.reply_to)
        except TryLater as later:
            raise TryAgain(max(delivery.delay(), timedelta(seconds=min(later.retry_after or 0, LOOKS[-1])))) from None
        except CannotDeliver as lost:
            logger.warning("the news of a job was not told", extra={"reason": lost.reason})
        return True


def _is_being_set_up(entry: Entry) -> bool:
    return isinstance(entry.outcome, Started) and entry.outcome.job.state not in _SETTLED_STATES
