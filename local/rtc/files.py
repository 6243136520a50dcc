"""The files of jobs in a bucket of OBS: each job that ran leaves one, a real MP4 of three seconds.

The MP4 is coded with VP9, which every Chromium plays, also those without H.264.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qsl, quote

from local.rtc.jobs import Job
from local.rtc.refusal import Refused

SAMPLE = (Path(__file__).parent / "sample.mp4").read_bytes()
WIDTH, HEIGHT = 320, 180
_BEIJING = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A job's file in the bucket."""

    job: Job
    bucket: str
    location: str
    key: str
    stored: datetime
    body: bytes = SAMPLE

    @property
    def address(self) -> str:
        """OBS's address of the file. A private bucket wants it signed."""
        return f"https://{self.bucket}.obs.{self.location}.myhuaweicloud.com/{quote(self.key)}"


class Files:
    """The bucket's files. Each method takes what the jobs are now. Not thread-safe: its owner has the lock.

    # guess: a file is there a second after the end of its job. RTC's pages only say "after the recording".
    # guess: the times in a file's name have this format. RTC's pages have no example.
    """

    def __init__(
        self, bucket: str, location: str, *, init_time: timedelta, file_time: timedelta = timedelta(seconds=1)
    ) -> None:
        self.bucket = bucket
        self.location = location
        self.name = "{folder}{stream}_{start}/{stream}_{start}.mp4"
        """How files are named; a rule's record_prefix can say otherwise."""
        self._init_time = init_time
        self._file_time = file_time
        self._by_job: dict[str, StoredFile | None] = {}
        self._to_lose: int | None = 0

    def lose(self, times: int | None) -> None:
        """Store no file of the next `times` jobs that end; None means all."""
        self._to_lose = times

    def ran(self, job: Job) -> bool:
        """Return whether the job is or was RUNNING."""
        return job.state == "RUNNING" or (job.stopped is not None and job.stopped - job.created >= self._init_time)

    def has_ended(self, job: Job, now: datetime) -> bool:
        """Return whether all that the job leaves is there."""
        return job.stopped is not None and now >= job.stopped + self._file_time

    def store(self, jobs: Iterable[Job], now: datetime) -> None:
        """Store the files of the jobs that have ended. A job that only pushed its stream leaves none."""
        for job in jobs:
            if job.job_id in self._by_job or not self.has_ended(job, now):
                continue
            asked = job.parameters
            is_recorded = self.ran(job) and (asked.record_param is not None or asked.publish_param is None)
            self._by_job[job.job_id] = self._file(job, now) if is_recorded and not self._take_loss() else None

    def of(self, job: Job) -> StoredFile | None:
        """Return the job's file, if it is there."""
        return self._by_job.get(job.job_id)

    def all(self) -> list[StoredFile]:
        """Return every file, the oldest first."""
        return [file for file in self._by_job.values() if file is not None]

    def with_key(self, key: str) -> StoredFile | None:
        """Return the file with this name, or None."""
        return next((file for file in self.all() if file.key == key), None)

    def listing(self, query: str) -> dict[str, object]:
        """Return the objects that a query of RTC's list asks for. Raises Refused (400)."""
        given = dict(parse_qsl(query))
        if given.get("bucket") != self.bucket or given.get("location") != self.location:
            # guess: the code of an unknown bucket.
            raise Refused(HTTPStatus.BAD_REQUEST, "RTC.00001003", "no such bucket")
        if given.get("type") not in {"objects", "folders"}:
            raise Refused(HTTPStatus.BAD_REQUEST, "RTC.00001003", "type is objects or folders")
        objects = [
            {
                "file_name": file.key,
                "size": math.ceil(len(file.body) / 1024),
                "last_modified": f"{file.stored.astimezone(_BEIJING):%Y/%m/%d %H:%M:%S} GMT+08:00",
            }
            for file in self.all()
            if file.key.startswith(given.get("prefix", ""))
        ]
        return {"count": len(objects), "objects": objects}

    def _take_loss(self) -> bool:
        """Return whether the next file gets lost, and count it."""
        if self._to_lose:
            self._to_lose -= 1
            return True
        return self._to_lose is None

    def _file(self, job: Job, now: datetime) -> StoredFile:
        parts = {"folder": f"{job.app_id}/mp4/", "stream": job.stream_name, "start": f"{job.created:%Y%m%d%H%M%S}"}
        return StoredFile(job, self.bucket, self.location, self.name.format(**parts), now)
