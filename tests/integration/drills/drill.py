"""A drill: something fails, and what has to follow. The tables of drills are in this folder's other files."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.log_events import LogEvent

if TYPE_CHECKING:
    from tests.integration.drills.place import Place

ROOM, USER = "100", "user001"
COMMAND = f"room {ROOM} {USER} hd"
RECORDING = f"🔴 Recording {USER} in room {ROOM}"
STARTING = f"🟡 Starting {USER} in room {ROOM}"
MISTAKE = "⚠️ That was our mistake, not yours."
UNKNOWN = f"❓ {USER} in room {ROOM} may or may not be recording"
NOT_RECORDED = f"⛔ Not recorded: {USER} in room {ROOM}"
NOT_FINISHED = "⚠️ Your order could not be finished: recordbot can't reach its storage at AWS."
NO_RULES = "⛔ The team's rules can't be read, so nobody may do anything. Try again in a minute, or ask an operator."
WATCHED = (
    LogEvent.AWS_AWAY,
    LogEvent.NOT_STORED,
    LogEvent.CONFIGURATION_BROKEN,
    LogEvent.CONFIGURATION_UNREADABLE,
    LogEvent.ORDER_FAILED,
    LogEvent.DOOR_FAILED,
    LogEvent.NOT_ANSWERED,
    LogEvent.RESULT_LOST,
)
"""What an operator sees of a failure. The first two also show whether a try at once was enough: if it is left out, the
order's next receive mends the rest."""


@dataclass(frozen=True)
class Seen:
    """What there is in the end."""

    reads: tuple[str, ...]
    """The first line of each message that the person reads, the oldest first."""
    jobs: int
    """Jobs that RTC has made."""
    ledger: str
    """The state of the attempt."""
    dead_letters: int = 0
    log: tuple[LogEvent, ...] = ()
    """Which of WATCHED the log has."""


@dataclass(frozen=True)
class Drill:
    """A person types COMMAND, and meanwhile something fails."""

    part: str
    fails: str
    """What fails, in words for an operator: the rest of a sentence that begins with the part."""
    fail: Callable[["Place"], object]
    """Lets it fail, before the person types."""
    reads: tuple[str, ...] = (RECORDING,)
    jobs: int = 1
    ledger: str = "started"
    dead_letters: int = 0
    log: tuple[LogEvent, ...] = ()
    bot_token: bool = True
    play: Callable[["Place"], object] = lambda place: place.type(COMMAND)
    """What the person does."""

    @property
    def expected(self) -> Seen:
        """What there has to be in the end."""
        return Seen(self.reads, self.jobs, self.ledger, self.dead_letters, self.log)

    @property
    def name(self) -> str:
        """Its name among the tests."""
        return f"{self.part}: {self.fails}"
