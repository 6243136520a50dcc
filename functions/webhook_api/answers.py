"""The webhook's successful answers, as callers read them."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, JsonValue

from shared.recordings import End
from shared.rtc.differences import Difference
from shared.rtc.models import RecordingRequest
from shared.rtc.request_preview import masked_body

MAY_RECORD_NOTHING = (
    "RTC may record nothing: there is neither a record_param nor a publish_param. Name a recording rule in the first."
)


class _Answer(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)


class Accepted(_Answer):
    """The order is on its way. Poll `status_url` for its outcome; this needs no signature."""

    order_id: str
    """The same id each time the same event is sent."""
    status_url: str
    """Opens the status of this order only, for a week after it was placed, or after its start_at."""
    warning: str | None = None
    """What may not be as you expect: that RTC may record nothing."""


class DryRun(_Answer):
    """What would be sent to RTC: one body for each stream, with push addresses cut after their host."""

    would_send: list[dict[str, JsonValue]]
    warning: str | None = None
    """What may not be as you expect: that RTC may record nothing."""


class Pong(_Answer):
    """Which caller you are for recordbot, and how far your clock is off."""

    caller: str
    clock_ahead_seconds: int
    """How far webhook-timestamp is ahead of recordbot's clock; negative if it is behind."""
    rooms: list[str] | None
    """The rooms that you may use; null for all."""
    channels: list[str] | None
    """The Slack channels that you may notify; null for all."""


class OrderState(StrEnum):
    """How far an order has come."""

    ACCEPTED = "accepted"
    PLANNED = "planned"
    """It waits for its start_at."""
    WORKING = "working"
    DONE = "done"


class StreamState(StrEnum):
    """The state of one stream."""

    PLANNED = "planned"
    """It starts at `start_at`, unless it is stopped before."""
    WORKING = "working"
    STARTED = "started"
    """RTC made a job, and has not said yet that it runs."""
    RECORDING = "recording"
    """RTC said that the job runs."""
    ENDED = "ended"
    """It was recorded and is over, or it was planned and cancelled: `end` says why."""
    LOST = "lost"
    """RTC doesn't know the job any more, or could not show it for a day."""
    NOT_STARTED = "not_started"
    ALREADY_RECORDING = "already_recording"
    UNKNOWN = "unknown"
    """It may be recording: RTC took the request and gave no usable answer. It is not sent again before `held_until`."""
    STOPPED = "stopped"
    NOT_STOPPED = "not_stopped"


class StreamNameSource(StrEnum):
    """Who named a stream."""

    RTC = "rtc"
    NAMING_RULE = "naming_rule"


class StoredFile(_Answer):
    """A file of a recording: where it is stored. A field that RTC did not say is null."""

    name: str | None
    bucket: str | None
    object: str | None
    """Its name in the bucket, folders included."""
    location: str | None
    format: str | None
    size: int | None
    """In bytes. Of a file that was found by a list of the bucket, to the next kB."""
    duration_seconds: int | None
    width: int | None
    height: int | None
    began_at: datetime | None
    ended_at: datetime | None


class StreamStatus(_Answer):
    """One stream of an order. A field that isn't known is null."""

    room_id: str | None
    user_id: str | None
    video_type: str | None
    state: StreamState
    job_id: str | None = None
    """The job's id. If the state is `unknown`, one in RTC's answer that recordbot can't use: the job may run."""
    stream_name: str | None = None
    """The name of the recorded stream."""
    stream_name_from: StreamNameSource | None = None
    """Who named it: `rtc`, or `naming_rule` where RTC did not: then recordbot made the name by RTC's naming rule."""
    job_state: str | None = None
    """The job's state when recordbot last asked RTC, at `checked_at`: INIT, RUNNING or STOPPED."""
    checked_at: datetime | None = None
    """When RTC last said how the job is. recordbot asks every five minutes, and more often at first."""
    start_time: datetime | None = None
    """RTC's start_time of the job, from the same answer as `job_state`, as are the next four."""
    stop_time: datetime | None = None
    update_time: datetime | None = None
    stop_reason: str | None = None
    """Why the job ended: TENANT_STOP, EXCEED_MAX_IDLE_TIME, INTERNAL_ERROR or a new value."""
    description: str | None = None
    differences: list[Difference] = []
    """The fields of the job in which RTC's answer differs from what was asked."""
    error_code: str | None = None
    """RTC's error code, such as RTC.00001007. While the state is `working`, that of the last try: it is tried again."""
    error_msg: str | None = None
    """RTC's message, or, without one, the kind of failure: out_of_time, too_late, job_unknown, not_connected ..."""
    request_id: str | None = None
    """The X-request-Id of RTC's answer to the start, or of the error."""
    began_at: datetime | None = None
    """When the last call to RTC for it began; null without a call. Of a stop, when it began."""
    settled_at: datetime | None = None
    start_at: datetime | None = None
    """When a planned recording is to start, or was."""
    ends_at: datetime | None = None
    """When recordbot ends the recording: as you asked, or by the maximum for all recordings."""
    ended_at: datetime | None = None
    end: End | None = None
    """Why it is over: stopped, limit (its time was over), idle, rtc_failed, elsewhere (stopped at RTC, not by
    recordbot), not_started, released, gone or unseen (lost), other."""
    duration_seconds: int | None = None
    """How long it was recorded, if it is over."""
    files: list[StoredFile] = []
    """The files that are known, in the order in which they were recorded. No links: they need a key of OBS."""
    files_awaited: bool = False
    """Whether it is over, and a file may still become known: ask again."""
    held_until: datetime | None = None
    """For an unknown outcome: the stream isn't started again before this time."""


class OrderStatus(_Answer):
    """How far an order has come, with every stream that it names, as soon as the recorder has begun."""

    order_id: str
    state: OrderState
    placed_at: datetime | None = None
    error_msg: str | None = None
    """Why nothing was done, if recordbot never began with it."""
    streams: list[StreamStatus] = []


def dry_run(requests: tuple[RecordingRequest, ...], warning: str | None) -> DryRun:
    """Return what would be sent for these requests."""
    return DryRun(would_send=[masked_body(request) for request in requests], warning=warning)
