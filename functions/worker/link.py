"""Give a person links to a recording's files. They end after ten minutes, and are neither kept nor logged."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.messages.files import links
from functions.ledger.ledger import Ledger
from functions.worker.delivery import LONGEST_WAIT, Delivery
from functions.worker.rights import OrderRights
from functions.worker.telling import Telling
from functions.worker.views import View
from shared.audit_changes import linked
from shared.failures import FailureKind
from shared.orders import Link, Order
from shared.questions import What
from shared.signed_address import ReadKey


@dataclass(frozen=True, slots=True)
class LinkHandler:
    """Makes links."""

    ledger: Ledger
    telling: Telling
    rights: OrderRights
    key: Callable[[], ReadKey | None]
    """Returns the key that may read the bucket, if there is one."""
    location: str
    clock: Callable[[], datetime]

    def run(self, order: Order, action: Link, delivery: Delivery, /) -> None:
        """Answer who asks, and nobody else. Raises TryAgain if Slack can't take it now."""
        now = self.clock()
        recording = self.ledger.recordings.of_id(action.recording)
        if recording is None or now - order.placed_at > LONGEST_WAIT or order.reply_to is None:
            return
        if not self.rights.select_allowed(order, [recording], delivery, What.recorded):
            return
        self.ledger.orders.note(linked(order, recording, now))
        key = self.key()
        addresses = [None if key is None else key.address(file, self.location, now) for file in recording.files]
        self.telling.answer_once(order, View(links(recording, addresses), ""), delivery)

    def give_up(self, order: Order, action: Link, why: FailureKind, /) -> None:  # noqa: ARG002 - as in each handler
        """Report to the asker, who may ask again."""
        self.telling.report_given_up(order, why)
