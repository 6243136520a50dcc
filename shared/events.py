"""Events about recordings, for other systems: models in the form of CloudEvents, from which the JSON Schemas are made.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
"""

from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.actors import Actor
from shared.recorded_files import RecordedFile


class EventType(StrEnum):
    """What happened to a recording."""

    STARTED = "recording.started"
    """RTC made a job for it."""
    RUNNING = "recording.running"
    """RTC said that the job runs."""
    ENDED = "recording.ended"
    FILE = "recording.file"
    """A file of it is complete."""
    FAILED = "recording.failed"
    """It was not started, RTC failed, or RTC lost the job."""
    UNKNOWN = "recording.unknown"
    """RTC gave no usable answer to its start: nobody knows whether it runs."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, use_attribute_docstrings=True)


class RecordingFacts(_Part):
    """The recording as it was when the event was made. What isn't known is null."""

    order_id: str
    n: int
    """Its place in the order, from 0."""
    room_id: str
    user_id: str
    video_type: str | None
    state: str
    """planned, starting, recording, unknown, ended or lost."""
    asked_by: Actor
    """Who started it: a slack_user, or a webhook_caller."""
    channel_id: str | None
    """The Slack channel that it was asked for in, or that gets its answer."""
    job_id: str | None
    stream_name: str | None
    since: AwareDatetime
    """When the call that started it was begun."""
    ends_at: AwareDatetime | None
    """When recordbot ends it at the latest."""
    ended_at: AwareDatetime | None
    end: str | None
    """Why it is over: as `end` in the webhook's status."""
    error_code: str | None = None
    """RTC's error code, if its start failed or has an unknown outcome."""
    error_msg: str | None = None
    """RTC's message about that, or, without one, the kind of failure: as `error_msg` in the webhook's status."""
    request_id: str | None = None
    """The X-request-Id of RTC's answer to that start."""
    file: RecordedFile | None = None
    """The file, of recording.file. It is where the file is stored, not a link."""


class RecordingEvent(_Part):
    """An event. It may come twice: `id` is the same then."""

    specversion: Literal["1.0"] = "1.0"
    id: str
    source: str
    """`recordbot/` and the RTC app."""
    type: EventType
    subject: str
    """The recording's id: that of its order, and its place in it."""
    time: AwareDatetime
    datacontenttype: Literal["application/json"] = "application/json"
    data: RecordingFacts
