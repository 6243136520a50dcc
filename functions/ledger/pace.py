"""The pace of all recorders' calls to RTC, and the circuit breaker for a key that RTC refuses.

PACE#app    pace    the next free turn; how much the pace is slowed; how often the key was refused

A turn is a moment at which one call may be made; turns are evenly spaced. A recorder books the next free one with a
single UpdateItem, and sleeps until then. The item's numbers are milliseconds since the epoch, or counts. Each write
returns them all, so a recorder knows them without a read.
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from functions.ledger.changes import Key
from functions.ledger.table import TRIES, Table

SPARE = 1.08
"""Turns are further apart than RTC's limit needs, because calls arrive a little earlier or later than planned."""
SLOW_FOR = timedelta(seconds=15)
"""After RTC refused a call for speed, all calls take twice as long for this time; after the next one, four times."""
SLOWEST = 3
"""The pace is halved at most this many times."""
STOPPED_FOR = timedelta(minutes=1)
"""How long no call is made after RTC refused the key twice in a row. Five wrong signatures would lock it."""
PROBE = timedelta(seconds=20)
"""How long the one call may take that tries a refused key again."""

_PROBE_POLL = timedelta(milliseconds=300)
_RECENT = timedelta(seconds=1)
"""Who had to queue for a turn so short a time ago has to queue for the next one too."""
_SAME_BURST = timedelta(seconds=2)
"""Calls that were under way together are refused together. They slow the pace once."""
_FAR = timedelta(minutes=1)
"""A turn that is further ahead was written with a wrong clock."""
_NOT_STOPPED = "attribute_not_exists(stopped_until)"


@dataclass(frozen=True, slots=True)
class Turn:
    """One call may be made at `at`."""

    at: datetime
    is_probe: bool = False
    """Whether it tries a refused key again. Meanwhile nobody else calls."""


