"""When recordbot ends a recording: the time that somebody gave, and the maximum for all."""

from datetime import datetime, timedelta

from shared.attempts import Limit
from shared.orders import Start

SHORTEST = timedelta(minutes=1)
"""The shortest time that a recording can be limited to: recordbot checks once a minute."""
LONGEST_POSSIBLE = timedelta(hours=168)
"""The longest time that somebody may ask for: the setting MaxRecordingHours is at most this."""
FURTHEST_START = timedelta(days=7)
"""How far ahead a start can be planned. What the ledger has of its order must outlive the recording (KEPT in
functions/ledger/changes.py)."""


def limit_of(start: Start, began_at: datetime, longest: timedelta) -> Limit:
    """Return the limit of a recording that begins then. What was asked for can't exceed the maximum."""
    at_most = began_at + longest
    after = None if start.max_duration is None else began_at + start.max_duration
    given = min((time for time in (start.end_at, after) if time is not None), default=None)
    if given is None or given > at_most:
        return Limit(ends_at=at_most, is_default=True)
    return Limit(ends_at=given)
