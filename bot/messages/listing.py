"""Recordings as the lines of a list, which says when each was last checked."""

import json
from collections.abc import Sequence
from datetime import datetime

from bot.messages.blocks import Audience, Line, Reply, clock_time, code, joined, person, reply
from bot.messages.controls import Controls
from bot.messages.recording_card import why_over
from bot.messages.recording_controls import stop, stop_menu, stoppable
from bot.messages.wording import elapsed, source
from shared.recordings import End, Recording, RecordingState

_MOST_BUTTONS = 5
"""The most buttons of one list. A longer one has a menu."""
_MOST = 25
"""The most recordings of one list."""
_MOST_CHARACTERS = 12_000
"""Slack takes about 13,000 in all blocks. Ids may be long."""
_MARKS = {
    RecordingState.PLANNED: "📅",
    RecordingState.STARTING: "🟡",
    RecordingState.RECORDING: "🔴",
    RecordingState.UNKNOWN: "❓",
    RecordingState.ENDED: "⏹",
    RecordingState.LOST: "❓",
}


def listing(
    headline: str, recordings: Sequence[Recording], now: datetime, *lines: Line | Controls, stops: bool = True
) -> Reply:
    """Return the list, in the order in which they begin. `lines` follow it; `stops` gives it buttons to stop them.

    Slack takes only so many. Those whose begin is nearest to now are in it: what has just been started or comes next is
    what people look for.
    """
    shown = sorted(recordings, key=lambda it: abs(it.since - now))[:_MOST]
    while True:
        rest = len(recordings) - len(shown)
        rows = _rows(sorted(shown, key=lambda it: it.since), now, stops=stops)
        more: list[Line] = [[f"and {rest} more: name a room to see its recordings"]] if rest else []
        made = reply(Audience.ASKER, [headline], *rows, *more, *lines)
        if len(json.dumps(made.blocks, ensure_ascii=False)) <= _MOST_CHARACTERS:
            return made
        shown.pop()


def _rows(recordings: Sequence[Recording], now: datetime, *, stops: bool) -> list[Line | Controls]:
    """Return a line for each, with what stops it below: a button, or one menu for all of a longer list."""
    on = stoppable(recordings) if stops else []
    if len(on) > _MOST_BUTTONS:
        return [*(row(it, now) for it in recordings), Controls([stop_menu(on)])]
    rows: list[Line | Controls] = []
    for it in recordings:
        rows += [row(it, now), *([Controls([stop(it, recordings)])] if it in on else [])]
    return rows


def count_of(recordings: Sequence[Recording]) -> str:
    """Return `1 recording` or `3 recordings`."""
    return "1 recording" if len(recordings) == 1 else f"{len(recordings)} recordings"


def row(recording: Recording, now: datetime) -> Line:
    """Return the recording as one line."""
    stream = recording.request
    job: Line | None = None if recording.job_id is None else ["job ", code(recording.job_id)]
    picture = source(stream.video_type, audio=stream.is_record_audio)
    return joined(
        f"{mark(recording)} {stream.user_id}",
        f"room {stream.room_id}",
        picture if picture != "camera + audio" else None,
        _state(recording, now),
        person(recording.actor),
        job,
        _age(recording, now),
    )


def mark(recording: Recording) -> str:
    """Return the emoji of the recording's state."""
    return "⏳" if recording.stop_asked and not recording.is_over else _MARKS[recording.state]


def _state(recording: Recording, now: datetime) -> Line:
    ends: Line = () if recording.limit is None else ("ends ", clock_time(recording.limit.ends_at))
    if recording.is_over:
        lasted = f"over after {elapsed(recording.duration(now))}"
        return joined(lasted if recording.end is not End.NOT_STARTED else None, why_over(recording))
    if recording.stop_asked is not None:
        return ["stopping, asked for by ", person(recording.stop_asked.by)]
    match recording.state:
        case RecordingState.PLANNED:
            return joined(["planned for ", clock_time(recording.since)], ends)
        case RecordingState.STARTING:
            return joined(f"starting for {elapsed(recording.duration(now))}", ends)
        case RecordingState.UNKNOWN:
            held: Line = () if recording.held_until is None else ("held until ", clock_time(recording.held_until))
            return joined("may or may not be recording", held)
        case _:
            return joined(elapsed(recording.duration(now)), ends)


def _age(recording: Recording, now: datetime) -> str | None:
    if recording.is_over or not recording.is_at_rtc:
        return None
    if recording.unseen_since is not None:
        return f"RTC has not shown it for {elapsed(now - recording.unseen_since)}"
    return f"checked {elapsed(now - (recording.checked_at or recording.since))} ago"
