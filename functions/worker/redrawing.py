"""Keep the messages of orders true: draw a message again from the ledger, and reply to it in its thread."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.messages.notices import notice
from functions.ledger.ledger import Ledger
from functions.ledger.orders import OrderRecord
from functions.worker.channel_turns import no_turn
from functions.worker.delivery import Delivery
from functions.worker.home import OpenHomes
from functions.worker.telling import Telling
from functions.worker.views import view_of
from shared.new_recordings import not_begun
from shared.orders import Check, Order
from shared.recording_clock import notice_due
from shared.recording_reports import Drawn, Noticed
from shared.recordings import Recording
from shared.slack_refs import MessageRef

MOST_DELAY = 60
"""The most seconds that Slack can ask a redrawing to wait: the recording is due again after a minute in any case."""
_NEWS_BY_RESPONSE_URL = timedelta(minutes=5)
"""While a start without a message may still answer by its response_url (functions/worker/check.py)."""


@dataclass(frozen=True, slots=True)
class Redrawing:
    """Draws messages of starts again."""

    ledger: Ledger
    telling: Telling
    homes: OpenHomes
    clock: Callable[[], datetime]

    def redraw(
        self, order: Order, delivery: Delivery, *, post: bool = False, leaves_to_first: bool = False
    ) -> Sequence[Recording]:
        """Let the order's message and its thread show its recordings as they are.

        If there is no message that can be updated, `post` posts the news. Of a message about several orders,
        `leaves_to_first` leaves the message to the order that it was posted for. What can never be shown counts as
        shown. Return the recordings of other orders that the message shows. Raises NoTurn or TryAgain if Slack can't
        take it now: then it stays due.
        """
        others: Sequence[Recording] = ()
        if order.reply_to is None:
            return others  # no message: the caller reads the status from the ledger
        record = self.ledger.orders.read(order.order_id)
        first = next(iter(record.answer.together), order.order_id)
        is_drawn = all(recording.is_drawn for recording in record.recordings)
        if leaves_to_first and record.answer.together:
            is_drawn = first != order.order_id
        if not is_drawn:
            others = self._draw(order.model_copy(update={"order_id": first}), record, delivery, post=post)
            self.homes.publish_soon(order.actor)
        if any(notice_due(recording, self.clock()) for recording in record.recordings):
            self._notice(order, delivery)
        return others

    def draw_clicked(self, click: Order, order_id: str, *, at_once: bool = False) -> bool:
        """Let the message that was clicked on show the order's recordings as they are, by the click's response_url.

        That needs no bot token and no turn in the channel. It is done only if the message is the one about the
        order; where that can be updated, only `at_once`. Return whether the message shows it now.
        """
        clicked = click.reply_to
        if clicked is None or clicked.clicked is None or clicked.response_url is None:
            return False
        record = self.ledger.orders.read(order_id)
        is_another = record.message is not None and (not at_once or record.message.ts != clicked.clicked)
        if is_another or record.answer.together:
            return False
        shown = next(iter((*record.recordings, *map(not_begun, record.attempts))), None)
        if shown is None:
            return False
        order = Order.about(shown, Check())
        self.homes.publish_soon(order.actor)
        view = view_of(order, record, self.clock(), self.telling.command, is_edit=True)
        return self.telling.replace_clicked(order, view.reply, clicked.response_url)

    def _draw(self, order: Order, record: OrderRecord, delivery: Delivery, *, post: bool) -> Sequence[Recording]:
        now = self.clock()
        others: Sequence[Recording] = ()
        if record.message is not None or post:
            view = view_of(order, record, now, self.telling.command, is_edit=record.message is not None)
            is_own = order.order_id == record.recordings[0].order_id
            answer = record.answer if is_own else self.ledger.answers.read(order.order_id)
            others = self.telling.update(order, view, answer, delivery, MOST_DELAY)
        elif any(now - recording.since < _NEWS_BY_RESPONSE_URL for recording in record.recordings):
            return others
        for recording in (*record.recordings, *others):
            if not recording.is_drawn:
                self.ledger.recordings.note(recording, Drawn(recording.visible), now)
        return others

    def _notice(self, order: Order, delivery: Delivery) -> None:
        """Reply in the thread with what is due. Raises NoTurn while another recorder does, or draws the message."""
        answer = self.ledger.answers.read(order.order_id)
        if self.ledger.answers.begin_update(order.order_id, answer, self.clock()) is None:
            raise no_turn()
        try:
            # Read again: another recorder may have replied before the lease was taken.
            record = self.ledger.orders.read(order.order_id)
            for recording in record.recordings:
                self._reply_about(order, recording, record.message, delivery)
        finally:
            self.ledger.answers.show(order.order_id, answer.shows, self.clock())

    def _reply_about(self, order: Order, recording: Recording, message: MessageRef | None, delivery: Delivery) -> None:
        now = self.clock()
        while (kind := notice_due(recording, now)) is not None:
            if message is not None:
                self.telling.reply(order, message, notice(kind, recording, self.telling.command, now), delivery)
            recording = self.ledger.recordings.note(recording, Noticed(kind, len(recording.files)), now)
