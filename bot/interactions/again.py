"""Start recordings again, as `/record again` does: what is over, or what somebody says didn't start."""

from bot.commands.again import again_found
from bot.commands.subcommand import Asked, Placing
from bot.interactions.interaction import Click, Interaction
from bot.interactions.recordings import as_it_stands, ids_in, named
from bot.messages.blocks import Reply
from bot.messages.controls import ControlName
from shared.recordings import RecordingState
from shared.team import Right


def _run(click: Click, asked: Asked) -> Reply | Placing:
    ids, is_sure = ids_in(click.value)
    found = named(ids, asked)
    if not any(it.is_over or it.state is RecordingState.UNKNOWN for it in found.recordings):
        return as_it_stands(f"Nothing started: {found.what}", found, asked)
    return again_found(found, asked, is_sure=is_sure)


AGAIN = Interaction(
    ControlName.AGAIN,
    _run,
    Right.START,
    help="Record again, Try again: start it as it was, as `again` does; for an unknown outcome, if it did not start",
)
