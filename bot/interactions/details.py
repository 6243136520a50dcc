"""Show all that is known of a recording. If it runs, the recorder asks RTC too, as after `/record status`."""

from bot.commands.subcommand import Asked, Placing
from bot.interactions.interaction import Click, Interaction
from bot.interactions.recordings import as_it_stands, ids_in, named
from bot.messages.blocks import Reply
from bot.messages.controls import ControlName
from bot.messages.details import details_of, details_of_which
from shared.orders import Show


def _run(click: Click, asked: Asked) -> Reply | Placing:
    ids, _ = ids_in(click.value)
    found = named(ids, asked)
    if not found.recordings:
        return as_it_stands(f"No details: {found.what}", found, asked)
    if len(found.recordings) > 1:
        return details_of_which(found.recordings)
    (recording,) = found.recordings
    shown = details_of(recording, asked.recordings().attempt_of(recording))
    if not recording.is_at_rtc:
        return shown
    return Placing(Show(recording=recording.id, known=recording.known), lambda _: shown, found.recordings)


DETAILS = Interaction(
    ControlName.DETAILS,
    _run,
    overtakes=False,
    help="Details: show its history and every field of RTC's answers, with the request ids",
)
