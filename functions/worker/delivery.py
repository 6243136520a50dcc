"""One receive of an order's message, and how to ask for another."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

DELAYS = (2, 5, 15, 60, 180, 360, 450)
"""Seconds before the 2nd to 8th receive of an order. Together under 18 minutes: a response_url lives for 30."""
LONGEST_WAIT = timedelta(minutes=30)
"""An order that waited longer is not begun: nobody expects it any more, as after a redrive from the dead letters."""
TIME_FOR_A_CALL = timedelta(seconds=20)
"""What an operation of RTC's client may take, more than one address to try included, and the write after it."""
TIME_TO_ANSWER = timedelta(seconds=11)
"""What an answer may take where chat.postMessage is refused late and the response_url is slow as well."""
AT_ONCE = timedelta(seconds=1)
"""How soon another invocation takes over what this one has no time for."""


class TryAgain(Exception):
    """The order is not done; it is to be received again after `delay`."""

    def __init__(self, delay: timedelta) -> None:
        super().__init__(f"again in {delay.total_seconds():.0f} s")
        self.delay = delay


@dataclass(frozen=True, slots=True)
class Delivery:
    """One receive of an order's message: its number, from 1; whether it is the last; how long we may work on it."""

    receive: int
    last: bool
    time_left: Callable[[], timedelta]

    def delay(self) -> timedelta:
        """Return how long to wait before the next receive: growing, and jittered, so that orders spread out."""
        longest = DELAYS[min(self.receive, len(DELAYS)) - 1]
        return timedelta(seconds=longest * random.uniform(0.8, 1))  # noqa: S311 - spreads load, hides nothing

    def has_time_for_a_call(self) -> bool:
        """Whether a call to RTC, and the answer after it, fit into the time that is left."""
        return self.time_left() >= TIME_FOR_A_CALL + TIME_TO_ANSWER
