"""The events that a caller may send: strict models with the field names of RTC's API page."""

import re
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    JsonValue,
    Strict,
    Tag,
    TypeAdapter,
)

from shared.limits import LONGEST_POSSIBLE, SHORTEST
from shared.orders import MAX_STREAMS, ChannelId, Start, Stop
from shared.rtc.models import GivenJobId, PublishParam, RecordingRequest, RecordParam, RtcId, VideoType

ONE, SEVERAL, JOB, USER = "<one>", "<several>", "<job>", "<user>"
"""Kinds of data. pydantic puts them after `data` in an error's location, though they are not in the body."""


_DATE_WITH_TIME = "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-5][0-9]"
"""The beginning of an RFC 3339 time. Leap seconds are left out: Python has none."""


def _written_out(value: object) -> object:
    # pydantic would read bare digits as Unix time.
    if not isinstance(value, str) or not re.match(_DATE_WITH_TIME, value):
        raise ValueError("no date with a time to the second")
    return value


type Timestamp = Annotated[
    AwareDatetime,
    Strict(strict=False),
    BeforeValidator(_written_out),
    Field(json_schema_extra={"pattern": _DATE_WITH_TIME}),
]


_LENGTH = "^P(?=[0-9T])(?:[0-9]{1,3}D)?(?:T(?=[0-9])(?:[0-9]{1,5}H)?(?:[0-9]{1,6}M)?(?:[0-9]{1,7}S)?)?$"
"""An ISO 8601 duration without years, months and weeks, which have no fixed length or are never needed."""


def _iso_duration(value: object) -> object:
    # pydantic would read seconds and clock times, too.
    if not isinstance(value, str) or not re.match(_LENGTH, value):
        raise ValueError("no ISO 8601 duration in days, hours, minutes and seconds")
    return value


def _within_bounds(length: timedelta) -> timedelta:
    # A bound of pydantic's would name the length as a timedelta, and not as it was given.
    if not SHORTEST <= length <= LONGEST_POSSIBLE:
        raise ValueError("is less than a minute, or more than 7 days")
    return length


type Duration = Annotated[
    timedelta,
    Strict(strict=False),
    BeforeValidator(_iso_duration),
    AfterValidator(_within_bounds),
    Field(json_schema_extra={"pattern": _LENGTH}),
]


class _Event(BaseModel):
    # A field's docstring is in docs/openapi.json and in the answer to a wrong value.
    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, hide_input_in_errors=True, use_attribute_docstrings=True
    )


class Notify(_Event):
    """A Slack channel that gets the outcome as well; recordbot's bot must be a member."""

    channel: ChannelId
    """The id of a Slack channel, such as C0123456789."""


class JobToStop(_Event):
    """One job."""

    job_id: GivenJobId
    """The id of a job, as RTC gave it: up to 128 letters, digits, _, -, . or ~."""


class UserToStop(_Event):
    """Every recording of a user of a room; with a video_type, only that one."""

    room_id: RtcId
    """1 to 64 of A-Z a-z 0-9 _ -, as a string or a number of 64 bits."""
    user_id: RtcId
    """1 to 64 of A-Z a-z 0-9 _ -, as a string or a number of 64 bits."""
    video_type: VideoType | None = None
    """CAMERASTREAM, SCREENSTREAM, or null for both."""


def _one_or_several(data: Any) -> str:
    return SEVERAL if isinstance(data, list) else ONE


def _job_or_user(data: Any) -> str:
    return JOB if isinstance(data, JobToStop) or (isinstance(data, dict) and "job_id" in data) else USER


class RecordingStart(_Event):
    """Start recording one stream or up to ten."""

    type: Literal["recording.start"]
    """The event's type: recording.start, recording.stop or ping."""
    timestamp: Timestamp
    """When it happened: a date and time with its zone, such as 2026-03-02T10:30:00Z."""
    data: Annotated[
        Annotated[RecordingRequest, Tag(ONE)]
        | Annotated[list[RecordingRequest], Field(min_length=1, max_length=MAX_STREAMS), Tag(SEVERAL)],
        Discriminator(_one_or_several),
    ]
    """The body of RTC's start call as its API page has it, or a list of 1 to 10 of them."""
    notify: Notify | None = None
    """An object with the channel that gets the outcome as well."""
    dry_run: bool = False
    """true to get the requests that would be sent, without sending them; or false."""
    start_at: Timestamp | None = None
    """When to start, up to 7 days ahead, such as 2026-03-02T14:00:00Z; null or in the last 5 minutes for at once."""
    end_at: Timestamp | None = None
    """When recordbot ends the recording, a minute after its start or later, as 2026-03-02T15:30:00+01:00; or null."""
    max_duration: Duration | None = None
    """How long the recording lasts at most, as an ISO 8601 duration from PT1M to P7D, such as PT90M; or null."""

    def requests(self) -> tuple[RecordingRequest, ...]:
        """Return the streams, whether one or a list was given."""
        return tuple(self.data) if isinstance(self.data, list) else (self.data,)

    def action(self) -> Start:
        """Return what to start, as an order has it."""
        return Start(
            requests=self.requests(),
            dry_run=self.dry_run,
            start_at=self.start_at,
            end_at=self.end_at,
            max_duration=self.max_duration,
        )


class RecordingStop(_Event):
    """Stop a recording."""

    type: Literal["recording.stop"]
    """The event's type: recording.start, recording.stop or ping."""
    timestamp: Timestamp
    """When it happened: a date and time with its zone, such as 2026-03-02T10:30:00Z."""
    data: Annotated[Annotated[JobToStop, Tag(JOB)] | Annotated[UserToStop, Tag(USER)], Discriminator(_job_or_user)]
    """One object: job_id, or room_id and user_id, with or without video_type."""
    notify: Notify | None = None
    """An object with the channel that gets the outcome as well."""

    def action(self) -> Stop:
        """Return what to stop, as an order has it."""
        return Stop.model_validate(self.data.model_dump())


class Ping(_Event):
    """Ask which caller you are for recordbot, and how far your clock is off. Nothing is started or stopped."""

    type: Literal["ping"]
    """The event's type: recording.start, recording.stop or ping."""
    timestamp: Timestamp
    """When it happened: a date and time with its zone, such as 2026-03-02T10:30:00Z."""
    data: dict[str, JsonValue] = Field(default_factory=dict)
    """Any object."""


type Event = Annotated[RecordingStart | RecordingStop | Ping, Field(discriminator="type")]
EVENT: TypeAdapter[RecordingStart | RecordingStop | Ping] = TypeAdapter(Event)

MODELS: dict[str | int, type[BaseModel]] = {
    "recording.start": RecordingStart,
    "recording.stop": RecordingStop,
    "ping": Ping,
    ONE: RecordingRequest,
    SEVERAL: RecordingRequest,
    JOB: JobToStop,
    USER: UserToStop,
    "notify": Notify,
    "publish_param": PublishParam,
    "record_param": RecordParam,
}
"""The model for each part of an error's location that names one."""
