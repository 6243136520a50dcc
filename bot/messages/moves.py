"""What became of the wish to let planned recordings begin at another time."""

from collections.abc import Sequence
from datetime import datetime

from bot.messages.blocks import Audience, Line, Reply, day_time, reply
from bot.messages.listing import listing
from bot.messages.wording import streams
from shared.recordings import Recording, RecordingState


def moved(recordings: Sequence[Recording], start_at: datetime, now: datetime) -> Reply:
    """Return the answer to who moved them. One that began, or was cancelled, stays as it is."""
    there = [it for it in recordings if it.state is RecordingState.PLANNED and it.since == start_at]
    if len(there) < len(recordings):
        headline = f"Moved {len(there)} of {len(recordings)}" if there else "Nothing moved: only a plan can be"
        return listing(headline, recordings, now)
    limits = {it.limit.ends_at for it in there if it.limit is not None}
    ends: list[Line] = [["It ends ", day_time(limits.pop()), " at the latest."]] if len(limits) == 1 else []
    return reply(Audience.ASKER, [f"📅 {streams([it.request for it in there])} starts ", day_time(start_at)], *ends)
