"""What people really type, line by line: what starts, what is asked back, and what gets a command to copy."""

from bot.commands import LEXICON
from bot.language.parser import parse, write
from tests.unit.bot.language.command_lines import ASKED, CORRECTED, HELPED, OTHERS, STARTED
from tests.unit.bot.language.outcomes import commands_of, errors_of


def test_what_is_clear_starts_at_once() -> None:
    """However it is spelled, it is the command that it seems to say."""
    parsed = commands_of(STARTED, LEXICON)
    assert {text: write(it, LEXICON) for text, it in parsed.items()} == STARTED
    assert {it.vocabulary.name for it in parsed.values()} == {"start"}


def test_what_names_another_sub_command_is_that() -> None:
    """It never starts a recording, and what it means can be typed in full."""
    parsed = commands_of(OTHERS, LEXICON)
    assert {text: write(it, LEXICON) for text, it in parsed.items()} == OTHERS
    assert {text: it.vocabulary.name for text, it in parsed.items()} == {
        text: command.split(maxsplit=1)[0] for text, command in OTHERS.items()
    }
    assert {text: parse(command, LEXICON) for text, command in OTHERS.items()} == parsed


def test_who_asks_for_help_gets_it() -> None:
    """Whatever it is about: a request for help is never a mistake."""
    parsed = commands_of(HELPED, LEXICON)
    assert {text: (it.vocabulary.name, write(it, LEXICON)) for text, it in parsed.items()} == {
        text: ("help", topic) for text, topic in HELPED.items()
    }


def test_what_has_one_meaning_gets_a_command_to_copy() -> None:
    """Nothing starts; each problem has its line, and the corrected command is itself one."""
    errors = errors_of(CORRECTED, LEXICON)
    assert {
        text: (it.corrected, *(problem.line for problem in it.problems)) for text, it in errors.items()
    } == CORRECTED
    corrected = [command for command, *_ in CORRECTED.values()]
    assert [write(parse(command, LEXICON), LEXICON) for command in corrected] == corrected


def test_what_is_not_clear_is_asked_back() -> None:
    """Nothing starts, and there is nothing to copy, since only the asker knows what was meant."""
    errors = errors_of(ASKED, LEXICON)
    assert {text: tuple(problem.line for problem in it.problems) for text, it in errors.items()} == ASKED
    assert {it.corrected for it in errors.values()} == {None}
