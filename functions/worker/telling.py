"""Answer an order in Slack once, and update the answer with the news.

Posting is at least once: after a crash between the post and the write to the ledger, the answer is posted again.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.messages import replies
from bot.messages.blocks import Reply
from bot.posting import Messenger
from bot.slack_api import CannotDeliver, TryLater
from functions.aws.observability import Metric, count, logger
from functions.ledger.answers import Answers
from functions.worker.channel_turns import ChannelTurns, no_turn
from functions.worker.combining import Combining, View
from functions.worker.delivery import DELAYS, TIME_TO_ANSWER, Delivery, NoTurn, TryAgain
from shared.attempts import Busy
from shared.failures import FailureKind
from shared.log_events import LogEvent
from shared.orders import LATEST_END, Order
from shared.slack_refs import MessageRef

MOST_ANSWERS = 3
"""Answers begun before the last receive, the one that says that the order waits included. Those that Slack refused for
their speed don't count. Slack takes five posts to a response_url: one is kept for the last receive, and one for the
news (functions/worker/check.py)."""
LONG_WAIT = timedelta(seconds=10)
"""After this time a person is answered by the response_url, if others post to the channel."""
TIME_TO_COMBINE = timedelta(seconds=30)
"""The least time that is left for answering other orders too."""


@dataclass(frozen=True, slots=True)
class _Posted:
    """A message, which is None if it can't be updated; the orders that it answers; what it shows."""

    message: MessageRef | None
    order_ids: tuple[str, ...]
    state: str


