"""Publish the app's home tabs: when they are opened, and when what they show has changed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.posting import Messenger
from bot.slack_api import CannotDeliver, TryLater
from functions.aws.away import Away
from functions.aws.observability import logger
from functions.aws.queue import Queues
from functions.ledger.homes import Homes, OpenedHome
from functions.ledger.ledger import Ledger
from functions.worker.channel_turns import ChannelTurns, no_turn
from functions.worker.delivery import LONGEST_WAIT, Delivery, TryAgain
from shared.actors import Actor, Through
from shared.failures import FailureKind
from shared.log_events import LogEvent
from shared.order_ids import new_order_id
from shared.orders import Home, NotQueued, Order, PerhapsQueued
from shared.team import InForce

DELAY = 3
"""Seconds from a change to the home tab that shows it. The list of live recordings may lag for a second or two, and
the changes of this time are shown together."""


@dataclass(frozen=True, slots=True)
class OpenHomes:
    """Has the home tabs published anew of those who have opened theirs."""

    homes: Homes
    messenger: Callable[[], Messenger]
    queues: Queues
    clock: Callable[[], datetime]

    def publish_soon(self, actor: Actor) -> None:
        """Have the person's home tab published soon. What fails is left: the next change shows it too."""
        if not actor.is_person or not self.messenger().has_bot_token:
            return
        now = self.clock()
        try:
            if self.homes.read(actor.id, now) is not None:
                order = Order(order_id=new_order_id(), actor=actor, action=Home(), placed_at=now, through=Through.CHECK)
                self.queues.put(order, delay=DELAY)
        except (Away, NotQueued, PerhapsQueued) as error:
            logger.warning("the home tab is not published anew", extra={"reason": str(error)})


@dataclass(frozen=True, slots=True)
class HomeHandler:
    """Publishes home tabs."""

    ledger: Ledger
    channels: ChannelTurns
    messenger: Callable[[], Messenger]
    team: Callable[[], InForce]
    command: str
    clock: Callable[[], datetime]

    def run(self, order: Order, action: Home, delivery: Delivery, /) -> None:
        """Publish the asker's home tab, unless that was done since. Raises NoTurn or TryAgain if Slack can't take it.

        Slack takes one a second for each person, as messages in a channel.
        """
        began_at, user_id, messenger = self.clock(), order.actor.id, self.messenger()
        known = self.ledger.homes.read(user_id, began_at)
        is_wanted = action.is_opened or (known is not None and known.published_at < order.placed_at)
        if not is_wanted or not messenger.has_bot_token or began_at - order.placed_at > LONGEST_WAIT:
            return
        if not self.channels.take(user_id, order.actor):
            raise no_turn()
        now = self.clock()
        try:
            messenger.publish(user_id, self._view(order.actor, now))
        except TryLater as error:
            if error.is_throttled:
                self.channels.slow_down(user_id)
            if not delivery.last:
                raise TryAgain(delivery.delay()) from None
            return
        except CannotDeliver as error:
            logger.warning(LogEvent.NOT_ANSWERED, extra={"reason": error.reason})
            return
        opened_at = now if action.is_opened or known is None else known.opened_at
        self.ledger.homes.note(user_id, OpenedHome(opened_at=opened_at, published_at=now))

    def give_up(self, order: Order, action: Home, why: FailureKind, /) -> None:
        """Do nothing: the person opens the home tab again."""

    def _view(self, actor: Actor, now: datetime) -> dict[str, object]:
        # It has the words of the commands, which no other action needs.
        from bot.interactions.home import home_of  # noqa: PLC0415

        mine = [it for it in self.ledger.recordings.live() if it.actor == actor]
        return home_of(mine, self.team().team.presets, self.command, now)
