"""One receive of an order's message, and how to ask for another."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.attempts import Busy
from shared.failures import Failure

DELAYS = (2, 5, 15, 60, 180, 360, 450)
"""Seconds before the 2nd to 8th receive of an order: under 18 minutes in total. A response_url is valid for 30."""
LONGEST_WAIT = timedelta(minutes=26)
"""An order that waited longer, as after a redrive from the dead-letter queue, is not begun: nobody expects it now. Its
asker must still hear that by the response_url, after the last wait for a turn or a refused key."""
TIME_TO_SETTLE = timedelta(seconds=14)
"""The longest time of storing what RTC said: a read and a write, each with one more try (functions/recorder.py)."""
TIME_FOR_A_CALL = timedelta(seconds=29)
"""The longest time of one RTC operation, 15 seconds with its authentication, and of storing what it said."""
TIME_TO_ANSWER = timedelta(seconds=11)
"""The longest time of an answer: chat.postMessage is refused late, and then the response_url is slow. To put a result
on the queue instead takes less."""
AT_ONCE = timedelta(seconds=1)
"""The delay before another invocation continues what this one has no time for."""


class TryAgain(Exception):
    """The order is not done: it must be received again after `delay`. `why` is RTC's answer, if a call failed."""

    def __init__(self, delay: timedelta, why: Failure | None = None) -> None:
        super().__init__(f"again in {delay.total_seconds():.0f} s")
        self.delay = delay
        self.why = why


class NoTurn(TryAgain):
    """The order waits for its turn to call RTC. Nothing has failed, so this uses up no receive of its message."""


class KeyRefused(NoTurn):
    """No call is made until `until`, because RTC refuses our key."""

    def __init__(self, until: datetime, delay: timedelta) -> None:
        super().__init__(delay)
        self.until = until


def longest(waits: Sequence[TryAgain]) -> TryAgain:
    """Return the wait that the whole order needs. If any of its parts has failed, it uses up a receive."""
    failed = [wait for wait in waits if not isinstance(wait, NoTurn)]
    return max(failed or waits, key=lambda wait: wait.delay)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One receive of an order's message: its number, from 1; whether it is the last; how much time is left."""

    receive: int
    last: bool
    time_left: Callable[[], timedelta]
    max_receives: int = len(DELAYS) + 1

    def delay(self) -> timedelta:
        """Return the delay before the next receive. It grows, and it is jittered to spread orders out."""
        longest = DELAYS[min(self.receive, len(DELAYS)) - 1]
        return timedelta(seconds=longest * random.uniform(0.8, 1))  # noqa: S311 - only spreads load

    def tries_until(self, now: datetime) -> datetime:
        """Return about when the last receive comes, if each one before it fails."""
        return now + timedelta(seconds=sum(DELAYS[self.receive - 1 : self.max_receives - 1]))

    def wait_for(self, busy: Busy, clock: Callable[[], datetime], sleep: Callable[[float], None]) -> None:
        """Raise TryAgain, so that the next receive waits for the other recorder. On the last receive, wait here."""
        left = busy.until - clock()
        if not self.last or left > self.time_left() - TIME_TO_ANSWER:
            raise TryAgain(left)
        sleep(max(left.total_seconds(), 0))  # the lease may have ended since it was read
