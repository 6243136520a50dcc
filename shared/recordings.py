"""A recording: a stream of ours, from the moment it is planned, starting or unknown until it is over."""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime

from shared.actors import Actor
from shared.attempts import Limit
from shared.events import RecordingEvent
from shared.failures import Failure
from shared.recorded_files import RecordedFile
from shared.rtc.models import RecordingJob, RecordingRequest
from shared.stored import Stored


class RecordingState(StrEnum):
    """A recording's state. It is RECORDING only after RTC has said RUNNING."""

    PLANNED = "planned"
    STARTING = "starting"
    RECORDING = "recording"
    UNKNOWN = "unknown"
    ENDED = "ended"
    LOST = "lost"


class End(StrEnum):
    """Why a recording is over."""

    STOPPED = "stopped"
    """Someone stopped it, or cancelled it before it began."""
    LIMIT = "limit"
    """Its time was over."""
    IDLE = "idle"
    """Nobody was in the room for max_idle_time."""
    RTC_FAILED = "rtc_failed"
    ELSEWHERE = "elsewhere"
    """It was stopped at RTC, and not by recordbot."""
    NOT_STARTED = "not_started"
    """It was asked for, or planned, and nothing was started."""
    RELEASED = "released"
    """RTC never named its job, and nothing more can be learned."""
    OTHER = "other"
    """RTC gave no reason that we know."""
    GONE = "gone"
    """RTC does not know the job any more."""
    UNSEEN = "unseen"
    """RTC could not show the job for a day."""


class FilesBy(StrEnum):
    """How recordbot learns of a recording's files."""

    NOTHING = "nothing"
    CALLBACKS = "callbacks"
    LISTING = "listing"
    """From a list of the bucket, and from callbacks if they come."""


class ThreadNotice(StrEnum):
    """News that needs a person. Each is posted once for a recording, as a reply in the thread of its message.

    FILES is posted again when another file has come.
    """

    STUCK = "stuck"
    STILL_ON = "still_on"
    BEGAN = "began"
    OVER = "over"
    FILES = "files"
    NO_FILE = "no_file"


_OVER = frozenset({RecordingState.ENDED, RecordingState.LOST})
AT_RTC = frozenset({RecordingState.STARTING, RecordingState.RECORDING})
"""The states of a recording whose job RTC can show and stop."""


class Unavailable(Exception):
    """What holds the recordings can't be used now."""


class StopAsked(Stored):
    """Somebody asked to stop a recording. The first one counts."""

    by: Actor
    at: AwareDatetime


class ChangeKind(StrEnum):
    """What somebody changed of a recording."""

    ENDS = "ends"
    BEGINS = "begins"
    RELEASED = "released"


class Changed(Stored):
    """Somebody changed when a recording begins or ends, or released it."""

    kind: ChangeKind
    by: Actor
    at: AwareDatetime
    to: AwareDatetime | None = None
    """When it begins or ends from then on."""


CHANGES_KEPT = 10
"""How many changes of a recording are kept: the last ones. Each check writes them."""


