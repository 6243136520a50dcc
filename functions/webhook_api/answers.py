"""The webhook's successful answers: their models, and an order's status from the ledger."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, JsonValue

from functions.ledger.orders import OrderRecord
from shared.attempts import Attempt, Duplicate, NotStarted, Started, State, Unknown
from shared.failures import Failure, FailureKind
from shared.orders import LATEST_END, PlacedOrder, Start, Stop
from shared.recorded_files import RecordedFile
from shared.recording_clock import awaits_files
from shared.recordings import End, Recording, RecordingState
from shared.rtc.differences import Difference, differences
from shared.rtc.models import RecordingJob, RecordingRequest, expected_stream_name
from shared.rtc.request_preview import masked_body
from shared.stops import StopRecord, Target

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
    """A file of a recording: where it lies. A field that RTC did not say is null."""

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
    """When recordbot ends the recording: as you asked, or by the maximum that holds for all."""
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


def order_status(order_id: str, record: OrderRecord, placed_by: datetime, now: datetime) -> OrderStatus:
    """Return an order's status. It is accepted until the recorder has begun with it.

    `placed_by` is the latest time at which it can have been placed. LATEST_END after it was placed, no recorder works
    on it any more. Then it is done, and a stream without an outcome is not started, not stopped, or unknown.
    """
    placed = record.placed
    if placed is None:
        lost = now - placed_by > LATEST_END
        state, why = (OrderState.DONE, FailureKind.OUT_OF_TIME) if lost else (OrderState.ACCEPTED, None)
        return OrderStatus(order_id=order_id, state=state, error_msg=why)
    is_late = now - _begins_at(record, placed) > LATEST_END
    if isinstance(placed.action, Stop):
        is_done, streams = _stopped_streams(order_id, placed, placed.action, record.stop, is_late=is_late)
    else:
        begun = {attempt.n: attempt for attempt in record.attempts}
        recordings = {recording.n: recording for recording in record.recordings}
        streams = [
            _start_status(request, begun.get(n), recordings.get(n), now, is_late=is_late)
            for n, request in enumerate(placed.action.requests)
        ]
        is_done = all(stream.state is not StreamState.WORKING for stream in streams)
    is_planned = any(stream.state is StreamState.PLANNED for stream in streams)
    state = OrderState.PLANNED if is_planned else OrderState.DONE if is_done else OrderState.WORKING
    return OrderStatus(order_id=order_id, state=state, placed_at=placed.placed_at, streams=streams)


def _stopped_streams(
    order_id: str, placed: PlacedOrder, action: Stop, stop: StopRecord | None, *, is_late: bool
) -> tuple[bool, list[StreamStatus]]:
    began_at = None if stop is None else stop.began_at
    if stop is None:
        targets = (action.target(),)
        stop = StopRecord(order_id=order_id, actor=placed.actor, began_at=placed.placed_at, targets=targets)
    if is_late and stop.settled_at is None:
        stop = stop.given_up(placed.placed_at + LATEST_END)
    return stop.settled_at is not None, [_stop_status(target, began_at, stop.settled_at) for target in stop.targets]


def _begins_at(record: OrderRecord, placed: PlacedOrder) -> datetime:
    """Return when the recorder is to begin with the order: later if it is planned, also if that was moved."""
    asked = placed.action.start_at if isinstance(placed.action, Start) else None
    planned = (recording.since for recording in record.recordings if recording.planned)
    return max((placed.placed_at, *planned, *([asked] if asked else [])))


def _start_status(
    request: RecordingRequest, attempt: Attempt | None, recording: Recording | None, now: datetime, *, is_late: bool
) -> StreamStatus:
    """Return what became of a stream: of its start, and then of its recording."""
    if attempt is not None and attempt.state is State.CALLING and is_late:
        attempt = attempt.abandoned(attempt.lease_until)
    status = StreamStatus(
        room_id=request.room_id,
        user_id=request.user_id,
        video_type=request.video_type,
        state=StreamState.WORKING,
        began_at=attempt.began_at if attempt is not None and attempt.calls else None,
        settled_at=None if attempt is None else attempt.settled_at,
    )
    status = status.model_copy(update=_of_attempt(request, attempt, recording, is_late=is_late))
    return status if recording is None else status.model_copy(update=_of_recording(request, recording, now))


def _of_attempt(
    request: RecordingRequest, attempt: Attempt | None, recording: Recording | None, *, is_late: bool
) -> dict[str, object]:
    match None if attempt is None else attempt.outcome:
        case Started(job=answered, request_id=request_id, app_id=app_id):
            job = answered if recording is None or recording.job is None else recording.job
            own = {"request_id": request_id, "differences": list(differences(request, job, app_id))}
            return {"state": StreamState.STARTED, **_job(request, job.job_id, job), **own}
        case NotStarted(failure=failure):
            return {"state": StreamState.NOT_STARTED, **_failure(failure)}
        case Unknown(failure=failure, held_until=held_until):
            held = {"state": StreamState.UNKNOWN, "held_until": held_until}
            return held | {"job_id": failure.job_id if failure else None} | _failure(failure)
        case Duplicate(lock=lock, job=shown):
            known = {} if lock.job_id is None else _job(request, lock.job_id, shown)
            return {"state": StreamState.ALREADY_RECORDING, **known}
        case None if is_late:
            return {"state": StreamState.NOT_STARTED, "error_msg": FailureKind.OUT_OF_TIME.value}
        case None:
            return _failure(attempt.last_failure if attempt is not None else None)


_OF_JOB = {
    RecordingState.STARTING: StreamState.STARTED,
    RecordingState.RECORDING: StreamState.RECORDING,
    RecordingState.ENDED: StreamState.ENDED,
    RecordingState.LOST: StreamState.LOST,
}


def _of_recording(request: RecordingRequest, recording: Recording, now: datetime) -> dict[str, object]:
    """Return what the recording says beyond the outcome of its start, which stays where RTC has named no job."""
    limits = {
        "start_at": recording.since if recording.state is RecordingState.PLANNED else None,
        "ends_at": None if recording.limit is None else recording.limit.ends_at,
    }
    over = {"ended_at": recording.ended_at, "end": recording.end} if recording.is_over else {}
    if recording.state is RecordingState.PLANNED:
        return {"state": StreamState.PLANNED, **limits}
    if recording.job is None:
        is_cancelled = recording.end is End.STOPPED
        return {**over, **({"state": StreamState.ENDED} if is_cancelled else {})}
    seconds = int(recording.duration(now).total_seconds()) if recording.is_over else None
    return {
        "state": _OF_JOB.get(recording.state, StreamState.STARTED),
        "checked_at": recording.checked_at,
        "duration_seconds": seconds,
        "files": [_file(file) for file in recording.files],
        "files_awaited": awaits_files(recording, now),
        **_job(request, recording.job.job_id, recording.job),
        **limits,
        **over,
    }


def _file(file: RecordedFile) -> StoredFile:
    said = file.model_dump(exclude={"duration"})
    return StoredFile(name=file.name, duration_seconds=file.duration, **said)


def _job(request: RecordingRequest, job_id: str, job: RecordingJob | None) -> dict[str, object]:
    """Return the fields of a job, as RTC last showed it. Its name is made by the naming rule if RTC gave none."""
    by_rule: dict[str, object] = {
        "job_id": job_id,
        "stream_name": expected_stream_name(job_id, request.room_id, request.user_id),
        "stream_name_from": StreamNameSource.NAMING_RULE,
    }
    if job is None:
        return by_rule
    named = {"stream_name": job.stream_name, "stream_name_from": StreamNameSource.RTC} if job.stream_name else {}
    said = ("start_time", "stop_time", "update_time", "stop_reason", "description")
    return {**by_rule, **named, "job_state": job.state, **{name: getattr(job, name) for name in said}}


def _stop_status(target: Target, began_at: datetime | None, settled_at: datetime | None) -> StreamStatus:
    ended = StreamState.NOT_STOPPED if target.failure else StreamState.STOPPED
    status = StreamStatus(
        room_id=target.room_id,
        user_id=target.user_id,
        video_type=target.video_type,
        state=StreamState.WORKING if settled_at is None else ended,
        job_id=target.job_id,
        began_at=began_at,
        settled_at=settled_at,
    )
    return status.model_copy(update=_failure(target.failure))


def _failure(failure: Failure | None) -> dict[str, object]:
    if failure is None:
        return {}
    return {
        "error_code": failure.error_code,
        "error_msg": failure.reason,
        "request_id": failure.request_id,
    }
