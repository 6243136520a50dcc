"""What a word means, whatever its case and dashes: the catalogue's entries by every word that names them."""

from typing import NamedTuple

from bot.language.catalogue import FILLERS, NOT_OURS, OPTIONS, VERBS, Option, Verb


class Meaning(NamedTuple):
    """What a word means: a verb or an option, the choice it makes, and our word where it is a foreign one."""

    of: Verb | Option
    choice: str | None = None
    ours: str | None = None


def _meanings() -> dict[str, Meaning]:
    own: dict[str, Meaning] = {}
    foreign: dict[str, Meaning] = {}
    for verb in VERBS:
        own |= dict.fromkeys((verb.name, *verb.aliases), Meaning(verb))
        foreign |= dict.fromkeys(verb.foreign, Meaning(verb, ours=verb.name))
    for option in OPTIONS:
        own |= dict.fromkeys((option.name, *option.aliases), Meaning(option))
        own |= {word: Meaning(option, choice=word) for word in option.words}
        for word, ours in option.foreign.items():
            foreign[word] = Meaning(option, choice=ours if ours in option.words else None, ours=ours)
    return own | foreign


MEANINGS = _meanings()
OUR_WORDS = tuple(word for word, meaning in MEANINGS.items() if not meaning.ours and len(word) > 1)


def folded(word: str) -> str:
    """The word as the tables spell it: lower case, hyphens within, no dashes before it, no underscores around it."""
    return word.casefold().strip("_").lstrip("-").replace("_", "-").replace(" ", "-")


def meaning_of(word: str) -> Meaning | None:
    """What the word means whatever its case and dashes, or None."""
    return MEANINGS.get(word) or MEANINGS.get(folded(word))


def is_reserved(word: str) -> bool:
    """Whether the word is never taken for an id unless `room` or `user=` says so."""
    return (
        word in MEANINGS
        or (plain := folded(word)) in MEANINGS
        or plain in NOT_OURS
        or plain in FILLERS
        or word[:1] == "-"
    )
