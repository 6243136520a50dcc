"""The recordings: stored under their orders, and found by their jobs.

ORDER#id       recording#n    a recording: the n-th stream of the order, from 0
JOB#app#job    recording      the job's recording: order id and n
"""

from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from functions.ledger.locks import Locks
from functions.ledger.table import TRIES, Change, Contended, Key, Table, put, put_over_any
from shared.recordings import News, Recording, Shown, changed

_SK = "recording#"


class Pointer(BaseModel):
    """A job's recording."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    order_id: str
    n: int


class Recordings:
    """The recordings of one app."""

    def __init__(self, table: Table, app_id: str, locks: Locks) -> None:
        self._table = table
        self._app_id = app_id
        self._locks = locks

    def read(self, order_id: str, n: int) -> Recording | None:
        """Return the recording of an order's n-th stream, or None."""
        return self._table.read(_key(order_id, n), Recording)

    def of_job(self, job_id: str) -> Recording | None:
        """Return the job's recording; None if recordbot did not start the job."""
        pointer = self._table.read(self._pointer_key(job_id), Pointer)
        return None if pointer is None else self.read(pointer.order_id, pointer.n)

    def begun(self, recording: Recording, now: datetime) -> list[Change]:
        """Return the changes that write a new recording and its pointer. An existing recording is merged with it."""
        before = self.read(recording.order_id, recording.n)
        if before is not None:
            recording = changed(before, Shown(recording.job), now)
        pointer = Pointer(order_id=recording.order_id, n=recording.n)
        return [
            put(_key(recording.order_id, recording.n), recording, now, over=before),
            put_over_any(self._pointer_key(recording.job.job_id), pointer, now),
        ]

    def note(self, recording: Recording, news: News, now: datetime) -> Recording:
        """Store the news, and return the changed recording. If it is over, free its lock too. Raises Contended."""
        for _ in range(TRIES):
            after = changed(recording, news, now)
            freed = self._locks.freed(after) if after.is_over else []
            is_new = after is not recording
            written = [put(_key(after.order_id, after.n), after, now, over=recording)] if is_new else []
            if not (written or freed) or self._table.write(*written, *freed):
                return after
            recording = self.read(recording.order_id, recording.n) or recording
        raise Contended(f"recording {recording.order_id}.{recording.n}")

    def _pointer_key(self, job_id: str) -> Key:
        return Key(f"JOB#{self._app_id}#{job_id}", "recording")


def among(items: Mapping[str, str]) -> tuple[Recording, ...]:
    """Return the recordings among an order's items, by their place in the order."""
    return tuple(Recording.model_validate_json(items[sk]) for sk in sorted(items) if sk.startswith(_SK))


def _key(order_id: str, n: int) -> Key:
    return Key(f"ORDER#{order_id}", f"{_SK}{n}")
