"""Rules of the catalogue, and of the help and the page made from it."""

import pytest

from bot.commands_doc import commands_doc, help_text, usage_hint
from bot.language.catalogue import FILLERS, NOT_OURS, OPTIONS, START, VERBS, Option, Verb
from bot.language.grammar import Help, Start, parse
from tests.paths import ROOT

ENTRIES: tuple[Verb | Option, ...] = (*VERBS, *OPTIONS)
PAGE = ROOT / "docs" / "commands.md"


def test_every_word_means_one_thing() -> None:
    """No word is listed twice, among ours or among the foreign ones."""
    said = [word for entry in ENTRIES for word in (entry.name, *entry.aliases, *entry.foreign)]
    said += [word for option in OPTIONS for word in option.words]
    said += [*NOT_OURS, *FILLERS]
    assert sorted(said) == sorted(set(said))


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_foreign_words_stand_for_words_of_the_same_option(option: Option) -> None:
    """A foreign word is answered with a choice or the name of the option that lists it."""
    assert set(option.foreign.values()) <= {*option.words, option.name}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_example_is_a_command(entry: Verb | Option) -> None:
    """Each example parses without a slip, and to a start unless it is help's."""
    command = parse(entry.example, idle_default=300)
    assert isinstance(command, Help if entry.name == "help" else Start)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_entry_is_explained(entry: Verb | Option) -> None:
    """`help WORD` gives the entry's line, and names the command as the setting has it."""
    lines = help_text(entry.name, name="/aufnahme")
    assert any(entry.help in line for line in lines)
    assert any("/aufnahme" in line for line in lines)


@pytest.mark.parametrize("topic", [None, "start"])
def test_help_says_that_threads_have_no_commands(topic: str | None) -> None:
    """Help on the whole and on start says where commands don't work."""
    assert any("threads" in line for line in help_text(topic))


def test_short_help_lists_every_topic() -> None:
    """Help without a word names each word that it can explain."""
    assert all(entry.name in " ".join(help_text()) for entry in ENTRIES)


def test_help_knows_no_other_topic() -> None:
    """A topic that isn't in the catalogue is a KeyError, since the parser gives none."""
    with pytest.raises(KeyError):
        help_text("nothing")


def test_usage_hint_is_starts_example() -> None:
    """The hint is the shortest useful command, and the way to help."""
    assert usage_hint() == f"{START.example} · help" == "100 user001 hd · help"


def test_the_page_is_up_to_date() -> None:
    """docs/commands.md is what the catalogue gives."""
    stale = "docs/commands.md lags behind bot/language/catalogue.py: run  make docs"
    assert PAGE.read_text(encoding="utf-8") == commands_doc(), stale
