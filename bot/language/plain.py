"""The short way through the common command, in which each word says by itself what it means: `room 100 user001 hd`.

The grammar gives the same command for such a text, but takes ten times as long, because any word may be a part of a
phrase, of a list or of a time, or be misspelt. Whatever isn't plain is left to it.
"""

import re

from bot.language.builder import Command
from bot.language.lexicon import Lexicon
from bot.language.values import Wrong
from bot.language.vocabulary import Option

_NUMBER = re.compile(r"[0-9]+")
_NAME = re.compile(r"[a-z]{3,}[0-9]+")
"""An id that is near no word, and after a number no part of a time or a size, as `m30` and `x720` may be."""


def read_plain(text: str, lexicon: Lexicon) -> Command | None:
    """Return the default sub-command with one id for each positional, and choices; None if a word may mean more."""
    vocabulary, words = lexicon.default, text.split(" ")
    positionals = vocabulary.positionals
    if words[0] == positionals[0].name:
        del words[0]
    elif positionals[0].default:
        return None  # `100 user001` may be two users
    if len(words) < len(positionals):
        return None
    values: dict[str, list[str]] = {}
    for option in positionals:
        word = words.pop(0)
        if not _is_plain_id(word, option, lexicon, may_be_number=not values):
            return None
        values[option.name] = [word]
    for word in words:
        definition = lexicon.plain_choices.get(word)
        if definition is None or definition.choice is None or definition.option.name in values:
            return None
        values[definition.option.name] = [definition.choice]
    return None if vocabulary.conflict(values) else Command(vocabulary, values)


def _is_plain_id(word: str, option: Option, lexicon: Lexicon, *, may_be_number: bool) -> bool:
    """Return whether the word can only be an id. Two numbers in a row may be two rooms."""
    if not (may_be_number and _NUMBER.fullmatch(word)) and not (
        _NAME.fullmatch(word) and lexicon.is_free(word, lexicon.default)
    ):
        return False
    return option.read is not None and not isinstance(option.read(word), Wrong)
