"""Show a recording: ask RTC how it is, and answer if that is otherwise than the person has read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.messages.listing import listing
from bot.messages.wording import stream
from functions.ledger.ledger import Ledger
from functions.worker.delivery import LONGEST_WAIT, Delivery
from functions.worker.follow import Follower
from functions.worker.rights import OrderRights
from functions.worker.telling import Telling
from functions.worker.views import View
from shared.failures import FailureKind
from shared.orders import Check, Order, Show
from shared.questions import What


@dataclass(frozen=True, slots=True)
class ShowHandler:
    """Shows recordings."""

    ledger: Ledger
    follower: Follower
    telling: Telling
    rights: OrderRights
    clock: Callable[[], datetime]

    def run(self, order: Order, action: Show, delivery: Delivery, /) -> None:
        """Check the recording, and answer if there is news. Raises TryAgain if that takes another receive."""
        recording = self.ledger.recordings.of_id(action.recording)
        if recording is None or self.clock() - order.placed_at > LONGEST_WAIT:
            return
        if not self.rights.select_allowed(order, [recording], delivery, What.recorded):
            return
        self.follower.check(recording, delivery)
        now = self.clock()
        after = self.ledger.recordings.of_id(action.recording)
        if after is not None:
            self.follower.redrawing.draw_clicked(order, after.order_id, at_once=True)
        if after is not None and (after.known != action.known or after.unseen_since is not None):
            shown = listing(f"RTC has shown {stream(after.request)}", [after], now)
            self.telling.answer_once(order, View(shown, ""), delivery)
            self.follower.redrawing.redraw(Order.about(after, Check()), delivery)

    def give_up(self, order: Order, action: Show, why: FailureKind, /) -> None:
        """Do nothing: the person was answered at once with what the ledger knew."""
