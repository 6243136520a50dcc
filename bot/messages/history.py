"""The history of recordings: who started, changed and stopped each, when, how it ended, and its files."""

import json
from collections.abc import Sequence
from datetime import datetime

from bot.messages.blocks import Audience, Line, Reply, code, day_time, joined, person, reply
from bot.messages.files import files_in_short
from bot.messages.listing import mark
from bot.messages.recording_card import why_over
from bot.messages.wording import elapsed
from shared.recordings import ChangeKind, End, Recording, RecordingState

_MOST = 10
"""The most recordings of one answer."""
_MOST_CHARACTERS = 12_000
"""Slack takes about 13,000 in all blocks. Ids may be long."""
_CHANGES = {
    ChangeKind.ENDS: "changed its end to ",
    ChangeKind.BEGINS: "changed its start to ",
    ChangeKind.RELEASED: "released it",
}


def history(headline: str, recordings: Sequence[Recording], now: datetime) -> Reply:
    """Return the history of these recordings, the newest first. Slack takes only so much: the oldest are left out."""
    shown = sorted(recordings, key=lambda it: it.since, reverse=True)[:_MOST]
    kept: list[list[Line]] = [[_title(it, now), *(["• ", *line] for line in steps_of(it))] for it in shown]
    while True:
        rest = len(recordings) - len(kept)
        lines = [line for part in kept for line in part]
        more: list[Line] = [[f"and {rest} older: name a job to see its history"]] if rest else []
        made = reply(Audience.ASKER, [headline], *lines, *more)
        if len(json.dumps(made.blocks, ensure_ascii=False)) <= _MOST_CHARACTERS or not kept:
            return made
        kept.pop()


def steps_of(recording: Recording) -> list[Line]:
    """Return what happened to the recording, a line each, in the order in which it did."""
    job, limit, asked = recording.job, recording.limit, recording.stop_asked
    began = job.start_time if job is not None else None
    lines: list[Line] = [
        joined(
            ["asked for by ", person(recording.actor)],
            ["planned for " if recording.planned and job is None else "asked at ", day_time(recording.since)],
            f"order {recording.order_id}",
        )
    ]
    lines += [["recording since ", day_time(began)]] if began is not None else []
    for it in recording.changes:
        to: Line = () if it.to is None else (day_time(it.to),)
        lines.append([person(it.by), " ", _CHANGES[it.kind], *to, " · at ", day_time(it.at)])
    lines += [["ends at ", day_time(limit.ends_at)]] if limit is not None and not recording.is_over else []
    lines += [["stop asked for by ", person(asked.by), " at ", day_time(asked.at)]] if asked is not None else []
    if recording.is_over:
        ended: Line | None = None if recording.ended_at is None else ["over at ", day_time(recording.ended_at)]
        lines.append(joined(ended, why_over(recording), files_in_short(recording)))
    return [line for line in lines if line]


def _title(recording: Recording, now: datetime) -> Line:
    stream = recording.request
    lasted = recording.end is not End.NOT_STARTED and recording.state is not RecordingState.PLANNED
    return joined(
        f"{mark(recording)} {stream.user_id}",
        f"room {stream.room_id}",
        str(recording.state),
        elapsed(recording.duration(now)) if lasted and recording.job is not None else None,
        None if recording.job_id is None else ["job ", code(recording.job_id)],
    )
