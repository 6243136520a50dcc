"""A part of the way of a command or an event."""

from dataclasses import dataclass
from typing import Literal

type Station = Literal["sender", "door", "queue", "recorder", "rtc", "reply"]
type State = Literal["active", "waiting", "ok", "failed", "unknown"]
"""active: it is happening; waiting: it will go on later; unknown: nobody can tell what came of it."""


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the way. `at` is in seconds since the epoch; `seconds` is None while it lasts.

    Of a call to RTC, `request_id` is RTC's where there was an answer; of a start, `attempt` is the stream's place in
    the order; of a stop, `job_id` is the job's.
    """

    station: Station
    title: str
    at: float
    seconds: float | None
    state: State
    note: str = ""
    request_id: str = ""
    attempt: int | None = None
    job_id: str = ""
