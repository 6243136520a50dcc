"""Post to a channel and update its messages, each when it is its turn there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.messages.blocks import Reply
from bot.posting import Messenger
from bot.slack_api import CannotDeliver, TryLater
from functions.aws.observability import logger
from functions.worker.channel_turns import ChannelTurns, no_turn
from functions.worker.delivery import NoTurn
from shared.orders import Order
from shared.slack_refs import MessageRef

LONG_WAIT = timedelta(seconds=10)
"""After this time a person is answered by the response_url, if others post to the channel."""
UPDATE_PAUSE = timedelta(seconds=10)
"""How long an update waits on the queue for its turn: answers come first."""


@dataclass(frozen=True, slots=True)
class ChannelPosts:
    """Posts and updates messages. Each method that sends one raises TryLater or CannotDeliver."""

    channels: ChannelTurns
    messenger: Callable[[], Messenger]
    """Returns the messenger for the current bot token."""
    clock: Callable[[], datetime]

    def wait_for_turn(self, order: Order, reply: Reply) -> bool:
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

    def wait_for_update(self, order: Order, reply: Reply, message: MessageRef | None) -> bool:
        """Wait for a turn to update the message, or to post the reply if there is none, as `wait_for_turn` does."""
        if message is None:
            return self.wait_for_turn(order, reply)
        if not self.channels.take(message.channel_id, order.actor):
            raise no_turn(UPDATE_PAUSE)
        return True

    def throttle(self, order: Order, error: TryLater, most: float) -> NoTurn:
        """Slow the channel down. Return the wait that Slack asks for, at most `most` seconds."""
        self.slow_down(order, error)
        return NoTurn(max(no_turn().delay, timedelta(seconds=min(error.retry_after or 0, most))))

    def slow_down(self, order: Order, error: TryLater) -> None:
        """Slow the order's channel down, if Slack refused a message for its speed."""
        if error.is_throttled and order.reply_to is not None:
            self.channels.slow_down(order.reply_to.channel_id)

    def post_or_update(
        self, order: Order, reply: Reply, message: MessageRef | None, order_ids: Sequence[str], *, as_bot: bool
    ) -> MessageRef | None:
        """Update the message, or post the reply if there is none or it can't be updated. Return the message."""
        if message is not None and as_bot:
            try:
                self.edit(message, reply, *order_ids)
            except CannotDeliver as error:  # it was deleted, or there is no token any more
                logger.info("the message can't be updated", extra={"reason": error.reason})
            else:
                return message
        return self.post(order, reply, *order_ids, as_bot=as_bot)

    def post(self, order: Order, reply: Reply, *order_ids: str, as_bot: bool) -> MessageRef | None:
        """Post the reply where the order's answer goes. Return the message, if it can be updated."""
        if order.reply_to is None:
            return None
        messenger = self.messenger()
        if as_bot and messenger.posts_as_bot(reply, order.reply_to):
            self.channels.wait(order.reply_to.channel_id)
        return messenger.post(reply, order.reply_to, *order_ids, as_bot=as_bot)

    def edit(self, message: MessageRef, reply: Reply, *order_ids: str) -> None:
        """Let the message show the reply."""
        self.channels.wait(message.channel_id)
        self.messenger().update(message, reply, *order_ids)
