"""Rules of splitting a normalised text into words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import LEXICON
from bot.language.normalising import normalise
from bot.language.tokens import bare, tokens_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a b", [("a", ""), ("b", "")]),
        ("a,b; c", [("a", ""), ("b", ","), ("c", ",")]),
        ("a\nb", [("a", ""), ("b", "\n")]),
        ("a,\nb", [("a", ""), ("b", ",")]),
        ("`a` *b.* _c_", [("a", ""), ("b", ""), ("_c_", "")]),
        ('"a b" "c"', [("a b", ""), ("c", "")]),
        ('a" b', [("a", ""), ("b", "")]),
        ("push=rtmp://h/a,b;c, d", [("push=rtmp://h/a,b;c", ""), ("d", ",")]),
        ("rtmp://h/a,rtmp://h/b", [("rtmp://h/a", ""), ("rtmp://h/b", ",")]),
        ("rtmp://h/a;push=rtmp://h/b", [("rtmp://h/a", ""), ("push=rtmp://h/b", ",")]),
        (" ... , *", []),
    ],
)
def test_words_are_split_where_people_separate_them(text: str, words: list[tuple[str, str]]) -> None:
    """By blanks, commas, semicolons and line ends; not within quotes or an address."""
    assert [(token.text, token.mark) for token in tokens_of(text, LEXICON)] == words


@given(st.text(alphabet="ab_*`\"',;:/=. \n", max_size=40))
def test_each_word_stands_where_it_says(text: str) -> None:
    """The place holds the word, the marks around it included."""
    plain = normalise(text)
    for token in tokens_of(plain, LEXICON):
        assert token.text in plain[token.start : token.end]


@given(st.text(alphabet="ab_*`\"'.!", max_size=20))
def test_a_bare_word_has_nothing_more_to_take_off(word: str) -> None:
    """Doing it again changes nothing."""
    assert bare(bare(word)) == bare(word)
