"""Recording jobs and their states: INIT, shortly after RUNNING, and STOPPED by a call or because the room was empty."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus

from local.rtc.parameters import Change, Parameters
from local.rtc.refusal import Refused

# guess: the texts. Table 7 only says that there is a description.
_DESCRIPTIONS = {
    "INIT": "The job is being initialized.",
    "RUNNING": "The job is running.",
    "STOPPED": "The job has been stopped.",
}


@dataclass(frozen=True, slots=True)
class Job:
    """A job in its current state; times are UTC."""

    job_id: str
    app_id: str
    parameters: Parameters
    created: datetime
    updated: datetime
    state: str = "INIT"
    stopped: datetime | None = None
    stop_reason: str | None = None

    @property
    def stream_name(self) -> str:
        """The stream name by the page's rule; "s" means single stream."""
        return f"s_{self.job_id}_{self.parameters.room_id}_{self.parameters.user_id}"

    def document(self) -> dict[str, object]:
        """Return the job as in the page's Table 7, with publish_param as in its example, without empty fields."""
        # guess: the answer to a start has all of the table, and start_time is the job's creation. The page's example
        # lacks state and stream_name, and has one time for both.
        asked = self.parameters
        fields: Mapping[str, object] = {
            "job_id": self.job_id,
            "stream_name": self.stream_name,
            "app_id": self.app_id,
            "room_id": asked.room_id,
            "user_id": asked.user_id,
            "is_record_audio": asked.is_record_audio,
            "video_type": asked.video_type,
            "select_stream_type": asked.select_stream_type,
            "max_idle_time": asked.max_idle_time,
            "publish_param": asked.publish_param,
            "record_param": asked.record_param,
            "create_time": _time(self.created),
            "update_time": _time(self.updated),
            "state": self.state,
            "stop_reason": self.stop_reason,
            "description": _DESCRIPTIONS[self.state],
            "start_time": _time(self.created),
            "stop_time": self.stopped and _time(self.stopped),
        }
        return {name: value for name, value in fields.items() if value is not None}


class Jobs:
    """The jobs of one app. Each method takes the current time. Not thread-safe: its owner has the lock.

    A room's publishers are connected until `leave`; with `empty_rooms` nobody is there until `join`.
    """

    def __init__(
        self, app_id: str, *, init_time: timedelta, quota: int, refuses_duplicates: bool, empty_rooms: bool = False
    ) -> None:
        self._app_id = app_id
        self._init_time = init_time
        self._quota = quota
        self._refuses_duplicates = refuses_duplicates
        self._empty_rooms = empty_rooms
        self._jobs: dict[str, Job] = {}
        self._empty_since: dict[str, datetime] = {}
        self._joined: set[str] = set()

    def stay_init(self, init_time: timedelta, now: datetime) -> None:
        """Let jobs be INIT for so long, also those that are INIT now."""
        self._advance(now)
        self._init_time = init_time

    def start(self, parameters: Parameters, now: datetime) -> Job:
        """Create a job. Raises Refused (400) if its stream is being recorded, or the quota is used up."""
        active = [job for job in self.all(now) if job.state != "STOPPED"]
        if self._refuses_duplicates and any(_stream(job.parameters) == _stream(parameters) for job in active):
            raise Refused(HTTPStatus.BAD_REQUEST, "RTC.00001006", "this stream is being recorded")
        if len(active) >= self._quota:
            raise Refused(HTTPStatus.BAD_REQUEST, "RTC.00001007", f"{len(active)} jobs are active")
        if self._empty_rooms and parameters.room_id not in self._joined:
            self._empty_since.setdefault(parameters.room_id, now)
        job = Job(str(len(self._jobs) + 1), self._app_id, parameters, created=now, updated=now)
        self._jobs[job.job_id] = job
        return job

    def show(self, job_id: str, now: datetime) -> Job:
        """Return a job. Raises Refused (404) if there is none."""
        self._advance(now)
        if job_id not in self._jobs:
            # guess: the code of a 404, from the error table's remark that it is also used for 404.
            raise Refused(HTTPStatus.NOT_FOUND, "RTC.00001003", "no such job")
        return self._jobs[job_id]

    def update(self, job_id: str, change: Change, now: datetime) -> Job:
        """Change a running job. Raises Refused (400, 404)."""
        job = self._running(job_id, now)
        parameters = replace(
            job.parameters,
            publish_param=change.publish_param or job.parameters.publish_param,
            record_param=change.record_param or job.parameters.record_param,
        )
        self._jobs[job_id] = replace(job, parameters=parameters, updated=now)
        return self._jobs[job_id]

    def stop(self, job_id: str, now: datetime) -> None:
        """End a running job. Raises Refused (400, 404)."""
        self._jobs[job_id] = _stopped(self._running(job_id, now), now, "TENANT_STOP")

    def fail(self, job_id: str, now: datetime) -> None:
        """End a job by a failure of RTC. Raises Refused (404)."""
        self._jobs[job_id] = _stopped(self.show(job_id, now), now, "INTERNAL_ERROR")

    def leave(self, room_id: str, now: datetime) -> None:
        """Disconnect the room's publishers: its jobs end after their max_idle_time."""
        self._advance(now)
        self._joined.discard(room_id)
        self._empty_since.setdefault(room_id, now)

    def join(self, room_id: str, now: datetime) -> None:
        """Connect the room's publishers again."""
        self._advance(now)
        self._joined.add(room_id)
        self._empty_since.pop(room_id, None)

    def all(self, now: datetime) -> list[Job]:
        """Return every job, the oldest first."""
        self._advance(now)
        return list(self._jobs.values())

    def _running(self, job_id: str, now: datetime) -> Job:
        # guess: the codes, from their names in the error table; the page of the stop has only 404 and 500.
        job = self.show(job_id, now)
        if job.state == "INIT":
            raise Refused(HTTPStatus.BAD_REQUEST, "RTC.00001022", "the job is still INIT")
        if job.state == "STOPPED":
            raise Refused(HTTPStatus.BAD_REQUEST, "RTC.00001009", "the job is over")
        return job

    def _advance(self, now: datetime) -> None:
        self._jobs.update({job_id: self._at(job, now) for job_id, job in self._jobs.items()})

    def _at(self, job: Job, now: datetime) -> Job:
        running_from = job.created + self._init_time
        if job.state == "INIT" and now >= running_from:
            job = replace(job, state="RUNNING", updated=running_from)
        empty_since = self._empty_since.get(job.parameters.room_id)
        if job.state == "RUNNING" and empty_since is not None:
            # guess: the idle time of a room that was empty before begins when the job runs. Table 3 doesn't say.
            end = max(empty_since, running_from) + timedelta(seconds=job.parameters.max_idle_time)
            if now >= end:
                job = _stopped(job, end, "EXCEED_MAX_IDLE_TIME")
        return job


def _stopped(job: Job, moment: datetime, reason: str) -> Job:
    return replace(job, state="STOPPED", updated=moment, stopped=moment, stop_reason=reason)


def _stream(parameters: Parameters) -> tuple[str, str, str | None]:
    return parameters.room_id, parameters.user_id, parameters.video_type


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
