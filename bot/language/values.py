"""Read values: from the typed text to the canonical text, or to what is wrong with it.

The models of shared/rtc/models.py check each value, so their bounds are not repeated here.
"""

import re
from dataclasses import dataclass
from functools import cache
from string import punctuation

from pydantic import TypeAdapter, ValidationError

from shared.rtc.models import PublishParam, RecordParam, RtcId

TIME_UNITS = {
    unit: seconds
    for seconds, units in {
        1: ("s", "sec", "secs", "second", "seconds"),
        60: ("m", "min", "mins", "minute", "minutes"),
        3600: ("h", "hr", "hrs", "hour", "hours"),
    }.items()
    for unit in units
}
"""The units of time, and the length of each in seconds."""

_AMOUNTS = {"half a": 0.5, "half an": 0.5, "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4} | {
    word: number for number, word in enumerate(("five", "six", "seven", "eight", "nine", "ten"), start=5)
}
"""Amounts in words, as in `for an hour`."""
_AMOUNT = r"[0-9]{1,9}(?:\.[0-9]{1,2})?"
_WORDS, _UNIT, _LONG_UNIT = (
    "|".join(sorted(words, key=len, reverse=True)).replace(" ", "[ ]")
    for words in (_AMOUNTS, TIME_UNITS, [unit for unit in TIME_UNITS if len(unit) > 1])
)
_PART = rf"(?:{_AMOUNT}[ ]?(?:{_UNIT})|(?:{_WORDS})[ ](?:{_LONG_UNIT}))(?![a-z_-])"
TIME = rf"{_PART}(?:(?:[ ]and)?[ ]?{_PART})*(?![a-z0-9_-])"
"""The pattern of a length of time in lower case: `10m`, `1h30m`, `1 hour 30 min`, `half an hour`."""

CLOCK = r"[0-9]{1,2}(?:[:h][0-9]{2}(?:[ ]?[ap][.]?m)?|[ ]?[ap][.]?m)"
"""The pattern of a clock time in lower case: `15:30`, `3 pm`."""

_TIME = re.compile(TIME)
_TIME_PART = re.compile(rf"({_AMOUNT}|{_WORDS})[ ]?({_UNIT})")
_MOST_DIGITS = 9
_NO_RULE = frozenset(("none", "off", "no", "not", "false", "null", "never", "default", "true", "yes", "on", "any"))
"""What people type for a rule, and what is no rule's id."""
ID_RULE = "an id has 1 to 64 of A-Z a-z 0-9 _ -"
_ENDINGS = "".join(set(punctuation) - set("-_/@#"))


@dataclass(frozen=True, slots=True)
class Wrong:
    """A value that isn't accepted: what to say, and the nearest value that is accepted, if there is one."""

    why: str
    nearest: str | None = None


@cache
def _id_adapter() -> TypeAdapter[str]:
    return TypeAdapter(RtcId)


def is_id(text: str) -> bool:
    """Return whether the text can be the id of a room or a user."""
    try:
        _id_adapter().validate_python(text)
    except ValidationError:
        return False
    return True


def is_doubtful(text: str) -> bool:
    """Return whether an id has no digit. Such a room needs `room` before it, since it may be any word."""
    return is_id(text) and not any(map(str.isdigit, text))


def read_id(text: str) -> str | Wrong:
    """Read a room's or a user's id. Its case is kept."""
    if is_id(text):
        return text
    if text.startswith(("@", "<@")):
        return Wrong("Slack people aren't RTC users: type the user's id in RTC")
    trimmed = text.rstrip(_ENDINGS)
    return Wrong(f"{trimmed} ({ID_RULE})", trimmed) if is_id(trimmed) else Wrong(ID_RULE)


def seconds_of(text: str) -> int | None:
    """Return the seconds of a length of time: `1h30m`, `1 hour`, or `90` for seconds; None for anything else."""
    typed = text.casefold()
    if typed.isdecimal() and typed.isascii():
        return int(typed) if len(typed) <= _MOST_DIGITS else None
    if not _TIME.fullmatch(typed):
        return None
    parts = [(_AMOUNTS.get(amount) or float(amount), TIME_UNITS[unit]) for amount, unit in _TIME_PART.findall(typed)]
    lengths = [length for _, length in parts]
    seconds = sum(amount * length for amount, length in parts)
    return int(seconds) if lengths == sorted(set(lengths), reverse=True) and seconds == int(seconds) else None


def write_time(seconds: int) -> str:
    """Write seconds as one number with the largest unit that divides them: 90 is `90s`, 5400 `90m`, 7200 `2h`."""
    for unit in ("h", "m"):
        if seconds and seconds % TIME_UNITS[unit] == 0:
            return f"{seconds // TIME_UNITS[unit]}{unit}"
    return f"{seconds}s"


def read_rule(text: str) -> str | Wrong:
    """Read a recording rule's id. A slash is refused, so that an address typed here by mistake stays secret."""
    why = Wrong("a rule's id is 1 to 128 plain characters without a slash")
    if text.casefold() in _NO_RULE or not any(map(str.isalnum, text)):  # `rule=-`
        return Wrong("name a rule's id, or leave rule out")
    try:
        return why if "/" in text or "\\" in text else RecordParam(record_rule_id=text).record_rule_id
    except ValidationError:
        return why


def read_rtmp_url(text: str) -> str | Wrong:
    """Read an address that RTC can push to. A wrong one is not repeated, because its last part is a key."""
    try:
        return PublishParam(rtmp_urls=[text]).rtmp_urls[0]
    except ValidationError:
        return Wrong("an address such as rtmp://host/app/key")
