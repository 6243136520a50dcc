"""The problems of a text that is no command, each with the nearest word. A secret is never repeated."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_LONGEST_SHOWN = 40
_SHORTEST_COMPARED, _LONGEST_COMPARED = 3, 20
_SHORT = 5
_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]{0,15}://)(?:[^\s/?#]*@)?([a-z0-9.-]*)[^\s]*", re.IGNORECASE)
_PATH = re.compile(r"[/\\]{2}\S*|(?<=[^\s/\\])[/\\]\S*")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to fix: the given words (shortened, secrets masked), their place, and what to type instead.

    `place` is (start, end) in the normalised text, end exclusive. `given` is empty if something is missing.
    """

    given: str
    place: tuple[int, int]
    message: str
    option: str = ""
    """The option whose value it is about, by its name, if there is no text that it has a place in."""

    @property
    def line(self) -> str:
        """Return the problem in one line: the given words in angle quotes, an arrow, what to type."""
        quoted = (
            f"\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}{self.given}\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"
        )
        return f"{quoted} → {self.message}" if self.given else self.message


class CommandError(Exception):
    """A text is no command: every problem in the order of the text, and the corrected command.

    `corrected` is the text to type after the command's name. It is None if it isn't clear what was meant, or if the
    text holds a push address, which may not be shown again. `nothing` says what was not done: "Nothing started".
    `understood` are the values that are most likely meant, if it is the default sub-command; it may lack some.
    """

    def __init__(
        self,
        problems: tuple[Problem, ...],
        corrected: str | None = None,
        *,
        nothing: str,
        understood: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        super().__init__("; ".join(problem.line for problem in problems))
        self.problems = problems
        self.corrected = corrected
        self.nothing = nothing
        self.understood = understood or {}


def shown(text: str) -> str:
    """Return the text as a problem may repeat it: printable, at most 40 characters, addresses cut after their host."""
    masked = " ".join(map(_masked, text.split()))
    plain = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in masked)
    return plain if len(plain) <= _LONGEST_SHOWN else plain[: _LONGEST_SHOWN - 1] + "…"


def _masked(word: str) -> str:
    if "://" in word:
        return _ADDRESS.sub(lambda found: f"{found[1]}{found[2]}/…", word)
    return _PATH.sub("/…", word)


def nearest(typed: str, words: Iterable[str], most: int = 2) -> str | None:
    """Return the word that is nearest to `typed`, in lower case, within `most` keystrokes, or None.

    For a short word only one keystroke is allowed. A word with digits has no nearest word, because it may be an id.
    `unpause` is no misspelt `pause`: two letters before a word can make its opposite.
    """
    if not _SHORTEST_COMPARED <= len(typed) <= _LONGEST_COMPARED or not typed.replace("-", "").isalpha():
        return None
    allowed = min(most, 1 if len(typed) <= _SHORT else 2)
    near = [
        (distance, word)
        for word in words
        if (distance := _distance(typed, word, allowed)) <= allowed and not typed.endswith(word, 2)
    ]
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
