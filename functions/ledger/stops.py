"""The stops of orders.

ORDER#id    stop    the stop's targets, and their results
"""

from collections.abc import Mapping
from datetime import datetime

from functions.ledger.audit import cause
from functions.ledger.changes import Key, put
from functions.ledger.table import Table
from shared.audit_changes import of_stop
from shared.stops import StopRecord

STOP = "stop"
"""The sort key of an order's stop."""


class Stops:
    """The stops in one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def read(self, order_id: str) -> StopRecord | None:
        """Return the order's stop, or None if it was not begun."""
        return self._table.read(_key(order_id), StopRecord)

    def begin(self, stop: StopRecord, now: datetime) -> StopRecord:
        """Store the targets of a stop. If another recorder has stored it already, return that record."""
        if self._table.write(put(_key(stop.order_id), stop, now, over=None)):
            return stop
        return self.read(stop.order_id) or stop

    def settle(self, before: StopRecord | None, settled: StopRecord, now: datetime) -> StopRecord:
        """Store the results of a stop over the version before. If another recorder was first, return its record."""
        record = of_stop(settled, cause(), now)
        if self._table.write(put(_key(settled.order_id), settled, now, over=before), record):
            return settled
        return self.read(settled.order_id) or settled


def among(items: Mapping[str, str]) -> StopRecord | None:
    """Return the stop among an order's items."""
    return StopRecord.model_validate_json(items[STOP]) if STOP in items else None


def _key(order_id: str) -> Key:
    return Key(f"ORDER#{order_id}", STOP)
