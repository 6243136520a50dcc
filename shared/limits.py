"""When recordbot ends a recording: the time that somebody gave, and the maximum that holds for all."""

from datetime import datetime, timedelta

from shared.attempts import Limit
from shared.orders import Start


def limit_of(start: Start, began_at: datetime, longest: timedelta) -> Limit:
    """Return the limit of a recording that begins then. What was asked for can't exceed the maximum."""
    at_most = began_at + longest
    after = None if start.max_duration is None else began_at + start.max_duration
    given = min((time for time in (start.end_at, after) if time is not None), default=None)
    if given is None or given > at_most:
        return Limit(ends_at=at_most, is_default=True)
    return Limit(ends_at=given)
