"""Answer an order in Slack once, and update the answer with the news.

Posting is at least once: after a crash between the post and the write to the ledger, the answer is posted again.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.messages import replies
from bot.messages.blocks import Reply
from bot.slack_api import CannotDeliver, TryLater
from functions.aws.observability import Metric, count, logger
from functions.ledger.answers import Answer, Answers
from functions.worker.channel_posts import ChannelPosts
from functions.worker.channel_turns import no_turn
from functions.worker.combining import Combining, Others
from functions.worker.delivery import DELAYS, Delivery, NoTurn, TryAgain
from functions.worker.views import View
from shared.attempts import Busy
from shared.failures import FailureKind
from shared.log_events import LogEvent
from shared.orders import LATEST_END, Order
from shared.recordings import Recording
from shared.slack_refs import MessageRef

MOST_ANSWERS = 3
"""Answers begun before the last receive, the one that says that the order waits included. Those that Slack refused for
their speed don't count. Slack takes five posts to a response_url: one is kept for the last receive, and one for the
news (functions/worker/check.py)."""
TIME_TO_COMBINE = timedelta(seconds=30)
"""The least time that is left for answering other orders too."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Posts and updates the answers to orders."""

    answers: Answers
    posts: ChannelPosts
    combining: Combining
    command: str
    """The slash command's name, for what to type next."""
    clock: Callable[[], datetime]
    sleep: Callable[[float], None] = time.sleep

    def answer_once(self, order: Order, view: View, delivery: Delivery, known: Answer | None = None) -> None:
        """Post the answer to the order, unless it was posted.

        Raises NoTurn while others post to the channel, and TryAgain if that takes another receive. The answer to a
        caller's order also answers others that wait in the channel. `known` is the answer as it was just read.
        """
        if order.reply_to is None:
            return  # the caller reads the status from the ledger
        known = known or self.answers.read(order.order_id)
        if known.answered_at is not None:
            return
        if known.begun >= MOST_ANSWERS and not delivery.last:
            raise TryAgain(delivery.delay())
        try:
            as_bot = self.posts.wait_for_turn(order, view.reply)
        except NoTurn as busy:
            self._wait(order, busy, delivery)
            return
        begun = self._begin(order, delivery)
        if begun is None:
            return
        try:
            self._post_with_others(order, view, begun, delivery, as_bot=as_bot)
        except TryLater as error:
            if error.is_throttled:
                self.answers.take_back(order.order_id, self.clock(), begun.begun)
            else:
                self.answers.abandon(order.order_id, self.clock())
            self._wait(order, error, delivery)

    def _begin(self, order: Order, delivery: Delivery) -> Answer | None:
        """Take the lease to answer the order. Return None if it is answered."""
        begun = self.answers.begin(order.order_id, self.clock())
        if isinstance(begun, Busy) and delivery.last:
            delivery.wait_for(begun, self.clock, self.sleep)
            begun = self.answers.begin(order.order_id, self.clock())
        if isinstance(begun, Busy):
            raise NoTurn(begun.until - self.clock())
        return begun

    def _post_with_others(self, order: Order, view: View, begun: Answer, delivery: Delivery, *, as_bot: bool) -> None:
        """Post the answer, together with those of other orders that wait in the channel."""
        combines = as_bot and begun.message is None and delivery.time_left() > TIME_TO_COMBINE
        others = self.combining.begin_others(order) if combines else Others()
        order_ids = (order.order_id, *others.answers)
        try:
            if others.answers:
                view = self.combining.view({**self.combining.read([order.order_id]), **others.records})
            message = self.posts.post_or_update(order, view.reply, begun.message, order_ids, as_bot=as_bot)
        except CannotDeliver as error:
            self._count_not_answered(str(error))  # the answer can never be posted; the outcome stays in the ledger
            self._take_back(others)
            others, view, message = Others(), View(view.reply, ""), None
        except Exception:
            self._take_back(others)
            raise
        leased = {order.order_id: begun, **others.answers}
        also = self.combining.answered(order, others)
        self.answers.finish(leased, self.clock(), message, shows=view.state, also=also)

    def _take_back(self, others: Others) -> None:
        for order_id, answer in others.answers.items():
            self.answers.take_back(order_id, self.clock(), answer.begun)

    def _wait(self, order: Order, error: NoTurn | TryLater, delivery: Delivery) -> None:
        """Raise NoTurn or TryAgain for an answer that Slack didn't take, unless it is not tried again.

        An answer that had no turn, or that Slack refused for its speed, doesn't count, and uses up no receive. An order
        that is not tried again stays on the list of its caller, so that a later message may answer it.
        """
        self.combining.wait(order)
        is_busy = isinstance(error, NoTurn) or error.is_throttled
        reason = "the channel is too busy" if isinstance(error, NoTurn) else error.why
        if is_busy and self.clock() - order.placed_at <= LATEST_END:
            raise error if isinstance(error, NoTurn) else self.posts.throttle(order, error, DELAYS[-1])
        if not is_busy and not delivery.last:
            logger.info(LogEvent.ANSWER_DELAYED, extra={"reason": reason})
            raise TryAgain(delivery.delay())
        # RTC's part is done and stored, so nobody has to look after the order.
        self._count_not_answered(reason)

    def report_wait(self, order: Order, reply: Reply) -> None:
        """Say that the order waits: once, or in a message that can be updated at each receive. This raises no error."""
        if order.reply_to is None:
            return
        try:
            message = self.answers.read(order.order_id).message
            if message is not None:
                if self.posts.channels.take(message.channel_id, order.actor):
                    self.posts.edit(message, reply, order.order_id)
            elif self.answers.begin_wait(order.order_id, self.clock()):
                try:
                    as_bot = self.posts.wait_for_turn(order, reply)
                    message = self.posts.post(order, reply, order.order_id, as_bot=as_bot)
                finally:
                    self.answers.abandon(order.order_id, self.clock(), message)
        except TryLater as error:
            self.posts.slow_down(order, error)
            logger.info("Slack did not take that the order waits", extra={"reason": error.why})
        except (CannotDeliver, NoTurn) as error:
            logger.info("Slack did not take that the order waits", extra={"reason": str(error)})
        except Exception:
            # The order is tried again in any case, and then answered.
            logger.exception("that the order waits could not be posted")

    def notify(self, order: Order, first: int, reply: Reply, delivery: Delivery) -> bool:
        """Post the notice that must stand before the streams from this place on start. Return whether it stands.

        Raises NoTurn while others post to the channel, and TryAgain if Slack can't take it now.
        """
        if order.reply_to is None:
            return False
        if first in self.answers.read(order.order_id).notified:
            return True
        as_bot = self.posts.wait_for_turn(order, reply)
        try:
            self.posts.post(order, reply, order.order_id, as_bot=as_bot)
        except CannotDeliver as error:
            self._count_not_answered(error.reason)
            return False
        except TryLater as error:
            if error.is_throttled:
                raise self.posts.throttle(order, error, DELAYS[-1]) from None
            if delivery.last:
                return False
            raise TryAgain(delivery.delay()) from None
        self.answers.note_notice(order.order_id, first, self.clock())
        return True

    def update(self, order: Order, view: View, answer: Answer, delivery: Delivery, most: float) -> Sequence[Recording]:
        """Let the message with the answer show the view, or post it if there is no message that can be updated.

        `answer` was read not later than what the view shows: if it has changed since, a newer view may be shown.
        A message about several orders is updated as a whole, by the order that it was posted for. Return what it shows
        of the others. A message that shows it all already stays as it is. Raises NoTurn while others post to the
        channel or update the message, and TryAgain if Slack can't take it now, but not on the last receive. Slack may
        ask for a delay; at most `most` seconds of it count.
        """
        if order.reply_to is None:
            return ()  # the caller reads the status from the ledger
        if answer.together and answer.together[0] != order.order_id:
            return ()
        if not answer.together and view.state == answer.shows:
            return ()
        as_bot = self.posts.wait_for_update(order, view.reply, answer.message)
        others: Sequence[Recording] = ()
        if answer.together:
            records = self.combining.read(answer.together)
            view = self.combining.view(records)
            others = [it for record in records.values() for it in record.recordings]
        if view.state != answer.shows:
            self._show(order, view, answer, delivery, most, as_bot=as_bot)
        return others

    def _show(self, order: Order, view: View, answer: Answer, delivery: Delivery, most: float, *, as_bot: bool) -> None:
        # A recorder that read the recordings later has changed the answer. It must not be overwritten.
        if self.answers.begin_update(order.order_id, answer, self.clock()) is None:
            raise no_turn()
        shows = answer.shows
        try:
            order_ids = answer.together or (order.order_id,)
            if answer.message is None:
                self.posts.post(order, view.reply, *order_ids, as_bot=as_bot)
            else:
                self.posts.edit(answer.message, view.reply, *order_ids)
            shows = view.state
        except TryLater as error:
            self._wait_for_slack(order, error, delivery, most)
            shows = view.state
        except CannotDeliver as error:
            logger.warning(LogEvent.NOT_ANSWERED, extra={"reason": error.reason})
            shows = view.state
        finally:
            self.answers.show(order.order_id, shows, self.clock())

    def reply(self, order: Order, message: MessageRef, reply: Reply, delivery: Delivery) -> None:
        """Post the reply in the message's thread. Raises NoTurn or TryAgain as `update` does."""
        try:
            if not self.posts.channels.take(message.channel_id, order.actor):
                raise no_turn()
            self.posts.messenger().reply(message, reply, order.order_id)
        except TryLater as error:
            self._wait_for_slack(order, error, delivery, DELAYS[-1])
        except CannotDeliver as error:
            self._count_not_answered(error.reason)

    def replace_clicked(self, order: Order, reply: Reply, response_url: str) -> bool:
        """Replace the message that was clicked on, the one about the order. Return whether Slack took it."""
        try:
            self.posts.messenger().replace_clicked(reply, response_url, order.order_id)
        except (TryLater, CannotDeliver) as error:
            logger.info("the message that was clicked on can't be replaced", extra={"reason": str(error)})
            return False
        return True

    def is_answered(self, order: Order) -> bool:
        """Return whether the order was answered."""
        return self.answers.read(order.order_id).answered_at is not None

    def _wait_for_slack(self, order: Order, error: TryLater, delivery: Delivery, most: float) -> None:
        """Raise NoTurn or TryAgain for news that Slack didn't take, but not on the last receive."""
        if error.is_throttled:
            raise self.posts.throttle(order, error, most) from None
        if not delivery.last:
            raise TryAgain(delivery.delay()) from None
        self._count_not_answered(error.why)

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
            self.posts.messenger().post(reply, order.reply_to, order.order_id)
        except Exception:
            logger.exception("what became of the order could not be posted")
            count(Metric.NOT_ANSWERED)
