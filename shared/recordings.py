"""A recording: a job of ours at RTC, from the moment RTC named it until it is over.

    starting --Shown RUNNING--> recording
    starting | recording --Shown STOPPED, Stopped--> ended
    starting | recording --Gone--> lost                      RTC does not know the job any more

Only `changed` changes the state. A recording that is over stays over.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self, assert_never

from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.actors import Actor
from shared.attempts import Attempt
from shared.rtc.models import RecordingJob, RecordingRequest


class RecordingState(StrEnum):
    """A recording's state. It is RECORDING only after RTC has said RUNNING."""

    STARTING = "starting"
    RECORDING = "recording"
    ENDED = "ended"
    LOST = "lost"


_OVER = frozenset({RecordingState.ENDED, RecordingState.LOST})


class Recording(BaseModel):
    """A job of ours. Its id is its attempt's: `order_id` and `n`."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    order_id: str
    n: int
    request: RecordingRequest
    actor: Actor
    """Who started it."""
    since: AwareDatetime
    """When the call that started it was begun."""
    state: RecordingState = RecordingState.STARTING
    job: RecordingJob
    """What RTC last answered about the job. A field that RTC left out keeps its last value."""
    ended_at: AwareDatetime | None = None
    revision: int = 1
    """How often the recording was written."""

    @classmethod
    def of(cls, attempt: Attempt, job: RecordingJob) -> Self:
        """Return the recording that an attempt has started."""
        begun = cls(
            order_id=attempt.order_id,
            n=attempt.n,
            request=attempt.request,
            actor=attempt.actor,
            since=attempt.began_at,
            job=job,
        )
        state = _state_of(job, RecordingState.STARTING)
        ended_at = job.stop_time or attempt.settled_at if state in _OVER else None
        return begun.model_copy(update={"state": state, "ended_at": ended_at})

    @property
    def version(self) -> str:
        """Identify this version of the recording."""
        return str(self.revision)

    @property
    def is_over(self) -> bool:
        """Return whether the recording has ended or is lost."""
        return self.state in _OVER


@dataclass(frozen=True, slots=True)
class Shown:
    """RTC showed the job."""

    job: RecordingJob


@dataclass(frozen=True, slots=True)
class Stopped:
    """RTC accepted a stop of the job, or answered that it was over."""


@dataclass(frozen=True, slots=True)
class Gone:
    """RTC itself answered that it knows no such job."""


type News = Shown | Stopped | Gone


def changed(recording: Recording, news: News, now: datetime) -> Recording:
    """Return the recording after the news; the same object if nothing is new.

    A recording that is over keeps its state, but its job gets RTC's new values.
    """
    job, state, ended_at = recording.job, recording.state, now
    match news:
        case Shown(job=shown):
            job, state = _merged(recording.job, shown), _state_of(shown, recording.state)
            ended_at = shown.stop_time or now
        case Stopped():
            state = RecordingState.ENDED
        case Gone():
            state = RecordingState.LOST
        case _:
            assert_never(news)
    if recording.is_over:
        state, ended_at = recording.state, recording.ended_at or now
    if (job, state) == (recording.job, recording.state):
        return recording
    end = {"ended_at": ended_at} if state in _OVER else {}
    return recording.model_copy(update={"job": job, "state": state, "revision": recording.revision + 1, **end})


def _state_of(job: RecordingJob, before: RecordingState) -> RecordingState:
    match job.state:
        case "STOPPED":
            return RecordingState.ENDED
        case "RUNNING":
            return RecordingState.RECORDING
        case _:
            return before


def _merged(before: RecordingJob, shown: RecordingJob) -> RecordingJob:
    said = {name: value for name in shown.model_fields_set if (value := getattr(shown, name)) is not None}
    return before.model_copy(update=said)
