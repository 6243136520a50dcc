"""A command as a person types it, up to what the sub-command returns: for the tests of sub-commands."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo

from bot.commands import LEXICON, SUBCOMMANDS
from bot.commands.rights import Rights
from bot.commands.subcommand import Asked, Context, Placing
from bot.language.corrections import CommandError
from bot.language.parser import parse
from bot.messages import replies
from bot.messages.blocks import Reply
from shared.actors import Actor
from shared.questions import Place
from shared.recordings import Recording
from shared.team import SHIPPED, InForce
from tests.builders import ANN, NOW
from tests.known_recordings import KnownRecordings

SHIPPED_RULES = InForce(SHIPPED)


def asked(
    *,
    actor: Actor = ANN,
    channel_id: str = "C1",
    known: Sequence[Recording] = (),
    now: datetime = NOW,
    zone: tzinfo = UTC,
    team: InForce = SHIPPED_RULES,
    **context: object,
) -> Asked:
    """Ann, who is in that time zone, asks in a channel, with these recordings in the ledger."""
    made = Context("/record", 300, LEXICON, lambda: KnownRecordings(known))
    rights = Rights(actor, Place(channel_id, is_public=channel_id.startswith("C")), lambda: team)
    return Asked(replace(made, **context), actor, channel_id, now, rights, zone=lambda: zone)  # type: ignore[arg-type]


def run(text: str, where: Asked | None = None) -> Reply | Placing:
    """What the sub-command answers or places. Raises CommandError if the text is no command."""
    where = where or asked()
    words, values = parse(text, where.context.lexicon)
    (subcommand,) = [it for it in SUBCOMMANDS if it.words.name == words.name]
    try:
        return subcommand.run(values, replace(where, right=subcommand.right))
    except CommandError as error:
        return replies.not_understood(error, where.context.command)


def placed(text: str, where: Asked | None = None) -> Placing:
    """What the sub-command places."""
    done = run(text, where)
    assert isinstance(done, Placing)
    return done


def answered(text: str, where: Asked | None = None) -> Reply:
    """What the sub-command answers at once, with no order."""
    done = run(text, where)
    assert isinstance(done, Reply)
    return done
