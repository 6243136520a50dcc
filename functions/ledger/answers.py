"""The answers to orders: how many were begun, whether one was posted, and its message.

ORDER#id    answer    the state of the answer to the order
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict

from functions.ledger.table import TRIES, Contended, Key, Table, put
from shared.attempts import Busy
from shared.slack_refs import MessageRef

_SK = "answer"
LEASE = timedelta(seconds=15)
"""How long one recorder may take to answer an order before another may do it."""


class Answer(BaseModel):
    """The state of the answer to an order."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

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
    revision: int = 0

    @property
    def version(self) -> str:
        """Identify this version of the answer."""
        return str(self.revision)


class Answers:
    """The answers to orders, in one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def begin(self, order_id: str, now: datetime) -> int | Busy | None:
        """Take the lease to answer the order. Return how many answers were begun, with this one.

        Return Busy while another recorder has the lease, and None if the order was answered. Raises Contended.
        """
        for _ in range(TRIES):
            before = self._read(order_id)
            if before is not None and before.answered_at is not None:
                return None
            if before is not None and before.answering_until is not None and now < before.answering_until:
                return Busy(until=before.answering_until)
            begun = 1 if before is None else before.begun + 1
            if self._write(order_id, before, now, begun=begun, answering_until=now + LEASE):
                return begun
        raise Contended(f"the answer to order {order_id}")

    def finish(
        self,
        order_id: str,
        now: datetime,
        message: MessageRef | None = None,
        *,
        shows: str = "",
        together: tuple[str, ...] = (),
    ) -> None:
        """Store that the order was answered, or can never be, and the message. It is not answered again."""
        self._change(
            order_id, now, answered_at=now, message=message, answering_until=None, shows=shows, together=together
        )

    def show(self, order_id: str, shows: str, now: datetime) -> None:
        """Store what the message shows now."""
        self._change(order_id, now, shows=shows)

    def begin_wait(self, order_id: str, now: datetime) -> bool:
        """Take the lease to say, once, that the order waits.

        Return False if that was said, or if the order was answered or is being answered.
        """
        before = self._read(order_id) or Answer()
        is_leased = before.answering_until is not None and now < before.answering_until
        if is_leased or before.answered_at is not None or before.wait_reported_at is not None:
            return False
        over = before if before.revision else None
        fields = {"begun": before.begun + 1, "answering_until": now + LEASE, "wait_reported_at": now}
        return self._write(order_id, over, now, **fields)

    def abandon(self, order_id: str, now: datetime, message: MessageRef | None = None) -> None:
        """Give back the lease without an answer, so that the next recorder need not wait.

        `message` says that the order waits; it is stored, to be updated with the answer.
        """
        self._change(order_id, now, answering_until=None, **({} if message is None else {"message": message}))

    def take_back(self, order_id: str, now: datetime, begun: int) -> None:
        """Give back the lease of the answer that was the `begun`th: it was refused, and doesn't count."""
        self._change(order_id, now, begun=begun - 1, answering_until=None)

    def is_answered(self, order_id: str) -> bool:
        """Return whether the order was answered, or can never be."""
        answer = self._read(order_id)
        return answer is not None and answer.answered_at is not None

    def read(self, order_id: str) -> Answer:
        """Return the state of the answer; of an order that nobody began to answer, a new one."""
        return self._read(order_id) or Answer()

    def _change(self, order_id: str, now: datetime, **fields: object) -> None:
        for _ in range(TRIES):
            if self._write(order_id, self._read(order_id), now, **fields):
                return
        raise Contended(f"the answer to order {order_id}")

    def _write(self, order_id: str, before: Answer | None, now: datetime, **fields: object) -> bool:
        answer = before or Answer()
        after = answer.model_copy(update={**fields, "revision": answer.revision + 1})
        return self._table.write(put(_key(order_id), after, now, over=before))

    def _read(self, order_id: str) -> Answer | None:
        return self._table.read(_key(order_id), Answer)


def message_among(items: Mapping[str, str]) -> MessageRef | None:
    """Return the message with the answer, from an order's items; None if it can't be updated."""
    return Answer.model_validate_json(items[_SK]).message if _SK in items else None


def _key(order_id: str) -> Key:
    return Key(f"ORDER#{order_id}", _SK)
