"""When there is something to do about a recording: checks, limits, notices and its message have one clock."""

from datetime import datetime, timedelta

from shared.recordings import AT_RTC, End, FilesBy, Recording, RecordingState, ThreadNotice

SOON, LATER, AT_MOST = timedelta(seconds=30), timedelta(minutes=4, seconds=30), timedelta(hours=1)
"""The least time between two checks: in the first ten minutes, after that, and at most while RTC can't show the job.

Ticks come once a minute, and a check ends some seconds after its tick. With a whole minute between two checks, the
recording would not be due at the next tick, but at the one after it.
"""
_YOUNG = timedelta(minutes=10)
STUCK = timedelta(minutes=2)
"""A job that is still INIT after this time is reported."""
TOGETHER = timedelta(minutes=1)
"""Files that come within this time of each other, or of the end, are reported together."""
NO_FILE = timedelta(minutes=10)
"""If no file has come this long after the end, that is reported."""
_LAST_LISTING = timedelta(hours=2)
"""This long after the end, the bucket is not listed any more. Until then it is, ever more slowly."""
_UNASKED = frozenset({End.IDLE, End.RTC_FAILED, End.ELSEWHERE, End.OTHER, End.GONE, End.UNSEEN})


def notice_due(recording: Recording, now: datetime) -> ThreadNotice | None:
    """Return what a person has to know about the recording now; None if no channel reads of it."""
    if recording.channel_id is None:
        return None
    state, said = recording.state, recording.notices
    is_starting, half = state is RecordingState.STARTING, _half_way(recording)
    pending = {
        ThreadNotice.OVER: recording.is_over and recording.end in _unasked(recording),
        ThreadNotice.BEGAN: recording.planned and state in AT_RTC,
        ThreadNotice.STUCK: is_starting and now >= recording.since + STUCK and not recording.stop_asked,
        ThreadNotice.STILL_ON: state is RecordingState.RECORDING and half is not None and now >= half,
        ThreadNotice.FILES: _has_news_of_files(recording) and (recording.files_complete or now >= quiet_at(recording)),
        ThreadNotice.NO_FILE: _lacks_a_file(recording) and now >= quiet_at(recording, NO_FILE),
    }
    # What was said once of the files is said again when there are more.
    return next((it for it, is_so in pending.items() if is_so and (it is ThreadNotice.FILES or it not in said)), None)


def next_due(recording: Recording, now: datetime) -> datetime | None:
    """Return when there is something to do about the recording; None if there is nothing any more."""
    if not recording.is_drawn or recording.outbox or notice_due(recording, now):
        return now + SOON
    if recording.is_over:
        return _files_due(recording, now)
    times: list[datetime | None]
    match recording.state:
        case RecordingState.PLANNED:
            times = [recording.since]
        case RecordingState.UNKNOWN:
            listing = recording.files_by is FilesBy.LISTING
            times = [recording.held_until, *([_next_listing(recording.since, now)] if listing else [])]
        case _:
            ends_at = None if recording.limit is None else recording.limit.ends_at
            stuck = recording.since + STUCK if recording.state is RecordingState.STARTING else None
            times = [now + _until_next_check(recording, now), ends_at, _half_way(recording), stuck]
    return min((time for time in times if time is not None and time > now), default=now + SOON)


def awaits_files(recording: Recording, now: datetime) -> bool:
    """Return whether the recording is over, and more files may become known soon."""
    is_quiet = recording.files_complete or now >= quiet_at(recording)
    return not is_quiet if recording.files else _expects_file(recording) and now < quiet_at(recording, NO_FILE)


def lists_bucket(recording: Recording) -> bool:
    """Return whether the files of a recording that is over are to be looked for in the bucket now."""
    is_known = recording.files_complete or (recording.files and not _has_news_of_files(recording))
    return recording.is_over and recording.job is not None and recording.files_by is FilesBy.LISTING and not is_known


def quiet_at(recording: Recording, after: timedelta = TOGETHER) -> datetime:
    """Return the time that is `after` the end, or the last news of its files."""
    times = (recording.ended_at, recording.file_heard_at, recording.since)
    return max(time for time in times if time is not None) + after


def _has_news_of_files(recording: Recording) -> bool:
    return recording.channel_id is not None and recording.is_over and len(recording.files) != recording.files_posted


def _lacks_a_file(recording: Recording) -> bool:
    """Return whether a channel waits for a file that has not come."""
    return _expects_file(recording) and not recording.files and recording.channel_id is not None


def _expects_file(recording: Recording) -> bool:
    """Return whether a file can come, and become known. A stream that is only pushed leaves none."""
    asked = recording.request
    is_recorded = asked.record_param is not None or asked.publish_param is None
    is_known = recording.files_by is not FilesBy.NOTHING
    return recording.is_over and recording.job is not None and is_known and is_recorded


def _files_due(recording: Recording, now: datetime) -> datetime | None:
    """Return when there is something to do about the files of a recording that is over."""
    due = []
    if _has_news_of_files(recording):
        due.append(quiet_at(recording))
    if _lacks_a_file(recording) and ThreadNotice.NO_FILE not in recording.notices:
        due.append(quiet_at(recording, NO_FILE))
    ended_at = recording.ended_at or now
    if lists_bucket(recording) and now - ended_at < _LAST_LISTING:
        due.append(_next_listing(ended_at, now))
    return min((max(it, now + timedelta(seconds=1)) for it in due), default=None)


def _next_listing(since: datetime, now: datetime) -> datetime:
    """Return when to list the bucket again: after a minute, and then ever more slowly."""
    return since + max(2 * (now - since), TOGETHER)


def _unasked(recording: Recording) -> frozenset[End]:
    """Return the ends that nobody asked for."""
    by_default = {End.LIMIT} if recording.limit is not None and recording.limit.is_default else set()
    planned = {End.NOT_STARTED} if recording.planned else set()
    not_started = {End.RELEASED} if recording.seems_not_started else set()
    return _UNASKED | by_default | planned | not_started


def _half_way(recording: Recording) -> datetime | None:
    """Return when to remind the person who started it; None if they gave a limit themselves."""
    limit = recording.limit
    return recording.since + (limit.ends_at - recording.since) / 2 if limit is not None and limit.is_default else None


def _until_next_check(recording: Recording, now: datetime) -> timedelta:
    if recording.unseen_since is not None:
        return min(max(now - recording.unseen_since, SOON), AT_MOST)
    return SOON if now < recording.since + _YOUNG or recording.stop_asked else LATER
