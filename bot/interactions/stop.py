"""Stop the recordings of a message, a list or a reminder, as `/record stop` does."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from bot.commands.stop import stop_found
from bot.commands.subcommand import Asked, Placing
from bot.interactions.interaction import Click, Interaction
from bot.interactions.recordings import as_it_stands, found_of, ids_in
from bot.messages.blocks import Reply
from bot.messages.controls import ControlName
from bot.messages.listing import count_of, listing
from shared.recording_changes import AskedToStop
from shared.recording_news import changed
from shared.recordings import Recording
from shared.team import Right


def _run(click: Click, asked: Asked) -> Reply | Placing:
    value, _, listed = click.value.partition(" | ")
    ids, is_sure = ids_in(value)
    in_list = ids_in(listed)[0] if click.is_ephemeral and listed else ()
    known = asked.recordings().of_ids(tuple(dict.fromkeys((*in_list, *ids))))  # each is read once
    found = found_of([it for it in known if it.id in ids])
    if all(it.is_over for it in found.recordings):
        return as_it_stands(f"Nothing to stop: {found.what}", found, asked)
    done = stop_found(found, asked, is_sure=is_sure)
    if not isinstance(done, Placing):
        return done
    if in_list:
        shown = [it for it in known if it.id in in_list]
        return replace(done, accepted=partial(_listed, shown, done.about, asked), keeps=True)
    return replace(done, redraws=True)


def _listed(shown: Sequence[Recording], stopping: Sequence[Recording], asked: Asked, order_id: str) -> Reply:
    """Return the list in which somebody clicked, with what is being stopped as such."""
    by = AskedToStop(asked.actor)
    stopped = {it.id for it in stopping}
    known = [changed(it, by, asked.now) if it.id in stopped else it for it in shown]
    return listing(f"{count_of(known)} · order {order_id}", known, asked.now)


STOP = Interaction(
    ControlName.STOP, _run, Right.STOP_ANY, help="Stop, Stop one…, Stop all, Stop it: stop it or them, as `stop` does"
)
