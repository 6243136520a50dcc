"""What is remembered of orders and the streams they ask for: models and rules. functions/ledger/attempts.py keeps it.

Each stream of an order has an attempt of its own:

    (none) --claim--> calling --settle--> settled | unknown
                      calling --release-> waiting --claim--> calling      known not to have happened, tried again
                      calling, its lease over ----> unknown               whoever made the call is gone

A stream that is being recorded, or may be, is locked: no other attempt for it can be claimed. An order is told once,
when all of its attempts have an outcome.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.orders import Order, Stop
from shared.rtc.errors import RtcError
from shared.rtc.models import RecordingJob, RecordingRequest

LEASE = timedelta(seconds=30)
"""How long a call may take before its outcome counts as unknown; twice what the client allows one operation."""
UNKNOWN_IS_HELD = timedelta(minutes=15)
"""How long the lock of an unknown outcome keeps anyone from starting the stream again."""


OUT_OF_TIME = "OutOfTime"
"""The family of what no try was left for before it could be begun, or known to be done."""
TOO_LATE = "TooLate"
"""The family of an order that waited too long to be begun at all."""


class _Remembered(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class ErrorFacts(_Remembered):
    """An RtcError as it is remembered."""

    family: str
    """The error's class, from shared/rtc/errors.py, or one of ours: OUT_OF_TIME, TOO_LATE."""
    status: int | None = None
    error_code: str | None = None
    error_msg: str | None = None
    request_id: str | None = None

    @classmethod
    def of(cls, error: RtcError) -> Self:
        """The facts of an error that was caught."""
        return cls(
            family=type(error).__name__,
            status=error.status,
            error_code=error.error_code,
            error_msg=error.error_msg,
            request_id=error.request_id,
        )


class StreamLock(_Remembered):
    """Who holds a stream: the attempt that last asked for it, and what is known of its recording."""

    order_id: str
    n: int
    step: str
    """The attempt's step when it was written: with order_id and n, which version of the lock this is."""
    requested_by: str
    since: AwareDatetime
    calling_until: AwareDatetime | None = None
    """The lease of a call that is being made."""
    job_id: str | None = None
    """The job that records the stream, if RTC named one."""
    held_until: AwareDatetime | None = None
    """The end of an unknown outcome's lock."""

    def unknown_until(self) -> datetime | None:
        """When this lock of an unknown outcome ends; None for one that is known, by its job, or being found out."""
        if self.job_id is not None:
            return None
        if self.held_until is not None:
            return self.held_until
        return self.calling_until + UNKNOWN_IS_HELD if self.calling_until is not None else None

    def is_over(self, now: datetime) -> bool:
        """Whether the stream is free again by time alone. A lock with a job never is: the job has to be shown."""
        end = self.unknown_until()
        return end is not None and now >= end


class Started(_Remembered):
    """RTC made a job."""

    kind: Literal["started"] = "started"
    job: RecordingJob
    request_id: str | None = None
    """X-request-Id of RTC's answer."""


class NotStarted(_Remembered):
    """RTC refused, or did not take the request until it was given up. Nothing runs."""

    kind: Literal["not_started"] = "not_started"
    error: ErrorFacts
    gave_up: bool = False
    """Whether it was tried until no try was left."""


class Unknown(_Remembered):
    """It may be running. Never repeated; the stream stays locked until `held_until`."""

    kind: Literal["unknown"] = "unknown"
    error: ErrorFacts | None
    """None where whoever made the call was gone before it ended."""
    held_until: AwareDatetime


class Duplicate(_Remembered):
    """The stream was held already, so nothing was sent."""

    kind: Literal["duplicate"] = "duplicate"
    lock: StreamLock


type Outcome = Annotated[Started | NotStarted | Unknown | Duplicate, Field(discriminator="kind")]


class State(StrEnum):
    """An attempt's state."""

    CALLING = "calling"
    WAITING = "waiting"
    SETTLED = "settled"
    UNKNOWN = "unknown"


class Attempt(_Remembered):
    """One stream of an order, and how far it has come."""

    order_id: str
    n: int
    """Its place in the order, from 0."""
    request: RecordingRequest
    requested_by: str
    state: State
    calls: int
    """How many calls were begun."""
    began_at: AwareDatetime
    """When the last call was begun, or was found to be needless."""
    outcome: Outcome | None = None
    settled_at: AwareDatetime | None = None

    @property
    def lease_until(self) -> datetime:
        """While calling: until when the call is somebody's."""
        return self.began_at + LEASE

    @property
    def step(self) -> str:
        """State and attempt: each is passed once, so it tells one version of the attempt from every other."""
        return f"{self.state}#{self.calls}"

    def settled(self, outcome: Outcome, now: datetime) -> Self:
        """This attempt with its outcome."""
        state = State.UNKNOWN if isinstance(outcome, Unknown) else State.SETTLED
        return self.model_copy(update={"state": state, "outcome": outcome, "settled_at": now})

    def given_up_by_its_caller(self, now: datetime) -> Self:
        """This attempt once its lease is over: nobody is left who could know what came of the call."""
        return self.settled(Unknown(error=None, held_until=self.lease_until + UNKNOWN_IS_HELD), now)

    def lock(self) -> StreamLock | None:
        """The lock that goes with this attempt, None where it holds no stream."""
        calling = self.state is State.CALLING
        job_id = self.outcome.job.job_id if isinstance(self.outcome, Started) else None
        held_until = self.outcome.held_until if isinstance(self.outcome, Unknown) else None
        if not (calling or job_id or held_until):
            return None
        return StreamLock(
            order_id=self.order_id,
            n=self.n,
            step=self.step,
            requested_by=self.requested_by,
            since=self.began_at,
            calling_until=self.lease_until if calling else None,
            job_id=job_id,
            held_until=held_until,
        )


class Asked(_Remembered):
    """What a caller's event asked for. The first one with its order_id is remembered; another body is none of its."""

    body_digest: str
    requested_by: str
    placed_at: AwareDatetime
    requests: tuple[RecordingRequest, ...] = ()
    """The streams to start; none for a stop."""
    stop: Stop | None = None

    def is_of(self, order: Order) -> bool:
        """Whether the order was made from the same event."""
        return (self.requested_by, self.body_digest) == (order.requested_by, order.body_digest)


class KnownJob(_Remembered):
    """The stream that a job records."""

    job_id: str
    room_id: str
    user_id: str
    video_type: str | None


class Busy(_Remembered):
    """Somebody else is making this very call; come back after `until`."""

    until: AwareDatetime


type Claim = Attempt | Busy | StreamLock
"""What claiming gives: an attempt that is ours to call (CALLING) or has its outcome; or who is in the way."""
