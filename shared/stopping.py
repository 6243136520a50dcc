"""A stop as the ledger remembers it.

RTC takes the same stop twice without harm, so it needs no lease: what is to be stopped is written down before the first
call, and what came of it after the last.
"""

from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.ledger import ErrorFacts, Guard

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
    guard: Guard | None = None
    """The guard that goes when the recording is over."""
    error: ErrorFacts | None = None


class Stopping(_Remembered):
    """A stop's targets, fixed when it was first received; none where nothing was being recorded."""

    order_id: str
    requested_by: str
    began_at: AwareDatetime
    targets: tuple[Target, ...]
    settled_at: AwareDatetime | None = None
    """When the last target was stopped, or given up."""
