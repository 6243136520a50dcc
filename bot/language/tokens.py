"""Split a normalised text into words. Commas, semicolons and line ends separate words as blanks do."""

import re
from typing import NamedTuple

MARKS = "`*~\"'"
"""What surrounds a value for the eye's sake: Slack's formatting and quotes. No id and no option holds one of them."""

_ENDINGS = ".!"
"""Punctuation behind a word. No id, choice or time ends with it."""

_TOKEN = re.compile(
    r"""
    "(?=[^"\n]*")[^\s"]*[ ][^"\n]*"                # several words in quotes
    | \n | [,;]+
    | [^\s,;]*:// (?: [^\s,;] | [,;](?=[^\s,;])(?!(?:[\w-]+=)?rtmps?://) )*   # an address may hold such marks
    | [^\s,;]+
    """,
    re.VERBOSE | re.IGNORECASE,
)


class Token(NamedTuple):
    """A word without the marks around it, and where it stands: (start, end) in the text, end exclusive.

    `mark` is what separates it from the word before: "," for a comma or a semicolon, a line end, or "" for a blank.
    """

    text: str
    start: int
    end: int
    mark: str = ""


def tokens_of(text: str) -> list[Token]:
    """Return the words of the text, in order."""
    tokens = []
    mark = ""
    for found in _TOKEN.finditer(text):
        if found[0] == "\n":
            mark = mark or "\n"
        elif found[0][0] in ",;":
            mark = ","
        elif word := bare(found[0]):
            tokens.append(Token(word, found.start(), found.end(), mark))
            mark = ""
    return tokens


def bare(word: str) -> str:
    """Return the word without the marks around it and the punctuation behind it.

    An underscore is a mark only outside another one (`_*100*_`), since ids may begin and end with it.
    """
    core = word.rstrip(MARKS + _ENDINGS + "_")
    tail = word[len(core) :]
    word = core + tail[: len(tail) - len(tail.lstrip("_"))]
    core = word.lstrip(MARKS + "_")
    head = word[: len(word) - len(core)]
    return head[len(head.rstrip("_")) :] + core
