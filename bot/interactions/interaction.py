"""An interaction: what a click on a button or in a menu does. Most do what a sub-command does."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from bot.commands.subcommand import Asked, Placing
from bot.messages.blocks import Reply
from bot.messages.controls import ControlName
from shared.team import Right


@dataclass(frozen=True, slots=True)
class Click:
    """A click: the value of the control, the message that it stands on, and when it was."""

    value: str
    message_ts: str
    is_ephemeral: bool
    """Whether only the person who clicked sees the message."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Typed:
    """The click counts as this text after the slash command's name."""

    text: str


class UnknownValue(Exception):
    """No control of this version has such a value."""


def read_value[T](form: TypeAdapter[T], value: object) -> T:
    """Return what a control's value, or a part of it, says. Raises UnknownValue."""
    try:
        return form.validate_python(value)
    except ValidationError:
        raise UnknownValue from None


@dataclass(frozen=True, slots=True)
class Interaction:
    """An interaction. `run` answers, or returns what to place or what to read as typed.

    It may raise Unavailable or NotAllowed, and UnknownValue.
    """

    name: ControlName
    run: Callable[[Click, Asked], Reply | Placing | Typed]
    right: Right = Right.LIST
    """What it does with recordings, as a sub-command's right."""
    overtakes: bool = True
    """Whether its answer replaces the message that was clicked on, if only the asker sees that. A message that all see
    loses the buttons that are used up, unless the recorder redraws it at once; a reply in a thread loses all."""
    help: str = ""
    """What docs/commands.md says: the labels, a colon, and what a click does."""
