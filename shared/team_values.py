"""The parts and values of the team's configuration: ids, names, lengths of time. An error names the wrong value."""

import re
from datetime import timedelta
from typing import Annotated, ClassVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)

from shared.rtc.models import MAX_IDLE_TIME_MAX, MAX_IDLE_TIME_MIN
from shared.strict_json import shown_name

_LENGTH = re.compile(r"(?:([0-9]{1,3})h)?(?:([0-9]{1,5})m)?(?:([0-9]{1,6})s)?", re.ASCII)
_WHO = r"^(everyone|guests|[UW][A-Z0-9]{1,20}|S[A-Z0-9]{1,20}|caller:[a-z][a-z0-9-]{0,31})$"
_CHANNEL = r"^[CGD][A-Z0-9]{1,20}$"
_ROOM = r"^[A-Za-z0-9_*?-]{1,64}$"
_NAME = r"^[a-z][a-z0-9-]{0,31}$"


def _fitting(pattern: str, wanted: str) -> tuple[AfterValidator, WithJsonSchema]:
    """Return what lets a text pass only if it fits the pattern, and says what is wanted instead."""
    fits = re.compile(pattern)

    def check(value: str) -> str:
        if not fits.fullmatch(value):
            raise ValueError(f"{value[:40]!r} is not {wanted}")
        return value

    return AfterValidator(check), WithJsonSchema({"type": "string", "pattern": pattern})


def _id(pattern: str, wanted: str) -> tuple[BeforeValidator, AfterValidator, WithJsonSchema]:
    """Return the same for an id that may be written as a number."""
    schema = WithJsonSchema({"type": ["string", "integer"], "pattern": pattern})
    return BeforeValidator(_as_text), _fitting(pattern, wanted)[0], schema


def _as_text(value: object) -> object:
    """Return an id that YAML takes for a number as text."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _seconds(least: int, most: int, bounds: str) -> tuple[BeforeValidator, PlainSerializer, WithJsonSchema]:
    def read(value: object) -> object:
        if isinstance(value, timedelta):
            return value
        found = _LENGTH.fullmatch(value) if isinstance(value, str) and value else None
        hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
        total = hours * 3600 + minutes * 60 + seconds
        if not least <= total <= most:
            raise ValueError(f"{str(value)[:40]!r} is not a length of time from {bounds}, such as 90m or 1h30m")
        return timedelta(seconds=total)

    schema = {"type": "string", "pattern": "^([0-9]{1,3}h)?([0-9]{1,5}m)?([0-9]{1,6}s)?$", "examples": ["90m"]}
    return BeforeValidator(read), PlainSerializer(written_length, return_type=str), WithJsonSchema(schema)


def written_length(length: timedelta) -> str:
    """Return the length as it is written in the document: `90m`, `2h`."""
    seconds = int(length.total_seconds())
    unit, name = next((unit, name) for unit, name in ((3600, "h"), (60, "m"), (1, "s")) if seconds % unit == 0)
    return f"{seconds // unit}{name}"


type Who = Annotated[
    str,
    *_fitting(
        _WHO,
        "a user's id (U…), a user group's id (S…), caller:NAME, `everyone` or `guests`",
    ),
]
type ChannelId = Annotated[str, *_fitting(_CHANNEL, "a channel's id (C…): Slack shows it at the end of About")]
type Room = Annotated[str, *_id(_ROOM, "a room's id of letters, digits, _ and -, where * and ? stand for any")]
type RoomId = Annotated[str, *_id(r"^[A-Za-z0-9_-]{1,64}$", "a room's id of letters, digits, _ and -")]
type RecordRule = Annotated[str, *_id(r"^[!-~]{1,128}$", "the id of a recording rule")]
type CallerName = Annotated[str, *_fitting(_NAME, "a caller's name of lower case letters, digits and -")]
"""The name of a caller of the webhook, in lower case, so that it is never like a Slack user's id."""
type PresetName = Annotated[str, *_fitting(_NAME, "a preset's name of lower case letters, digits and -")]
type Length = Annotated[timedelta, *_seconds(60, 168 * 3600, "1m to 168h")]
type Idle = Annotated[timedelta, *_seconds(MAX_IDLE_TIME_MIN, MAX_IDLE_TIME_MAX, "5s to 12h")]


class TeamPart(BaseModel):
    """A part of the team's configuration. It refuses unknown names and empty values."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, validate_by_name=True)

    _says_nothing: ClassVar[str] = ""
    """Why it may not be without any value; empty if it may."""

    @model_validator(mode="before")
    @classmethod
    def _require_values(cls, content: object) -> object:
        # `where:` with nothing behind it is null in YAML. It would mean "everywhere".
        if isinstance(content, dict):
            empty = [shown_name(name) for name, value in content.items() if value is None]
            if empty:
                raise ValueError(f"{empty[0]} has no value: write one, or leave {empty[0]} out")
            if not content and cls._says_nothing:
                raise ValueError(cls._says_nothing)
        return content
