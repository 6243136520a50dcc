"""Rules of looking words up, with the words of two commands that exist only here."""

import pytest

from bot.language.lexicon import Lexicon
from bot.language.parser import parse, write
from bot.language.vocabulary import Definition, Option, Vocabulary, folded, words_for

SIZE = Option("size", "", "", "", choices=words_for({"big": "big large"}), foreign=words_for({"big": "huge very-big"}))
THING = Option("thing", "[thing]", "", "", read=lambda text: text, question="which thing?", literal=True)
MAKE = Vocabulary("make", "x", "", positionals=(THING,), options=(SIZE,))
BREAK = Vocabulary("break", "break x", "", positionals=(THING,))
LEXICON = Lexicon((MAKE, BREAK), default=MAKE, empty=MAKE, elsewhere={"smash": "break", "mend": "repair"})


@pytest.mark.parametrize(
    ("word", "definition"),
    [
        ("big", Definition(SIZE, "big")),
        ("--LARGE", Definition(SIZE, "big")),
        ("Very_Big", Definition(SIZE, "big", is_foreign=True)),
        ("size", Definition(SIZE, None)),
        ("smash", None),
    ],
)
def test_a_word_means_the_same_in_any_case_and_dashes(word: str, definition: Definition | None) -> None:
    """Ours and foreign ones; the foreign ones are known as such."""
    assert MAKE.define(word) == definition


@pytest.mark.parametrize("word", ["No_Audio", "--no-audio", "no audio", "_no-audio_"])
def test_words_are_folded_to_one_spelling(word: str) -> None:
    """Case, dashes before it, underscores around it and blanks within it make no other word."""
    assert folded(word) == "no-audio"


@pytest.mark.parametrize("word", ["big", "BREAK", "smash", "mend", "please", "-x", "and", "@ann"])
def test_what_could_be_meant_as_more_than_an_id_is_not_free(word: str) -> None:
    """Our words, others' and a sentence's are ids only where a name says so."""
    assert not LEXICON.is_free(word, MAKE)
    assert LEXICON.is_free("x1", MAKE)


def test_a_word_for_a_missing_command_yields_to_a_registered_one() -> None:
    """`smash` leads to `break` once there is a `break`; `mend` leads nowhere yet."""
    assert LEXICON.asked_for("smash") is BREAK
    assert LEXICON.asked_for("mend") == "recordbot has no repair, only make and break"
    assert LEXICON.asked_for("x1") is None


@pytest.mark.parametrize("text", ["break x1", "break thing=make", "thing x1 big"])
def test_any_command_is_parsed_and_written_by_its_own_words(text: str) -> None:
    """The parser knows no command: whatever is handed in can be typed."""
    assert write(parse(text, LEXICON), LEXICON) == text
