"""Callers' orders that wait to be answered in a Slack channel, so that one message can answer several of them.

CHANNEL#app#id    waiting#caller#time#order_id    an order, the one that was placed first in front
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import AwareDatetime

from functions.ledger.changes import Change, Key, put_over_any, remove_any
from functions.ledger.table import Table
from shared.orders import Order
from shared.stored import Stored


class WaitingOrder(Stored):
    """One caller's order that waits for its answer in one channel."""

    channel_id: str
    caller: str
    order_id: str
    placed_at: AwareDatetime

    @classmethod
    def of(cls, order: Order) -> "WaitingOrder | None":
        """Return the order as it is on a list; None if it isn't a caller's with a channel."""
        if order.reply_to is None or order.actor.kind != "webhook_caller":
            return None
        return cls(
            channel_id=order.reply_to.channel_id,
            caller=order.actor.id,
            order_id=order.order_id,
            placed_at=order.placed_at,
        )


class Channels:
    """The lists of waiting orders. A list may lack an order, or have one that is answered: it only saves messages."""

    def __init__(self, table: Table, app_id: str) -> None:
        self._table = table
        self._app_id = app_id

    def add(self, waiting: WaitingOrder, now: datetime) -> None:
        """Add an order to its list, unless it is there."""
        self._table.write(put_over_any(self._key(waiting), waiting, now))

    def first(self, waiting: WaitingOrder, most: int) -> list[WaitingOrder]:
        """Return the orders that wait longest on the list of this order."""
        prefix = f"{_list(waiting)}#"
        found = self._table.read_all(self._pk(waiting), prefix, most=most)
        return [WaitingOrder.model_validate_json(data) for data in found.values()]

    def removed(self, answered: Sequence[WaitingOrder]) -> list[Change]:
        """Return the changes that remove orders from their list."""
        return [remove_any(self._key(waiting)) for waiting in answered]

    def _pk(self, waiting: WaitingOrder) -> str:
        return f"CHANNEL#{self._app_id}#{waiting.channel_id}"

    def _key(self, waiting: WaitingOrder) -> Key:
        placed = f"{waiting.placed_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        return Key(self._pk(waiting), f"{_list(waiting)}#{placed}#{waiting.order_id}")


def _list(waiting: WaitingOrder) -> str:
    return f"waiting#{waiting.caller}"