class Recording(Stored):
    """A recording of ours. Its id is its attempt's: `order_id` and `n`."""

    order_id: str
    n: int
    request: RecordingRequest
    actor: Actor
    """Who started it."""
    channel_id: str | None = None
    """The Slack channel that it was asked for in, or that gets its answer."""
    is_public: bool = False
    """Whether that channel is known to be public."""
    since: AwareDatetime
    """When the call that started it was begun; while it is planned, when that is to happen."""
    planned: bool = False
    """Whether it was planned for later when it was asked for."""
    state: RecordingState = RecordingState.STARTING
    job: RecordingJob | None = None
    """What RTC last answered about the job. A field that RTC left out keeps its last value."""
    app_id: str | None = None
    """The RTC app that was asked, to compare with RTC's answers."""
    failure: Failure | None = None
    """Why its start failed, or has an unknown outcome; None if RTC has named its job."""
    held_until: AwareDatetime | None = None
    """When the hold of an unknown outcome ends."""
    probably_runs: bool = False
    """Whether RTC refused another start because the stream is being recorded, though it never named this job."""
    limit: Limit | None = None
    stop_asked: StopAsked | None = None
    changes: tuple[Changed, ...] = ()
    """What people changed of it, for its history; the oldest first."""
    end: End | None = None
    ended_at: AwareDatetime | None = None
    checked_at: AwareDatetime | None = None
    """When RTC last said how the job is."""
    looked_at: AwareDatetime | None = None
    """When recordbot last asked RTC in vain."""
    unseen_since: AwareDatetime | None = None
    """Since when RTC can't show the job; None if it could at the last check."""
    notices: tuple[ThreadNotice, ...] = ()
    """What was posted about it in the thread of its message."""
    files: tuple[RecordedFile, ...] = ()
    """Its files, in the order in which they were recorded."""
    files_by: FilesBy = FilesBy.NOTHING
    file_heard_at: AwareDatetime | None = None
    """When recordbot last learned something new of its files."""
    listed_at: AwareDatetime | None = None
    """When recordbot last listed the bucket for them."""
    files_complete: bool = False
    """Whether RTC has said that no more files come."""
    files_posted: int = 0
    """How many files were posted."""
    sends_events: bool = False
    """Whether its events are sent to other systems."""
    outbox: tuple[RecordingEvent, ...] = ()
    """The events that are not sent yet."""
    events_made: int = 0
    """How many events it has made."""
    drawn: str = ""
    """What its message shows: a value of `visible`."""
    due_at: AwareDatetime | None = None
    """When there is something to do about it; None if there is nothing any more."""
    revision: int = 1
    """How often the recording was written."""

    @property
    def id(self) -> str:
        """Return the recording's id."""
        return f"{self.order_id}.{self.n}"

    @property
    def version(self) -> str:
        """Identify this version of the recording."""
        return str(self.revision)

    @property
    def is_over(self) -> bool:
        """Return whether the recording has ended or is lost."""
        return self.state in _OVER

    @property
    def is_at_rtc(self) -> bool:
        """Return whether the recording has a job that RTC can show and stop."""
        return self.state in AT_RTC and self.job is not None

    @property
    def job_id(self) -> str | None:
        """Return the job's id, if RTC named it."""
        return None if self.job is None else self.job.job_id

    def only_needs_a_check(self, now: datetime) -> bool:
        """Return whether nothing has to begin or end now."""
        return self.is_at_rtc and not (self.limit is not None and now >= self.limit.ends_at)

    @property
    def known(self) -> str:
        """Return what is known of it, in short, to tell later whether more is known."""
        return f"{self.visible} {self.job.state if self.job is not None else ''}"

    @property
    def is_drawn(self) -> bool:
        """Return whether its message shows it as it is. Without a channel there is no message."""
        return self.channel_id is None or self.drawn == self.visible

    @property
    def visible(self) -> str:
        """Return what its message shows, in short: the message is drawn again when this changes."""
        ends_at = "" if self.limit is None else f"{self.limit.ends_at:%Y%m%dT%H%M%SZ}"
        since = f"{self.since:%Y%m%dT%H%M%SZ}" if self.state is RecordingState.PLANNED else ""
        files = f" {len(self.files)} files" if self.files and self.is_over else ""
        no_file = " no file" if self.has_no_file else ""
        stopping = "stopping" if self.stop_asked and not self.is_over else ""
        probably = " probably" if self.probably_runs and self.job is None else ""
        return f"{self.state} {stopping} {since} {ends_at}{files}{no_file}{probably}"

    @property
    def seems_not_started(self) -> bool:
        """Return whether its hold is over, and nothing that could have named its job did."""
        is_held_out = bool(self.ended_at and self.held_until and self.ended_at >= self.held_until)
        could_be_named = self.files_by is not FilesBy.NOTHING and not self.probably_runs
        return self.end is End.RELEASED and could_be_named and is_held_out

    @property
    def has_no_file(self) -> bool:
        """Return whether it is over, and no file has come in time."""
        return ThreadNotice.NO_FILE in self.notices and not self.files

    def duration(self, now: datetime) -> timedelta:
        """Return how long it has been recording, or was recorded."""
        began = (self.job.start_time if self.job is not None else None) or self.since
        return max((self.ended_at or now) - began, timedelta())
