"""Ask before something is done to several recordings, or to somebody else's: the command wants `yes` at its end."""

from collections.abc import Sequence

from bot.commands.subcommand import Asked
from bot.commands.target import Found
from bot.language.lexicon import Option, Vocabulary, words_for
from bot.messages.blocks import Line, Reply, code
from bot.messages.listing import count_of, listing
from shared.recordings import Recording

YES = Option(
    name="yes",
    form="[yes]",
    help="for several recordings, or for what somebody else started",
    example="stop room=100 yes",
    choices={"yes": "yes"},
    foreign=words_for({"yes": "y really sure confirm force"}),
)


def asked_first(recordings: Sequence[Recording], found: Found, asked: Asked, words: Vocabulary) -> Reply | None:
    """Return the question with the command that answers it; None if nothing has to be asked."""
    others = [it for it in recordings if it.actor != asked.actor]
    if not (found.is_guess or others or len(recordings) > 1):
        return None
    way: Line = [
        f"To {words.name} ",
        "it: " if len(recordings) == 1 else "them all: ",
        code(" ".join(filter(None, (asked.context.command, words.name, found.typed, "yes")))),
    ]
    hint = [[found.other]] if found.other else []
    headline = f"{words.nothing} yet: {found.what}, {count_of(recordings)}"
    return listing(headline, recordings, asked.now, way, *hint)
