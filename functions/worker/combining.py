"""Answer several orders of a caller by one message, when Slack can't take a message for each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.messages.blocks import Reply
from bot.messages.combined import combined
from bot.messages.outcomes import outcome
from bot.messages.stop_outcomes import stop_outcome
from functions.ledger.ledger import Ledger
from functions.ledger.orders import OrderRecord
from shared.attempts import Attempt
from shared.orders import Order, Stop
from shared.recordings import Recording

MOST = 20
"""The most orders that one message answers: more than RTC starts in the second until the next message."""


@dataclass(frozen=True, slots=True)
class View:
    """What a message shows: the reply, and `state`, which changes when the message has to be updated."""

    reply: Reply
    state: str


@dataclass(frozen=True, slots=True)
class Combining:
    """Finds the orders that wait for an answer, and draws a message about several."""

    ledger: Ledger
    clock: Callable[[], datetime]

    def wait(self, order: Order) -> None:
        """Remember that the order waits, so that the message about another order may answer it."""
        if order.reply_to is not None and order.actor.kind == "webhook_caller":
            self.ledger.channels.add(order.reply_to.channel_id, order.actor.id, order.order_id, self.clock())

    def begin_others(self, order: Order) -> dict[str, int]:
        """Take the leases to answer other orders with the order's message.

        Return how many answers of each were begun, by order id.
        """
        if order.reply_to is None or order.actor.kind != "webhook_caller":
            return {}
        waiting = self.ledger.channels.take(order.reply_to.channel_id, order.actor.id, MOST - 1, self.clock())
        begun = {it: self._begin_if_settled(it) for it in waiting if it != order.order_id}
        return {order_id: number for order_id, number in begun.items() if isinstance(number, int)}

    def view(self, order_ids: Sequence[str]) -> View:
        """Return the message about these orders, from the ledger."""
        records = [self.ledger.orders.read(order_id) for order_id in order_ids]
        replies = [self._reply(order_id, record) for order_id, record in zip(order_ids, records, strict=True)]
        state = "|".join(state_of(record.attempts, record.recordings) for record in records)
        actor = next(record.placed.actor for record in records if record.placed is not None)
        return View(combined(actor, [reply for reply in replies if reply is not None]), state)

    def _begin_if_settled(self, order_id: str) -> object:
        is_settled = self._reply(order_id, self.ledger.orders.read(order_id)) is not None
        if not is_settled or self.ledger.answers.read(order_id).message is not None:
            return None  # a message that says that the order waits is updated with its own answer
        return self.ledger.answers.begin(order_id, self.clock())

    def _reply(self, order_id: str, record: OrderRecord) -> Reply | None:
        """Return the answer to the order; None while a stream has no outcome."""
        placed = record.placed
        if placed is None:
            return None
        now = self.clock()
        if isinstance(placed.action, Stop):
            settled = record.stop is not None and record.stop.settled_at is not None
            return stop_outcome(placed.action, record.stop) if record.stop is not None and settled else None
        is_settled = len(record.attempts) == len(placed.action.requests) and all(it.outcome for it in record.attempts)
        order = Order(order_id=order_id, actor=placed.actor, action=placed.action, placed_at=now)
        return outcome(order, record.attempts, record.recordings, now) if is_settled else None


def state_of(attempts: Sequence[Attempt], recordings: Sequence[Recording]) -> str:
    """Return what a message shows of the streams, in short."""
    outcomes = [f"{it.n}:{it.outcome.kind if it.outcome else it.state}" for it in attempts]
    return " ".join([*outcomes, *(f"{it.n}:{it.visible}" for it in recordings)])
