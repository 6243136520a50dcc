"""The answers to orders: how many were begun, whether one was posted, and its message.

ORDER#id    answer    the state of the answer to the order
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from pydantic import AwareDatetime

from functions.ledger.changes import Change, Key, put
from functions.ledger.table import TRIES, Contended, Table
from shared.attempts import Busy
from shared.slack_refs import MessageRef
from shared.stored import Stored

_SK = "answer"
LEASE = timedelta(seconds=15)
"""How long one recorder may take to answer an order before another may do it."""


class Answer(Stored):
    """The state of the answer to an order."""

    begun: int = 0
    """How many answers were begun, the one that says that the order waits included."""
    answering_until: AwareDatetime | None = None
    answered_at: AwareDatetime | None = None
    wait_reported_at: AwareDatetime | None = None
    """When the asker was first answered that the order waits."""
    message: MessageRef | None = None
    together: tuple[str, ...] = ()
    """The orders that the message answers, if it answers several."""
    shows: str = ""
    """What the message shows of the recordings, in short (functions/worker/combining.py)."""
    notified: tuple[int, ...] = ()
    """The streams whose notice was posted before they were started: the place of the first of each start."""
    revision: int = 0

    @property
    def version(self) -> str:
        """Identify this version of the answer."""
        return str(self.revision)

    def is_leased(self, now: datetime) -> bool:
        """Return whether a recorder answers the order now, or updates the answer."""
        return self.answering_until is not None and now < self.answering_until

    def leased(self, now: datetime) -> "Answer":
        """Return the answer with one more begun, and a lease."""
        return self.changed(begun=self.begun + 1, answering_until=now + LEASE)

    def changed(self, **fields: object) -> "Answer":
        """Return the next version."""
        return self.model_copy(update={**fields, "revision": self.revision + 1})


class Answers:
    """The answers to orders, in one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def begin(self, order_id: str, now: datetime) -> Answer | Busy | None:
        """Take the lease to answer the order, and return the leased answer.

        Return Busy while another recorder has the lease, and None if the order was answered. Raises Contended.
        """
        for _ in range(TRIES):
            before = self.read(order_id)
            if before.answered_at is not None:
                return None
            if before.answering_until is not None and before.is_leased(now):
                return Busy(until=before.answering_until)
            if self._write(order_id, before, after := before.leased(now), now):
                return after
        raise Contended(f"the answer to order {order_id}")

    def begin_all(self, known: Mapping[str, Answer], now: datetime) -> Mapping[str, Answer]:
        """Take the leases to answer these orders, and return the leased answers; none if one of them has changed."""
        leased = {order_id: answer.leased(now) for order_id, answer in known.items()}
        changes = [_put(order_id, known[order_id], after, now) for order_id, after in leased.items()]
        return leased if changes and self._table.write(*changes) else {}

    def begin_update(self, order_id: str, known: Answer, now: datetime) -> Answer | None:
        """Take the lease to update the answer's message; None if the answer has changed or another has the lease."""
        if known.is_leased(now):
            return None
        leased = known.changed(answering_until=now + LEASE)
        return leased if self._write(order_id, known, leased, now) else None

    def finish(
        self,
        leased: Mapping[str, Answer],
        now: datetime,
        message: MessageRef | None = None,
        *,
        shows: str = "",
        also: Sequence[Change] = (),
    ) -> None:
        """Store that the orders were answered by one message, or can never be. They are not answered again.

        `also` is written with it.
        """
        together = tuple(leased) if len(leased) > 1 else ()
        fields: dict[str, object] = {"answered_at": now, "message": message, "answering_until": None}
        fields |= {"shows": shows, "together": together}
        changes = [_put(order_id, answer, answer.changed(**fields), now) for order_id, answer in leased.items()]
        if not self._table.write(*changes, *also):
            for order_id in leased:
                self._change(order_id, now, **fields)

    def show(self, order_id: str, shows: str, now: datetime) -> None:
        """Give back the lease of an update, and store what the message shows now."""
        self._change(order_id, now, shows=shows, answering_until=None)

    def begin_wait(self, order_id: str, now: datetime) -> bool:
        """Take the lease to say, once, that the order waits.

        Return False if that was said, or if the order was answered or is being answered.
        """
        before = self.read(order_id)
        if before.is_leased(now) or before.answered_at is not None or before.wait_reported_at is not None:
            return False
        return self._write(order_id, before, before.leased(now).model_copy(update={"wait_reported_at": now}), now)

    def abandon(self, order_id: str, now: datetime, message: MessageRef | None = None) -> None:
        """Give back the lease without an answer, so that the next recorder need not wait.

        `message` says that the order waits; it is stored, to be updated with the answer.
        """
        self._change(order_id, now, answering_until=None, **({} if message is None else {"message": message}))

    def note_notice(self, order_id: str, first: int, now: datetime) -> None:
        """Store that the notice of the streams from this place on was posted."""
        self._change(order_id, now, notified=(*self.read(order_id).notified, first))

    def take_back(self, order_id: str, now: datetime, begun: int) -> None:
        """Give back the lease of the answer that was the `begun`th: it was refused, and doesn't count."""
        self._change(order_id, now, begun=begun - 1, answering_until=None)

    def read(self, order_id: str) -> Answer:
        """Return the state of the answer; of an order that nobody began to answer, a new one."""
        return self._table.read(_key(order_id), Answer) or Answer()

    def _change(self, order_id: str, now: datetime, **fields: object) -> None:
        for _ in range(TRIES):
            before = self.read(order_id)
            if self._write(order_id, before, before.changed(**fields), now):
                return
        raise Contended(f"the answer to order {order_id}")

    def _write(self, order_id: str, before: Answer, after: Answer, now: datetime) -> bool:
        return self._table.write(_put(order_id, before, after, now))


def among(items: Mapping[str, str]) -> Answer:
    """Return the answer among an order's items; a new one if nobody began to answer."""
    return Answer.model_validate_json(items[_SK]) if _SK in items else Answer()


def _put(order_id: str, before: Answer, after: Answer, now: datetime) -> Change:
    return put(_key(order_id), after, now, over=before if before.revision else None)


def _key(order_id: str) -> Key:
    return Key(f"ORDER#{order_id}", _SK)
