"""When there is something to do about a recording: looks, limits, notices and its message have one clock."""

from datetime import datetime, timedelta

from shared.recordings import AT_RTC, End, Notice, Recording, RecordingState

SOON, LATER, AT_MOST = timedelta(seconds=30), timedelta(minutes=4, seconds=30), timedelta(hours=1)
"""The least time between two looks: in the first ten minutes, after that, and at most while RTC can't show the job.

Ticks come once a minute, and a look ends some seconds after its tick. With a whole minute between two looks, the
recording would not be due at the next tick, but at the one after it.
"""
_YOUNG = timedelta(minutes=10)
STUCK = timedelta(minutes=2)
"""A job that is still INIT after this time is reported."""
_UNASKED = frozenset({End.IDLE, End.RTC_FAILED, End.ELSEWHERE, End.OTHER, End.GONE, End.UNSEEN})


def notice_due(recording: Recording, now: datetime) -> Notice | None:
    """Return what a person has to know about the recording now; None if no channel reads of it."""
    if recording.channel_id is None:
        return None
    state, said = recording.state, recording.notices
    half = _half_way(recording)
    pending = {
        Notice.OVER: recording.is_over and recording.end in _unasked(recording),
        Notice.BEGAN: recording.planned and state in AT_RTC,
        Notice.STUCK: state is RecordingState.STARTING and now >= recording.since + STUCK and not recording.stop_asked,
        Notice.STILL_ON: state is RecordingState.RECORDING and half is not None and now >= half,
    }
    return next((notice for notice, is_so in pending.items() if is_so and notice not in said), None)


def next_due(recording: Recording, now: datetime) -> datetime | None:
    """Return when there is something to do about the recording; None if there is nothing any more."""
    if not recording.is_drawn or notice_due(recording, now):
        return now + SOON
    if recording.is_over:
        return None
    times: list[datetime | None]
    match recording.state:
        case RecordingState.PLANNED:
            times = [recording.since]
        case RecordingState.UNKNOWN:
            times = [recording.held_until]
        case _:
            ends_at = None if recording.limit is None else recording.limit.ends_at
            stuck = recording.since + STUCK if recording.state is RecordingState.STARTING else None
            times = [now + _until_next_look(recording, now), ends_at, _half_way(recording), stuck]
    return min((time for time in times if time is not None and time > now), default=now + SOON)


def _unasked(recording: Recording) -> frozenset[End]:
    """Return the ends that nobody asked for."""
    by_default = {End.LIMIT} if recording.limit is not None and recording.limit.is_default else set()
    planned = {End.NOT_STARTED} if recording.planned else set()
    return _UNASKED | by_default | planned


def _half_way(recording: Recording) -> datetime | None:
    """Return when to remind the person who started it; None if they gave a limit themselves."""
    limit = recording.limit
    return recording.since + (limit.ends_at - recording.since) / 2 if limit is not None and limit.is_default else None


def _until_next_look(recording: Recording, now: datetime) -> timedelta:
    if recording.unseen_since is not None:
        return min(max(now - recording.unseen_since, SOON), AT_MOST)
    return SOON if now < recording.since + _YOUNG or recording.stop_asked else LATER
