# ruff: noqa: ARG002 - each kind of news has the same method, and not each needs all that it is given
"""What becomes of a recording: the news about it, and the one function that changes it.

    planned ----Named, Undecided, NotBegun--> starting | unknown | ended
    unknown ----Named-----------------------> starting             RTC named the job after all; see below
    unknown ----Released, NotBegun----------> ended                its hold is over, or it is known not to run
    starting ---Shown RUNNING---------------> recording
    starting | recording --Shown STOPPED, Stopped--> ended
    starting | recording --Gone, NotShown for a day--> lost
    planned ----Stopped---------------------> ended                cancelled
    ended ----Named-------------------------> starting             RTC named the job only then

With Named comes what RTC shows of the job: if it runs or is over already, it is recording or ended at once.
Else a recording that is over stays over. News that doesn't come from RTC stands beside
this: of its files (file_news.py), what somebody changes (recording_changes.py), what was said (recording_reports.py).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from shared.actors import CLOCK
from shared.attempts import Limit
from shared.failures import Failure
from shared.recording_clock import next_due
from shared.recording_events import with_events
from shared.recordings import End, Recording, RecordingState
from shared.rtc.models import RecordingJob

LEASE = timedelta(minutes=1)
"""How long a recorder may check a recording, before it is due again."""
LOST = timedelta(days=1)
"""A job that RTC could not show for this time is lost."""
_WITHOUT_JOB = frozenset({RecordingState.PLANNED, RecordingState.UNKNOWN})
_BY_STOP_REASON = {"TENANT_STOP": End.ELSEWHERE, "EXCEED_MAX_IDLE_TIME": End.IDLE, "INTERNAL_ERROR": End.RTC_FAILED}


type Fields = dict[str, Any]
"""Fields of a recording, with their new values; none if nothing changes."""


@dataclass(frozen=True, slots=True)
class Named:
    """RTC named the job of a start that was begun then."""

    job: RecordingJob
    since: datetime
    app_id: str | None = None

    def fields(self, recording: Recording, now: datetime) -> Fields:
        """Return what is new. For a recording that RTC knew already, this is one more check.

        A recording that was cancelled or released while it was being started is not over: its job runs. What was
        cancelled is ended by the next tick.
        """
        if recording.job is not None:
            return _shown(recording, self.job, recording.state, now)
        begun = {"state": RecordingState.STARTING, "since": self.since, "app_id": self.app_id, "failure": None}
        again: Fields = {"end": None, "ended_at": None} if recording.is_over else {}
        cancelled: Fields = {"limit": Limit(ends_at=now)} if recording.end is End.STOPPED else {}
        fresh = recording.model_copy(update=begun)
        return {**begun, **again, **cancelled, **_shown(fresh, self.job, RecordingState.STARTING, now)}


@dataclass(frozen=True, slots=True)
class Undecided:
    """The call that was to start it has an unknown outcome."""

    since: datetime
    held_until: datetime
    failure: Failure | None = None

    def fields(self, recording: Recording, now: datetime) -> Fields:
        """Return what is new."""
        if recording.state is not RecordingState.PLANNED:
            return {}
        held = {"since": self.since, "held_until": self.held_until}
        return {"state": RecordingState.UNKNOWN, **held, "failure": self.failure}


@dataclass(frozen=True, slots=True)
class NotBegun:
    """The start that was planned, or whose outcome was unknown, did not happen."""

    failure: Failure | None = None
    """None if the stream was being recorded already."""

    def fields(self, recording: Recording, now: datetime) -> Fields:
        """Return what is new."""
        over = {**ended(End.NOT_STARTED, now), "failure": self.failure}
        return over if recording.state in _WITHOUT_JOB else {}


@dataclass(frozen=True, slots=True)
class Shown:
    """RTC showed the job."""

    job: RecordingJob

    def fields(self, recording: Recording, now: datetime) -> Fields:
        """Return what is new. A recording that is over gets only the job's new values."""
        return _shown(recording, self.job, recording.state, now)


