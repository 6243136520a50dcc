"""How values of RTC's are read: ids that may be numbers, times in UTC, and None for what has the wrong type."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

LEAST_NUMBER, MOST_NUMBER = -(2**63), 2**64 - 1
"""The bounds of an id that is written as a number: 64 bits, signed or not."""
_LAST_EXACT = 2**53
"""A larger float stands for several whole numbers, so it is not accepted as an id."""


def whole_number(value: object) -> object:
    """Return the int for a whole float: for JSON 30 and 30.0 are the same, and some languages write only 30.0."""
    if isinstance(value, float) and value.is_integer() and abs(value) <= _LAST_EXACT:
        return int(value)
    return value


def number_as_text(value: object) -> object:
    """Return an id as text. The API page declares ids as strings, but its examples have numbers. We send strings."""
    number = whole_number(value)
    is_one = isinstance(number, int) and not isinstance(number, bool) and LEAST_NUMBER <= number <= MOST_NUMBER
    return str(number) if is_one else value


def _none_if_unreadable(value: object, read: ValidatorFunctionWrapHandler) -> object:
    try:
        return read(value)
    except (ValidationError, OverflowError):  # a date at the end of time has no UTC
        return None


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


type Read[T] = Annotated[T | None, WrapValidator(_none_if_unreadable)]
"""A value of RTC's; None if it is absent, or can't be read."""
type Text = Annotated[str, BeforeValidator(number_as_text)]
type Moment = Annotated[datetime, AfterValidator(_utc)]


class Received(BaseModel):
    """Base of the models that we read. They are tolerant, and their errors contain no value."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
