"""The words of a normalised text, and the lists that commas make of them."""

import re
from typing import NamedTuple

_WORD = re.compile(r"\S+")
_LISTED = re.compile(r"[^,;]+")
_NO_LIST = re.compile(r"[=/\\]")
_LIST_MARKS = (",", ";")


class Word(NamedTuple):
    """A word and where it stands: (start, end) in the text, end exclusive."""

    text: str
    start: int
    end: int


def words_of(text: str) -> list[Word]:
    """The words of the text, in order."""
    return [Word(found[0], found.start(), found.end()) for found in _WORD.finditer(text)]


def parts_of(word: Word) -> list[Word]:
    """What the word lists: `a,b;c` is three words. An address or an option is no list, whatever it holds."""
    if _NO_LIST.search(word.text):
        return [word]
    return [Word(part[0], word.start + part.start(), word.start + part.end()) for part in _LISTED.finditer(word.text)]


def most_parts(word: Word) -> int:
    """How many words this one can be at most once lists are taken apart. An address holds what marks it will."""
    text = word.text
    return 1 if "://" in text else 1 + text.count(",") + text.count(";")


def listed_after(words: list[Word], position: int) -> tuple[list[Word], int]:
    """What the words from `position` on add to a list that the word before began (`a, b ;c`), and the position after.

    A word with `=` in it is an option, and ends the list.
    """
    added: list[Word] = []
    while position < len(words):
        before, word = words[position - 1].text, words[position]
        if "=" in word.text or not (before.endswith(_LIST_MARKS) or word.text.startswith(_LIST_MARKS)):
            break
        added += parts_of(word)
        position += 1
    return added, position
