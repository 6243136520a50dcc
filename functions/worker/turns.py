"""Call RTC at the pace of all recorders: each call of RTC is made inside `take`, when it is the order's turn.

Starts and stops come before checks, and people before callers: who comes later may book only a turn that is near, so
there are few turns between a person and RTC. What RTC answers is noted for all recorders: a call refused for speed
slows them, and a refused key stops them.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from functions.aws.observability import Metric, count, logger
from functions.ledger.pace import Pace, Paused, Turn
from functions.worker.delivery import AT_ONCE, TIME_FOR_A_CALL, TIME_TO_ANSWER, Delivery, KeyRefused, NoTurn
from shared.log_events import LogEvent
from shared.orders import Order
from shared.rtc.client import RtcClient
from shared.rtc.errors import AuthFailed, NotFound, Refused, RtcError, ServerError, Throttled

_READ_AHEAD = timedelta(milliseconds=150)
"""Who waited reads so long before the turn whether RTC refuses the key by now."""
_LATE = timedelta(milliseconds=40)
"""A turn that begins later than this is left out, because the next ones are near. Each further one may be twice as
late: a slow machine gets its turns as well."""
_SPREAD = 0.5
"""Recorders that wait for the same moment ask again within this many seconds after it."""
_AFTER_A_STOP = 5.0
"""The orders that waited for a refused key come back within this many seconds."""


@dataclass(frozen=True, slots=True)
class _Rank:
    """How many turns may be booked before an order's own, and how long it waits here for one, and then on the queue."""

    turns_ahead: int
    patience: timedelta
    pause: timedelta


_PERSON = _Rank(1000, timedelta(seconds=10), timedelta(seconds=1))
_CALLER = _Rank(10, timedelta(seconds=10), timedelta(seconds=2))
_PERSONS_CHECK = _Rank(5, timedelta(seconds=3), timedelta(seconds=5))
_CALLERS_CHECK = _Rank(2, timedelta(seconds=2), timedelta(seconds=5))
_LONGEST_PAUSE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Turns:
    """Gives out the RTC client, one turn at a time."""

    pace: Pace
    rtc: Callable[[], RtcClient]
    """Returns the client for the current keys."""
    clock: Callable[[], datetime]
    sleep: Callable[[float], None] = time.sleep

    @contextmanager
    def take(self, order: Order, delivery: Delivery) -> Iterator[RtcClient]:
        """Wait for the order's turn, for one call inside the block.

        Raises NoTurn if none comes in time, or there is no time for the call and the answer after it, and Away if the
        ledger can't be asked.
        """
        client = self.rtc()
        turn = self._wait(order, delivery)
        try:
            yield client
        except RtcError as error:
            self._note(error, turn)
            raise
        self._note(None, turn)

    def _wait(self, order: Order, delivery: Delivery) -> Turn:
        rank = _rank(order)
        end = self.clock() + min(rank.patience, delivery.time_left() - TIME_FOR_A_CALL - TIME_TO_ANSWER)
        if end < self.clock():
            raise NoTurn(AT_ONCE)
        may_be_late = _LATE
        while (now := self.clock()) <= end:
            booked = self.pace.book(rank.turns_ahead, end - now, now)
            if isinstance(booked, Paused):
                delay = booked.until - now + _random(_AFTER_A_STOP)
                raise KeyRefused(booked.until, delay)
            if isinstance(booked, Turn):
                if booked.at > now and not booked.is_probe:
                    self._sleep_until(booked.at - _READ_AHEAD)  # so that the read doesn't make the call late
                    if self.pace.read_refusal():
                        continue
                self._sleep_until(booked.at)
                if booked.is_probe or self.clock() - booked.at <= may_be_late:
                    return booked
                may_be_late *= 2
            elif booked.at < end:
                self._sleep_until(min(booked.at + _random(_SPREAD), end))
            else:
                break
        pause = rank.pause
        if order.action.kind == "check":
            # In a crowd, a check would come back many times for nothing.
            pause = max(pause, min(self.clock() - order.placed_at, _LONGEST_PAUSE))
        raise NoTurn(pause + _random(pause.total_seconds()))

    def _sleep_until(self, moment: datetime) -> None:
        self.sleep(max((moment - self.clock()).total_seconds(), 0))

    def _note(self, error: RtcError | None, turn: Turn) -> None:
        """Tell all recorders what the answer means for them. A failure here must not hide the answer."""
        now = self.clock()
        try:
            if isinstance(error, AuthFailed):
                count(Metric.RTC_REFUSED_KEY)
            if isinstance(error, Throttled):
                self.pace.slow_down(now)
                logger.warning(LogEvent.RTC_SLOWED)
            if isinstance(error, AuthFailed) and error.status == HTTPStatus.UNAUTHORIZED:
                if until := self.pace.refuse_key(now):
                    logger.error(LogEvent.RTC_STOPPED, extra={"until": until.isoformat()})
            elif error is None or isinstance(error, Refused | NotFound | ServerError):
                if self.pace.accept_key(now):
                    logger.info(LogEvent.RTC_RESUMED)
            elif turn.is_probe:
                self.pace.end_probe(turn, now)
        except Exception:
            logger.exception("the ledger did not take what RTC's answer means for the pace")


def _rank(order: Order) -> _Rank:
    is_person = order.actor.is_person
    if order.action.kind in {"check", "show"}:
        return _PERSONS_CHECK if is_person else _CALLERS_CHECK
    return _PERSON if is_person else _CALLER


def _random(most: float) -> timedelta:
    return timedelta(seconds=random.uniform(0, most))  # noqa: S311 - only spreads load
