"""The outcome of a start, from the ledger: three lines for one stream, a line for each of several.

A message says "recording" only after RTC has said RUNNING. Before that the job is starting.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from bot.messages.blocks import Audience, Line, Reply, clock_time, code, joined, person, reply
from bot.messages.controls import ControlName, Controls
from bot.messages.explanations import explain
from bot.messages.recording_card import StreamNews, card, ends_at, job_line
from bot.messages.recording_controls import card_controls, give_up, holder_controls
from bot.messages.wording import common_settings, elapsed, source, stream
from shared.attempts import Attempt, Duplicate, NotStarted, Started, Unknown
from shared.failures import Failure, FailureKind
from shared.new_recordings import begun, not_begun
from shared.orders import Order
from shared.recordings import End, Recording, RecordingState
from shared.rtc.models import RecordingRequest

LATE = timedelta(minutes=1)
"""After this time the asker is mentioned in the headline, because they may not be watching the channel."""

_NOT_AGAIN = frozenset(
    {FailureKind.ALREADY_RUNNING, FailureKind.AUTH_FAILED, FailureKind.NOT_FOUND, FailureKind.NOT_ALLOWED}
)
"""Failures that no second try changes: more tries with a wrong key can lock it."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A stream that isn't started yet: why the last try failed, if RTC was asked, and until when it is tried again."""

    n: int
    """Its place in the order."""
    request: RecordingRequest
    failure: Failure | None
    until: datetime


def outcome(
    order: Order,
    attempts: Sequence[Attempt | Waiting],
    recordings: Sequence[Recording],
    now: datetime,
    command: str,
    *,
    is_edit: bool = False,
) -> Reply:
    """Return the message with each stream's outcome, or that it waits. Only the asker gets it if all are duplicates.

    `command` is the slash command's name, for what to type next. A stream with a recording is shown as that is.
    `is_edit` leaves out the mention of a late answer, since an edit notifies nobody. Raises ValueError for an attempt
    without an outcome.
    """
    streams = _streams(order, attempts, recordings, now, command)
    is_old = all(isinstance(it, Attempt) and isinstance(it.outcome, Duplicate) for it in attempts) and not recordings
    to = Audience.ASKER if is_old else Audience.CHANNEL
    late = to is Audience.CHANNEL and now - order.placed_at > LATE and not is_edit
    asker = person(order.actor)
    by: Line = [] if late else ["by ", asker]
    started = [it for it in recordings if it.end is not End.NOT_STARTED]
    ends = ends_at(started[0]) if len({it.limit for it in started}) == 1 else ()
    headline, *lines = _one(streams[0], by) if len(streams) == 1 else _several(streams, ends, by)
    controls = _controls(order, attempts, [it.recording for it in streams if it.recording is not None])
    return reply(to, joined(headline, asker if late else None), *lines, *controls)


def not_stored(order: Order, attempt: Attempt, now: datetime, command: str) -> Reply:
    """Return the message with the outcome of one attempt that could be stored nowhere. It names the job."""
    if not isinstance(attempt.outcome, Started):
        return outcome(order, [attempt], [], now, command)
    job = attempt.outcome.job
    return reply(
        Audience.CHANNEL,
        [f"❓ {stream(attempt.request)} may or may not be recording"],
        ["RTC named the job, but recordbot could not store it: stop it in RTC's console, or let it end by itself."],
        joined(job_line(job.job_id, job.stream_name, attempt.request), ["by ", person(order.actor)]),
    )


@dataclass(frozen=True, slots=True)
class _Stream:
    request: RecordingRequest
    news: Callable[[str], StreamNews]
    """Returns what happened to it, given its name in the message."""
    recording: Recording | None = None


def _streams(
    order: Order, attempts: Sequence[Attempt | Waiting], recordings: Sequence[Recording], now: datetime, command: str
) -> list[_Stream]:
    """Return the streams of the order, by their place in it: as recorded, else as their attempt ended."""
    by_place = {it.n: it for it in attempts}
    found = {n: _Stream(it.request, partial(_news, order, it, now, command)) for n, it in by_place.items()}
    started = {n for n, it in by_place.items() if isinstance(it, Attempt) and isinstance(it.outcome, Started)}
    for recording in recordings:
        is_probable = recording.probably_runs and recording.job is None
        is_shown = recording.state is RecordingState.PLANNED or recording.end is End.RELEASED or is_probable
        if recording.n in started or recording.n not in found or is_shown:
            found[recording.n] = _Stream(recording.request, partial(card, recording, now=now), recording)
        elif recording.state is RecordingState.UNKNOWN:
            found[recording.n] = replace(found[recording.n], recording=recording)
    return [found[n] for n in sorted(found)]


def _controls(
    order: Order, attempts: Sequence[Attempt | Waiting], recordings: Sequence[Recording]
) -> Sequence[Controls]:
    """Return the buttons: those of the recordings, or of what waits, or of the one that holds the stream already."""
    refused = [it for it in attempts if isinstance(it, Attempt) and isinstance(it.outcome, NotStarted)]
    known = {it.id for it in recordings}
    row = card_controls([*recordings, *(not_begun(it) for it in refused if it.id not in known)])
    if any(isinstance(it.outcome, NotStarted) and it.outcome.failure.kind in _NOT_AGAIN for it in refused):
        row = [it for it in row if it.name is not ControlName.AGAIN]
    if any(isinstance(it, Waiting) and it.failure is not None for it in attempts):
        row.append(give_up(order.order_id))
    if row:
        return [Controls(row)]
    held = [it for it in attempts if isinstance(it, Attempt) and isinstance(it.outcome, Duplicate)]
    return [Controls(holder_controls(held))] if held else []


