"""Run the corrected command that an answer shows. It counts as typed."""

from bot.commands.subcommand import Asked
from bot.interactions.interaction import Click, Interaction, Typed
from bot.messages.controls import ControlName


def _run(click: Click, _: Asked) -> Typed:
    return Typed(click.value)


RUN = Interaction(ControlName.RUN, _run, help="Run it: run the corrected command that the answer shows")
