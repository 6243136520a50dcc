"""Answer an order in Slack once, and update the answer with the news.

Posting is at least once: after a crash between the post and the write to the ledger, the answer is posted again.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.messages import replies
from bot.messages.blocks import Reply
from bot.posting import Messenger
from bot.slack_api import CannotDeliver, TryLater
from functions.aws.observability import Metric, count, logger
from functions.ledger.answers import Answers
from functions.worker.delivery import DELAYS, TIME_TO_ANSWER, Delivery, TryAgain
from shared.attempts import Busy
from shared.failures import FailureKind
from shared.log_events import LogEvent
from shared.orders import Order
from shared.slack_refs import MessageRef

MOST_ANSWERS = 3
"""Answers begun before the last receive, the one that says that the order waits included. Slack takes five posts to a
response_url: one is kept for the last receive, and one for the news (functions/worker/check.py)."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Posts and updates the answers to orders."""

    answers: Answers
    messenger: Callable[[], Messenger]
    """Returns the messenger for the current bot token."""
    clock: Callable[[], datetime]
    sleep: Callable[[float], None] = time.sleep

    def answer_once(self, order: Order, reply: Reply, delivery: Delivery) -> None:
        """Post the answer to the order, unless it was posted. Raises TryAgain if that takes another receive."""
        begun = self.answers.begin(order.order_id, self.clock())
        if isinstance(begun, Busy):
            wait_for(begun, delivery, self.clock, self.sleep)
            begun = self.answers.begin(order.order_id, self.clock())
        if begun is None:
            return
        if isinstance(begun, Busy):
            raise TryAgain(begun.until - self.clock())
        if begun > MOST_ANSWERS and not delivery.last:
            self.answers.abandon(order.order_id, self.clock())
            raise TryAgain(delivery.delay())
        try:
            waiting = self.answers.message(order.order_id) if begun > 1 else None
            message = self._post_or_update(order, reply, waiting)
        except TryLater as error:
            self.answers.abandon(order.order_id, self.clock())
            if delivery.last:
                logger.warning(LogEvent.NOT_ANSWERED, extra={"reason": error.why})
                count(Metric.NOT_ANSWERED)
            else:
                logger.info("Slack did not take the answer", extra={"reason": error.why})
            raise TryAgain(max(delivery.delay(), _retry_after(error, DELAYS[-1]))) from None
        except CannotDeliver as error:
            # The answer can never be posted. The outcome stays in the ledger.
            logger.warning(LogEvent.NOT_ANSWERED, extra={"reason": str(error)})
            count(Metric.NOT_ANSWERED)
            message = None
        self.answers.finish(order.order_id, self.clock(), message)

    def report_wait(self, order: Order, reply: Reply) -> None:
        """Say that the order waits: once, or in a message that can be updated at each receive. This raises no error."""
        if order.reply_to is None:
            return
        try:
            message = self.answers.message(order.order_id)
            if message is not None:
                self.messenger().update(message, reply, order.order_id)
            elif self.answers.begin_wait(order.order_id, self.clock()):
                try:
                    message = self.messenger().post(reply, order.reply_to, order.order_id)
                finally:
                    self.answers.abandon(order.order_id, self.clock(), message)
        except TryLater as error:
            logger.info("Slack did not take that the order waits", extra={"reason": error.why})
        except CannotDeliver as error:
            logger.info("Slack did not take that the order waits", extra={"reason": error.reason})
        except Exception:
            # The order is tried again in any case, and then answered.
            logger.exception("that the order waits could not be posted")

    def _post_or_update(self, order: Order, reply: Reply, message: MessageRef | None) -> MessageRef | None:
        """Update the message, or post the reply if there is none or it can't be updated. Return the message."""
        if order.reply_to is None:
            return None
        messenger = self.messenger()
        if message is not None:
            try:
                messenger.update(message, reply, order.order_id)
            except CannotDeliver as error:  # it was deleted, or there is no token any more
                logger.info("the message can't be updated", extra={"reason": error.reason})
            else:
                return message
        return messenger.post(reply, order.reply_to, order.order_id)

    def message(self, order: Order) -> MessageRef | None:
        """Return the message with the order's answer; None if it can't be updated."""
        return self.answers.message(order.order_id)

    def update(self, order: Order, message: MessageRef | None, reply: Reply, delivery: Delivery, most: float) -> None:
        """Update the message with the reply, or post the reply if there is no message.

        Raises TryAgain if Slack can't take it now, but not on the last receive. Slack may ask for a delay; at
        most `most` seconds of it count.
        """
        if order.reply_to is None:
            return  # the caller reads the status from the ledger
        try:
            if message is not None:
                self.messenger().update(message, reply, order.order_id)
            else:
                self.messenger().post(reply, order.reply_to, order.order_id)
        except TryLater as error:
            if not delivery.last:
                raise TryAgain(max(delivery.delay(), _retry_after(error, most))) from None
            logger.warning(LogEvent.NOT_ANSWERED, extra={"reason": error.why})
        except CannotDeliver as error:
            logger.warning(LogEvent.NOT_ANSWERED, extra={"reason": error.reason})

    def is_answered(self, order: Order) -> bool:
        """Return whether the order was answered."""
        return self.answers.is_answered(order.order_id)

    def report_given_up(self, order: Order, why: FailureKind) -> None:
        """Post why the order was given up, and that an operator has it. This never raises an error."""
        self.report(order, replies.aws_away(order) if why is FailureKind.AWS_AWAY else replies.bug(order))

    def report(self, order: Order, reply: Reply) -> None:
        """Post a reply without the ledger, which may have failed. This never raises an error."""
        if order.reply_to is None:
            return
        try:
            self.messenger().post(reply, order.reply_to, order.order_id)
        except Exception:
            logger.exception("what became of the order could not be posted")
            count(Metric.NOT_ANSWERED)


def wait_for(busy: Busy, delivery: Delivery, clock: Callable[[], datetime], sleep: Callable[[float], None]) -> None:
    """Raise TryAgain, so that the next receive waits for the other recorder. On the last receive, wait here."""
    left = busy.until - clock()
    if not delivery.last or left > delivery.time_left() - TIME_TO_ANSWER:
        raise TryAgain(left)
    sleep(max(left.total_seconds(), 0))  # the lease may have ended since it was read


def _retry_after(error: TryLater, most: float) -> timedelta:
    return timedelta(seconds=min(error.retry_after or 0, most))
