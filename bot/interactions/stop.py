"""Stop the recordings of a message, a list or a reminder, as `/record stop` does."""

from dataclasses import replace

from bot.commands.stop import stop_found
from bot.commands.subcommand import Asked, Placing
from bot.interactions.interaction import Click, Interaction
from bot.interactions.recordings import as_it_stands, ids_in, named
from bot.messages.blocks import Reply
from bot.messages.controls import ControlName
from shared.team import Right


def _run(click: Click, asked: Asked) -> Reply | Placing:
    ids, is_sure = ids_in(click.value)
    found = named(ids, asked)
    if all(it.is_over for it in found.recordings):
        return as_it_stands(f"Nothing to stop: {found.what}", found, asked)
    done = stop_found(found, asked, is_sure=is_sure)
    return replace(done, redraws=True) if isinstance(done, Placing) else done


STOP = Interaction(ControlName.STOP, _run, Right.STOP_ANY)