@dataclass(frozen=True, slots=True)
class Telling:
    """Posts and updates the answers to orders."""

    answers: Answers
    channels: ChannelTurns
    combining: Combining
    messenger: Callable[[], Messenger]
    """Returns the messenger for the current bot token."""
    clock: Callable[[], datetime]
    sleep: Callable[[float], None] = time.sleep

    def answer_once(self, order: Order, view: View, delivery: Delivery) -> None:
        """Post the answer to the order, unless it was posted.

        Raises NoTurn while others post to the channel, and TryAgain if that takes another receive. The answer to a
        caller's order also answers others that wait in the channel.
        """
        begun = self._begin(order, delivery)
        if begun is None:
            return
        try:
            posted = self._post_with_others(order, view, begun, delivery)
        except (NoTurn, TryLater) as error:
            wait = self._give_back(order, begun, error, delivery)
            if wait is not None:
                raise wait from None
            return
        except CannotDeliver as error:
            self._count_not_answered(str(error))  # the answer can never be posted; the outcome stays in the ledger
            posted = _Posted(None, (order.order_id,), "")
        together = posted.order_ids if len(posted.order_ids) > 1 else ()
        for order_id in posted.order_ids:
            self.answers.finish(order_id, self.clock(), posted.message, shows=posted.state, together=together)

    def _begin(self, order: Order, delivery: Delivery) -> int | None:
        """Take the lease to answer the order. Return how many answers were begun; None if it is answered."""
        begun = self.answers.begin(order.order_id, self.clock())
        if isinstance(begun, Busy) and delivery.last:
            wait_for(begun, delivery, self.clock, self.sleep)
            begun = self.answers.begin(order.order_id, self.clock())
        if isinstance(begun, Busy):
            raise NoTurn(begun.until - self.clock())
        if begun is not None and begun > MOST_ANSWERS and not delivery.last:
            self.answers.abandon(order.order_id, self.clock())
            raise TryAgain(delivery.delay())
        return begun

    def _post_with_others(self, order: Order, view: View, begun: int, delivery: Delivery) -> _Posted:
        """Post the answer, together with those of other orders that wait in the channel."""
        as_bot = self._wait_for_turn(order, view.reply)
        waiting = self.answers.read(order.order_id).message if begun > 1 else None
        combines = as_bot and waiting is None and delivery.time_left() > TIME_TO_COMBINE
        others = self.combining.begin_others(order) if combines else {}
        order_ids = (order.order_id, *others)
        try:
            if others:
                view = self.combining.view(order_ids)
            message = self._post_or_update(order, view.reply, waiting, order_ids, as_bot=as_bot)
        except Exception:
            for order_id, number in others.items():
                self.answers.take_back(order_id, self.clock(), number)
            raise
        return _Posted(message, order_ids, view.state)

    def _give_back(self, order: Order, begun: int, error: NoTurn | TryLater, delivery: Delivery) -> TryAgain | None:
        """Give back the lease of an answer that Slack didn't take. Return how to try again; None for never.

        An answer that had no turn, or that Slack refused for its speed, doesn't count, and uses up no receive. An order
        that is not tried again stays on the list of its caller, so that a later message may answer it.
        """
        now = self.clock()
        is_busy = isinstance(error, NoTurn) or error.is_throttled
        if is_busy:
            self.answers.take_back(order.order_id, now, begun)
        else:
            self.answers.abandon(order.order_id, now)
        self.combining.wait(order)
        reason = "the channel is too busy" if isinstance(error, NoTurn) else error.why
        if is_busy and now - order.placed_at <= LATEST_END:
            return error if isinstance(error, NoTurn) else self._throttled(order, error, DELAYS[-1])
        if not is_busy and not delivery.last:
            logger.info("Slack did not take the answer", extra={"reason": reason})
            return TryAgain(delivery.delay())
        # RTC's part is done and stored, so nobody has to look after the order.
        self._count_not_answered(reason)
        return None

    def report_wait(self, order: Order, reply: Reply) -> None:
        """Say that the order waits: once, or in a message that can be updated at each receive. This raises no error."""
        if order.reply_to is None:
            return
        try:
            message = self.answers.read(order.order_id).message
            if message is not None:
                if self.channels.take(message.channel_id, order.actor):
                    self.messenger().update(message, reply, order.order_id)
            elif self.answers.begin_wait(order.order_id, self.clock()):
                try:
                    as_bot = self._wait_for_turn(order, reply)
                    message = self.messenger().post(reply, order.reply_to, order.order_id, as_bot=as_bot)
                finally:
                    self.answers.abandon(order.order_id, self.clock(), message)
        except TryLater as error:
            self._slow_down(order, error)
            logger.info("Slack did not take that the order waits", extra={"reason": error.why})
        except (CannotDeliver, NoTurn) as error:
            logger.info("Slack did not take that the order waits", extra={"reason": str(error)})
        except Exception:
            # The order is tried again in any case, and then answered.
            logger.exception("that the order waits could not be posted")

    def update(self, order: Order, view: View, delivery: Delivery, most: float) -> None:
        """Let the message with the answer show the view, or post it if there is no message that can be updated.

        A message that shows it already stays as it is. Raises NoTurn while others post to the channel, and TryAgain if
        Slack can't take it now, but not on the last receive. Slack may ask for a delay; at most `most` seconds of it
        count.
        """
        if order.reply_to is None:
            return  # the caller reads the status from the ledger
        answer = self.answers.read(order.order_id)
        view = self.combining.view(answer.together) if answer.together else view
        if view.state == answer.shows:
            return
        try:
            if answer.message is None:
                as_bot = self._wait_for_turn(order, view.reply)
                self.messenger().post(view.reply, order.reply_to, order.order_id, as_bot=as_bot)
            elif not self.channels.take(answer.message.channel_id, order.actor):
                raise no_turn()
            else:
                self.messenger().update(answer.message, view.reply, *(answer.together or (order.order_id,)))
        except TryLater as error:
            self._wait_for_slack(order, error, delivery, most)
        except CannotDeliver as error:
            logger.warning(LogEvent.NOT_ANSWERED, extra={"reason": error.reason})
        for order_id in answer.together or (order.order_id,):
            self.answers.show(order_id, view.state, self.clock())

    def reply(self, order: Order, message: MessageRef, reply: Reply, delivery: Delivery) -> None:
        """Post the reply in the message's thread. Raises NoTurn or TryAgain as `update` does."""
        try:
            if not self.channels.take(message.channel_id, order.actor):
                raise no_turn()
            self.messenger().reply(message, reply, order.order_id)
        except TryLater as error:
            self._wait_for_slack(order, error, delivery, DELAYS[-1])
        except CannotDeliver as error:
            self._count_not_answered(error.reason)

    def is_answered(self, order: Order) -> bool:
        """Return whether the order was answered."""
        return self.answers.read(order.order_id).answered_at is not None

    def can_update(self, order: Order) -> bool:
        """Return whether the order's answer can be updated."""
        return self.answers.read(order.order_id).message is not None

    def _wait_for_turn(self, order: Order, reply: Reply) -> bool:
        """Wait for a turn in the channel. Return False if the response_url has to be used instead.

        A person who has waited long gets the answer by the response_url, which has no such limit. Raises NoTurn.
        """
        if order.reply_to is None or not self.messenger().posts_as_bot(reply, order.reply_to):
            return True
        if self.channels.take(order.reply_to.channel_id, order.actor):
            return True
        if order.reply_to.response_url is None or self.clock() - order.placed_at < LONG_WAIT:
            raise no_turn()
        return False

    def _wait_for_slack(self, order: Order, error: TryLater, delivery: Delivery, most: float) -> None:
        """Raise NoTurn or TryAgain for news that Slack didn't take, but not on the last receive."""
        if error.is_throttled:
            raise self._throttled(order, error, most) from None
        if not delivery.last:
            raise TryAgain(delivery.delay()) from None
        self._count_not_answered(error.why)

    def _throttled(self, order: Order, error: TryLater, most: float) -> NoTurn:
        """Return the wait that Slack asks for, at most `most` seconds, and slow the channel down."""
        self._slow_down(order, error)
        return NoTurn(max(no_turn().delay, timedelta(seconds=min(error.retry_after or 0, most))))

    def _slow_down(self, order: Order, error: TryLater) -> None:
        if error.is_throttled and order.reply_to is not None:
            self.channels.slow_down(order.reply_to.channel_id)

    def _post_or_update(
        self, order: Order, reply: Reply, message: MessageRef | None, order_ids: Sequence[str], *, as_bot: bool
    ) -> MessageRef | None:
        """Update the message, or post the reply if there is none or it can't be updated. Return the message."""
        if order.reply_to is None:
            return None
        messenger = self.messenger()
        if message is not None and as_bot:
            try:
                messenger.update(message, reply, *order_ids)
            except CannotDeliver as error:  # it was deleted, or there is no token any more
                logger.info("the message can't be updated", extra={"reason": error.reason})
            else:
                return message
        return messenger.post(reply, order.reply_to, *order_ids, as_bot=as_bot)

    def _count_not_answered(self, reason: str) -> None:
        logger.warning(LogEvent.NOT_ANSWERED, extra={"reason": reason})
        count(Metric.NOT_ANSWERED)

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
