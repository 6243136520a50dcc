"""Rules of looking a word up in the catalogue."""

import pytest

from bot.language.catalogue import IDLE, NO_AUDIO, QUALITY, START
from bot.language.lexicon import MEANINGS, Meaning, folded, is_reserved, meaning_of


def test_words_are_listed_as_they_are_looked_up() -> None:
    """Folding leaves every listed word alone, so that each can be found in any case."""
    assert [word for word in MEANINGS if folded(word) != word] == ["-h"], "found as it is"


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("Start", Meaning(START)),
        ("--IDLE", Meaning(IDLE)),
        ("_hd_", Meaning(QUALITY, choice="hd")),
        ("No_Audio", Meaning(NO_AUDIO)),
        ("720P", Meaning(QUALITY, choice="hd", ours="hd")),
        ("mute", Meaning(NO_AUDIO, ours="no-audio")),
        ("hdd", None),
    ],
)
def test_a_word_means_the_same_in_any_case_and_dashes(word: str, meaning: Meaning | None) -> None:
    """Ours and foreign ones; the foreign ones tell ours."""
    assert meaning_of(word) == meaning


@pytest.mark.parametrize(
    ("word", "reserved"), [("hd", True), ("STOP", True), ("please", True), ("-x", True), ("hdd", False), ("100", False)]
)
def test_what_could_be_meant_as_more_than_an_id_is_reserved(word: str, reserved: bool) -> None:
    """Our words, others' and a sentence's are taken for ids only where `room` or `user=` says so."""
    assert is_reserved(word) is reserved
