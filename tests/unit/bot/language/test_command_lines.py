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
        parse(from_slack(text), LEXICON)
    return caught.value


@pytest.mark.parametrize(("text", "command"), STARTED.items())
def test_what_is_clear_starts_at_once(text: str, command: str) -> None:
    """However it is spelled, it is the command that it seems to say."""
    parsed = parse(from_slack(text), LEXICON)
    assert (parsed.vocabulary.name, write(parsed, LEXICON)) == ("start", command)


@pytest.mark.parametrize(("text", "command"), OTHERS.items())
def test_what_names_another_sub_command_is_that(text: str, command: str) -> None:
    """It never starts a recording, and what it means can be typed in full."""
    parsed = parse(from_slack(text), LEXICON)
    assert parsed.vocabulary.name == command.split(maxsplit=1)[0]
    assert write(parsed, LEXICON) == command
    assert parse(command, LEXICON) == parsed


@pytest.mark.parametrize(("text", "topic"), HELPED.items())
def test_who_asks_for_help_gets_it(text: str, topic: str) -> None:
    """Whatever it is about: a request for help is never a mistake."""
    parsed = parse(from_slack(text), LEXICON)
    assert (parsed.vocabulary.name, write(parsed, LEXICON)) == ("help", topic)


@pytest.mark.parametrize(("text", "expected"), CORRECTED.items())
def test_what_has_one_meaning_gets_a_command_to_copy(text: str, expected: tuple[str, ...]) -> None:
    """Nothing starts; each problem has its line, and the corrected command is itself one."""
    corrected, *lines = expected
    error = error_of(text)
    assert ([problem.line for problem in error.problems], error.corrected) == (lines, corrected)
    assert write(parse(corrected, LEXICON), LEXICON) == corrected


@pytest.mark.parametrize(("text", "lines"), ASKED.items())
def test_what_is_not_clear_is_asked_back(text: str, lines: tuple[str, ...]) -> None:
    """Nothing starts, and there is nothing to copy, since only the asker knows what was meant."""
    error = error_of(text)
    assert ([problem.line for problem in error.problems], error.corrected) == (list(lines), None)
