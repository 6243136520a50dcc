"""A sub-command: its words, and either an action for the recorder or an answer at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.language.lexicon import Lexicon, Vocabulary
from bot.language.parser import Values
from bot.messages.blocks import Reply
from shared.orders import Start, Stop
from shared.rtc.models import VideoType

PICTURES: Mapping[str, VideoType] = {"camera": "CAMERASTREAM", "screen": "SCREENSTREAM"}
"""Our words for RTC's video types."""
API_PICTURES = {video_type.lower(): picture for picture, video_type in PICTURES.items()}


@dataclass(frozen=True, slots=True)
class Context:
    """What a sub-command may need besides its words."""

    command: str
    """The slash command's name, such as `/record`."""
    idle_default: int
    """The max_idle_time, in seconds, for a command without `idle=`."""
    lexicon: Lexicon
    record_rule_id: str = ""
    """The recording rule for a command without `rule=`; empty for none."""


@dataclass(frozen=True, slots=True)
class Acts[A: Start | Stop]:
    """A sub-command that makes an order. `accepted` gives the reply for its id and action, once it is queued."""

    words: Vocabulary
    action: Callable[[Values, Context], A]
    accepted: Callable[[str, A], Reply]


@dataclass(frozen=True, slots=True)
class Answers:
    """A sub-command that is answered at once."""

    words: Vocabulary
    answer: Callable[[Values, Context], Reply]


type Subcommand = Acts[Any] | Answers
