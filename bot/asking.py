"""What one person asks, typed or clicked: check the rights, run it, and put its order on the queue."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.asker import Somebody
from bot.commands import SUBCOMMANDS
from bot.commands.rights import NotAllowed
from bot.commands.subcommand import Asked, Placing
from bot.language.corrections import CommandError
from bot.language.parser import parse
from bot.messages import replies
from bot.messages.blocks import Reply
from bot.messages.refusals import refused
from shared.actors import Actor, Through
from shared.orders import NotQueued, Order, PerhapsQueued
from shared.questions import Place
from shared.recordings import Unavailable
from shared.refusals import Lacking, Refusal
from shared.slack_refs import ReplyTo
from shared.team import InForce, Right

_SUBCOMMANDS = {subcommand.words.name: subcommand for subcommand in SUBCOMMANDS}


@dataclass(frozen=True, slots=True)
class Asking:
    """What one person asks, and where the answer goes."""

    by: Somebody
    asked: Asked
    rules: InForce
    where: Place
    reply_to: ReplyTo | None
    put: Callable[[Order], None]
    report_away: Callable[[Unavailable], None]
    report_refusal: Callable[[Actor, Place, Refusal], None]

    def read(self, text: str) -> Reply | Placing:
        """Return what the sub-command in the text answers or places."""
        command = self.asked.context.command
        try:
            words, values = parse(text, self.asked.context.lexicon, command)
            subcommand = _SUBCOMMANDS[words.name]
            return self.run(lambda asked: subcommand.run(values, asked), subcommand.right)
        except CommandError as error:
            if self.rules.is_unreadable:  # then it isn't known whether the channel has a room or presets
                return refused(Refusal(right=Right.START, lacking=Lacking.READABLE_RULES))
            return replies.not_understood(error, command)

    def run(self, run: Callable[[Asked], Reply | Placing], right: Right) -> Reply | Placing:
        """Return what `run` does, as far as the person may."""
        asked = self.asked.with_right(right)
        try:
            done = run(asked)
            if isinstance(done, Placing):  # this comes before each order
                asked.rights.require(done.action, done.about, asked.now)
        except Unavailable as unavailable:
            self.report_away(unavailable)
            return replies.away()
        except NotAllowed as not_allowed:
            self.report_refusal(asked.actor, self.where, not_allowed.refusal)
            return refused(not_allowed.refusal)
        return done

    def place(
        self, placing: Placing, order_id: str, reply_to: ReplyTo | None, through: Through
    ) -> tuple[Reply, Reply | None]:
        """Put the order on the queue. Return the reply that it was accepted, and what to say instead if it wasn't."""
        order = Order(
            order_id=order_id,
            actor=self.asked.actor,
            action=placing.action,
            placed_at=self.asked.now,
            reply_to=reply_to,
            is_foreign=self.by.is_foreign,
            through=through,
        )
        # The reply is made first, because nothing may fail after the order is on the queue.
        accepted = placing.accepted(order.order_id)
        try:
            self.put(order)
        except NotQueued:
            return accepted, replies.not_queued()
        except PerhapsQueued:
            return accepted, replies.perhaps_queued(order)
        return accepted, None
