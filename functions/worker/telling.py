"""Tell people in Slack: answer an order once, and update the answer with the news.

Posting is at least once: where a crash comes between posting and writing that down, the answer is posted twice.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.messages.blocks import Reply
from bot.posting import Messenger
from bot.slack_api import CannotDeliver, TryLater
from functions.aws.observability import Metric, count, logger
from functions.ledger.answers import Answers
from functions.worker.delivery import DELAYS, TIME_TO_ANSWER, Delivery, TryAgain
from shared.attempts import Busy
from shared.log_events import LogEvent
from shared.orders import Order
from shared.slack_refs import MessageRef

MOST_ANSWERS = 3
"""Answers begun before the last receive. Slack takes five posts to a response_url: one is kept for the last receive,
one for the news that it runs (functions/worker/check.py)."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What it takes to tell people in Slack."""

    answers: Answers
    messenger: Callable[[], Messenger]
    """Gives the one for the bot token in use."""
    clock: Callable[[], datetime]
    sleep: Callable[[float], None] = time.sleep

    def answer_once(self, order: Order, reply: Reply, delivery: Delivery) -> None:
        """Post the answer to the order, unless it was posted. Raises TryAgain where that takes another receive."""
        turn = self.answers.begin(order.order_id, self.clock())
        if isinstance(turn, Busy):
            wait_for(turn, delivery, self.clock, self.sleep)
            turn = self.answers.begin(order.order_id, self.clock())
        if turn is None:
            return
        if isinstance(turn, Busy):
            raise TryAgain(turn.until - self.clock())
        if turn > MOST_ANSWERS and not delivery.last:
            self.answers.abandon(order.order_id, self.clock())
            raise TryAgain(delivery.delay())
        try:
            message = None if order.reply_to is None else self.messenger().post(reply, order.reply_to, order.order_id)
        except TryLater as later:
            self.answers.abandon(order.order_id, self.clock())
            if delivery.last:
                count(Metric.NOT_TOLD)
            raise TryAgain(max(delivery.delay(), _asked_for(later, DELAYS[-1]))) from None
        except CannotDeliver as lost:
            # Nothing can bring the answer to Slack any more; the outcome stays in the ledger.
            logger.warning(LogEvent.NOT_ANSWERED, extra={"reason": str(lost)})
            count(Metric.NOT_TOLD)
            message = None
        self.answers.finish(order.order_id, self.clock(), message)

    def answer(self, order: Order) -> MessageRef | None:
        """Return where the order's answer stands; None where it can't be updated."""
        return self.answers.message(order.order_id)

    def update(self, order: Order, answer: MessageRef | None, reply: Reply, delivery: Delivery, longest: float) -> None:
        """Put the news in the place of the order's answer, or post it where that can't be updated.

        Slack may ask to come back later: raises TryAgain then, with at most `longest` seconds of what Slack asked for.
        """
        if order.reply_to is None:
            return  # whoever asked reads it from the ledger
        try:
            if answer is not None:
                self.messenger().update(answer, reply, order.order_id)
            else:
                self.messenger().post(reply, order.reply_to, order.order_id)
        except TryLater as later:
            raise TryAgain(max(delivery.delay(), _asked_for(later, longest))) from None
        except CannotDeliver as lost:
            logger.warning(LogEvent.NOT_ANSWERED, extra={"reason": lost.reason})


def wait_for(busy: Busy, delivery: Delivery, clock: Callable[[], datetime], sleep: Callable[[float], None]) -> None:
    """Leave to the next receive what another recorder is at. On the last there is none, so it is waited for here."""
    left = busy.until - clock()
    if not delivery.last or left > delivery.time_left() - TIME_TO_ANSWER:
        raise TryAgain(left)
    sleep(left.total_seconds())


def _asked_for(later: TryLater, longest: float) -> timedelta:
    return timedelta(seconds=min(later.retry_after or 0, longest))
