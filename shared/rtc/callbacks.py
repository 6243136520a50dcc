"""RTC's callbacks about recordings: hints that are signed, may come twice, late or never, and may lack any field.

Sources: "SparkRTC, callbacks of recordings" and "How Do I Authenticate a Recording Callback?" (rtc_06_0144).
"""

import re
from typing import Annotated

from pydantic import AfterValidator, ValidationError
from pydantic_core import from_json

from shared.recorded_files import Amount, RecordedFile
from shared.rtc.models import JobId, RtcId
from shared.rtc.received import Moment, Read, Received, Text

FILE_COMPLETE = "RECORD_FILE_COMPLETE"
NEW_FILE = "RECORD_NEW_FILE_START"
OVER = frozenset({"CLOUD_RECORD_SERVER_OVER", "CLOUD_RECORD_OVER"})
"""The end event has one name on one page of RTC's documentation, and another name on another."""
_LINE = re.compile("[\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]{1,1024}")


def _line(text: str) -> str:
    # The queue takes no other characters, and the name of an object has at most 1024 bytes.
    if not _LINE.fullmatch(text):
        raise ValueError("not one line of text")
    return text


type _Line = Annotated[Text, AfterValidator(_line)]


class NotACallback(ValueError):
    """The body is no JSON object."""


class RtcCallback(Received):
    """What RTC says about a job. A field that is absent or can't be read is None."""

    event_type: Read[_Line] = None
    app_id: Read[_Line] = None
    job_id: Read[JobId] = None
    room_id: Read[RtcId] = None
    stream_name: Read[_Line] = None
    record_format: Read[_Line] = None
    download_url: Read[_Line] = None
    """Where RTC says that the file can be had. It names the bucket and the object if nothing else does."""
    file_size: Read[Amount] = None
    record_duration: Read[Amount] = None
    width: Read[Amount] = None
    height: Read[Amount] = None
    start_time: Read[Moment] = None
    end_time: Read[Moment] = None
    obs_location: Read[_Line] = None
    obs_bucket: Read[_Line] = None
    obs_object: Read[_Line] = None

    @property
    def is_over(self) -> bool:
        """Return whether RTC says that the job is over, with all of its files."""
        return self.event_type in OVER

    def file(self) -> RecordedFile | None:
        """Return the file that is complete; None if the callback is about something else."""
        if self.event_type != FILE_COMPLETE:
            return None
        return RecordedFile(
            bucket=self.obs_bucket,
            object=self.obs_object,
            location=self.obs_location,
            format=self.record_format,
            size=self.file_size,
            duration=self.record_duration,
            width=self.width,
            height=self.height,
            began_at=self.start_time,
            ended_at=self.end_time,
        ).at(self.download_url)

    def without_address(self) -> "RtcCallback":
        """Return the callback without download_url, which may be signed: what it names is in the other fields."""
        file = self.file()
        places = {} if file is None else {"obs_bucket": file.bucket, "obs_object": file.object}
        return self.model_copy(update={"download_url": None, **places})


def read_callback(body: bytes) -> RtcCallback:
    """Return the callback in a body. Raises NotACallback."""
    try:
        fields = from_json(body)
    except ValueError:
        raise NotACallback("the body is no JSON") from None
    if not isinstance(fields, dict):
        raise NotACallback("the body is no JSON object")
    try:
        return RtcCallback.model_validate(fields).without_address()
    except ValidationError:
        raise NotACallback("the body can't be read") from None
