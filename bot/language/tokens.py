"""Split a normalised text into words, join phrases of several words, and drop the words that are ignored.

Commas, semicolons and line ends separate words, as blanks do.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from bot.language.lexicon import ARTICLES, FILLERS, JOINING, Lexicon
from bot.language.values import CLOCK, TIME
from bot.language.vocabulary import folded

MARKS = "`*~\"'"
"""Marks around a value: Slack's formatting and quotes. No id and no option contains one of them."""

_ENDINGS = ".!:"
"""Punctuation after a word. No id, choice or time ends with it."""
_BRACKETS = {")": "(", "]": "[", "}": "{", ">": "<"}

_SIZE = r"[0-9]{2,4}[ ]?(?:[x*][ ]?[0-9]{2,4}|[pi](?:[0-9]{2,3})?)p?"
_ENDS_ADDRESS = rf"-*(?:WORDS|{TIME}|{CLOCK}|{_SIZE}|[0-9]{{3,4}})(?![\w/-]|\.\w)"

_TOKEN = rf"""
    (?:[\w-]+[=:])?"(?=[^"\n]*")[^\s"]*(?:[ ]|://)[^"\n]*"      # several words, or an address, in quotes
    | \n | (?P<number> ^[(\[]?[0-9]{{1,2}}[.:)\]]\)?(?=[ ]) ) | (?P<comma> [,;]+ | && | (?<=\w)[+|&](?=\w) )
    | (?P<emoji> (?<!\S)(?::[a-z0-9+_'-]*[a-z][a-z0-9+_'-]*:)+(?!\S) )
    | (?<![^\s,;])(?:[\w-]+[=:])?(?:{TIME}|{CLOCK}(?!\w))
    | (?<![^\s,;]){_SIZE}(?!\w)
    | [^\s,;()\[\]{{}}<>]*:// (?: [^\s,;"] | [,;](?=[^\s,;"])(?!(?:[\w-]+=)?rtmps?://|{_ENDS_ADDRESS}) )*
    | (?: (?![&?][\w-]+=|(?<=\w)[+|&]\w) [^\s,;()\[\]{{}}<>] )+
"""

_NUMBERED_LIST = re.compile(r"[(\[]?1(?:([.:)\]]\)?) .*\n[(\[]?2\1 |[.)\]]\)? .*\Z)")
_LONGEST_PHRASE = 3
_SIGN = re.compile(r"[^\w\s?@#]+")
"""A sign between words: a dash, an arrow, a smiley."""


class Token(NamedTuple):
    """A word without the marks around it, and its place: (start, end) in the text, end exclusive.

    `mark` is what separates it from the word before: "," for a comma or a semicolon, a line end, or "" for a blank.
    """

    text: str
    start: int
    end: int
    mark: str = ""


def tokens_of(text: str, lexicon: Lexicon) -> Iterator[Token]:
    """Give the words of the text, in order. A length of time, a clock time and a size are one word each.

    An address may contain commas and semicolons, since stream names do. One of them ends the address only where a
    blank, another address, a word of the sub-commands, `thanks`, a time, a size or a number like one follows: in `rtmp://h/k;hd`
    and `rtmp://h/k,720p` the address is `rtmp://h/k`, in `rtmp://h/a,b` it is all. The other rules are worse: if each
    comma ended it, such a stream name could not be typed; if only a blank did, `;hd` would go to RTC as a part of the
    address. Quotes keep any address whole.
    """
    mark = ""
    is_numbered = _NUMBERED_LIST.match(text)
    for found in _pattern(lexicon.after_address).finditer(text):
        if found[0] == "\n":
            mark = mark or "\n"
        elif found["comma"]:
            mark = ","
        elif not found["emoji"] and not (is_numbered and found["number"]) and (word := bare(found[0])):
            yield Token(word, found.start(), found.end(), mark)
            mark = ""


@lru_cache(maxsize=16)
def _pattern(words: frozenset[str]) -> re.Pattern[str]:
    ours = "|".join(re.escape(word).replace(r"\-", "[_ -]?") for word in sorted(words))
    return re.compile(_TOKEN.replace("WORDS", ours), re.VERBOSE | re.IGNORECASE | re.MULTILINE)


def bare(word: str) -> str:
    """Return the word without the marks around it and the punctuation after it.

    An underscore is a mark only outside another one (`_*100*_`), since ids may begin and end with it.
    """
    if word.isalnum():
        return word
    while "://" in word and _BRACKETS.get(word[-1], word[-1]) not in word:
        word = word[:-1]
    core = word.rstrip(MARKS + _ENDINGS + "_")
    tail = word[len(core) :]
    word = core + tail[: len(tail) - len(tail.lstrip("_"))]
    core = word.lstrip(MARKS + "_")
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
            token, length = _longest_phrase(tokens[: 2 * _LONGEST_PHRASE], lexicon)
        tokens = tokens[length:]
        mark = mark or token.mark
        if token.text in JOINING or plain in JOINING:
            mark = ","
        elif is_ordinary or (not words and lexicon.is_name(plain)) or not _is_ignored(token.text, tokens, lexicon):
            words.append(token if token.mark == mark else token._replace(mark=mark))
            mark = ""
    return words


def _longest_phrase(tokens: list[Token], lexicon: Lexicon) -> tuple[Token, int]:
    """Return the longest known phrase at the beginning of the tokens, and its length; else the first token.

    Articles within a phrase are passed over: `without the sound`.
    """
    first = tokens[0]
    following = [(at, token) for at, token in enumerate(tokens[1:], 2) if token.text.casefold() not in ARTICLES]
    for count in range(_LONGEST_PHRASE - 1, 0, -1):
        text = " ".join([first.text, *(token.text for _, token in following[:count])])
        if len(following) >= count and lexicon.is_phrase(text):
            length, last = following[count - 1]
            if not any(token.mark for token in tokens[1:length]):
                return Token(text, first.start, last.end, first.mark), length
    return first, 1


def _is_ignored(word: str, following: list[Token], lexicon: Lexicon) -> bool:
    plain = folded(word).rstrip("=")  # `record_param={"record_rule_id":"5f5e"}`
    if plain not in FILLERS:
        return bool(_SIGN.fullmatch(word))
    definition = lexicon.default.definitions.get(plain)  # `for` is ignored, but not in `for 1 hour`
    while following and following[0].text.casefold() in ARTICLES:
        following = following[1:]
    if not (following and definition):
        return True
    value = _longest_phrase(following[: 2 * _LONGEST_PHRASE], lexicon)[0]
    recognise = lexicon.default.with_value(definition, value.text).option.recognise
    is_value = recognise and recognise(value.text) and lexicon.is_free(value.text, lexicon.default)
    return bool(value.mark) or not is_value
