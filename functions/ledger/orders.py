"""The orders of callers, and the whole record of an order.

ORDER#id    order    what a caller's event asks for
"""

from dataclasses import dataclass
from datetime import datetime

from functions.ledger import answers, attempts, recordings, stops
from functions.ledger.answers import Answer
from functions.ledger.changes import Key, put
from functions.ledger.table import Table
from shared.attempts import Attempt
from shared.audit import AuditRecord, accepted, conflicting
from shared.orders import Order, PlacedOrder, Start, Stop
from shared.recordings import Recording
from shared.slack_refs import MessageRef
from shared.stops import StopRecord

_SK = "order"


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """What the ledger has of an order: its attempts and recordings by their place in it, its stop, and its answer."""

    placed: PlacedOrder | None
    """None if the order did not come from a caller."""
    attempts: tuple[Attempt, ...]
    recordings: tuple[Recording, ...]
    stop: StopRecord | None
    answer: Answer

    @property
    def message(self) -> MessageRef | None:
        """Return the message with the order's answer, if it can be updated."""
        return self.answer.message


class Orders:
    """The orders in one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def record_request(self, order: Order, now: datetime) -> bool:
        """Record that the order was accepted, and store what a caller's asks for.

        Return False for a conflict: same id, different body. Both bodies can be on the queue, because the door knows
        only what is in the ledger already.
        """
        record = accepted(order)
        records = [] if record is None else [record]
        if order.body_digest is None or not isinstance(order.action, Start | Stop):
            return self._table.write(*records)
        placed = PlacedOrder(
            body_digest=order.body_digest, actor=order.actor, placed_at=order.placed_at, action=order.action
        )
        if self._table.write(put(_key(order.order_id), placed, now, over=None), *records):
            return True
        known = self.placed(order.order_id)
        is_same = known is None or known.is_of(order)
        if not is_same:
            self.note(conflicting(order, now))
        return is_same

    def note(self, record: AuditRecord) -> None:
        """Record what was done to an order, where nothing else of the ledger changes."""
        self._table.write(record)

    def placed(self, order_id: str) -> PlacedOrder | None:
        """Return what a caller's order asks for; None until the recorder has received it."""
        return self._table.read(_key(order_id), PlacedOrder)

    def read(self, order_id: str) -> OrderRecord:
        """Return all that the ledger has of the order, by one Query."""
        found = self._table.read_all(_key(order_id).pk)
        placed = found.get(_SK)
        return OrderRecord(
            placed=None if placed is None else PlacedOrder.model_validate_json(placed),
            attempts=attempts.among(found),
            recordings=recordings.among(found),
            stop=stops.among(found),
            answer=answers.among(found),
        )


def _key(order_id: str) -> Key:
    return Key(f"ORDER#{order_id}", _SK)
