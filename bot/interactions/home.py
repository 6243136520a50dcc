"""The app's home tab: the person's active recordings, the form, the team's presets, and the commands.

https://docs.slack.dev/surfaces/app-home
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.commands import LEXICON
from bot.commands.help import help_lines
from bot.commands.presets import preset_lines
from bot.messages.blocks import Line
from bot.messages.controls import Button, ControlName, Controls, Element
from bot.messages.listing import count_of, listing
from shared.presets import Preset
from shared.recordings import Recording

EVENTS = ("app_home_opened",)
"""Slack's events that the app subscribes to."""


def home_of(mine: Sequence[Recording], presets: Mapping[str, Preset], command: str, now: datetime) -> Element:
    """Return the home tab of who has started these recordings, none of which is over."""
    form = Button("Start one", ControlName.FORM, about="recording", style="primary")
    listed: list[Line] = [["The team's presets:"], *preset_lines(presets, LEXICON.default)] if presets else []
    helped: list[Line] = [["What you can type in a channel:"], *([line] for line in help_lines((), LEXICON, command))]
    headline = f"{count_of(mine)} of yours" if mine else "No recordings of yours run now"
    return {"type": "home", "blocks": listing(headline, mine, now, Controls([form]), *listed, [""], *helped).blocks}
