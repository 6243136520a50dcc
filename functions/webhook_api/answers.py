"""What the webhook answers when all is well: the models, and an order's status as the ledger tells it."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, JsonValue

from functions.ledger.orders import OrderRecord
from shared.attempts import OUT_OF_TIME, Attempt, Duplicate, ErrorFacts, NotStarted, Started, State, Unknown
from shared.orders import LATEST_END
from shared.rtc.models import RecordingRequest
from shared.rtc.request_preview import masked_url
from shared.stops import Stopping, Target


class _Answer(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)


class Accepted(_Answer):
    """The order is on its way. Poll `status_url` for what came of it; it needs no signature of yours."""

    order_id: str
    """The same for the same event, however often it is sent."""
    status_url: str
    """Opens this one order's status, for a week."""


class DryRun(_Answer):
    """What RTC would be sent, one body for each stream; push addresses are cut behind their host."""

    would_send: list[dict[str, JsonValue]]


class Pong(_Answer):
    """Who you are, and how your clock stands."""

    caller: str
    clock_ahead_seconds: int
    """How far webhook-timestamp is ahead of recordbot's clock; negative behind it."""
    rooms: list[str] | None
    """The rooms that you may use; null for all."""
    channels: list[str] | None
    """The Slack channels that you may tell; null for all."""


class OrderState(StrEnum):
    """How far an order has come."""

    ACCEPTED = "accepted"
    WORKING = "working"
    DONE = "done"


class StreamState(StrEnum):
    """What came of one stream."""

    WORKING = "working"
    STARTED = "started"
    NOT_STARTED = "not_started"
    ALREADY_RECORDING = "already_recording"
    UNKNOWN = "unknown"
    """It may be recording: RTC took the request and gave no usable answer. It is not sent again before `held_until`."""
    STOPPED = "stopped"
    NOT_STOPPED = "not_stopped"


class StreamStatus(_Answer):
    """One stream of an order. What isn't known is null."""

    room_id: str | None
    user_id: str | None
    video_type: str | None
    state: StreamState
    job_id: str | None = None
    stream_name: str | None = None
    """RTC's name of the recorded stream."""
    job_state: str | None = None
    """The job's state as RTC gave it in answer to the start."""
    error_code: str | None = None
    """RTC's, such as RTC.00001007."""
    error_msg: str | None = None
    """RTC's; or a word of recordbot's where RTC gave none: OutOfTime, TooLate, JobUnknown, NotConnected ..."""
    request_id: str | None = None
    """RTC's X-request-Id of its answer to the start, or of the error."""
    began_at: datetime | None = None
    """When RTC was last called for it, or the stop was begun."""
    settled_at: datetime | None = None
    held_until: datetime | None = None
    """Of an unknown outcome: until when the stream isn't started again."""


class OrderStatus(_Answer):
    """How far an order has come, with every stream that it asked for as soon as the recorder knows it."""

    order_id: str
    state: OrderState
    placed_at: datetime | None = None
    error_msg: str | None = None
    """Why nothing came of it, where recordbot never began with it."""
    streams: list[StreamStatus] = []


def dry_run(requests: tuple[RecordingRequest, ...]) -> DryRun:
    """What would be sent for these."""
    bodies = []
    for request in requests:
        body = request.body()
        if request.publish_param is not None:
            body["publish_param"] = {"rtmp_urls": [masked_url(url) for url in request.publish_param.rtmp_urls]}
        bodies.append(body)
    return DryRun(would_send=bodies)


def order_status(order_id: str, record: OrderRecord | None, placed_by: datetime, now: datetime) -> OrderStatus:
    """The status of an order; of one that nobody has begun with, only that it was accepted.

    `placed_by` is when it had been placed, at the latest. Once LATEST_END has passed nobody is at it any more, whatever
    the ledger lacks: then it is done, and what has no outcome is not started, not stopped, or unknown.
    """
    if record is None:
        lost = now - placed_by > LATEST_END
        state, why = (OrderState.DONE, OUT_OF_TIME) if lost else (OrderState.ACCEPTED, None)
        return OrderStatus(order_id=order_id, state=state, error_msg=why)
    asked = record.asked
    is_late = now - asked.placed_at > LATEST_END
    if asked.stop is not None:
        stopping = record.stopping or Stopping.of(order_id, asked.requested_by, asked.stop, asked.placed_at)
        if is_late and stopping.settled_at is None:
            stopping = stopping.given_up(asked.placed_at + LATEST_END)
        is_done = stopping.settled_at is not None
        began_at = record.stopping.began_at if record.stopping else None
        streams = [_stop_status(target, began_at, stopping.settled_at) for target in stopping.targets]
    else:
        begun = {attempt.n: attempt for attempt in record.attempts}
        streams = [_start_status(request, begun.get(n), is_late=is_late) for n, request in enumerate(asked.requests)]
        is_done = all(stream.state is not StreamState.WORKING for stream in streams)
    state = OrderState.DONE if is_done else OrderState.WORKING
    return OrderStatus(order_id=order_id, state=state, placed_at=asked.placed_at, streams=streams)


def _start_status(request: RecordingRequest, attempt: Attempt | None, *, is_late: bool) -> StreamStatus:
    if attempt is not None and attempt.state is State.CALLING and is_late:
        attempt = attempt.given_up_by_its_caller(attempt.lease_until)
    status = StreamStatus(
        room_id=request.room_id,
        user_id=request.user_id,
        video_type=request.video_type,
        state=StreamState.WORKING,
        began_at=None if attempt is None else attempt.began_at,
        settled_at=None if attempt is None else attempt.settled_at,
    )
    match None if attempt is None else attempt.outcome:
        case Started(job=job, request_id=request_id):
            known = {"job_id": job.job_id, "stream_name": job.stream_name, "job_state": job.state}
            known["request_id"] = request_id
            return status.model_copy(update={"state": StreamState.STARTED, **known})
        case NotStarted(error=error):
            return status.model_copy(update={"state": StreamState.NOT_STARTED, **_error(error)})
        case Unknown(error=error, held_until=held_until):
            return status.model_copy(update={"state": StreamState.UNKNOWN, "held_until": held_until, **_error(error)})
        case Duplicate(lock=lock):
            return status.model_copy(update={"state": StreamState.ALREADY_RECORDING, "job_id": lock.job_id})
        case None if is_late:
            return status.model_copy(update={"state": StreamState.NOT_STARTED, "error_msg": OUT_OF_TIME})
        case None:
            return status


def _stop_status(target: Target, began_at: datetime | None, settled_at: datetime | None) -> StreamStatus:
    ended = StreamState.NOT_STOPPED if target.error else StreamState.STOPPED
    status = StreamStatus(
        room_id=target.room_id,
        user_id=target.user_id,
        video_type=target.video_type,
        state=StreamState.WORKING if settled_at is None else ended,
        job_id=target.job_id,
        began_at=began_at,
        settled_at=settled_at,
    )
    return status.model_copy(update=_error(target.error))


def _error(error: ErrorFacts | None) -> dict[str, str | None]:
    if error is None:
        return {}
    return {
        "error_code": error.error_code,
        "error_msg": error.error_msg or error.family,
        "request_id": error.request_id,
    }
