"""Attempts to start a stream, and the lock that keeps a stream from being started twice: models and rules.

Each stream of a start has one attempt:

    (none) | waiting --claim--> calling
    calling --answered--> settled | unknown
    calling --no call happened--> waiting              it is made again; or settled, if no try is left
    calling --lease is over--> unknown                 the recorder that called is gone
    unknown --the answer came later--> settled | waiting
    (none) | waiting --no call is made--> settled      the stream is locked, not allowed, too late, given up
    (none) --RTC can't show the job that holds the stream--> waiting

A stream is locked while it is recorded or may be recorded: no other attempt can claim it. functions/ledger/ stores
attempts and locks.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field

from shared.actors import Actor
from shared.failures import Failure
from shared.rtc.models import RecordingJob, RecordingRequest
from shared.stored import Stored

LEASE = timedelta(seconds=30)
"""How long after the claim an outcome counts as unknown: ten seconds for a turn, 15 for the call, and some to spare. A
call for which less time is left is not begun (functions/worker/attempting.py)."""
UNKNOWN_IS_HELD = timedelta(minutes=15)
"""How long the lock of an unknown outcome prevents another start of the stream."""


class StreamLock(Stored):
    """Who holds a stream: the attempt that claimed it, and the job that records it, if known."""

    order_id: str
    n: int
    attempt_version: str
    """The attempt's version when the lock was written."""
    actor: Actor
    since: AwareDatetime
    calling_until: AwareDatetime | None = None
    """The lease of a call that is being made."""
    job_id: str | None = None
    """The job that records the stream, if RTC named one."""
    held_until: AwareDatetime | None = None
    """When the lock of an unknown outcome ends."""

    @property
    def version(self) -> str:
        """Identify this version of the lock."""
        return f"{self.order_id}.{self.n} {self.attempt_version}"

    @property
    def recording_id(self) -> str:
        """Return the id of the recording that holds the stream."""
        return f"{self.order_id}.{self.n}"

    def unknown_until(self) -> datetime | None:
        """Return when a lock without a known job ends; None if RTC named the job."""
        if self.job_id is not None:
            return None
        if self.held_until is not None:
            return self.held_until
        return self.calling_until + UNKNOWN_IS_HELD if self.calling_until is not None else None

    def is_over(self, now: datetime) -> bool:
        """Return whether the lock has expired. A lock with a job never expires: first RTC has to show the job."""
        end = self.unknown_until()
        return end is not None and now >= end


class Started(Stored):
    """RTC made a job."""

    kind: Literal["started"] = "started"
    job: RecordingJob
    """RTC's answer to the start."""
    request_id: str | None = None
    """X-request-Id of that answer."""
    app_id: str | None = None
    """The app that was asked."""


class NotStarted(Stored):
    """RTC refused the request, or no try succeeded. Nothing runs."""

    kind: Literal["not_started"] = "not_started"
    failure: Failure
    gave_up: bool = False
    """Whether the tries are used up."""
    given_up_by: Actor | None = None
    """Who ended the tries, if somebody did."""


class Unknown(Stored):
    """The stream may be recording. The call is never repeated, and the stream stays locked until `held_until`."""

    kind: Literal["unknown"] = "unknown"
    failure: Failure | None
    """None if the recorder was gone before RTC answered."""
    held_until: AwareDatetime


class Duplicate(Stored):
    """The stream was locked already, so nothing was sent."""

    kind: Literal["duplicate"] = "duplicate"
    lock: StreamLock
    job: RecordingJob | None = None
    """The job that holds the stream, as RTC showed it."""


type Outcome = Annotated[Started | NotStarted | Unknown | Duplicate, Field(discriminator="kind")]


class State(StrEnum):
    """An attempt's state."""

    CALLING = "calling"
    WAITING = "waiting"
    SETTLED = "settled"
    UNKNOWN = "unknown"


class Limit(Stored):
    """When recordbot ends a recording."""

    ends_at: AwareDatetime
    is_default: bool = False
    """Whether it is the maximum that holds for all, because nobody gave a limit."""


class Attempt(Stored):
    """One stream of a start on its way to RTC."""

    order_id: str
    n: int
    """Its place in the order, from 0."""
    request: RecordingRequest
    actor: Actor
    state: State
    calls: int
    """How many calls were begun; while it is claimed, the next one is counted already."""
    began_at: AwareDatetime
    """When it was last claimed for a call; without a claim, when it began to wait or was settled."""
    token: str = ""
    """Who made this claim recognises it. Attempts of earlier versions of recordbot have none."""
    outcome: Outcome | None = None
    last_failure: Failure | None = None
    """While it waits: what RTC answered to the last call."""
    settled_at: AwareDatetime | None = None
    channel_id: str | None = None
    """The Slack channel that gets the answer."""
    is_public: bool = False
    """Whether that channel is known to be public."""
    limit: Limit | None = None

    @property
    def id(self) -> str:
        """Return the attempt's id, which is its recording's too."""
        return f"{self.order_id}.{self.n}"

    @property
    def lease_until(self) -> datetime:
        """Return when the lease of the call ends."""
        return self.began_at + LEASE

    @property
    def version(self) -> str:
        """Identify this version of the attempt.

        It has each state at most once for each call. Only UNKNOWN may be written twice: as abandoned, and as answered.
        """
        return " ".join(filter(None, (f"{self.state}#{self.calls}", self.token)))

    def calling(self) -> Self:
        """Return the attempt as it was while it was called."""
        return self.model_copy(update={"state": State.CALLING, "outcome": None, "settled_at": None})

    def is_same_call(self, other: Self) -> bool:
        """Return whether both are versions of the same claim."""
        # Without a token only the count tells; with one, a claim without a call may have taken its count back.
        return self.token == other.token and (bool(self.token) or self.calls == other.calls)

    def settled(self, outcome: Outcome, now: datetime) -> Self:
        """Return the attempt with its outcome."""
        state = State.UNKNOWN if isinstance(outcome, Unknown) else State.SETTLED
        return self.model_copy(update={"state": state, "outcome": outcome, "settled_at": now})

    def waiting(self, why: Failure | None = None) -> Self:
        """Return the attempt after a call that did not happen. It can be claimed again."""
        waiting = {"state": State.WAITING, "outcome": None, "last_failure": why, "settled_at": None}
        return self.model_copy(update=waiting)

    def uncalled(self) -> Self:
        """Return the attempt after a claim that made no call. It can be claimed again."""
        return self.waiting().model_copy(update={"calls": self.calls - 1})

    def abandoned(self, now: datetime) -> Self:
        """Return the attempt, settled as unknown because its lease is over: the recorder that called is gone."""
        return self.settled(Unknown(failure=None, held_until=self.lease_until + UNKNOWN_IS_HELD), now)

    def lock(self) -> StreamLock | None:
        """Return the lock of this attempt; None if it holds no stream."""
        calling = self.state is State.CALLING
        job_id = self.outcome.job.job_id if isinstance(self.outcome, Started) else None
        held_until = self.outcome.held_until if isinstance(self.outcome, Unknown) else None
        if not (calling or job_id or held_until):
            return None
        return StreamLock(
            order_id=self.order_id,
            n=self.n,
            attempt_version=self.version,
            actor=self.actor,
            since=self.began_at,
            calling_until=self.lease_until if calling else None,
            job_id=job_id,
            held_until=held_until,
        )


class Busy(Stored):
    """Another recorder is making this call. Try again after `until`."""

    until: AwareDatetime


type Claim = Attempt | Busy | StreamLock
"""The result of a claim: an attempt to call (CALLING) or with an outcome, or who prevents the claim."""
