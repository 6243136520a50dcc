"""The sub-commands. Each has a file here and a line in the list below. Help, docs and the manifest are made from it."""

from bot.commands.help import HELP
from bot.commands.start import START
from bot.commands.stop import STOP
from bot.commands.subcommand import Subcommand
from bot.language.lexicon import Lexicon, words_for

SUBCOMMANDS: tuple[Subcommand, ...] = (
    START,
    STOP,
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
"""`elsewhere` has words that ask for a sub-command. If there is no such one, the answer lists those that there are."""
