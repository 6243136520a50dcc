"""The outcome of a start, from the ledger: three lines for one stream, a line for each of several.

A message says "recording" only after RTC has said RUNNING. Before that the job is starting.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.messages.blocks import Audience, Line, Reply, clock_time, code, joined, person, plain, reply
from bot.messages.explanations import explain
from bot.messages.wording import common_settings, elapsed, settings, source, span, stream
from shared.attempts import Attempt, Duplicate, NotStarted, Started, Unknown
from shared.failures import Failure, FailureKind
from shared.orders import Order
from shared.recordings import Recording, RecordingState
from shared.rtc.models import RecordingJob, RecordingRequest, expected_stream_name

_STOPPED = "STOPPED"
LATE = timedelta(minutes=1)
"""After this time the asker is mentioned in the headline, because they may not be watching the channel."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A stream that isn't started yet: why the last try failed, if RTC was asked, and until when it is tried again."""

    request: RecordingRequest
    failure: Failure | None
    until: datetime


@dataclass(frozen=True, slots=True)
class _News:
    """The outcome of one stream. `general` is left out in a message about several streams."""

    mark: str
    headline: str
    general: Line
    facts: tuple[Line, ...]
    started: bool = False

    def row(self) -> Line:
        return [f"{'✅' if self.started else self.mark} ", *joined(self.headline, *self.facts)]


def outcome(
    order: Order, streams: Sequence[Attempt | Waiting], recordings: Sequence[Recording], now: datetime
) -> Reply:
    """Return the message with each stream's outcome, or that it waits. Only the asker gets it if all are duplicates.

    A started stream has the state of its recording, or, without one, of RTC's answer to the start. Raises ValueError
    for an attempt without an outcome.
    """
    by_place = {recording.n: recording for recording in recordings}
    streams = [it if isinstance(it, Waiting) else _as_recorded(it, by_place.get(it.n)) for it in streams]
    is_old = all(isinstance(it, Attempt) and isinstance(it.outcome, Duplicate) for it in streams)
    to = Audience.ASKER if is_old else Audience.CHANNEL
    late = to is Audience.CHANNEL and now - order.placed_at > LATE
    asker = person(order.actor)
    by: Line = [] if late else ["by ", asker]
    headline, *lines = _one(order, streams[0], now, by) if len(streams) == 1 else _several(order, streams, now, by)
    return reply(to, joined(headline, asker if late else None), *lines)


def not_stored(order: Order, attempt: Attempt, now: datetime) -> Reply:
    """Return the message with the outcome of one attempt that could be stored nowhere. It names the job."""
    if not isinstance(attempt.outcome, Started):
        return outcome(order, [attempt], [], now)
    job = attempt.outcome.job
    return reply(
        Audience.CHANNEL,
        [f"❓ {stream(attempt.request)} may or may not be recording"],
        ["RTC named the job, but recordbot could not store it: stop it in RTC's console, or let it end by itself."],
        joined(["job ", code(job.job_id)], job.stream_name and code(job.stream_name), ["by ", person(order.actor)]),
    )


def _as_recorded(attempt: Attempt, recording: Recording | None) -> Attempt:
    """Return the attempt with the job as its recording has it. A recording that is over has a job that is stopped."""
    if recording is None or not isinstance(attempt.outcome, Started):
        return attempt
    job = recording.job
    if recording.is_over and job.state != _STOPPED:
        why = "TENANT_STOP" if recording.state is RecordingState.ENDED else "RTC does not know the job any more"
        job = job.model_copy(update={"state": _STOPPED, "stop_reason": job.stop_reason or why})
    return attempt.model_copy(update={"outcome": attempt.outcome.model_copy(update={"job": job})})


def _one(order: Order, one: Attempt | Waiting, now: datetime, by: Line) -> list[Line]:
    news = _news(order, one, now, stream(one.request))
    general = joined(news.general, by if news.started else None)
    return list(filter(None, ([f"{news.mark} {news.headline}"], general, *news.facts)))


def _several(order: Order, streams: Sequence[Attempt | Waiting], now: datetime, by: Line) -> list[Line]:
    requests = [it.request for it in streams]
    rooms = {request.room_id for request in requests}
    where = f" in room {rooms.pop()}" if len(rooms) == 1 else ""
    common = common_settings(requests)
    rows = []
    started = 0
    for one in streams:
        news = _news(order, one, now, one.request.user_id if where else stream(one.request))
        own = news.general if news.started and news.general != [common] else None
        rows.append(joined(news.row(), own))
        started += news.started
    return [[f"{started} of {len(streams)} started{where}"], joined(common, by), *rows]


def _news(order: Order, attempt: Attempt | Waiting, now: datetime, who: str) -> _News:
    if isinstance(attempt, Waiting):
        return _waiting(attempt, who)
    match attempt.outcome:
        case Started(job=job, app_id=app_id):
            return _started(attempt.request, job, who, app_id)
        case NotStarted() as ended:
            waited = (attempt.settled_at or now) - order.placed_at
            return _not_started(ended, waited, who)
        case Unknown() as unknown:
            return _unknown(unknown, who)
        case Duplicate() as duplicate:
            return _duplicate(attempt.request, duplicate, now, who)
        case None:
            raise ValueError(f"attempt {attempt.order_id}.{attempt.n} has no outcome yet")


