"""What the message about an order shows, drawn from what the ledger has of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.messages.blocks import Reply
from bot.messages.outcomes import Waiting, outcome
from functions.ledger.orders import OrderRecord
from shared.attempts import Attempt
from shared.orders import Order
from shared.recordings import Recording


@dataclass(frozen=True, slots=True)
class View:
    """What a message shows: the reply, and `state`, which changes when the message has to be updated."""

    reply: Reply
    state: str


def view_of(order: Order, record: OrderRecord, now: datetime, command: str, *, is_edit: bool = False) -> View:
    """Return the view of a start. A stream without an outcome is shown as one that waits."""
    streams = [it if it.outcome else Waiting(it.n, it.request, it.last_failure, now) for it in record.attempts]
    reply = outcome(order, streams, record.recordings, now, command, is_edit=is_edit)
    return View(reply, state_of(record.attempts, record.recordings))


def state_of(attempts: Sequence[Attempt], recordings: Sequence[Recording]) -> str:
    """Return what a message shows of the streams, in short."""
    outcomes = [f"{it.n}:{it.outcome.kind if it.outcome else it.state}" for it in attempts]
    return " ".join([*outcomes, *(f"{it.n}:{it.visible}" for it in recordings)])