def _one(stream_: _Stream, by: Line) -> list[Line]:
    news = stream_.news(stream(stream_.request))
    general = joined(news.general, by if news.started else None)
    return list(filter(None, ([f"{news.mark} {news.headline}"], general, *news.facts)))


def _several(streams: Sequence[_Stream], ends: Line, by: Line) -> list[Line]:
    requests = [it.request for it in streams]
    rooms = {request.room_id for request in requests}
    where = f" in room {rooms.pop()}" if len(rooms) == 1 else ""
    common = common_settings(requests)
    rows = []
    started = 0
    for it in streams:
        news = it.news(it.request.user_id if where else stream(it.request))
        own = news.general if common is None or news.deviates else None
        rows.append(joined(news.row(), own if news.started else None))
        started += news.started
    return [[f"{started} of {len(streams)} started{where}"], joined([common, *ends] if common else None, by), *rows]


def _news(order: Order, attempt: Attempt | Waiting, now: datetime, command: str, who: str) -> StreamNews:
    if isinstance(attempt, Waiting):
        return _waiting(attempt, who)
    match attempt.outcome:
        case Started():
            return card(begun(attempt), who, now)
        case NotStarted() as ended:
            waited = (attempt.settled_at or now) - order.placed_at
            return _not_started(ended, waited, who)
        case Unknown() as unknown:
            return _unknown(attempt.request, unknown, command, who)
        case Duplicate() as duplicate:
            return _duplicate(attempt.request, duplicate, now, who)
        case None:
            raise ValueError(f"attempt {attempt.order_id}.{attempt.n} has no outcome yet")


def _waiting(waiting: Waiting, who: str) -> StreamNews:
    if waiting.failure is None:
        return StreamNews("⏳", f"Not started yet: {who}", (), ())
    explanation = explain(waiting.failure)
    again: Line = [f"{explanation.what} It is tried again until about ", clock_time(waiting.until), "."]
    return StreamNews("⏳", f"Not started yet: {who}", (), (again, joined(explanation.technical)))


def _not_started(ended: NotStarted, waited: timedelta, who: str) -> StreamNews:
    explanation = explain(ended.failure)
    if ended.failure.kind is FailureKind.ALREADY_RUNNING:
        known: Line = ["recordbot doesn't know the job, so it can't show its id. Nothing new was started."]
        return StreamNews("♻", f"Already being recorded: {who}", (), (known, joined(explanation.technical)))
    what: Line = [explanation.what]
    if ended.given_up_by is not None:
        what = [person(ended.given_up_by), " gave it up. Nothing was started."]
    elif ended.gave_up and ended.failure.kind not in {FailureKind.OUT_OF_TIME, FailureKind.AWS_AWAY}:
        last = ended.failure.status or (
            "no connection" if ended.failure.kind is FailureKind.NOT_CONNECTED else "no answer"
        )
        what = [f"RTC did not take the request for {elapsed(waited)} (last: {last}). Nothing was started."]
    why: Line = [*what, f" {explanation.next_step}"]
    return StreamNews("⛔", f"Not recorded: {who}", (), (why, joined(explanation.technical)))


def _unknown(request: RecordingRequest, unknown: Unknown, command: str, who: str) -> StreamNews:
    explanation = explain(unknown.failure)
    named = unknown.failure.job_id if unknown.failure else None
    job: Line = ["job ", code(named, most=300)] if named is not None else ()
    next_step: Line = [explanation.next_step]
    if named is None:
        again, release = (code(f"{command} {verb} {_typed(request)}", most=200) for verb in ("again", "release"))
        next_step = ["If it didn't start: ", again, "; if it did: ", release]
    what: Line = [f"{explanation.what} It was not sent again. ", *next_step]
    facts = joined(job, ["Held until ", clock_time(unknown.held_until)], explanation.technical)
    return StreamNews("❓", f"{who} may or may not be recording", (), (what, facts))


def _typed(request: RecordingRequest) -> str:
    """Return how to name the stream in a command."""
    return f"room={request.room_id} user={request.user_id}{' screen' if request.video_type == 'SCREENSTREAM' else ''}"


def _duplicate(request: RecordingRequest, duplicate: Duplicate, now: datetime, who: str) -> StreamNews:
    lock = duplicate.lock
    general: Line = ["Nothing new was started."]
    by = person(lock.actor)
    since = elapsed(now - lock.since)
    if lock.job_id is not None:
        picture = source(request.video_type, audio=request.is_record_audio)
        name = duplicate.job.stream_name if duplicate.job else None
        facts = joined(job_line(lock.job_id, name, request), picture, ["by ", by], f"for {since}")
        return StreamNews("♻", f"Already recording {who}", general, (facts,))
    asked: Line = ["asked for by ", by, f" {since} ago"]
    held_until = lock.unknown_until()
    if held_until is None or (lock.calling_until is not None and now < lock.calling_until):
        return StreamNews("♻", f"{who} is being started already", general, (asked,))
    facts = joined(asked, ["held until ", clock_time(held_until)])
    return StreamNews("❓", f"{who} may or may not be recording", general, (facts,))