@dataclass(frozen=True, slots=True)
class NotYet:
    """Others come first: ask again at `at`."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Paused:
    """RTC refuses our key. No call is made until `until`."""

    until: datetime


class Pace:
    """The pace of one app's calls. An instance belongs to one recorder."""

    def __init__(self, table: Table, app_id: str, calls_per_second: int) -> None:
        self._table = table
        self._key = Key(f"PACE#{app_id}", "pace")
        self._interval = math.ceil(1000 * SPARE / calls_per_second)
        self._seen: dict[str, int] = {}
        self._has_queued = False

    def book(self, turns_ahead: int, within: timedelta, now: datetime) -> Turn | NotYet | Paused:
        """Book the next free turn, if at most `turns_ahead` others are before it and it comes `within` this time."""
        at = _ms(now)
        step = self._interval << self._slowness(at)
        end, latest = at + _length(within), at + turns_ahead * step
        is_fresh = False
        for _ in range(TRIES):
            stopped, next_turn = self._seen.get("stopped_until", 0), self._seen.get("next_turn", 0)
            if at < stopped and not is_fresh:
                # Another recorder's call may have shown meanwhile that RTC accepts the key.
                self._seen, is_fresh = self._table.read_numbers(self._key), True
                continue
            if at < stopped:
                return Paused(_time(stopped))
            if is_fresh and at < self._seen.get("probe_until", 0):
                return NotYet(now + _PROBE_POLL)
            if end < next_turn <= at + _length(_FAR):
                return NotYet(_time(next_turn))
            if latest < next_turn <= at + _length(_FAR):
                return NotYet(_time(next_turn - turns_ahead * step))
            if stopped:
                turn = self._probe(at, step, stopped, now)
            elif at - (_length(_RECENT) if self._has_queued and not is_fresh else 0) <= next_turn <= latest:
                turn = self._queue(at, step, min(end, latest), now)
            else:
                turn = self._begin(at, step, now)
            if turn is not None:
                self._has_queued = turn > at
                return Turn(_time(turn), is_probe=bool(stopped))
            is_fresh = True
        return NotYet(now + _PROBE_POLL)

    def read_refusal(self) -> bool:
        """Read whether RTC refuses our key by now: then a turn that was booked before must not be used."""
        self._seen = self._table.read_numbers(self._key)
        return "stopped_until" in self._seen

    def slow_down(self, now: datetime) -> None:
        """Halve the pace of all recorders for a while: RTC refused a call for speed."""
        at = _ms(now)
        self._write(
            {"slowed_at": ":at", "slowness": ":slowness"},
            now,
            condition="attribute_not_exists(slowed_at) OR NOT slowed_at BETWEEN :burst AND :at",
            at=at,
            burst=at - _length(_SAME_BURST),
            slowness=min(self._slowness(at) + 1, SLOWEST),
        )

    def refuse_key(self, now: datetime) -> datetime | None:
        """Note that RTC refused our key. Return until when all calls stop; None after the first refusal.

        After the first one, calls are made one at a time until RTC accepts the key or refuses it again.
        """
        if self._write(
            {"refusals": ":one", "stopped_until": ":at"},
            now,
            condition="attribute_not_exists(refusals)",
            one=1,
            at=_ms(now),
        ):
            return None
        until = now + STOPPED_FOR
        self._write(
            {"refusals": "refusals + :one", "stopped_until": ":until"},
            now,
            condition="attribute_exists(refusals)",
            one=1,
            until=_ms(until),
        )
        return until

    def accept_key(self, now: datetime) -> bool:
        """Note that RTC accepted our key. Return whether it had refused it before."""
        if "refusals" not in self._seen:
            return False
        trouble = ("refusals", "stopped_until", "probe_until")
        return self._write({}, now, condition="attribute_exists(refusals)", removes=trouble)

    def end_probe(self, turn: Turn, now: datetime) -> None:
        """Let the next call try the refused key: this one is over, and did not show whether RTC accepts it."""
        probe_until = _ms(turn.at) + _length(PROBE)
        self._write({}, now, condition="probe_until = :probe_until", removes=("probe_until",), probe_until=probe_until)

    def _begin(self, at: int, step: int, now: datetime) -> int | None:
        """Take the turn that is free now. Return None if somebody else booked it first."""
        condition = (
            f"{_NOT_STOPPED} AND (attribute_not_exists(next_turn) OR next_turn < :at OR next_turn > :far)"  # see _FAR
        )
        sets = {"next_turn": ":next_turn"}
        far = at + _length(_FAR)
        return at if self._write(sets, now, condition=condition, at=at, far=far, next_turn=at + step) else None

    def _queue(self, at: int, step: int, latest: int, now: datetime) -> int | None:
        """Book the turn after all those that are booked."""
        condition = f"{_NOT_STOPPED} AND next_turn BETWEEN :at AND :latest"
        sets = {"next_turn": "next_turn + :step"}
        booked = self._write(sets, now, condition=condition, at=at, latest=latest, step=step)
        return self._seen["next_turn"] - step if booked else None

    def _probe(self, at: int, step: int, stopped: int, now: datetime) -> int | None:
        """Take the one turn that tries a refused key again."""
        condition = "stopped_until = :stopped AND (attribute_not_exists(probe_until) OR probe_until <= :at)"
        sets = {"next_turn": ":next_turn", "probe_until": ":probe_until"}
        probe_until = at + _length(PROBE)
        taken = self._write(
            sets, now, condition=condition, stopped=stopped, at=at, next_turn=at + step, probe_until=probe_until
        )
        return at if taken else None

    def _slowness(self, at: int) -> int:
        """Return how many times the pace is halved now: once less for each SLOW_FOR since the last refusal."""
        passed = max(at - self._seen.get("slowed_at", 0), 0)
        return max(self._seen.get("slowness", 0) - passed // _length(SLOW_FOR), 0)

    def _write(
        self, sets: dict[str, str], now: datetime, *, condition: str, removes: tuple[str, ...] = (), **values: int
    ) -> bool:
        done, self._seen = self._table.update(self._key, sets, now, condition=condition, removes=removes, **values)
        return done


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _time(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def _length(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)
