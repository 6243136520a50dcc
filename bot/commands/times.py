"""The times of a start: how long it lasts (`for`), when it ends (`until`), and when it begins (`at`, `in`)."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from bot.language.corrections import Problem
from bot.language.parser import Values
from bot.language.values import Wrong, seconds_of, write_time
from bot.language.vocabulary import Option
from bot.messages.blocks import Line, day_time, joined
from bot.messages.wording import span
from shared.limits import FURTHEST_START, LONGEST_POSSIBLE, SHORTEST
from shared.orders import Start

_CLOCK = re.compile(
    r"(?P<hour>[0-9]{1,2})(?:[:.h](?P<minute>[0-9]{2})|(?P<sharp>h))?(?: ?(?P<half>[ap])[.]?m)?",
    re.ASCII | re.IGNORECASE,
)
_DATED = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2})", re.ASCII | re.IGNORECASE)
_NOON = 12
_LAST_HOUR, _LAST_MINUTE = 23, 59
_NIGHT = timedelta(hours=12)
"""A time of day that is past today means tomorrow's. This is asked back, unless tomorrow's is nearer than this."""

_ZONE = "in your time zone as Slack has it, or in UTC; the answer says which"
_AS_TIME = "such as 15:30, or with its date, such as 2026-11-27T15:30"


def _is_length(text: str) -> bool:
    return not text.isdecimal() and seconds_of(text) is not None


def _read_length(text: str, at_least: timedelta, at_most: timedelta) -> str | Wrong:
    least, most = (int(length.total_seconds()) for length in (at_least, at_most))
    seconds = seconds_of(text)
    if seconds is None:
        return Wrong(f"a length of time from {write_time(least)} to {write_time(most)}, such as 90m or 2h")
    if text.isdecimal():
        return Wrong(f"minutes or seconds? Type {text}m or {text}s")
    within = min(max(seconds, least), most)
    return write_time(seconds) if seconds == within else Wrong(f"{write_time(least)} to {write_time(most)}")


def _read_for(text: str) -> str | Wrong:
    if not _is_length(text) and isinstance(read_moment(text), str):
        return Wrong(f"a time of day? Then until={read_moment(text)}")
    return _read_length(text, SHORTEST, LONGEST_POSSIBLE)


def _read_in(text: str) -> str | Wrong:
    return _read_length(text, SHORTEST, FURTHEST_START)


def _length_like(text: str) -> str | None:
    seconds = seconds_of(text)
    return write_time(seconds) if seconds is not None and _is_length(text) else None


def read_moment(text: str) -> str | Wrong:
    """Read a time of day, as `15:30`, or a date and time, as `2026-11-27T15:30`."""
    why = "a time of day such as 15:30 or 3:30pm, or with its date: 2026-11-27T15:30"
    if found := _DATED.fullmatch(text):
        try:
            return f"{datetime.fromisoformat(f'{found[1]}T{found[2]}'):%Y-%m-%dT%H:%M}"
        except ValueError:
            return Wrong(why)
    found = _CLOCK.fullmatch(text)
    if found is None:
        return Wrong(f"{why} (for a length of time: for or in)" if _is_length(text) else why)
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if found["half"]:
        if not 1 <= hour <= _NOON:
            return Wrong(why)
        hour = hour % _NOON + (_NOON if found["half"].lower() == "p" else 0)
    if hour > _LAST_HOUR or minute > _LAST_MINUTE:
        return Wrong(why)
    moment = f"{hour:02}:{minute:02}"
    is_bare = not any(found[part] for part in ("minute", "sharp", "half"))
    return Wrong(moment, moment) if is_bare else moment


def moment_like(text: str) -> str | None:
    """Return a time as `read_moment` does, or None."""
    value = read_moment(text)
    return value if isinstance(value, str) else None


FOR = Option(
    name="for",
    form="[for=90m]",
    label="Length",
    help="end the recording after this time; there is a maximum, which is a setting",
    form_help="End the recording after this time, such as 90m or 2h; there is a maximum, which is a setting",
    example="100 user001 for=90m",
    aliases=("duration", "max=", "max-duration", "max-length", "at-most", "lasting"),
    read=_read_for,
    recognise=_length_like,
)
UNTIL = Option(
    name="until",
    form="[until=15:30]",
    label="End at",
    help=f"end the recording at this time of day, {_ZONE}; with a date: until=2026-11-27T15:30",
    form_help=f"End the recording at this time, {_AS_TIME}; {_ZONE}",
    example="100 user001 until=15:30",
    aliases=("till", "to", "end-at=", "ends-at", "ending-at"),
    read=read_moment,
    recognise=moment_like,
)
AT = Option(
    name="at",
    form="[at=14:00]",
    label="Start at",
    help=f"start later, at this time of day, or with a date, up to {FURTHEST_START.days} days ahead; list shows it, "
    "stop cancels it",
    form_help=f"Start later, at this time, {_AS_TIME}; {_ZONE}; up to {FURTHEST_START.days} days ahead",
    example="100 user001 at=14:00",
    aliases=("from", "start-at", "starts-at", "starting-at", "begin-at"),
    read=read_moment,
    recognise=moment_like,
)
IN = Option(
    name="in",
    form="[in=10m]",
    label="Start in",
    help="start later, after this time",
    form_help="Start later, after this time, such as 10m",
    example="100 user001 in=10m",
    otherwise="room",
    read=_read_in,
    recognise=_length_like,
)


@dataclass(frozen=True, slots=True)
class Times:
    """The times of a start, resolved."""

    start_at: datetime | None = None
    end_at: datetime | None = None
    max_duration: timedelta | None = None
    zone_name: str = ""
    """The time zone of the times of day that were typed; empty if there were none."""
    problems: tuple[Problem, ...] = ()
    """What has to be asked back: then nothing is to be started."""
    dated: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The values to type instead, if each problem has one."""


