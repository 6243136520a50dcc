"""What people really type, line by line: what starts, what is asked back, and what gets a command to copy."""

import pytest

from bot.commands import LEXICON
from bot.language.corrections import CommandError
from bot.language.normalising import from_slack
from bot.language.parser import parse, write
from tests.unit.bot.language.command_lines import ASKED, CORRECTED, HELPED, OTHERS, STARTED


def error_of(text: str) -> CommandError:
    """Return the error of a text that must not be a command."""
    with pytest.raises(CommandError) as caught:
        raise AssertionError(f"{text} is a command: {parse(from_slack(text), LEXICON)}")
    return caught.value


def test_what_is_clear_starts_at_once() -> None:
    """However it is spelled, it is the command that it seems to say."""
    parsed = {text: parse(from_slack(text), LEXICON) for text in STARTED}
    assert {text: write(it, LEXICON) for text, it in parsed.items()} == STARTED
    assert {it.vocabulary.name for it in parsed.values()} == {"start"}


def test_what_names_another_sub_command_is_that() -> None:
    """It never starts a recording, and what it means can be typed in full."""
    parsed = {text: parse(from_slack(text), LEXICON) for text in OTHERS}
    assert {text: write(it, LEXICON) for text, it in parsed.items()} == OTHERS
    assert {text: it.vocabulary.name for text, it in parsed.items()} == {
        text: command.split(maxsplit=1)[0] for text, command in OTHERS.items()
    }
    assert {text: parse(command, LEXICON) for text, command in OTHERS.items()} == parsed


def test_who_asks_for_help_gets_it() -> None:
    """Whatever it is about: a request for help is never a mistake."""
    parsed = {text: parse(from_slack(text), LEXICON) for text in HELPED}
    assert {text: (it.vocabulary.name, write(it, LEXICON)) for text, it in parsed.items()} == {
        text: ("help", topic) for text, topic in HELPED.items()
    }


def test_what_has_one_meaning_gets_a_command_to_copy() -> None:
    """Nothing starts; each problem has its line, and the corrected command is itself one."""
    errors = {text: error_of(text) for text in CORRECTED}
    assert {
        text: (it.corrected, *(problem.line for problem in it.problems)) for text, it in errors.items()
    } == CORRECTED
    corrected = [command for command, *_ in CORRECTED.values()]
    assert [write(parse(command, LEXICON), LEXICON) for command in corrected] == corrected


def test_what_is_not_clear_is_asked_back() -> None:
    """Nothing starts, and there is nothing to copy, since only the asker knows what was meant."""
    errors = {text: error_of(text) for text in ASKED}
    assert {text: tuple(problem.line for problem in it.problems) for text, it in errors.items()} == ASKED
    assert {it.corrected for it in errors.values()} == {None}
