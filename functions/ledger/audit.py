"""The audit's table: nothing in it is read, changed or removed by a function.

ORDER#id      a step of the order, or of its attempts, recordings or stop
CONFIG#app    version#number
FORGET#app    the id that stands for the person

Each record has `day`, and `room` and `job` where it has them: three indexes, ordered by `at`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from shared.audit import NOBODY_ELSE, AuditRecord, Cause

_cause: ContextVar[Cause] = ContextVar("_cause", default=NOBODY_ELSE)


class AuditTable(NamedTuple):
    """The table of the records, and how long each is kept."""

    name: str
    kept: timedelta

    def put(self, record: AuditRecord) -> dict[str, Any]:
        """Return the write of a record, which never replaces one. No other function makes one."""
        at = record.at.astimezone(UTC)
        found_by = {"day": f"{at:%Y-%m-%d}", "at": moment(at), "room": record.room_id, "job": record.job_id}
        values = {"pk": record.subject, "sk": record.step, "data": record.model_dump_json(exclude_defaults=True)}
        item: dict[str, Any] = {name: {"S": value} for name, value in (values | found_by).items() if value}
        item["expires_at"] = {"N": str(int((at + self.kept).timestamp()))}
        return {"TableName": self.name, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}


@contextmanager
def acting(cause: Cause) -> Iterator[None]:
    """Let what this thread changes in the ledger be recorded as done by this cause."""
    token = _cause.set(cause)
    try:
        yield
    finally:
        _cause.reset(token)


def cause() -> Cause:
    """Return who changes the ledger now."""
    return _cause.get()


def moment(time: datetime) -> str:
    """Return the time as the indexes order it: UTC, to the microsecond."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
