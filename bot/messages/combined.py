"""One message with the answers to several orders of a caller, a line each."""

from collections.abc import Sequence

from bot.messages.blocks import Audience, Line, Reply, one_line, person, reply
from shared.actors import Actor


def combined(actor: Actor, replies: Sequence[Reply]) -> Reply:
    """Return the message."""
    headline: Line = [f"{len(replies)} answers to ", person(actor)]
    return reply(Audience.CHANNEL, headline, *map(one_line, replies))
