"""What is said about a slip: its place, the nearest valid word, and never a secret.

A slip is a person's mistake, answered at once; nothing here is an error of ours.
"""

import re
from dataclasses import dataclass

from bot.language.lexicon import OUR_WORDS, folded

_LONGEST_SHOWN = 40
_LONGEST_COMPARED = 20
_SHORT = 4
_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]{0,15}://)(?:[^\s/?#]*@)?([a-z0-9.-]*)[^\s]*", re.IGNORECASE)
_PATH = re.compile(r"[/\\]{2}\S*|(?<=[^\s/\\])[/\\]\S*")


@dataclass(frozen=True, slots=True)
class Problem:
    """One slip: the words as given (shortened, secrets masked), where they stand, and what to type instead.

    `place` is (start, end) in the normalised text, end exclusive; both are its end where something is missing.
    `readings` are what could replace `given`, the nearest first; none where nothing is near. `message` says the same
    to a person, in a few words.
    """

    given: str
    place: tuple[int, int]
    message: str
    readings: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The problem in one line: what was given in angle quotes, an arrow, what to type."""
        quoted = (
            f"\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}{self.given}\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"
        )
        return f"{quoted} → {self.message}" if self.given else self.message


class CommandError(Exception):
    """A text that isn't a command: every problem in the order of the text, and the command that was probably meant.

    `corrected` is what to type after the command's name, and is itself without a slip. It is None where a problem has
    no nearest reading, and where the text holds a push address, since that may not be shown again.
    """

    def __init__(self, problems: tuple[Problem, ...], corrected: str | None) -> None:
        super().__init__("; ".join(problem.line for problem in problems))
        self.problems = problems
        self.corrected = corrected


def shown(text: str) -> str:
    """The text as a slip may repeat it: printable, at most 40 characters, nothing of an address behind its host."""
    masked = " ".join(_masked(word) for word in text.split())
    plain = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in masked)
    return plain if len(plain) <= _LONGEST_SHOWN else plain[: _LONGEST_SHOWN - 1] + "…"


def _masked(word: str) -> str:
    if "://" in word:
        return _ADDRESS.sub(lambda found: f"{found[1]}{found[2]}/…", word)
    return _PATH.sub("/…", word)


def nearest(word: str, words: tuple[str, ...] = OUR_WORDS) -> str | None:
    """The word of ours that `word` most likely misspells: at most two slips of the keys away, one for a short word.

    A word with digits in it misspells nothing: ids look like that.
    """
    typed = folded(word)
    if len(typed) > _LONGEST_COMPARED or not typed.replace("-", "").isalpha():
        return None
    allowed = 1 if len(typed) <= _SHORT else 2
    near = [(distance, ours) for ours in words if (distance := _distance(typed, ours, allowed)) <= allowed]
    return min(near, key=lambda pair: pair[0])[1] if near else None


def _distance(one: str, other: str, allowed: int) -> int:
    # Optimal string alignment: letters added, left out, replaced, and neighbours swapped.
    if abs(len(one) - len(other)) > allowed:
        return allowed + 1
    before: list[int] = []
    above = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, wanted in enumerate(other, 1):
            best = min(above[j] + 1, row[-1] + 1, above[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before, above = above, row
    return above[-1]
