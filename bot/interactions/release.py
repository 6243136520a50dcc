"""Release recordings of unknown outcome, as `/record release` does: somebody says that they did start."""

from bot.commands.release import release_found
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
    if not any(it.state is RecordingState.UNKNOWN for it in found.recordings):
        return as_it_stands(f"Nothing to release: {found.what}", found, asked)
    return release_found(found, asked, is_sure=is_sure)


RELEASE = Interaction(
    ControlName.RELEASE,
    _run,
    Right.STOP_ANY,
    help="Release: allow a new start after an unknown outcome, if it did start, as `release` does",
)
