"""The answers to changes that somebody asked for: a later end, another start of a plan, a release."""

from collections.abc import Sequence
from datetime import datetime

from bot.messages.blocks import Audience, Line, Reply, clock_time, day_time, reply
from bot.messages.listing import count_of, listing
from bot.messages.wording import stream, streams
from shared.recordings import End, Recording, RecordingState


def extended(recording: Recording, now: datetime) -> Reply:
    """Return the answer to an extension of the recording."""
    if recording.is_over or recording.limit is None:
        return listing("Nothing extended: it is over", [recording], now)
    return reply(Audience.ASKER, [f"⏰ {stream(recording.request)} ends at ", clock_time(recording.limit.ends_at)])


def nothing_waits(order_id: str) -> Reply:
    """Return the answer to a click on Give up for an order that doesn't wait any more."""
    return reply(Audience.ASKER, [f"Nothing to give up: order {order_id} doesn't wait any more."])


def released(recordings: Sequence[Recording], now: datetime) -> Reply:
    """Return the answer to a release of the recordings: RTC may have named a job meanwhile."""
    free = [it for it in recordings if it.end is End.RELEASED]
    if len(free) < len(recordings) or not free:
        return listing(f"⏹ Released {len(free)} of {count_of(recordings)}", recordings, now)
    who = stream(free[0].request) if len(free) == 1 else count_of(free)
    return reply(
        Audience.ASKER, [f"⏹ Released {who}"], ["recordbot does not check it any more, and it can be started again."]
    )


def moved(recordings: Sequence[Recording], start_at: datetime, now: datetime) -> Reply:
    """Return the answer to a move of the recordings. One that began, or was cancelled, stays as it is."""
    there = [it for it in recordings if it.state is RecordingState.PLANNED and it.since == start_at]
    if len(there) < len(recordings):
        headline = (
            f"Moved {len(there)} of {len(recordings)}"
            if there
            else "Nothing moved: only planned recordings can be moved"
        )
        return listing(headline, recordings, now)
    limits = {it.limit.ends_at for it in there if it.limit is not None}
    ends: list[Line] = [["It ends ", day_time(limits.pop()), " at the latest."]] if len(limits) == 1 else []
    return reply(Audience.ASKER, [f"📅 {streams([it.request for it in there])} starts ", day_time(start_at)], *ends)
