"""The sub-commands. Each has a file here and a line in the list below. Help, docs and the manifest are made from it."""

from functools import lru_cache

from bot.commands.again import AGAIN
from bot.commands.at import AT
from bot.commands.defaults import with_defaults
from bot.commands.extend import EXTEND
from bot.commands.file import FILE
from bot.commands.help import HELP
from bot.commands.history import HISTORY
from bot.commands.list import LIST
from bot.commands.presets import PRESETS
from bot.commands.release import RELEASE
from bot.commands.start import START
from bot.commands.status import STATUS
from bot.commands.stop import STOP
from bot.commands.subcommand import Subcommand
from bot.language.lexicon import Lexicon
from bot.language.vocabulary import words_for
from shared.presets import Defaults

SUBCOMMANDS: tuple[Subcommand, ...] = (
    START,
    STOP,
    STATUS,
    LIST,
    HISTORY,
    FILE,
    EXTEND,
    AGAIN,
    RELEASE,
    AT,
    PRESETS,
    HELP,
)

LEXICON = Lexicon(
    commands=tuple(subcommand.words for subcommand in SUBCOMMANDS),
    default=START.words,
    empty=HELP.words,
    elsewhere={word: it.words.name for it in SUBCOMMANDS for word in it.words.synonyms.split()}
    | words_for(
        {
            "pause": "pause hold freeze suspend",
            "mute": "mute silence",
            "unmute": "unmute",
            "delete": "delete remove rm erase",
        }
    ),
)
"""The words of a channel without presets and defaults. What no sub-command does is answered with a list of them."""


def lexicon_in(defaults: Defaults) -> Lexicon:
    """Return the words of a channel: the team's presets among them, and the room that may be left out."""
    room = defaults.channel.room if defaults.channel else None
    return _lexicon(tuple(sorted(defaults.presets)), room or "")


@lru_cache(maxsize=64)
def _lexicon(presets: tuple[str, ...], room: str) -> Lexicon:
    return with_defaults(LEXICON, presets, room)
