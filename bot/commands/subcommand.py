"""A sub-command: its words, and what it does: it answers at once, or places an order for the recorder."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo

from bot.commands.rights import Recordings, Rights, Visible
from bot.language.lexicon import Lexicon
from bot.language.parser import Values
from bot.language.vocabulary import Vocabulary
from bot.messages.blocks import Reply
from shared.actors import Actor
from shared.orders import Action
from shared.presets import NO_DEFAULTS, Defaults
from shared.recordings import Recording
from shared.rtc.models import VideoType
from shared.team import Right

PICTURES: Mapping[str, VideoType] = {"camera": "CAMERASTREAM", "screen": "SCREENSTREAM"}
"""Our words for RTC's video types."""
API_PICTURES = {video_type.lower(): picture for picture, video_type in PICTURES.items()}


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
    rights: Rights
    right: Right = Right.LIST
    """The right that the sub-command takes."""
    zone: Callable[[], tzinfo] = lambda: UTC
    """Returns the person's time zone, or UTC where nothing says it. It is called only for a time of day."""

    def with_right(self, right: Right) -> "Asked":
        """Return it for what takes this right."""
        return replace(self, right=right)

    def recordings(self) -> Visible:
        """Return what the person may know of the recordings. Raises NotAllowed while the rules can't be read."""
        self.rights.require_readable(self.right)
        return Visible(self.context.recordings(), self.rights, self.right)


@dataclass(frozen=True, slots=True)
class Placing:
    """An order to place. `accepted` gives the reply for its id, once it is queued."""

    action: Action
    accepted: Callable[[str], Reply]
    about: Sequence[Recording] = ()
    """The recordings that it is about. A start is about those that it releases."""
    redraws: bool = False
    """Whether the recorder draws the message that was clicked on anew: where all see it, nothing more is said."""
    keeps: bool = False
    """Whether the message that was clicked on, which only the asker sees, is not replaced by the order's outcome."""


@dataclass(frozen=True, slots=True)
class Subcommand:
    """A sub-command. `run` answers, or returns what to place. It may raise CommandError, Unavailable or NotAllowed."""

    words: Vocabulary
    run: Callable[[Values, Asked], Reply | Placing]
    right: Right = Right.LIST
    """What it does with recordings: only those are shown that the person may see, or do this with."""
    only_asks: bool = False
    """Whether it changes nothing: then the answer at once is all that a person waits for."""
