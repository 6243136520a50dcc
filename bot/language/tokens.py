"""Split a normalised text into words, join phrases of several words, and drop the words that are ignored.

Commas, semicolons and line ends separate words, as blanks do.
"""

import re
from typing import NamedTuple

from bot.language.lexicon import FILLERS, JOINING, Lexicon, folded

MARKS = "`*~\"'"
"""Marks around a value: Slack's formatting and quotes. No id and no option contains one of them."""

_BRACKETS = "(){}[]<>"
_ENDINGS = ".!"
"""Punctuation after a word. No id, choice or time ends with it, or has brackets around it."""

_TOKEN = re.compile(
    r"""
    "(?=[^"\n]*")[^\s"]*[ ][^"\n]*"                # several words in quotes
    | \n | [,;]+
    | [^\s,;]*:// (?: [^\s,;] | [,;](?=[^\s,;])(?!(?:[\w-]+=)?rtmps?://) )*   # an address may hold such marks
    | [^\s,;]+
    """,
    re.VERBOSE | re.IGNORECASE,
)

_LONGEST_PHRASE = 3
_IGNORED = re.compile(r"[-/|>=+]{1,3}|:[a-z0-9+_-]*[a-z][a-z0-9+_-]*:", re.IGNORECASE)
"""A dash between words; an emoji as Slack writes it."""


class Token(NamedTuple):
    """A word without the marks around it, and its place: (start, end) in the text, end exclusive.

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
    """Return the word without the marks around it and the punctuation after it.

    An underscore is a mark only outside another one (`_*100*_`), since ids may begin and end with it.
    """
    if word.isalnum():
        return word
    around = MARKS if "://" in word else MARKS + _BRACKETS
    core = word.rstrip(around + _ENDINGS + "_")
    tail = word[len(core) :]
    word = core + tail[: len(tail) - len(tail.lstrip("_"))]
    core = word.lstrip(around + "_")
    head = word[: len(word) - len(core)]
    return head[len(head.rstrip("_")) :] + core


def joined_phrases(tokens: list[Token], lexicon: Lexicon) -> list[Token]:
    """Return the tokens with phrases such as `no audio` joined, without fillers and emoji. `and` counts as a comma."""
    words: list[Token] = []
    mark = ""
    while tokens:
        token, length = tokens[0], 1
        plain = folded(token.text)
        is_ordinary = plain.isalnum() and plain not in lexicon.phrase_words
        if not is_ordinary:
            token, length = _longest_phrase(tokens[:_LONGEST_PHRASE], lexicon)
        tokens = tokens[length:]
        mark = mark or token.mark
        if token.text in JOINING or plain in JOINING:
            mark = ","
        elif is_ordinary or not _is_ignored(token.text, tokens[:2], lexicon):
            words.append(token if token.mark == mark else token._replace(mark=mark))
            mark = ""
    return words


def _longest_phrase(tokens: list[Token], lexicon: Lexicon) -> tuple[Token, int]:
    """Return the longest known phrase at the beginning of the tokens, and its length; else the first token."""
    first = tokens[0]
    for length in range(len(tokens), 1, -1):
        text = " ".join(token.text for token in tokens[:length])
        if not any(token.mark for token in tokens[1:length]) and lexicon.is_phrase(text):
            return Token(text, first.start, tokens[length - 1].end, first.mark), length
    return first, 1


def _is_ignored(word: str, following: list[Token], lexicon: Lexicon) -> bool:
    plain = folded(word)
    if plain not in FILLERS:
        return bool(_IGNORED.fullmatch(word)) or not (word.isascii() or any(map(str.isalnum, word)))
    definition = lexicon.default.definitions.get(plain)  # `for` is ignored, but not in `for 1 hour`
    texts = [token.text for token in following]
    values = (texts[0], "".join(texts)) if texts else ()
    return not (definition and definition.option.recognise and any(map(definition.option.recognise, values)))
