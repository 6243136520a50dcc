"""Get links to the files of a recording, as `/record file` does."""

from bot.commands.file import links_of
from bot.commands.subcommand import Asked, Placing
from bot.interactions.interaction import Click, Interaction
from bot.interactions.recordings import as_it_stands, ids_in, named
from bot.messages.blocks import Reply
from bot.messages.controls import ControlName
from shared.team import Right


def _run(click: Click, asked: Asked) -> Reply | Placing:
    ids, _ = ids_in(click.value)
    found = named(ids, asked)
    if not any(it.files for it in found.recordings):
        return as_it_stands(f"No file is known yet: {found.what}", found, asked)
    return links_of(found, asked)


FILES = Interaction(
    ControlName.FILES,
    _run,
    Right.SEE_FILES,
    overtakes=False,
    help="Get link: links to its files for the one who clicks, as `file` gives them",
)
