"""What became of a change that somebody asked for: a recording ends later, or what is unknown is released."""

from collections.abc import Sequence
from datetime import datetime

from bot.messages.blocks import Audience, Reply, clock_time, reply
from bot.messages.listing import count_of, listing
from bot.messages.wording import stream
from shared.recordings import End, Recording


def extended(recording: Recording, now: datetime) -> Reply:
    """Return the answer to who let the recording end later."""
    if recording.is_over or recording.limit is None:
        return listing("Nothing extended: it is over", [recording], now)
    return reply(Audience.ASKER, [f"⏰ {stream(recording.request)} ends at ", clock_time(recording.limit.ends_at)])


def released(recordings: Sequence[Recording], now: datetime) -> Reply:
    """Return the answer to who released the recordings: RTC may have named a job meanwhile."""
    free = [it for it in recordings if it.end is End.RELEASED]
    if len(free) < len(recordings) or not free:
        return listing(f"⏹ Released {len(free)} of {count_of(recordings)}", recordings, now)
    who = stream(free[0].request) if len(free) == 1 else count_of(free)
    return reply(Audience.ASKER, [f"⏹ Released {who}"], ["It isn't followed any more, and can be started again."])
