"""Check the times of a start against the clock. They are recordbot's own fields, beside the API's body."""

import json
from datetime import datetime, timedelta

from functions.webhook_api.events import RecordingStart
from functions.webhook_api.problems import Problem, WrongField, wrong_fields
from shared.limits import FURTHEST_START, SHORTEST
from shared.orders import Start

_LATE = timedelta(minutes=5)
"""A start that is past by this is made at once: the event may have been sent again, or the caller's clock be behind."""


def wrong_times(start: Start, now: datetime) -> Problem | None:
    """Return the problem if the start can't begin or end as it says, else None."""
    wrong = []
    begin = max(start.start_at or now, now)
    if start.start_at is not None and start.start_at < now - _LATE:
        wrong.append(_wrong("start_at", start.start_at, "is past"))
    if start.start_at is not None and start.start_at > now + FURTHEST_START:
        wrong.append(_wrong("start_at", start.start_at, f"is more than {FURTHEST_START.days} days ahead"))
    if start.end_at is not None and start.end_at - begin < SHORTEST:
        is_past = start.end_at <= now
        why = "is past" if is_past else "is before the start, or less than a minute after it"
        wrong.append(_wrong("end_at", start.end_at, why))
    return wrong_fields(wrong) if wrong else None


def _wrong(name: str, given: datetime, why: str) -> WrongField:
    allowed = RecordingStart.model_fields[name].description
    return WrongField(pointer=f"/{name}", detail=why, given=json.dumps(given.isoformat()), allowed=allowed)
