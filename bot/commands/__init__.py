"""The sub-commands: a file each, and a line each in the list below. Help, docs and the manifest follow from it."""

from bot.commands.help import HELP
from bot.commands.start import START
from bot.commands.subcommand import Subcommand
from bot.language.lexicon import Lexicon, words_for

SUBCOMMANDS: tuple[Subcommand, ...] = (
    START,
    HELP,
)

LEXICON = Lexicon(
    commands=tuple(subcommand.words for subcommand in SUBCOMMANDS),
    default=START.words,
    empty=HELP.words,
    elsewhere=words_for(
        {
            "stop": "stop end finish terminate kill cancel delete remove pause quit abort halt close",
            "status": "status state info check show details",
            "list": "list ls running active jobs",
            "again": "again restart repeat resume",
        }
    ),
)
"""`elsewhere` has words that ask for a sub-command, whether or not there is one: the answer says which are there."""
