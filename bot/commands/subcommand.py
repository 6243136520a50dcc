"""A sub-command: its words, and what it does: it answers at once, or places an order for the recorder."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Protocol

from bot.language.lexicon import Lexicon, Vocabulary
from bot.language.parser import Values
from bot.messages.blocks import Reply
from shared.actors import Actor
from shared.orders import Action
from shared.recordings import Recording
from shared.rtc.models import VideoType
from shared.team import NO_DEFAULTS, Defaults

PICTURES: Mapping[str, VideoType] = {"camera": "CAMERASTREAM", "screen": "SCREENSTREAM"}
"""Our words for RTC's video types."""
API_PICTURES = {video_type.lower(): picture for picture, video_type in PICTURES.items()}


class Recordings(Protocol):
    """What a door may read of the recordings. Each method raises Unavailable if they can't be read now."""

    def live(self) -> Sequence[Recording]:
        """Return the recordings that are not over. It may lag by seconds."""

    def of_job(self, job_id: str) -> Recording | None:
        """Return the job's recording; None if recordbot did not start the job."""

    def last_of(self, actor: Actor, channel_id: str) -> Sequence[Recording]:
        """Return the recordings of the last start of this person in this channel."""


@dataclass(frozen=True, slots=True)
class Context:
    """What holds for all commands of a channel."""

    command: str
    """The slash command's name, such as `/record`."""
    idle_default: int
    """The max_idle_time, in seconds, for a command without `idle=`."""
    lexicon: Lexicon
    recordings: Callable[[], Recordings]
    """Returns what the door may read of the recordings. It is called only if a command asks about them."""
    record_rule_id: str = ""
    """The recording rule for a command without `rule=`; empty for none."""
    defaults: Defaults = NO_DEFAULTS
    """The team's presets, and what a command means in the channel."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One command: who typed it, where and when, and what holds for all commands."""

    context: Context
    actor: Actor
    channel_id: str
    now: datetime
    zone: Callable[[], tzinfo] = lambda: UTC
    """Returns the person's time zone, or UTC where nothing says it. It is called only for a time of day."""


@dataclass(frozen=True, slots=True)
class Placing:
    """An order to place. `accepted` gives the reply for its id, once it is queued."""

    action: Action
    accepted: Callable[[str], Reply]


@dataclass(frozen=True, slots=True)
class Subcommand:
    """A sub-command. `run` answers, or returns what to place. It may raise Unavailable."""

    words: Vocabulary
    run: Callable[[Values, Asked], Reply | Placing]
    only_asks: bool = False
    """Whether it changes nothing: then the answer at once is all that a person waits for."""
