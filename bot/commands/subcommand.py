"""What a sub-command is: its words, and either an action for the recorder or an answer at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from bot.language.lexicon import Lexicon, Vocabulary
from bot.language.parser import Values
from bot.messages.blocks import Reply
from shared.orders import Order, Stop
from shared.rtc.models import RecordingRequest


class Start(NamedTuple):
    """Start these recordings; `dry_run` only shows what would be sent."""

    requests: tuple[RecordingRequest, ...]
    dry_run: bool


type Action = Start | Stop


@dataclass(frozen=True, slots=True)
class Context:
    """What a sub-command may need besides its words."""

    command: str
    """The slash command's name, such as `/record`."""
    idle_default: int
    """The max_idle_time, in seconds, where none is typed."""
    lexicon: Lexicon


@dataclass(frozen=True, slots=True)
class Acts:
    """A sub-command that becomes an order. `accepted` gives what is said once the order is on its way."""

    words: Vocabulary
    action: Callable[[Values, Context], Action]
    accepted: Callable[[Order], Reply]


@dataclass(frozen=True, slots=True)
class Answers:
    """A sub-command that is answered at once."""

    words: Vocabulary
    answer: Callable[[Values, Context], Reply]


type Subcommand = Acts | Answers
