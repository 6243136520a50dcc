"""Keep the messages of orders true: draw a message again from the ledger, and reply to it in its thread."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.messages.notices import notice
from bot.messages.outcomes import Waiting, outcome
from bot.posting import Messenger
from bot.slack_api import CannotDeliver
from functions.aws.observability import Metric, count, logger
from functions.ledger.ledger import Ledger
from functions.ledger.orders import OrderRecord
from shared.log_events import LogEvent
from shared.orders import Order, Start
from shared.recording_clock import notice_due
from shared.recording_news import Drawn, Noticed
from shared.recordings import Recording
from shared.slack_refs import MessageRef

NEWS_BY_RESPONSE_URL = timedelta(minutes=5)
"""While a start without a message may still answer by its response_url (functions/worker/check.py)."""


@dataclass(frozen=True, slots=True)
class Redrawing:
    """Draws messages of starts again."""

    ledger: Ledger
    messenger: Callable[[], Messenger]
    command: str
    """The slash command's name, for what to type next."""
    clock: Callable[[], datetime]

    def redraw(self, order_id: str) -> bool:
        """Let the order's message and its thread show its recordings as they are. Return False without a message.

        What can never be shown counts as shown. Raises TryLater if Slack can't take it now: then it stays due.
        """
        record = self.ledger.orders.read(order_id)
        if any(recording.drawn != recording.visible for recording in record.recordings):
            self._draw(record)
        for recording in record.recordings:
            self._notice(recording, record.message)
        return record.message is not None

    def _draw(self, record: OrderRecord) -> None:
        now = self.clock()
        recordings = record.recordings
        if record.message is not None:
            streams = [Waiting(it.request, None, now) if it.outcome is None else it for it in record.attempts]
            reply = outcome(_order_of(record), streams, recordings, now, is_edit=True)
            self._post(lambda messenger, to: messenger.update(to, reply, recordings[0].order_id), record.message)
        elif any(now - recording.since < NEWS_BY_RESPONSE_URL for recording in recordings):
            return
        for recording in recordings:
            self.ledger.recordings.note(recording, Drawn(recording.visible), now)

    def _notice(self, recording: Recording, message: MessageRef | None) -> None:
        now = self.clock()
        kind = notice_due(recording, now)
        if kind is None:
            return
        if message is not None:
            reply = notice(kind, recording, self.command, now)
            self._post(lambda messenger, to: messenger.reply(to, reply, recording.order_id), message)
        self.ledger.recordings.note(recording, Noticed(kind), now)

    def _post(self, post: Callable[[Messenger, MessageRef], None], to: MessageRef) -> None:
        try:
            post(self.messenger(), to)
        except CannotDeliver as error:
            logger.warning(LogEvent.NOT_ANSWERED, extra={"reason": str(error)})
            count(Metric.NOT_ANSWERED)


def _order_of(record: OrderRecord) -> Order:
    """Return the order as far as its message shows it."""
    first = record.recordings[0]
    requests = [it.request for it in record.attempts or record.recordings]
    return Order(
        order_id=first.order_id, actor=first.actor, action=Start(requests=tuple(requests)), placed_at=first.since
    )
