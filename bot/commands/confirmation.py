"""Ask before something is done to several recordings, or to somebody else's: the command needs `yes` at its end."""

from collections.abc import Sequence

from bot.commands.subcommand import Asked
from bot.commands.target import Found
from bot.language.vocabulary import Option, Vocabulary, words_for
from bot.messages.blocks import Line, Reply, code
from bot.messages.controls import SURE, Button, ControlName, Controls
from bot.messages.listing import count_of, listing
from shared.recordings import Recording

YES = Option(
    name="yes",
    form="[yes]",
    help="confirm, for several recordings or for one that somebody else started",
    example="stop room=100 yes",
    choices={"yes": "yes"},
    foreign=words_for({"yes": "y really sure confirm force"}),
)


def asked_first(recordings: Sequence[Recording], found: Found, asked: Asked, words: Vocabulary) -> Reply | None:
    """Return the question with the command that answers it; None if nothing has to be asked."""
    others = [it for it in recordings if it.actor != asked.actor]
    if not (found.is_guess or others or len(recordings) > 1):
        return None
    lines: list[Line | Controls] = []
    if found.typed is not None:
        typed = " ".join(filter(None, (asked.context.command, words.name, found.typed, "yes")))
        lines.append([f"To {words.name} ", "it: " if len(recordings) == 1 else "them all: ", code(typed)])
    if found.other:
        lines.append([found.other])
    lines.append(Controls([_yes(recordings, words)]))
    counted = count_of(recordings)
    meant = counted if found.what in {"", counted} else f"{found.what}, {counted}"
    headline = f"{words.nothing} yet: {meant}"
    return listing(headline, recordings, asked.now, *lines, stops=False)


def _yes(recordings: Sequence[Recording], words: Vocabulary) -> Button:
    value = " ".join((SURE, *(it.id for it in recordings)))
    label = f"{words.name.capitalize()} {'it' if len(recordings) == 1 else 'all'}"
    return Button(label, ControlName(words.name), value, about=count_of(recordings), style="danger")