def times_conflict(values: Values) -> str | None:
    """Return why the times don't go together, or None."""
    for one, other in ((FOR, UNTIL), (AT, IN)):
        if one.name in values and other.name in values:
            return f"{one.name} or {other.name}, not both"
    return None


def read_times(values: Values, now: datetime, zone: Callable[[], tzinfo]) -> Times:
    """Return the times of a start that is asked for now. Times of day are those of the person's zone."""
    length, until, at, delay = (next(iter(values.get(it.name, ())), None) for it in (FOR, UNTIL, AT, IN))
    here = zone() if until or at else UTC
    asked: list[Moment] = []
    start_at = None if delay is None else now + timedelta(seconds=seconds_of(delay) or 0)
    if at is not None:
        asked.append(resolved(AT, at, now, here))
        start_at = asked[-1].time
    end_at = None
    if until is not None:
        asked.append(resolved(UNTIL, until, start_at or now, here, is_after_start=start_at is not None))
        end_at = asked[-1].time
    wrong = [it for it in asked if it.problem]
    is_clear = all(it.dated for it in wrong)
    return Times(
        start_at=start_at,
        end_at=end_at,
        max_duration=None if length is None else timedelta(seconds=seconds_of(length) or 0),
        zone_name=str(here) if asked else "",
        problems=tuple(Problem(f"{it.option.name}={it.typed}", (0, 0), it.problem, it.option.name) for it in wrong),
        dated={it.option.name: [it.dated] for it in wrong} if is_clear else {},
    )


def said_times(start: Start, zone_name: str) -> Line:
    """Return when the recording begins and ends, as one line; empty if nothing was said about it."""
    return joined(
        ["starts ", day_time(start.start_at)] if start.start_at else None,
        ["ends ", day_time(start.end_at), " at the latest"] if start.end_at else None,
        f"ends after {span(int(start.max_duration.total_seconds()))} at the latest" if start.max_duration else None,
        f"read as {zone_name} time" if zone_name else None,
    )


@dataclass(frozen=True, slots=True)
class Moment:
    """A time that was typed: what it means, and what has to be asked back, with the value to type instead."""

    option: Option
    typed: str
    time: datetime
    problem: str = ""
    dated: str = ""


def resolved(option: Option, typed: str, after: datetime, zone: tzinfo, *, is_after_start: bool = False) -> Moment:
    """Return what the time means: the next such time after `after`."""
    before = "before the start" if is_after_start else "past"
    if "T" in typed:
        moment = datetime.fromisoformat(typed).replace(tzinfo=zone).astimezone(UTC)
        if moment - after < (SHORTEST if option is UNTIL else timedelta()):
            return Moment(option, typed, moment, f"this is {before}, or now, in {zone}")
        if option is not UNTIL and moment - after > FURTHEST_START:
            return Moment(option, typed, moment, f"at most {FURTHEST_START.days} days ahead")
        return Moment(option, typed, moment)
    today = after.astimezone(zone).date()
    clock = time.fromisoformat(typed)
    least = SHORTEST if option is UNTIL else timedelta()
    if (soon := _on(today, clock, zone, after + least)) is not None:
        return Moment(option, typed, soon)
    tomorrow = today + timedelta(days=1)
    moment = _on(tomorrow, clock, zone, after + least) or after + timedelta(days=1)
    if moment - after <= _NIGHT:
        return Moment(option, typed, moment)
    dated = f"{tomorrow}T{typed}"
    return Moment(option, typed, moment, f"{typed} is {before} today in {zone}; tomorrow: {option.name}={dated}", dated)


def _on(day: date, clock: time, zone: tzinfo, after: datetime) -> datetime | None:
    """Return the time on that day, if it is after `after`.

    A time that a change of the clocks leaves out is as much later as the clocks are put forward. Of a time that comes
    twice, the first one that is still ahead is meant.
    """
    local = datetime.combine(day, clock, zone)
    moments = (local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return next((moment for moment in moments if moment > after), None)
