"""Block elements in which a person types, as Slack validates them.

https://docs.slack.dev/reference/block-kit/block-elements
"""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from local.slack.composition import DispatchActionConfig
from local.slack.element import Element, Placeholder


class PlainTextInput(Element):
    """A field for text."""

    type: Literal["plain_text_input"]
    initial_value: str | None = None
    multiline: bool | None = None
    min_length: Annotated[int | None, Field(ge=0, le=3000)] = None
    max_length: Annotated[int | None, Field(ge=1, le=3000)] = None
    dispatch_action_config: DispatchActionConfig | None = None
    focus_on_load: bool | None = None
    placeholder: Placeholder | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        least, most = self.min_length or 0, self.max_length or 3000
        if least > most:
            raise ValueError("min_length must not be greater than max_length")
        if self.initial_value and len(self.initial_value) > most:
            raise ValueError(f"initial_value must be at most {most} characters long")
        return self


class NumberInput(Element):
    """A field for a number."""

    type: Literal["number_input"]
    is_decimal_allowed: bool
    initial_value: str | None = None
    min_value: str | None = None
    max_value: str | None = None
    dispatch_action_config: DispatchActionConfig | None = None
    focus_on_load: bool | None = None
    placeholder: Placeholder | None = None

    def problem(self, value: str) -> str:
        """Return why the number is refused, in words for the person; empty if it isn't."""
        number = _number(value)
        if number is None:
            return "Please enter a number."
        if not self.is_decimal_allowed and number != int(number):
            return "Please enter a whole number."
        if self.min_value is not None and number < Decimal(self.min_value):
            return f"Please enter a number of at least {self.min_value}."
        if self.max_value is not None and number > Decimal(self.max_value):
            return f"Please enter a number of at most {self.max_value}."
        return ""

    @model_validator(mode="after")
    def _check(self) -> Self:
        limits = [it for it in (self.min_value, self.max_value) if it is not None]
        if None in [_number(it) for it in limits]:
            raise ValueError("min_value and max_value must be numbers")
        if len(limits) == 2 and Decimal(limits[0]) > Decimal(limits[1]):  # noqa: PLR2004 - the two
            raise ValueError("min_value must not be greater than max_value")
        if self.initial_value is not None and self.problem(self.initial_value):
            raise ValueError("initial_value must be a number within the limits")
        return self


def _number(value: str) -> Decimal | None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
