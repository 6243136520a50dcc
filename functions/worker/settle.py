"""Settle what RTC said while the ledger could not take it, and go on with the order.

The order's message is done when its settle is on the queue. If the order was received again meanwhile, its answer may
say that the outcome is unknown. Then it is corrected.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from functions.ledger.ledger import Ledger
from functions.worker.delivery import DELAYS, Delivery
from functions.worker.results import Results
from functions.worker.start import StartHandler
from functions.worker.stop import StopHandler
from functions.worker.telling import Telling
from functions.worker.views import view_of
from shared.attempts import Attempt
from shared.failures import FailureKind
from shared.orders import Order, Settle, Start, Stop
from shared.stops import StopRecord


@dataclass(frozen=True, slots=True)
class SettleHandler:
    """Settles results."""

    ledger: Ledger
    start: StartHandler
    stop: StopHandler
    telling: Telling
    results: Results
    clock: Callable[[], datetime]

    def run(self, order: Order, action: Settle, delivery: Delivery, /) -> None:
        """Store the result and go on with the order. Raises TryAgain, or Away while the ledger can't take it."""
        match action.action, action.result:
            case Start() as start, Attempt() as attempt:
                self._settle_attempt(order.going_on(start), start, attempt, delivery)
            case Stop() as stop, StopRecord() as result:
                self.stop.go_on(order.going_on(stop), stop, self.stop.store(result), delivery)

    def give_up(self, order: Order, action: Settle, why: FailureKind, /) -> None:
        """Give up what is left of the order, and tell the asker what RTC said."""
        order = order.going_on(action.action)
        try:
            if isinstance(action.action, Start):
                self.start.settle_rest(order, action.action, why)
        finally:
            self.results.report_lost(order, action.action, action.result)

    def _settle_attempt(self, order: Order, action: Start, attempt: Attempt, delivery: Delivery) -> None:
        was_answered = self.telling.is_answered(order)
        self.ledger.attempts.store(attempt, self.clock())
        self.start.run(order, action, delivery)
        record = self.ledger.orders.read(order.order_id)
        # An attempt without an outcome has a settle of its own by now.
        if was_answered and all(it.outcome for it in record.attempts):
            view = view_of(order, record, self.clock(), self.telling.command)
            self.telling.update(order, view, record.answer, delivery, DELAYS[-1])
