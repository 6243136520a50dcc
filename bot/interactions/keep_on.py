"""Let a recording end an hour later than its reminder says. A second click on the same reminder changes nothing."""

from datetime import timedelta

from bot.commands.extend import extended_to
from bot.commands.subcommand import Asked, Placing
from bot.interactions.interaction import Click, Interaction
from bot.interactions.recordings import as_it_stands, ids_in, named
from bot.messages.blocks import Reply
from bot.messages.controls import ControlName
from bot.messages.recording_controls import keep_on
from shared.team import Right

_LONGER = timedelta(hours=1)


def _run(click: Click, asked: Asked) -> Reply | Placing:
    recording_id, _, _ = click.value.partition(" ")
    ids, _ = ids_in(recording_id)
    found = named(ids, asked)
    if not found.recordings:
        return as_it_stands(f"Nothing extended: {found.what}", found, asked)
    (recording,) = found.recordings
    if recording.is_over or recording.stop_asked is not None or keep_on(recording).value != click.value:
        return as_it_stands(f"Nothing extended: {found.what} has changed since that message", found, asked)
    began = click.at if recording.limit is None else recording.limit.ends_at
    return extended_to(recording, began + _LONGER)


KEEP_ON = Interaction(
    ControlName.KEEP_ON, _run, Right.EXTEND, help="Keep on 1 h: let it end an hour later, as `extend` does"
)
