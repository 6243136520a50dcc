"""The short way of the common command: it says what the grammar says, or nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands import LEXICON
from bot.commands.defaults import with_defaults
from bot.language.corrections import CommandError
from bot.language.lexicon import FILLERS, Lexicon
from bot.language.parser import Command, parse_any
from bot.language.plain import read_plain
from bot.language.values import TIME_UNITS

PRESETS = ("fhd-screen", "lecture2", "lesson", "min30")
LEXICONS = [LEXICON, with_defaults(LEXICON, PRESETS, ""), with_defaults(LEXICON, PRESETS, "100")]
WORDS = sorted(
    {word for words in LEXICON.commands for word in (*words.definitions, *words.refused, words.name, *words.aliases)}
    | {*LEXICON.elsewhere, *FILLERS, *TIME_UNITS, *PRESETS}
)
IDS = st.from_regex(r"[0-9]{1,4}|[a-z]{1,4}[0-9]{1,4}|[a-z0-9_]{1,66}", fullmatch=True) | st.builds(
    "{}{}".format, st.sampled_from(WORDS), st.integers(0, 2000)
)
CHOICES = st.sampled_from([*LEXICON.plain_choices, "lesson", "lecture2"])


@pytest.mark.parametrize(
    "text", ["room 100 user001 hd", "100 user001 hd", "100 user001", "room lobby1 user001 fhd dryrun"]
)
def test_the_common_command_takes_it(text: str) -> None:
    """A room, a user and choices, each word of which has one meaning."""
    assert read_plain(text, LEXICON) == parse_any(text, LEXICON)


@settings(max_examples=4 * settings().max_examples)
@given(
    lexicon=st.sampled_from(LEXICONS),
    first=st.sampled_from(["", "room ", "start "]),
    ids=st.lists(IDS, min_size=1, max_size=3),
    more=st.lists(CHOICES | st.sampled_from(WORDS), max_size=3),
    blank=st.sampled_from([" ", " ", " ", "  ", ",", "\n"]),
)
def test_it_says_what_the_grammar_says(
    lexicon: Lexicon, first: str, ids: list[str], more: list[str], blank: str
) -> None:
    """Whatever the words, it gives the command of the grammar, or leaves the text to it."""
    text = first + blank.join((*ids, *more))
    plain = read_plain(text, lexicon)
    assert plain is None or plain == _by_grammar(text, lexicon), text


def _by_grammar(text: str, lexicon: Lexicon) -> Command | None:
    try:
        return parse_any(text, lexicon)
    except CommandError:
        return None
