"""Answer several orders of a caller by one message, when Slack can't take a message for each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.messages.blocks import Reply
from bot.messages.combined import combined
from bot.messages.outcomes import outcome
from bot.messages.stop_outcomes import stop_outcome
from functions.ledger.answers import Answer
from functions.ledger.changes import Change
from functions.ledger.channels import WaitingOrder
from functions.ledger.ledger import Ledger
from functions.ledger.orders import OrderRecord
from functions.worker.views import View, state_of
from shared.orders import Order, Stop

MOST = 20
"""The most orders that one message answers: more than RTC starts in the second until the next message."""


@dataclass(frozen=True, slots=True)
class Others:
    """Other orders that are answered with an order's message: their leased answers, and what the ledger has of them.

    `waiting` are those that need not wait on the list any more.
    """

    answers: Mapping[str, Answer] = field(default_factory=dict)
    records: Mapping[str, OrderRecord] = field(default_factory=dict)
    waiting: Sequence[WaitingOrder] = ()


@dataclass(frozen=True, slots=True)
class Combining:
    """Finds the orders that wait for an answer, and draws a message about several."""

    ledger: Ledger
    command: str
    """The slash command's name, for what to type next."""
    clock: Callable[[], datetime]

    def wait(self, order: Order) -> None:
        """Remember that the order waits, so that the message about another order may answer it."""
        waiting = WaitingOrder.of(order)
        if waiting is not None:
            self.ledger.channels.add(waiting, self.clock())

    def begin_others(self, order: Order) -> Others:
        """Take the leases to answer other orders with the order's message."""
        own = WaitingOrder.of(order)
        if own is None:
            return Others()
        now = self.clock()
        on_list = [it for it in self.ledger.channels.first(own, MOST) if it.order_id != order.order_id][: MOST - 1]
        records = self.read([it.order_id for it in on_list])
        free = {order_id: record for order_id, record in records.items() if self._is_free(order_id, record, now)}
        known = {order_id: record.answer for order_id, record in free.items()}
        answers = self.ledger.answers.begin_all(known, now)
        # An order that is answered, or that no message can answer now, comes from its queue again.
        waiting = [it for it in on_list if not records[it.order_id].answer.is_leased(now)]
        return Others(answers, free, waiting) if answers or not known else Others()

    def view(self, records: Mapping[str, OrderRecord]) -> View:
        """Return the message about these orders."""
        replies = [self._reply(order_id, record) for order_id, record in records.items()]
        state = "|".join(state_of(record.attempts, record.recordings) for record in records.values())
        actor = next(record.placed.actor for record in records.values() if record.placed is not None)
        return View(combined(actor, [reply for reply in replies if reply is not None]), state)

    def read(self, order_ids: Sequence[str]) -> dict[str, OrderRecord]:
        """Return what the ledger has of these orders."""
        return {order_id: self.ledger.orders.read(order_id) for order_id in order_ids}

    def answered(self, order: Order, others: Others) -> list[Change]:
        """Return the changes that remove the order and the others from the list of those that wait."""
        own = WaitingOrder.of(order)
        return [] if own is None else self.ledger.channels.removed([own, *others.waiting])

    def _is_free(self, order_id: str, record: OrderRecord, now: datetime) -> bool:
        """Return whether the order has its outcome and nobody answers it. One that has a message is updated alone."""
        answer = record.answer
        is_free = answer.answered_at is None and answer.message is None and not answer.is_leased(now)
        return is_free and self._reply(order_id, record) is not None

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
        return outcome(order, record.attempts, record.recordings, now, self.command) if is_settled else None
