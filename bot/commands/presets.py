"""`/record presets`: the team's presets, and the defaults of this channel."""

from collections.abc import Mapping
from itertools import islice

from bot.commands.defaults import PRESET, choose, said, said_origins
from bot.commands.subcommand import Asked, Subcommand
from bot.language.parser import Values
from bot.language.vocabulary import Vocabulary
from bot.messages.blocks import Audience, Line, Reply, code, reply
from shared.presets import Preset

_MOST = 20
"""The most presets that are shown: Slack takes only so many characters."""

WORDS = Vocabulary(
    name="presets",
    example="presets",
    help="show the team's presets and this channel's defaults",
    aliases=("defaults",),
)


def lines_here(asked: Asked) -> list[Line]:
    """Return what a start means in this channel where it says nothing else, with an example."""
    context = asked.context
    has_room = context.lexicon.default.positionals[0].default
    example = code(f"{context.command} {'' if has_room else '100 '}user001")
    return [["A start here, such as ", example, ", uses"], *said_origins(choose({}, context), context)]


def preset_lines(presets: Mapping[str, Preset], words: Vocabulary) -> list[Line]:
    """Return a line for each of the presets, with what it chooses."""
    option = next(it for it in words.options if it.name == PRESET.name)
    shown = islice(presets.items(), _MOST)
    listed: list[Line] = [[code(option.written(name)), f": {said(it, words)}"] for name, it in shown]
    if len(presets) > _MOST:
        listed.append([f"and {len(presets) - _MOST} more, which are in the document"])
    return listed


def _run(_: Values, asked: Asked) -> Reply:
    asked.rights.require_readable(asked.right)
    words = asked.context.lexicon.default
    presets = asked.context.defaults.presets
    listed = preset_lines(presets, words)
    count = f"{len(presets)} preset{'s' if len(presets) > 1 else ''}" if presets else "No presets"
    return reply(Audience.ASKER, [f"{count} in the team's configuration"], *listed, *lines_here(asked))


PRESETS = Subcommand(WORDS, _run, only_asks=True)
