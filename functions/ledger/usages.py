"""How many recordings people, callers and channels have: counted from a short list for each, never by a scan.

USAGE#app    actor#kind#id, channel#id    the last starts, and when they were admitted

A list is only kept while a rule counts something. A start is written to it before RTC is called, in one transaction
with the lists that it was counted from, so two starts at once can't both be the last one that is allowed.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from pydantic import AwareDatetime

from functions.ledger.changes import Change, Key, put
from functions.ledger.orders import OrderRecord, Orders
from functions.ledger.table import TRIES, Contended, Table
from shared.orders import LATEST_END, Order
from shared.permissions import Verdict
from shared.questions import Tally, Usage
from shared.stored import Stored

USAGE = "USAGE#"
"""The beginning of the lists' keys."""
HOUR = timedelta(hours=1)
MOST = 100
"""The most starts of one list: twice what a rule can allow. Older ones are dropped."""


type _Key = tuple[str, int]


class Admitted(Stored):
    """Streams of one order that were allowed to start."""

    order_id: str
    first: int
    streams: int
    at: AwareDatetime

    @property
    def key(self) -> _Key:
        """Return what names it."""
        return self.order_id, self.first


class Starts(Stored):
    """The last starts of one person, caller or channel, the newest last."""

    admitted: tuple[Admitted, ...] = ()
    revision: int = 0

    @property
    def version(self) -> str:
        """Identify this version of the list."""
        return str(self.revision)


class Usages:
    """The lists of one app."""

    def __init__(self, table: Table, app_id: str, orders: Orders) -> None:
        self._table = table
        self._pk = f"{USAGE}{app_id}"
        self._orders = orders

    def admit(
        self,
        order: Order,
        first: int,
        streams: int,
        now: datetime,
        decide: Callable[[Usage], Sequence[Verdict]],
    ) -> Sequence[Verdict]:
        """Return the verdicts about what is counted, and count these streams too if all are allowed.

        Raises Contended or Away, and what `decide` raises.
        """
        admitted = Admitted(order_id=order.order_id, first=first, streams=streams, at=now)
        keys = self._keys(order)
        for _ in range(TRIES):
            lists = [self._table.read(key, Starts) or Starts() for key in keys]
            others = [[it for it in known.admitted if it.key != admitted.key] for known in lists]
            records: dict[str, OrderRecord] = {}
            live = [{it.key: self._live(it, now, records) for it in known} for known in others]
            verdicts = decide(_usage(others, live, now, streams))
            is_counted = any(it.key == admitted.key for known in lists for it in known.admitted)
            if is_counted or not all(verdict.allowed for verdict in verdicts):
                return verdicts
            changes = [
                self._put(key, known, _kept(other, running, now), admitted, now)
                for key, known, other, running in zip(keys, lists, others, live, strict=True)
            ]
            if self._table.write(*changes):
                return verdicts
        raise Contended(f"the usage of {order.actor.id}")

    def _keys(self, order: Order) -> list[Key]:
        own = Key(self._pk, f"actor#{order.actor.kind}#{order.actor.id}")
        if order.reply_to is None:
            return [own]
        return [own, Key(self._pk, f"channel#{order.reply_to.channel_id}")]

    def _put(self, key: Key, known: Starts, kept: Sequence[Admitted], new: Admitted, now: datetime) -> Change:
        after = Starts(admitted=(*kept, new)[-MOST:], revision=known.revision + 1)
        return put(key, after, now, over=known if known.revision else None)

    def _live(self, admitted: Admitted, now: datetime, records: dict[str, OrderRecord]) -> int:
        """Return how many of the streams run, or may still start."""
        if admitted.order_id not in records:
            records[admitted.order_id] = self._orders.read(admitted.order_id)
        record = records[admitted.order_id]
        recordings = {it.n: not it.is_over for it in record.recordings}
        waiting = {it.n: it.outcome is None for it in record.attempts}
        unknown = now - admitted.at < LATEST_END
        places = range(admitted.first, admitted.first + admitted.streams)
        return sum(recordings.get(n, waiting.get(n, unknown)) for n in places)


def _usage(
    known: Sequence[Sequence[Admitted]], live: Sequence[Mapping[_Key, int]], now: datetime, streams: int
) -> Usage:
    at_once = [sum(some.values()) for some in live]
    an_hour = [sum(it.streams for it in some if now - it.at < HOUR) for some in known]
    return Usage(Tally(*at_once), Tally(*an_hour), more=streams)


def _kept(known: Sequence[Admitted], live: Mapping[_Key, int], now: datetime) -> list[Admitted]:
    return [it for it in known if live[it.key] or now - it.at < HOUR]
