"""The status of an order for callers: what became of each of its streams, from what the ledger has of it."""

from datetime import datetime

from functions.ledger.orders import OrderRecord
from functions.webhook_api.answers import (
    OrderState,
    OrderStatus,
    StoredFile,
    StreamNameSource,
    StreamState,
    StreamStatus,
)
from shared.attempts import Attempt, Duplicate, NotStarted, Started, State, Unknown
from shared.failures import Failure, FailureKind
from shared.orders import LATEST_END, PlacedOrder, Start, Stop
from shared.recorded_files import RecordedFile
from shared.recording_clock import awaits_files
from shared.recordings import End, Recording, RecordingState
from shared.rtc.differences import differences
from shared.rtc.models import RecordingJob, RecordingRequest, expected_stream_name
from shared.stops import StopRecord, StopTarget


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


def _stop_status(target: StopTarget, began_at: datetime | None, settled_at: datetime | None) -> StreamStatus:
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
