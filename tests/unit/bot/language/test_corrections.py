"""Rules of what is said about a text that is no command."""

import pytest

from bot.commands import LEXICON
from bot.language.corrections import CommandError, Problem, nearest, shown
from bot.language.normalising import normalise
from bot.language.parser import parse


def test_a_problem_has_a_line_and_a_place() -> None:
    """A problem carries what the reply shows, and where in the normalised text it stands."""
    text = "/record 100 user001  hdd"
    with pytest.raises(CommandError) as caught:
        parse(text, LEXICON)
    [problem] = caught.value.problems
    assert problem.line == "‹hdd› → hd (or a person? user=hdd)"
    assert normalise(text)[slice(*problem.place)] == "hdd"
    assert str(caught.value) == problem.line


def test_what_is_missing_has_no_word_to_show() -> None:
    """The line is the message alone."""
    assert Problem("", (0, 0), "the user is missing").line == "the user is missing"


@pytest.mark.parametrize(
    ("word", "ours"),
    [("hdd", "hd"), ("strat", "start"), ("no-audoi", "no-audio"), ("user1", None), ("ann", None), ("gd", None)],
)
def test_the_nearest_word_is_a_typing_error_away(word: str, ours: str | None) -> None:
    """Neighbours swapped, a letter too many or few; what has digits or is very short is an id."""
    assert nearest(word, ("hd", "start", "no-audio", "user", "idle")) == ours


def test_what_is_shown_can_be_sent() -> None:
    """Unprintable characters and lone surrogates are replaced, and long words are cut."""
    assert shown("a\0\ud800") == "a\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}"
    assert len(shown("a" * 100)) == 40


def test_many_problems_are_all_told() -> None:
    """As many as there are words, each one."""
    words = [f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(58)]
    with pytest.raises(CommandError) as caught:
        parse(" ".join(["100", "user001", *words]), LEXICON)
    assert len(caught.value.problems) >= len(words)
