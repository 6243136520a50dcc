"""A stop as the ledger stores it.

A stop may be sent to RTC twice, so it needs no lease. Its targets are stored before the first call, and their results
after the last one.
"""

from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import AwareDatetime

from shared.actors import Actor
from shared.failures import Failure, FailureKind
from shared.recordings import Recording, RecordingState
from shared.stored import Stored


class Ended(StrEnum):
    """How RTC says that a job is over."""

    STOPPED = "stopped"
    GONE = "gone"
    """RTC knows no such job, or no longer."""


class StopTarget(Stored):
    """One recording to stop, and why it was not stopped, if so. The stream is None if only a job id is known."""

    job_id: str | None
    room_id: str | None = None
    user_id: str | None = None
    video_type: str | None = None
    failure: Failure | None = None
    ended: Ended | None = None
    """What RTC answered to the stop; None before that, and after a failure."""
    recording: str | None = None
    """The recording's id."""
    stopped_by: Actor | None = None
    """Who asked first, if somebody else did."""
    is_shown: bool = False
    """Whether the message about the recording shows that it is over."""

    @classmethod
    def of_recording(cls, recording: Recording) -> Self:
        """Return a recording as a target. Of an unknown outcome there is no job to stop."""
        stream = recording.request
        unknown = recording.state is RecordingState.UNKNOWN
        return cls(
            job_id=recording.job_id,
            room_id=stream.room_id,
            user_id=stream.user_id,
            video_type=stream.video_type,
            failure=Failure(kind=FailureKind.JOB_UNKNOWN) if unknown else None,
            recording=recording.id,
        )

    def over(self, recording: Recording | None, by: Actor) -> Self:
        """Return the target after it is over, with who asked for that, if somebody else did so first."""
        asked = None if recording is None else recording.stop_asked
        return self if asked is None or asked.by == by else self.model_copy(update={"stopped_by": asked.by})


class StopRecord(Stored):
    """A stop's targets, fixed when it was first received; none if nothing was being recorded."""

    order_id: str
    actor: Actor
    began_at: AwareDatetime
    targets: tuple[StopTarget, ...]
    settled_at: AwareDatetime | None = None
    """When the last target was stopped, or given up."""

    @property
    def version(self) -> str:
        """Identify this version of the stop."""
        return "begun" if self.settled_at is None else "settled"

    def settled(self, targets: tuple[StopTarget, ...], now: datetime) -> Self:
        """Return the stop with the results of its targets."""
        return self.model_copy(update={"targets": targets, "settled_at": now})

    def given_up(self, now: datetime, why: FailureKind = FailureKind.OUT_OF_TIME) -> Self:
        """Return the stop, settled because no try is left: a target that may not be stopped counts as not stopped."""
        failure = Failure(kind=why)
        known = (it if it.ended else it.model_copy(update={"failure": it.failure or failure}) for it in self.targets)
        return self.settled(tuple(known), now)
