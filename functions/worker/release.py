"""Release recordings of unknown outcome: their streams are free, and nothing more is done about them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.messages.changes import released
from functions.ledger.ledger import Ledger
from functions.worker.delivery import Delivery
from functions.worker.redrawing import Redrawing
from functions.worker.rights import OrderRights
from functions.worker.telling import Telling
from functions.worker.views import View
from shared.failures import FailureKind
from shared.orders import Check, Order, Release
from shared.questions import What
from shared.recording_changes import Released


@dataclass(frozen=True, slots=True)
class ReleaseHandler:
    """Releases recordings."""

    ledger: Ledger
    redrawing: Redrawing
    telling: Telling
    rights: OrderRights
    clock: Callable[[], datetime]

    def run(self, order: Order, action: Release, delivery: Delivery, /) -> None:
        """Release what is still unknown, and answer. Raises TryAgain if Slack can't take it now."""
        known = filter(None, map(self.ledger.recordings.of_id, action.recordings))
        allowed = self.rights.select_allowed(order, known, delivery, What.recorded)
        if not allowed:
            return
        after = [self.ledger.recordings.note(it, Released(order.actor), self.clock()) for it in allowed]
        self.telling.answer_once(order, View(released(after, self.clock()), ""), delivery)
        for recording in {it.order_id: it for it in after}.values():
            self.redrawing.redraw(Order.about(recording, Check()), delivery)
            self.redrawing.draw_clicked(order, recording.order_id)

    def give_up(self, order: Order, action: Release, why: FailureKind, /) -> None:  # noqa: ARG002 - as in each handler
        """Report to the asker: the streams are free when their hold is over."""
        self.telling.report_given_up(order, why)
