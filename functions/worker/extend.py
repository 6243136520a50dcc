"""Let a recording end at another time, and show that in its message. Done twice, it is the same."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.messages.changes import extended
from functions.ledger.ledger import Ledger
from functions.worker.delivery import Delivery
from functions.worker.redrawing import Redrawing
from functions.worker.rights import OrderRights
from functions.worker.telling import Telling
from functions.worker.views import View
from shared.failures import FailureKind
from shared.orders import Check, Extend, Order
from shared.questions import What
from shared.recording_changes import Limited


@dataclass(frozen=True, slots=True)
class ExtendHandler:
    """Extends recordings."""

    ledger: Ledger
    redrawing: Redrawing
    telling: Telling
    rights: OrderRights
    clock: Callable[[], datetime]

    def run(self, order: Order, action: Extend, delivery: Delivery, /) -> None:
        """Note when the recording ends, and answer. Raises TryAgain if Slack can't take it now."""
        now = self.clock()
        recording = self.ledger.recordings.of_id(action.recording)
        if recording is None:
            return  # its item has expired since it was asked for
        asked = What.recorded(recording, action.ends_at - recording.since)
        if not self.rights.select_allowed(order, [recording], delivery, lambda _: asked):
            return
        after = self.ledger.recordings.note(recording, Limited(action.ends_at, order.actor), now)
        self.telling.answer_once(order, View(extended(after, now), ""), delivery)
        self.redrawing.redraw(Order.about(after, Check()), delivery)
        self.redrawing.draw_clicked(order, after.order_id)

    def give_up(self, order: Order, action: Extend, why: FailureKind, /) -> None:  # noqa: ARG002 - as in each handler
        """Report to the asker: the recording may end as before."""
        self.telling.report_given_up(order, why)
