"""Text -> Command or CommandError, and back. What can be said is in bot/language/catalogue.py.

`parse` takes what a person typed behind the command's name; `unparse` gives the canonical text, which says the same.
"""

from dataclasses import dataclass

from bot.language.catalogue import DRY_RUN, HELP, OPTIONS, USER
from bot.language.corrections import CommandError, Problem, nearest, shown
from bot.language.draft import write
from bot.language.lexicon import meaning_of
from bot.language.normalising import normalise
from bot.language.parser import read_start
from bot.language.tokens import Word, most_parts, words_of
from shared.rtc.models import RecordingRequest

__all__ = ["Command", "CommandError", "Help", "Problem", "Start", "parse", "unparse"]

_MOST_CHARACTERS = 24_000
_MOST_WORDS = 64
"""Enough for ten users, ten addresses and every option, however they are written; a bound on the work of one text."""


@dataclass(frozen=True, slots=True)
class Start:
    """Start these recordings: one to ten, alike in everything but the user. `dry_run` only shows what would be sent."""

    requests: tuple[RecordingRequest, ...]
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Help:
    """Explain `topic`, the name of a verb or an option of the catalogue; the commands as a whole if it is None."""

    topic: str | None = None


type Command = Start | Help


def parse(text: str, *, idle_default: int, name: str = "/record") -> Command:
    """The command that `text` says. `idle_default`, in seconds, is the max_idle_time where none is typed.

    `text` is what follows the command's name; the name itself, pasted along, is passed over. Raises CommandError, and
    nothing else, for a text that says no command, with every slip in it. Places count in `normalise(text)`.
    """
    plain = normalise(text)
    words = words_of(plain)
    if len(plain) > _MOST_CHARACTERS or sum(map(most_parts, words)) > _MOST_WORDS:
        message = f"this is too long for a command: at most {_MOST_WORDS} words and {_MOST_CHARACTERS} characters"
        raise CommandError((Problem("", (0, len(plain)), message),), None)
    if words and words[0].text.casefold() == name.casefold():
        del words[0]
    verb = meaning_of(words[0].text) if words else None
    if not words or (verb and verb.of is HELP):
        return _read_help(words[1:])
    draft = read_start(plain, words)
    if draft.problems:
        raise _help_misspelt(words) or draft.error()
    fields: dict[str, object] = {"max_idle_time": idle_default}
    for option in OPTIONS:
        if values := draft.values.get(option.name):
            fields |= option.fields(values)
    requests = [RecordingRequest.model_validate(fields | USER.fields([user])) for user in draft.values[USER.name]]
    return Start(tuple(requests), dry_run=DRY_RUN.name in draft.values)


def _read_help(words: list[Word]) -> Help:
    if not words:
        return Help()
    first = words[0].text.partition("=")[0]
    if topic := _topic(" ".join(word.text for word in words) if len(words) > 1 else first):
        return Help(topic)
    near = _topic(first) or _topic(nearest(first) or "")
    corrected = f"{HELP.name} {near}" if near else HELP.name
    message = corrected if near else f"{corrected}, which lists the words it explains"
    if len(words) > 1:
        message = f"{HELP.name} explains one word: {message}"
    given = "" if len(words) > 1 else shown(first)  # words behind the first may be a secret's
    raise CommandError((Problem(given, (words[0].start, words[-1].end), message, (corrected,)),), corrected)


def _help_misspelt(words: list[Word]) -> CommandError | None:
    """Some `hlep idle`, which as a start would lack its user."""
    first, *others = words
    topics = [_topic(word.text) for word in others]
    if nearest(first.text) != HELP.name or None in topics[:1] or len(topics) > 1:
        return None
    corrected = " ".join([HELP.name, *filter(None, topics)])
    return CommandError((Problem(shown(first.text), (first.start, first.end), corrected, (HELP.name,)),), corrected)


def _topic(word: str) -> str | None:
    meaning = meaning_of(word)
    return meaning.of.name if meaning else None


def unparse(command: Command) -> str:
    """The canonical text of a command that `parse` could give: every value is said, even where it is the default.

    `parse(unparse(command))` is the command again, whatever the idle default.
    """
    if isinstance(command, Help):
        return f"{HELP.name} {command.topic}" if command.topic else HELP.name
    request = command.requests[0]
    values = {option.name: option.said(request) for option in OPTIONS}
    values[USER.name] = [each.user_id for each in command.requests]
    if command.dry_run:
        values[DRY_RUN.name] = [""]
    return write(values)