def _waiting(waiting: Waiting, who: str) -> _News:
    if waiting.failure is None:
        return _News("⏳", f"Not started yet: {who}", (), ())
    explanation = explain(waiting.failure)
    again: Line = [f"{explanation.what} It is tried again until about ", clock_time(waiting.until), "."]
    return _News("⏳", f"Not started yet: {who}", (), (again, joined(explanation.technical)))


def _started(request: RecordingRequest, job: RecordingJob, who: str, app_id: str | None) -> _News:
    state = job.state and plain(job.state, 32)
    facts = joined(_job(job.job_id, job.stream_name, request), _when(job, state) if state else None)
    if state == _STOPPED:
        return _News("⏹", f"Already stopped: {who}", (), ([_why_stopped(request, job)], facts))
    mark, doing = ("🔴", "Recording") if state == "RUNNING" else ("🟡", "Starting")
    return _News(mark, f"{doing} {who}", [settings(request, job, app_id)], (facts,), started=True)


def _job(job_id: str, stream_name: str | None, request: RecordingRequest) -> Line:
    """Return the job's id and stream name. A name that RTC did not say is marked as expected."""
    expected = expected_stream_name(job_id, request.room_id, request.user_id)
    name: Line = [code(stream_name)] if stream_name else [code(expected), " (expected)"]
    return joined(["job ", code(job_id)], name)


def _when(job: RecordingJob, state: str) -> Line:
    if state == "RUNNING" and job.start_time:
        return [f"{state} since ", clock_time(job.start_time)]
    if state == _STOPPED and job.start_time and job.stop_time:
        return [f"{state}, ", clock_time(job.start_time), " to ", clock_time(job.stop_time)]
    return [state]


def _why_stopped(request: RecordingRequest, job: RecordingJob) -> str:
    idle = span(request.max_idle_time if job.max_idle_time is None else job.max_idle_time)
    reasons = {
        "TENANT_STOP": "it was stopped on request",
        "EXCEED_MAX_IDLE_TIME": f"room {request.room_id} was idle for {plain(idle)}",
        "INTERNAL_ERROR": "RTC failed",
    }
    given = job.stop_reason or ""
    reason = reasons.get(given) or plain(given) or "RTC gave no reason"
    description = f" ({plain(job.description, 120)})" if job.description else ""
    return f"It is over: {reason}{description}. Start it again if you need it."


def _not_started(ended: NotStarted, waited: timedelta, who: str) -> _News:
    explanation = explain(ended.failure)
    if ended.failure.kind is FailureKind.ALREADY_RUNNING:
        what = "recordbot doesn't know the job, so it can't show its id. Nothing new was started."
        return _News("♻", f"Already being recorded: {who}", (), ([what], joined(explanation.technical)))
    what = explanation.what
    if ended.gave_up and ended.failure.kind not in {FailureKind.OUT_OF_TIME, FailureKind.AWS_AWAY}:
        last = ended.failure.status or (
            "no connection" if ended.failure.kind is FailureKind.NOT_CONNECTED else "no answer"
        )
        what = f"RTC did not take the request for {elapsed(waited)} (last: {last}). Nothing was started."
    return _News("⛔", f"Not recorded: {who}", (), ([f"{what} {explanation.next_step}"], joined(explanation.technical)))


def _unknown(unknown: Unknown, who: str) -> _News:
    explanation = explain(unknown.failure)
    what = f"{explanation.what} It was not sent again. {explanation.next_step}"
    named = unknown.failure.job_id if unknown.failure else None
    job: Line = ["job ", code(named, most=300)] if named is not None else ()
    facts = joined(job, ["Held until ", clock_time(unknown.held_until)], explanation.technical)
    return _News("❓", f"{who} may or may not be recording", (), ([what], facts))


def _duplicate(request: RecordingRequest, duplicate: Duplicate, now: datetime, who: str) -> _News:
    lock = duplicate.lock
    general: Line = ["Nothing new was started."]
    by = person(lock.actor)
    since = elapsed(now - lock.since)
    if lock.job_id is not None:
        picture = source(request.video_type, audio=request.is_record_audio)
        name = duplicate.job.stream_name if duplicate.job else None
        facts = joined(_job(lock.job_id, name, request), picture, ["by ", by], f"for {since}")
        return _News("♻", f"Already recording {who}", general, (facts,))
    asked: Line = ["asked for by ", by, f" {since} ago"]
    held_until = lock.unknown_until()
    if held_until is None or (lock.calling_until is not None and now < lock.calling_until):
        return _News("♻", f"{who} is being started already", general, (asked,))
    facts = joined(asked, ["held until ", clock_time(held_until)])
    return _News("❓", f"{who} may or may not be recording", general, (facts,))
