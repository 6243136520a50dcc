"""Look whether what was started runs: nothing is called a recording before RTC has said RUNNING.

An answered order whose jobs are still being set up comes back on the queue, a few times. Where the bot could post its
answer by the Web API the message is changed at each news; else there is one more message, at the end.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.messages.outcomes import outcome
from bot.posting import Messenger
from bot.slack_api import CannotDeliver, TryLater
from functions.aws.observability import logger
from functions.aws.queue import OrderQueue
from functions.ledger.attempts import LedgerTable
from functions.worker.delivery import Delivery, TryAgain
from shared.attempts import Attempt, Started
from shared.orders import NotQueued, Order, PerhapsQueued
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

    def begin(self, order: Order, attempts: Sequence[Attempt]) -> None:
        """Have the order come back for its next look, unless every job runs or is over, or it was looked at enough."""
        if order.look == len(LOOKS) or not any(map(_is_being_set_up, attempts)):
            return
        try:
            self.queue.put(order.model_copy(update={"look": order.look + 1}), delay=LOOKS[order.look])
        except (NotQueued, PerhapsQueued):
            logger.warning("nobody looks whether it runs: the queue did not take it", exc_info=True)

    def look(self, order: Order, delivery: Delivery) -> None:
        """Show the jobs that are still being set up, and tell what is new. Raises TryAgain if Slack takes it later.

        The ledger hears of news only after the channel: so what was not told is news again at the next look.
        """
        told = self.ledger.attempts(order.order_id)
        attempts = [
            self._shown(attempt) if _is_being_set_up(attempt) and delivery.time_left() > TIME_FOR_A_LOOK else attempt
            for attempt in told
        ]
        if attempts != told and self._tell(order, attempts, delivery):
            for before, after in zip(told, attempts, strict=True):
                if after != before:
                    self.ledger.observe(before, after, self.clock())
        self.begin(order, attempts)

    def _shown(self, attempt: Attempt) -> Attempt:
        if not isinstance(attempt.outcome, Started):
            return attempt
        try:
            job = self.rtc.show(attempt.outcome.job.job_id)
        except RtcError as error:
            logger.info("not shown", extra={"error": str(error)})
            return attempt
        if job.state == attempt.outcome.job.state:
            return attempt
        # Only the news is taken over: what RTC left out of this answer it has said before.
        said = {name: value for name in job.model_fields_set if (value := getattr(job, name)) is not None}
        seen = attempt.outcome.model_copy(update={"job": attempt.outcome.job.model_copy(update=said)})
        return attempt.model_copy(update={"outcome": seen})

    def _tell(self, order: Order, attempts: Sequence[Attempt], delivery: Delivery) -> bool:
        """Whether the news was told, or can never be; without a message to change it is told once, at the end."""
        if order.reply_to is None:
            return True  # whoever asked reads it from the ledger
        reply = outcome(order, attempts, self.clock())
        posted = self.ledger.posted(order.order_id)
        if posted is None and order.look < len(LOOKS) and any(map(_is_being_set_up, attempts)):
            return False
        try:
            if posted is not None:
                self.messenger.update(posted, reply, order.order_id)
            else:
                self.messenger.post(reply, order.reply_to, order.order_id)
        except TryLater as later:
            raise TryAgain(max(delivery.delay(), timedelta(seconds=min(later.retry_after or 0, LOOKS[-1])))) from None
        except CannotDeliver as lost:
            logger.warning("the news of a job was not told", extra={"reason": lost.reason})
        return True


def _is_being_set_up(attempt: Attempt) -> bool:
    return isinstance(attempt.outcome, Started) and attempt.outcome.job.state not in _SETTLED_STATES
