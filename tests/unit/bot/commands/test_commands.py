"""Rules of the list of sub-commands, and of the help and the page made from it."""

import pytest

from bot.commands import LEXICON, SUBCOMMANDS
from bot.commands.help import HELP
from bot.commands_doc import commands_doc
from bot.language.lexicon import FILLERS, JOINING
from bot.language.parser import parse
from bot.language.vocabulary import Option, Vocabulary, folded
from bot.manifest import usage_hint
from bot.messages.blocks import Audience, Reply
from tests.asked import asked
from tests.block_kit import assert_slack_takes, read
from tests.paths import ROOT

OPTIONS = [option for option in LEXICON.default.all if option.form]
ENTRIES: list[Vocabulary | Option] = [*LEXICON.commands, *OPTIONS]
PAGE = ROOT / "docs" / "commands.md"


def help_on(topic: str, name: str = "/record") -> list[str]:
    """Return the lines of help on a topic."""
    reply = HELP.run({"word": topic.split()} if topic else {}, asked(command=name))
    assert isinstance(reply, Reply)
    assert_slack_takes(reply)
    assert reply.to is Audience.ASKER
    return read(reply).split("\n")


@pytest.mark.parametrize("words", LEXICON.commands, ids=lambda words: words.name)
def test_every_word_means_one_thing(words: Vocabulary) -> None:
    """No word is listed twice, among ours, the foreign ones or those of a sentence."""
    said = [word for command in LEXICON.commands for word in (command.name, *command.aliases)]
    for option in words.all:
        names = [] if option.name in option.choices else [option.name]
        said += [*names, *option.aliases, *option.choices, *option.foreign]
    elsewhere = [word for word, name in LEXICON.elsewhere.items() if word != name]
    said += [*words.refused, *elsewhere, *FILLERS, *JOINING]
    twice = {word for word in said if said.count(word) > 1}
    assert twice <= {"for", "at", "in", "from", "to"}, "which are names only before their values"


def test_words_are_listed_as_they_are_looked_up() -> None:
    """Folding leaves every listed word alone, so that each can be found in any case."""
    listed = [*FILLERS, *LEXICON.elsewhere, *(word for words in LEXICON.commands for word in words.definitions)]
    assert [word for word in listed if folded(word) != word] == []


def test_foreign_words_stand_for_words_of_the_same_option() -> None:
    """A foreign word is answered with a choice or the name of the option that lists it."""
    strangers = [{*option.foreign.values()} - {*option.choices.values(), option.name} for option in OPTIONS]
    assert [words for words in strangers if words] == []


def test_every_example_is_a_command() -> None:
    """Each example parses, as the sub-command whose example it is."""
    commands = [(entry, parse(entry.example, LEXICON).vocabulary) for entry in ENTRIES]
    assert [entry.name for entry, command in commands if entry not in (command, *command.all)] == []


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_every_option_is_explained(option: Option) -> None:
    """`help WORD` gives its line and an example, under the command's own name."""
    lines = help_on(option.name, "/aufnahme")
    assert any(option.help in line for line in lines)
    assert any("/aufnahme" in line for line in lines)
    assert "/record" not in " ".join(lines)


def test_help_fits_a_phone() -> None:
    """One line a sub-command with an example, how to learn more, and where commands don't work."""
    lines = help_on("")
    assert len(lines) == len(SUBCOMMANDS) + 2
    assert lines[0].startswith("/record 100 user001 hd")
    assert "threads" in lines[-1]
    assert all(len(line) <= 80 for line in lines)


@pytest.mark.parametrize("topic", ["me", "xyzzy", "how do I", "\u202e", "rtmp://h/k3y", "=", "72"])
def test_help_on_anything_else_is_the_short_help(topic: str) -> None:
    """A question is never a mistake, and nothing of it is repeated."""
    lines = help_on(topic)
    assert lines[-1] == help_on("")[-1]
    assert "k3y" not in " ".join(lines)


@pytest.mark.parametrize(
    ("question", "topic"),
    [("do I stop?", "stop"), ("on idle", "idle"), ("stop 100", "stop"), ("idle=10m", "idle"), ("is xyzzy", "status")],
)
def test_help_on_a_sentence_explains_the_first_word_that_is_known(question: str, topic: str) -> None:
    """People ask in sentences: `how do I stop?`."""
    assert help_on(question) == help_on(topic) != help_on("")


def test_help_on_a_command_that_there_is_not_says_so() -> None:
    """`help pause` says that there is none, before what there is."""
    first, *others = help_on("pause")
    assert first.startswith("Recordbot has no pause, only start")
    assert others == help_on("")


def test_help_has_all_the_examples() -> None:
    """`help examples` is a list to copy from."""
    lines = help_on("examples")
    assert {f"/record {entry.example}" for entry in ENTRIES} <= set(lines)


@pytest.mark.parametrize("words", LEXICON.commands[:-1], ids=lambda words: words.name)
def test_help_on_a_command_explains_every_option(words: Vocabulary) -> None:
    """The sub-command with all that it can be told."""
    assert all(any(option.help in line for line in help_on(words.name)) for option in words.all)


def test_usage_hint_is_starts_example() -> None:
    """The hint is the shortest useful command, and the way to help."""
    assert usage_hint() == f"{LEXICON.default.example} · help" == "100 user001 hd · help"


def test_the_page_is_up_to_date() -> None:
    """docs/commands.md is what the sub-commands give."""
    assert PAGE.read_text(encoding="utf-8") == commands_doc(), "docs/commands.md lags behind: run  make docs"
