"""Callers' orders that wait to be answered in a Slack channel, so that one message can answer several of them.

CHANNEL#app#id    waiting#caller    the ids of the caller's orders, the longest waiting first
"""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from functions.ledger.table import TRIES, Key, Table, put

_MOST = 100
"""The most orders on a list. An order that isn't on it comes back from its queue in any case."""


class WaitingOrders(BaseModel):
    """The orders of one caller that wait for their answer in one channel."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    order_ids: tuple[str, ...] = ()
    revision: int = 0

    @property
    def version(self) -> str:
        """Identify this version of the list."""
        return str(self.revision)


class Channels:
    """The lists of waiting orders. A list may lack an order, or have one that is answered: it only saves messages."""

    def __init__(self, table: Table, app_id: str) -> None:
        self._table = table
        self._app_id = app_id

    def add(self, channel_id: str, caller: str, order_id: str, now: datetime) -> None:
        """Add an order to the list, unless it is there."""
        for _ in range(TRIES):
            waiting = self._read(channel_id, caller)
            if order_id in waiting.order_ids or len(waiting.order_ids) >= _MOST:
                return
            if self._write(channel_id, caller, waiting, (*waiting.order_ids, order_id), now):
                return

    def take(self, channel_id: str, caller: str, most: int, now: datetime) -> tuple[str, ...]:
        """Remove the orders that wait longest from the list, and return their ids."""
        for _ in range(TRIES):
            waiting = self._read(channel_id, caller)
            taken = waiting.order_ids[:most]
            if not taken or self._write(channel_id, caller, waiting, waiting.order_ids[most:], now):
                return taken
        return ()

    def _read(self, channel_id: str, caller: str) -> WaitingOrders:
        return self._table.read(self._key(channel_id, caller), WaitingOrders) or WaitingOrders()

    def _write(
        self, channel_id: str, caller: str, before: WaitingOrders, order_ids: tuple[str, ...], now: datetime
    ) -> bool:
        after = WaitingOrders(order_ids=order_ids, revision=before.revision + 1)
        return self._table.write(
            put(self._key(channel_id, caller), after, now, over=before if before.revision else None)
        )

    def _key(self, channel_id: str, caller: str) -> Key:
        return Key(f"CHANNEL#{self._app_id}#{channel_id}", f"waiting#{caller}")
