"""A stop as the ledger remembers it.

RTC takes the same stop twice without harm, so it needs no lease: what is to be stopped is written down before the first
call, and what came of it after the last.
"""

from datetime import datetime
from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.attempts import OUT_OF_TIME, ErrorFacts, StreamLock
from shared.orders import Stop

JOB_UNKNOWN = "JobUnknown"
"""The family of a stream that may be recording, where RTC never said as which job: there is nothing to stop it by."""


class _Remembered(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Target(_Remembered):
    """One recording to stop, and why that failed, if it did. The stream is None for a job that isn't in the ledger."""

    job_id: str | None
    room_id: str | None = None
    user_id: str | None = None
    video_type: str | None = None
    lock: StreamLock | None = None
    """The lock that goes when the recording is over."""
    error: ErrorFacts | None = None


class Stopping(_Remembered):
    """A stop's targets, fixed when it was first received; none where nothing was being recorded."""

    order_id: str
    requested_by: str
    began_at: AwareDatetime
    targets: tuple[Target, ...]
    settled_at: AwareDatetime | None = None
    """When the last target was stopped, or given up."""

    @classmethod
    def of(cls, order_id: str, requested_by: str, stop: Stop, began_at: datetime) -> Self:
        """A stop of which it isn't known yet what there is to stop."""
        target = Target(**stop.model_dump())
        return cls(order_id=order_id, requested_by=requested_by, began_at=began_at, targets=(target,))

    def given_up(self, now: datetime) -> Self:
        """This stop, settled although no try is left: what isn't known to be stopped counts as not stopped."""
        out_of_time = ErrorFacts(family=OUT_OF_TIME)
        targets = tuple(it.model_copy(update={"error": it.error or out_of_time}) for it in self.targets)
        return self.model_copy(update={"targets": targets, "settled_at": now})
