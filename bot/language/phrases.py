"""Join phrases of several words to one word, and drop the words that say nothing in a command."""

import re

from bot.language.lexicon import FILLERS, JOINING, Lexicon, folded
from bot.language.tokens import Token

_LONGEST = 3
_SAYS_NOTHING = re.compile(r"[-/|>=+]{1,3}|:[a-z0-9+_-]*[a-z][a-z0-9+_-]*:", re.IGNORECASE)
"""A dash between words; an emoji as Slack writes it."""


def joined_phrases(tokens: list[Token], lexicon: Lexicon) -> list[Token]:
    """Return the tokens with `no audio` as one of them, without fillers and emoji. `and` becomes a comma's mark."""
    words: list[Token] = []
    at = 0
    mark = ""
    while at < len(tokens):
        phrase, length = _phrase(tokens, at, lexicon)
        at += length
        mark = mark or phrase.mark
        if phrase.text in JOINING or folded(phrase.text) in JOINING:
            mark = ","
        elif not _says_nothing(phrase.text, tokens[at : at + 2], lexicon):
            words.append(phrase._replace(mark=mark))
            mark = ""
    return words


def _phrase(tokens: list[Token], at: int, lexicon: Lexicon) -> tuple[Token, int]:
    """Return the longest known phrase that begins here, and of how many tokens it is; else the one token."""
    first = tokens[at]
    if lexicon.may_begin_phrase(first.text):
        for length in range(min(_LONGEST, len(tokens) - at), 1, -1):
            others = tokens[at + 1 : at + length]
            text = " ".join(token.text for token in (first, *others))
            if not any(token.mark for token in others) and lexicon.is_phrase(text):
                return Token(text, first.start, others[-1].end, first.mark), length
    return first, 1


def _says_nothing(word: str, following: list[Token], lexicon: Lexicon) -> bool:
    plain = folded(word)
    if plain not in FILLERS:
        return bool(_SAYS_NOTHING.fullmatch(word)) or not (word.isascii() or any(map(str.isalnum, word)))
    meaning = lexicon.default.meanings.get(plain)  # `for` says nothing, but `for 1 hour` does
    texts = [token.text for token in following]
    values = (texts[0], "".join(texts)) if texts else ()
    return not (meaning and meaning.option.looks_like and any(map(meaning.option.looks_like, values)))
