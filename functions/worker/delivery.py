"""One receive of an order's message, and how to ask for another."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

DELAYS = (2, 5, 15, 60, 180, 360, 450)
"""Seconds before the 2nd to 8th receive of an order. Together under 18 minutes: a response_url lives for 30."""

LONGEST_WAIT = timedelta(minutes=30)
"""An order that waited longer is not begun: nobody expects it any more, as after a redrive from the dead letters."""


class TryAgain(Exception):
    """The order is not done; it is to be received again after `delay`."""

    def __init__(self, delay: timedelta) -> None:
        super().__init__(f"again in {delay.total_seconds():.0f} s")
        self.delay = delay


@dataclass(frozen=True, slots=True)
class Delivery:
    """One receive of an order's message: the how-manyth it is, whether the last, and how long we may work on it."""

    receive: int
    last: bool
    time_left: Callable[[], timedelta]

    def delay(self) -> timedelta:
        """How long to wait before the next receive: growing, and jittered so that orders do not march in step."""
        longest = DELAYS[min(self.receive, len(DELAYS)) - 1]
        return timedelta(seconds=longest * random.uniform(0.8, 1))  # noqa: S311 - spreads load, hides nothing
