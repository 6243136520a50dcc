"""Whether, and how often, an order was answered, and where the answer stands.

ORDER#id    answer    how far the answer to the order has come
"""

from datetime import datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict

from functions.ledger.table import TRIES, Contended, Key, Table, put
from shared.attempts import Busy
from shared.slack_refs import MessageRef

LEASE = timedelta(seconds=15)
"""How long one recorder may take to answer an order before another does it."""


class Answer(BaseModel):
    """How far the answer to an order has come."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    begun: int = 0
    """How many answers were begun."""
    answering_until: AwareDatetime | None = None
    answered_at: AwareDatetime | None = None
    message: MessageRef | None = None
    revision: int = 0

    @property
    def version(self) -> str:
        """Tell this version of the answer from every other."""
        return str(self.revision)


class Answers:
    """The answers to orders, in one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def begin(self, order_id: str, now: datetime) -> int | Busy | None:
        """Take the turn to answer. Return how many answers were begun, this one included.

        Returns Busy while another recorder is at it, and None where the order was answered. Raises Contended.
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

    def finish(self, order_id: str, now: datetime, message: MessageRef | None = None) -> None:
        """Write down that the answer was given, and where it stands, or can never be given: it is not given again."""
        self._change(order_id, now, answered_at=now, message=message, answering_until=None)

    def abandon(self, order_id: str, now: datetime) -> None:
        """Give the turn back without an answer: the next recorder need not wait."""
        self._change(order_id, now, answering_until=None)

    def message(self, order_id: str) -> MessageRef | None:
        """Return where the answer stands; None where it can't be updated."""
        answer = self._read(order_id)
        return None if answer is None else answer.message

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


def _key(order_id: str) -> Key:
    return Key(f"ORDER#{order_id}", "answer")