@dataclass(frozen=True, slots=True)
class NotShown:
    """RTC could not show the job, or not stop it."""

    def fields(self, recording: Recording, now: datetime) -> Fields:
        """Return what is new. A job that can't be shown for a day is lost."""
        if not recording.is_at_rtc:
            return {}
        since = recording.unseen_since or now
        lost = {**ended(End.UNSEEN, now), "state": RecordingState.LOST} if now - since >= LOST else {}
        return {"unseen_since": since, "looked_at": now, **lost}


@dataclass(frozen=True, slots=True)
class Stopped:
    """RTC accepted a stop of the job, or answered that it was over; or a planned recording was cancelled."""

    def fields(self, recording: Recording, now: datetime) -> Fields:
        """Return what is new."""
        return {} if recording.is_over else ended(_why_stopped(recording, now), now)


@dataclass(frozen=True, slots=True)
class Gone:
    """RTC itself answered that it knows no such job."""

    def fields(self, recording: Recording, now: datetime) -> Fields:
        """Return what is new. After a stop this is the end that was asked for."""
        if not recording.is_at_rtc:
            return {}
        if recording.stop_asked is not None:
            return ended(_why_stopped(recording, now), now)
        return {**ended(End.GONE, now), "state": RecordingState.LOST}


@dataclass(frozen=True, slots=True)
class ProbablyRuns:
    """RTC refused another start of the stream, because it is being recorded."""

    def fields(self, recording: Recording, now: datetime) -> Fields:
        """Return what is new."""
        is_unknown = recording.state is RecordingState.UNKNOWN or recording.end is End.RELEASED
        return {"probably_runs": True} if is_unknown and recording.job is None else {}


@dataclass(frozen=True, slots=True)
class Claimed:
    """A recorder checks the recording now. If it is cut off, it is due again after LEASE."""

    def fields(self, recording: Recording, now: datetime) -> Fields:
        """Return when it is due again."""
        return {"due_at": now + LEASE}


class News(Protocol):
    """Something that is new about a recording."""

    def fields(self, recording: Recording, now: datetime) -> Fields:
        """Return the fields of the recording that it changes."""


def changed(recording: Recording, news: News, now: datetime) -> Recording:
    """Return the recording after the news; the same object if nothing is new."""
    fields = news.fields(recording, now)
    if all(getattr(recording, name) == value for name, value in fields.items()):
        return recording
    after = recording.model_copy(update={**fields, "revision": recording.revision + 1})
    after = with_events(recording, after, now)
    return after if "due_at" in fields else after.model_copy(update={"due_at": next_due(after, now)})


def _shown(recording: Recording, shown: RecordingJob, state: RecordingState, now: datetime) -> Fields:
    job = shown if recording.job is None else _merged(recording.job, shown)
    if recording.is_over:
        return {"job": job}
    fields = {"job": job, "checked_at": now, "unseen_since": None, "state": state}
    match shown.state:
        case "STOPPED":
            end = _BY_STOP_REASON.get(job.stop_reason or "", End.OTHER)
            if end in {End.ELSEWHERE, End.OTHER} and recording.stop_asked is not None:
                end = _why_stopped(recording, now)
            return fields | ended(end, job.stop_time or now)
        case "RUNNING":
            return fields | {"state": RecordingState.RECORDING}
        case _:
            return fields


def ended(end: End, at: datetime) -> Fields:
    """Return what is new of a recording that is over."""
    return {"state": RecordingState.ENDED, "end": end, "ended_at": at}


def _why_stopped(recording: Recording, now: datetime) -> End:
    asked = recording.stop_asked
    by_clock = asked is None or asked.by == CLOCK
    is_time = recording.limit is not None and now >= recording.limit.ends_at
    return End.LIMIT if by_clock and is_time else End.STOPPED


def _merged(before: RecordingJob, shown: RecordingJob) -> RecordingJob:
    said = {name: value for name in shown.model_fields_set if (value := getattr(shown, name)) is not None}
    return before.model_copy(update=said)
