"""The forms an option's value can have: text as typed in, its canonical text out, or what is wrong with it.

The bounds are those of shared/rtc/models.py: each value is shown to the model's own field, none is stated twice.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from string import punctuation

from pydantic import TypeAdapter, ValidationError

from bot.language.normalising import MARKS
from shared.rtc.models import MAX_IDLE_TIME_MAX, MAX_IDLE_TIME_MIN, PublishParam, RecordParam, RtcId

TIME_UNITS = {
    unit: seconds
    for seconds, units in {
        1: ("s", "sec", "secs", "second", "seconds"),
        60: ("m", "min", "mins", "minute", "minutes"),
        3600: ("h", "hr", "hrs", "hour", "hours"),
    }.items()
    for unit in units
}
"""What may follow a number of time, and its length in seconds."""

_TIME = re.compile(r"[0-9]{1,9}|(?:[0-9]{1,9}[a-z]+)+")
_TIME_PART = re.compile(r"([0-9]+)([a-z]+)")
_ENDLESS = frozenset({"off", "no", "never", "none", "max", "forever"})
_EDGES = "".join(set(punctuation) - set("-_/@#"))


def write_time(seconds: int) -> str:
    """Seconds as one number with the largest unit that divides them: 90 is `90s`, 5400 is `90m`, 7200 is `2h`."""
    for unit in ("h", "m"):
        if seconds and seconds % TIME_UNITS[unit] == 0:
            return f"{seconds // TIME_UNITS[unit]}{unit}"
    return f"{seconds}s"


SHORTEST_IDLE, LONGEST_IDLE = write_time(MAX_IDLE_TIME_MIN), write_time(MAX_IDLE_TIME_MAX)
"""max_idle_time's bounds as one types them."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A value that can't be taken: why, in a few words, and the nearest one that can, where there is one."""

    why: str
    nearest: str | None = None


type ReadValue = Callable[[str], str | Wrong]


@cache
def _id_adapter() -> TypeAdapter[str]:
    return TypeAdapter(RtcId)


def is_id(text: str) -> bool:
    """Whether a room or a user can be called this."""
    try:
        _id_adapter().validate_python(text)
    except ValidationError:
        return False
    return True


def read_id(text: str) -> str | Wrong:
    """A room's or a user's id, its case kept."""
    bare = text.strip(MARKS)
    if is_id(bare):
        return bare
    if bare.startswith(("@", "<@")):
        return Wrong("Slack people aren't RTC users: type the user's id in RTC")
    trimmed = bare.strip(_EDGES)
    return Wrong("an id is 1 to 64 letters, digits, _ or -", trimmed if is_id(trimmed) else None)


def read_time(text: str) -> str | Wrong:
    """A length of time (`30s`, `10m`, `1h30m`, `90` for seconds) in its shortest form, in max_idle_time's bounds."""
    typed = text.casefold()
    if typed in _ENDLESS:
        return Wrong(f"{SHORTEST_IDLE} to {LONGEST_IDLE}", LONGEST_IDLE)
    seconds = _seconds(typed)
    if seconds is None:
        return Wrong(f"a time from {SHORTEST_IDLE} to {LONGEST_IDLE}, such as 30s, 10m or 1h")
    within = min(max(seconds, MAX_IDLE_TIME_MIN), MAX_IDLE_TIME_MAX)
    return write_time(seconds) if seconds == within else Wrong(f"{SHORTEST_IDLE} to {LONGEST_IDLE}", write_time(within))


def _seconds(text: str) -> int | None:
    if not _TIME.fullmatch(text):
        return None
    if text.isdecimal():
        return int(text)
    parts = _TIME_PART.findall(text)
    lengths = [TIME_UNITS.get(unit, 0) for _, unit in parts]
    if lengths != sorted(set(lengths), reverse=True) or not lengths[-1]:
        return None
    return sum(int(number) * length for (number, _), length in zip(parts, lengths, strict=True))


def seconds_of(time: str) -> int:
    """The seconds of a time that `read_time` or `write_time` gave."""
    return int(time[:-1]) * TIME_UNITS[time[-1]]


def read_rule(text: str) -> str | Wrong:
    """A recording rule's id. It holds no slash, so that an address typed in its place stays a secret."""
    why = Wrong("a rule's id is 1 to 128 plain characters without a slash")
    try:
        return why if "/" in text or "\\" in text else RecordParam(record_rule_id=text).record_rule_id
    except ValidationError:
        return why


def read_rtmp_url(text: str) -> str | Wrong:
    """An address that RTC can push to. What is wrong is said without repeating it: its last part is a key."""
    try:
        return PublishParam(rtmp_urls=[text]).rtmp_urls[0]
    except ValidationError:
        return Wrong("an address such as rtmp://host/app/key")
