"""Look for the files of a recording in the bucket, by RTC's list of it, at RTC's pace for such lists."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.aws.observability import logger
from functions.ledger.pace import Pace, Turn
from shared.file_news import CannotList, Listed
from shared.log_events import LogEvent
from shared.recorded_files import RecordedFile
from shared.recording_news import News
from shared.recordings import FilesBy, Recording
from shared.rtc.buckets import Bucket
from shared.rtc.client import RtcClient
from shared.rtc.errors import AuthFailed, NotFound, Refused, RtcError
from shared.rtc.models import expected_stream_name

CALLS_PER_SECOND = 2
"""RTC's limit for lists of a bucket."""
_PATIENCE = timedelta(seconds=2)
_TURNS_AHEAD = 2


@dataclass(frozen=True, slots=True)
class FileSearch:
    """Lists the bucket."""

    pace: Pace
    """A pace of its own: a key that may not list buckets must not stop the other calls."""
    rtc: Callable[[], RtcClient]
    bucket: Bucket | None
    otherwise: FilesBy
    """How files are learned of if our key may not list the bucket."""
    clock: Callable[[], datetime]
    sleep: Callable[[float], None] = time.sleep

    @property
    def files_by(self) -> FilesBy:
        """Return how the files of new recordings are learned of."""
        return self.otherwise if self.bucket is None else FilesBy.LISTING

    def find(self, recording: Recording) -> News | None:
        """Return what the bucket says about the recording's files; None if RTC can't say it now."""
        job = recording.job
        if job is None:
            return CannotList(self.otherwise)
        asked = recording.request
        name = job.stream_name or expected_stream_name(job.job_id, asked.room_id, asked.user_id) or job.job_id
        return self._ask(lambda rtc, bucket: Listed(rtc.files_of(bucket, name)))

    def jobs_of(self, recording: Recording) -> Mapping[str, RecordedFile] | CannotList | None:
        """Return the jobs that have left files of the recording's stream; as `find` does, what else is to be noted."""
        asked = recording.request
        return self._ask(lambda rtc, bucket: rtc.jobs_in(bucket, asked.room_id, asked.user_id))

    def _ask[Found](self, ask: Callable[[RtcClient, Bucket], Found]) -> Found | CannotList | None:
        if self.bucket is None:
            return CannotList(self.otherwise)
        booked = self.pace.book(_TURNS_AHEAD, _PATIENCE, self.clock())
        if not isinstance(booked, Turn):
            return None
        self.sleep(max((booked.at - self.clock()).total_seconds(), 0))
        try:
            return ask(self.rtc(), self.bucket)
        except RtcError as error:
            logger.warning(LogEvent.BUCKET_NOT_LISTED, extra={"bucket": self.bucket.name, "error": str(error)})
            is_final = isinstance(error, AuthFailed | NotFound) or type(error) is Refused
            return CannotList(self.otherwise) if is_final else None
