"""The body of RTC's start call, and the job that RTC answers.

Field names, bounds and defaults are those of the API page "Starting a Single Stream Recording Job", Tables 3 to 5
(request) and 7 (answer), https://support.huaweicloud.com/intl/en-us/api-rtc/, or else those of the official SDK.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FieldSerializationInfo,
    JsonValue,
    StringConstraints,
    field_serializer,
    model_validator,
)

from shared.rtc.push_addresses import WITHOUT_KEYS, without_key
from shared.rtc.received import Moment, Read, Received, Text, number_as_text, whole_number

type VideoType = Literal["CAMERASTREAM", "SCREENSTREAM"]
type SelectStreamType = Literal["LD", "SD", "HD", "FHD"]

MAX_IDLE_TIME_MIN = 5
MAX_IDLE_TIME_MAX = 43200
MAX_IDLE_TIME_DEFAULT = 30
"""max_idle_time's bounds and default, in seconds (Table 3)."""


type RtcId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$"),
    BeforeValidator(number_as_text, json_schema_input_type=str | int),
]
"""A room's or a user's id: 1 to 64 letters, digits, `_` or `-`."""


def _one_path_piece(value: str) -> str:
    # HTTP libraries resolve `.` and `..` in a path, so such an id would not address a job.
    if not value.strip("."):
        raise ValueError("a job id is more than dots")
    return value


type JobId = Annotated[
    str,
    StringConstraints(pattern=r"^[\x21-\x7e]{1,128}$"),
    BeforeValidator(number_as_text, json_schema_input_type=str | int),
    AfterValidator(_one_path_piece),
]
"""A job's id as RTC gives it. It is opaque: only characters that would break a path or a line are refused."""

type GivenJobId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._~-]{0,127}$"),
    BeforeValidator(number_as_text, json_schema_input_type=str | int),
]
"""A job's id as a caller gives it: only characters that every gateway takes for one part of a path."""


def _rtmp_url(url: str) -> str:
    # The message never repeats the URL: its last part is the key that lets anyone publish to the stream.
    try:
        parts = urlsplit(url)
        usable = bool(parts.scheme in {"rtmp", "rtmps"} and parts.hostname and parts.port != 0)
    except ValueError:
        usable = False
    if not usable or not url.isprintable() or " " in url:
        raise ValueError("an RTMP URL starts with rtmp:// or rtmps://, names a host and has no spaces")
    return url


def _stored_urls(urls: list[str], info: FieldSerializationInfo) -> list[str]:
    return [without_key(url) for url in urls] if info.context == WITHOUT_KEYS else urls


class _Sent(BaseModel):
    """Base of the models that we send. Their errors contain no value, because URLs hold keys.

    A value outside the page's bounds or an unknown field raises pydantic's ValidationError. A field's docstring is for
    callers of the webhook: it is in docs/openapi.json and in the answer to a wrong value.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, hide_input_in_errors=True, use_attribute_docstrings=True
    )


class PublishParam(_Sent):
    """Where RTC pushes the stream as well (Table 4)."""

    rtmp_urls: Annotated[
        list[Annotated[str, StringConstraints(max_length=2048), AfterValidator(_rtmp_url)]],
        Field(min_length=1, max_length=10, repr=False),
    ]
    """A list of 1 to 10 addresses that start with rtmp:// or rtmps:// and name a host."""

    @field_serializer("rtmp_urls")
    def _as_stored(self, urls: list[str], info: FieldSerializationInfo) -> list[str]:
        return _stored_urls(urls, info)


class RecordParam(_Sent):
    """Which recording rule of the app applies (Table 5)."""

    record_rule_id: Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,128}$")]
    """1 to 128 plain characters."""


class RecordingRequest(_Sent):
    """The body of RTC's start call, as its API page has it (Table 3): one stream of one user of one room."""

    room_id: RtcId
    """1 to 64 of A-Z a-z 0-9 _ -, as a string or a number of 64 bits."""
    user_id: RtcId
    """1 to 64 of A-Z a-z 0-9 _ -, as a string or a number of 64 bits."""
    is_record_audio: bool = True
    """true or false."""
    # None is sent by leaving the field out. The page says of that both "the video is not recorded" and "the default
    # value is CAMERASTREAM", so the job's own video_type must be compared with this one.
    video_type: VideoType | None = "CAMERASTREAM"
    """CAMERASTREAM, SCREENSTREAM, or null for no video."""
    select_stream_type: SelectStreamType = "FHD"
    """LD, SD, HD or FHD."""
    max_idle_time: Annotated[int, Field(ge=MAX_IDLE_TIME_MIN, le=MAX_IDLE_TIME_MAX), BeforeValidator(whole_number)] = (
        MAX_IDLE_TIME_DEFAULT
    )
    """5 to 43200 seconds without anybody in the room, after which the recording ends; 30 where it is left out."""
    publish_param: PublishParam | None = None
    """An object with rtmp_urls."""
    record_param: RecordParam | None = None
    """An object with record_rule_id."""

    @model_validator(mode="after")
    def _records_something(self) -> Self:
        if not self.is_record_audio and self.video_type is None:
            raise ValueError(
                "a recording needs audio, video or both: is_record_audio is false and video_type is absent"
            )
        return self

    def body(self) -> dict[str, JsonValue]:
        """Return the JSON object to send. It has every field with a value; the page knows no null."""
        return self.model_dump(mode="json", exclude_none=True)


def expected_stream_name(job_id: str, room_id: str | None, user_id: str | None) -> str | None:
    """Return the name that RTC's naming rule gives a stream; None if an id is unknown."""
    return f"s_{job_id}_{room_id}_{user_id}" if room_id and user_id else None


class JobPublishParam(Received):
    """Where RTC says it pushes the stream as well."""

    rtmp_urls: Read[list[str]] = Field(default=None, repr=False)

    @field_serializer("rtmp_urls")
    def _as_stored(self, urls: list[str] | None, info: FieldSerializationInfo) -> list[str] | None:
        return None if urls is None else _stored_urls(urls, info)


class JobRecordParam(Received):
    """Which recording rule RTC says applies (Table 8)."""

    record_rule_id: Read[Text] = None


class RecordingJob(Received):
    """A job as RTC answers it (Table 7 and its example). Only `job_id` is required; any other field may be None.

    Ids may be numbers, unknown fields are dropped, unknown states are kept, a field of the wrong type is None. Times
    are aware, in UTC. Raises pydantic's ValidationError if there is no job_id.
    """

    job_id: JobId
    app_id: Read[Text] = None
    room_id: Read[Text] = None
    user_id: Read[Text] = None
    stream_name: Read[Text] = None
    """RTC's own name; the page's example of an answer lacks it. `expected_stream_name` makes one."""
    is_record_audio: Read[bool] = None
    video_type: Read[str] = None
    select_stream_type: Read[str] = None
    max_idle_time: Read[int] = None
    publish_param: Read[JobPublishParam] = None
    record_param: Read[JobRecordParam] = None
    create_time: Read[Moment] = None
    update_time: Read[Moment] = None
    state: Read[str] = None
    """INIT, RUNNING or STOPPED, or a value that is new in RTC."""
    stop_reason: Read[str] = None
    """TENANT_STOP, EXCEED_MAX_IDLE_TIME or INTERNAL_ERROR (the SDK's list), or a value that is new in RTC."""
    description: Read[str] = None
    start_time: Read[Moment] = None
    stop_time: Read[Moment] = None

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, answer: object) -> object:
        if isinstance(answer, Mapping):
            return {name: value for name, value in answer.items() if value is not None}
        return answer
