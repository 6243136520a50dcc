"""How far the indexes lag behind their tables: not at all, or by a number of seconds.

On AWS an index gets each write a moment after its table, and at worst seconds after it.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.Writes
"""

import time
from collections import deque
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

type Place = tuple[DynamoType, DynamoType | None]
"""An item's keys."""


class IndexLag:
    """Gives a table's items as its indexes have them. A stored item never changes: a write stores another one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seconds = 0.0
        self._replaced: deque[tuple[float, str, Place, Item | None]] = deque()

    def set(self, seconds: float) -> None:
        """Let the indexes lag from now on. What was written before is in them."""
        self._seconds = seconds
        if not seconds:
            self._replaced.clear()

    def note(self, table: Table, place: Place) -> None:
        """Note the item in that place, which is about to be replaced or removed."""
        if self._seconds:
            self._forget()
            self._replaced.append((self._clock(), table.name, place, item_at(table, place)))

    def items(self, table: Table) -> Iterable[Item]:
        """Return the items of the table that its indexes know, in any order."""
        self._forget()
        before: dict[Place, Item | None] = {}
        for _, name, place, item in tuple(self._replaced):
            if name == table.name:
                before.setdefault(place, item)
        if not before:
            return _items(table)
        old = (item for item in before.values() if item is not None)
        return chain(old, (item for item in _items(table) if (item.hash_key, item.range_key) not in before))

    def _forget(self) -> None:
        while self._replaced and self._replaced[0][0] <= self._clock() - self._seconds:
            self._replaced.popleft()


def item_at(table: Table, place: Place) -> Item | None:
    """Return the item with these keys, or None."""
    hash_key, range_key = place
    stored: Any = table.items
    found: Item | None = stored.get(hash_key) if range_key is None else stored.get(hash_key, {}).get(range_key)
    return found


def _items(table: Table) -> Iterable[Item]:
    stored: Any = table.items  # of items, or of items by their range keys
    return chain.from_iterable(map(dict.values, stored.values())) if table.has_range_key else stored.values()
