"""One step of a command or an event on its path through the system."""

from dataclasses import dataclass
from typing import Literal

type Station = Literal["sender", "door", "queue", "recorder", "rtc", "reply"]
type State = Literal["active", "waiting", "ok", "failed", "unknown"]
"""active: under way; waiting: continues later; unknown: nobody can tell the result."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step at one station. `at` is in seconds since the epoch; `seconds` is None while the step lasts.

    `check` is 0 for the order itself, and n for its n-th check whether the recordings run. A call to RTC has RTC's
    `request_id` if RTC answered. A start has `attempt`, the stream's place in the order. A stop has `job_id`.
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
    check: int = 0
