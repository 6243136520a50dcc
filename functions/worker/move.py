"""Let planned recordings begin at another time, and show that in their messages. Done twice, it is the same."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.messages.changes import moved
from functions.ledger.ledger import Ledger
from functions.worker.delivery import Delivery
from functions.worker.redrawing import Redrawing
from functions.worker.rights import OrderRights
from functions.worker.telling import Telling
from functions.worker.views import View
from shared.actors import Actor
from shared.failures import FailureKind
from shared.orders import Check, Move, Order
from shared.questions import What
from shared.recording_changes import Moved
from shared.recordings import Recording


@dataclass(frozen=True, slots=True)
class MoveHandler:
    """Moves planned recordings."""

    ledger: Ledger
    redrawing: Redrawing
    telling: Telling
    rights: OrderRights
    clock: Callable[[], datetime]

    def run(self, order: Order, action: Move, delivery: Delivery, /) -> None:
        """Note when the recordings begin, and answer. Raises TryAgain if Slack can't take it now."""
        named = filter(None, map(self.ledger.recordings.of_id, action.recordings))
        allowed = self.rights.select_allowed(order, named, delivery, What.recorded)
        after = [self._move(recording, action.start_at, order.actor) for recording in allowed]
        if not after:
            return  # their items have expired since it was asked for, or they may not be moved
        self.telling.answer_once(order, View(moved(after, action.start_at, self.clock()), ""), delivery)
        for recording in {it.order_id: it for it in after}.values():
            self.redrawing.redraw(Order.about(recording, Check()), delivery)

    def _move(self, recording: Recording, start_at: datetime, by: Actor) -> Recording:
        now = self.clock()
        if recording.since <= now:
            return recording  # it is being started
        return self.ledger.recordings.note(recording, Moved(start_at, by), now)

    def give_up(self, order: Order, action: Move, why: FailureKind, /) -> None:  # noqa: ARG002 - as in each handler
        """Report to the asker: the recordings may begin as they were planned."""
        self.telling.report_given_up(order, why)
