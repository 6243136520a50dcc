"""Post to Slack at its pace: one message a second in each channel, for all recorders together.

https://docs.slack.dev/apis/web-api/rate-limits/#posting-messages
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from functions.ledger.pace import Pace, Turn
from functions.ledger.table import Table
from functions.worker.delivery import NoTurn
from shared.actors import Actor

PATIENCE = timedelta(seconds=2)
"""How long a recorder waits for its turn in a channel."""
_TURNS_AHEAD = 2
"""How many messages may be booked before the next one."""
PAUSE = timedelta(seconds=2)
"""How long an answer waits on the queue before it asks for a turn again; at most twice as long."""
_PACES_KNOWN = 400


@dataclass(frozen=True, slots=True)
class ChannelTurns:
    """Gives out the turns to post or update a message."""

    table: Table
    app_id: str
    clock: Callable[[], datetime]
    sleep: Callable[[float], None] = time.sleep
    _paces: dict[str, Pace] = field(default_factory=dict)

    def take(self, channel_id: str, actor: Actor) -> bool:
        """Wait for a turn in the channel. Return False if none comes in time.

        Only people's orders wait: a recorder of callers' orders has better to do, and one message answers several.
        """
        patience = PATIENCE if actor.is_person else timedelta(0)
        booked = self._pace(channel_id).book(_TURNS_AHEAD, patience, self.clock())
        if not isinstance(booked, Turn):
            return False
        self.sleep(max((booked.at - self.clock()).total_seconds(), 0))
        return True

    def wait(self, channel_id: str) -> None:
        """Wait, right before a message is sent, if the one before it was sent late, as combined ones are."""
        booked = self._pace(f"{channel_id}#sent").book(_TURNS_AHEAD, PATIENCE, self.clock())
        if isinstance(booked, Turn):
            self.sleep(max((booked.at - self.clock()).total_seconds(), 0))

    def slow_down(self, channel_id: str) -> None:
        """Halve the pace in the channel for a while: Slack refused a message for speed."""
        self._pace(channel_id).slow_down(self.clock())

    def _pace(self, channel_id: str) -> Pace:
        while channel_id not in self._paces and len(self._paces) >= _PACES_KNOWN:
            del self._paces[next(iter(self._paces))]
        return self._paces.setdefault(channel_id, Pace(self.table, f"{self.app_id}#{channel_id}", 1))


def no_turn(pause: timedelta = PAUSE) -> NoTurn:
    """Return the wait for the next try, at which the order's message is received again."""
    return NoTurn(pause + timedelta(seconds=random.uniform(0, pause.total_seconds())))  # noqa: S311 - only spreads load
