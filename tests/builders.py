"""Orders, attempts, jobs and locks for everybody's tests: valid ones, of which a test changes what it is about."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.actors import Actor
from shared.attempts import UNKNOWN_IS_HELD, Attempt, Outcome, Started, State, StreamLock, Unknown
from shared.failures import Failure, FailureKind
from shared.new_recordings import begun
from shared.orders import Order, Start
from shared.recordings import Recording
from shared.rtc.models import RecordingJob, RecordingRequest
from shared.slack_refs import ReplyTo

NOW = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
"""When a test takes place, unless it says otherwise: an order was placed two seconds before."""
ORDER_ID = "7KQ2M4X8P1ZA"
ANN = Actor(kind="slack_user", id="U1ANN")
BEN = Actor(kind="slack_user", id="U2BEN")
TIMETABLE = Actor(kind="webhook_caller", id="timetable")
RESPONSE_URL = "https://hooks.slack.com/commands/T1/1/s3cret"


def a_request(user_id: str = "user001", **changes: Any) -> RecordingRequest:
    """`/record room 100 user001 hd` as recordbot asks for it: five minutes idle."""
    fields = {"room_id": "100", "user_id": user_id, "select_stream_type": "HD", "max_idle_time": 300}
    return RecordingRequest.model_validate(fields | changes)


def a_start(*requests: RecordingRequest, dry_run: bool = False) -> Start:
    """Start these streams, or the usual one."""
    return Start(requests=requests or (a_request(),), dry_run=dry_run)


def an_order(*requests: RecordingRequest, **changes: Any) -> Order:
    """An order for these requests, or for the usual one."""
    fields = {
        "order_id": ORDER_ID,
        "actor": ANN,
        "action": a_start(*requests),
        "placed_at": NOW - timedelta(seconds=2),
        "reply_to": ReplyTo(channel_id="C1", response_url=RESPONSE_URL),
    }
    return Order.model_validate(fields | changes)


def requests_of(order: Order) -> tuple[RecordingRequest, ...]:
    """The streams that an order starts."""
    assert isinstance(order.action, Start)
    return order.action.requests


def a_job(request: RecordingRequest | None = None, **changes: Any) -> RecordingJob:
    """The job that RTC answers the request with, still INIT."""
    request = request or a_request()
    named = {"job_id": "1", "stream_name": f"s_1_{request.room_id}_{request.user_id}", "state": "INIT"}
    return RecordingJob.model_validate(named | request.body() | changes)


def a_failure(kind: FailureKind = FailureKind.REFUSED, **changes: Any) -> Failure:
    """A failure: a used up job quota."""
    fields = {"status": 400, "error_code": "RTC.00001007", "error_msg": "JobExceed", "request_id": "3f2a"}
    return Failure.model_validate({"kind": kind} | fields | changes)


def a_lock(**changes: Any) -> StreamLock:
    """The lock of a job that somebody else started twelve minutes ago."""
    since = NOW - timedelta(minutes=12)
    fields = {
        "order_id": "0AAAAAAAAAAA",
        "n": 0,
        "attempt_version": "settled#1",
        "actor": BEN,
        "since": since,
        "job_id": "1",
    }
    return StreamLock.model_validate(fields | changes)


def unknown(failure: Failure | None = None) -> Unknown:
    """An outcome that nobody knows."""
    return Unknown(failure=failure, held_until=NOW + UNKNOWN_IS_HELD)


def an_attempt(
    outcome: Outcome | None = None, *, request: RecordingRequest | None = None, n: int = 0, **changes: Any
) -> Attempt:
    """The order's n-th attempt: settled with the outcome, or still calling where there is none."""
    attempt = Attempt(
        order_id=ORDER_ID,
        n=n,
        request=request or a_request(),
        actor=ANN,
        state=State.CALLING,
        calls=1,
        began_at=NOW - timedelta(seconds=1),
    )
    return (attempt.settled(outcome, NOW) if outcome else attempt).model_copy(update=changes)


def a_recording(attempt: Attempt, **changes: Any) -> Recording:
    """The recording of an attempt that was started, as RTC answered; then with what is new of its job."""
    assert isinstance(attempt.outcome, Started)
    job = attempt.outcome.job.model_copy(update=changes)
    return begun(attempt.model_copy(update={"outcome": Started(job=job)}))
