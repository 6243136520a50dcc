"""What people type in a channel with a room and presets, line by line; and that no text becomes another start by it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import LEXICON
from bot.commands.defaults import with_defaults
from bot.language.corrections import CommandError
from bot.language.lexicon import Lexicon, folded
from bot.language.normalising import from_slack
from bot.language.parser import Command, parse, write
from tests.unit.bot.language import command_lines
from tests.unit.bot.language.channel_lines import ASKED, CORRECTED, OTHERS, PRESETS, ROOM, STARTED

HERE = with_defaults(LEXICON, PRESETS, ROOM)
WITHOUT_ROOM = with_defaults(LEXICON, PRESETS, "")


def outcome(text: str, lexicon: Lexicon) -> Command | CommandError:
    """Return what comes of a text, be it a command or an error."""
    try:
        return parse(from_slack(text), lexicon)
    except CommandError as error:
        return error


@pytest.mark.parametrize(("text", "command"), STARTED.items())
def test_what_is_clear_starts_at_once(text: str, command: str) -> None:
    """In full it is a command with the same meaning."""
    parsed = parse(from_slack(text), HERE)
    assert (parsed.vocabulary.name, write(parsed, HERE)) == ("start", command)
    assert parse(command, HERE) == parsed


@pytest.mark.parametrize(("text", "command"), OTHERS.items())
def test_other_sub_commands_keep_their_words(text: str, command: str) -> None:
    """The room of the channel is that of a start only."""
    assert write(parse(text, HERE), HERE) == command


@pytest.mark.parametrize(("text", "expected"), CORRECTED.items())
def test_what_has_one_meaning_gets_a_command_to_copy(text: str, expected: tuple[str, ...]) -> None:
    """Nothing starts; the names of presets take part in corrections."""
    error = outcome(text, HERE)
    assert isinstance(error, CommandError)
    assert (error.corrected, *(problem.line for problem in error.problems)) == expected
    assert write(parse(expected[0], HERE), HERE) == expected[0]


@pytest.mark.parametrize(("text", "lines"), ASKED.items())
def test_what_is_not_clear_is_asked_back(text: str, lines: tuple[str, ...]) -> None:
    """Nothing starts, and there is nothing to copy."""
    error = outcome(text, HERE)
    assert isinstance(error, CommandError)
    assert ([problem.line for problem in error.problems], error.corrected) == (list(lines), None)


@pytest.mark.parametrize("text", [*command_lines.STARTED, *command_lines.OTHERS, *command_lines.HELPED])
def test_presets_change_no_command_without_their_names(text: str) -> None:
    """What was typed before there were presets means the same, and what names no room but a person is asked at most."""
    known, here = outcome(text, WITHOUT_ROOM), outcome(text, HERE)
    plain = outcome(text, LEXICON)
    assert isinstance(plain, Command)
    assert isinstance(known, Command)
    assert (known.vocabulary.name, known.values) == (plain.vocabulary.name, plain.values)
    if isinstance(here, Command):
        assert (here.vocabulary.name, here.values) == (plain.vocabulary.name, plain.values)


PIECES = """user001 user002 teacher lobby lab1 200 201 hd hdd screen audio lecture lectur exam preset=hd preset=lecture
preset=foo preset room room=200 room-100 room=lab1 user=user003 user=lecture user= , ; and in in=10m at at=15:00 15:00
for=2h until=15:30 10m stop start again no off max=2h big please push=rtmp://h/a,lecture"""
TEXTS = st.lists(st.sampled_from([*PIECES.split(), "user001, user002", "\n"]), max_size=7).map(" ".join)
NAMES = st.lists(st.sampled_from([*PRESETS, "user001", "user", "yes", "a", "lists", "10m"]), unique=True, max_size=6)


@given(TEXTS, NAMES, st.sampled_from(["", "100", "lobby"]))
def test_no_text_becomes_another_start_by_presets_and_a_room(text: str, names: list[str], room: str) -> None:
    """A room that was typed stays a room. A correction is a command that adds no id and keeps each choice."""
    lexicon = with_defaults(LEXICON, names, room)
    result, plain = outcome(text, lexicon), outcome(text, LEXICON)
    corrected = result.corrected if isinstance(result, CommandError) else write(result, lexicon)
    meant = None if corrected is None else parse(corrected, lexicon)
    if isinstance(result, Command):
        assert meant == result
    if isinstance(result, Command) and isinstance(plain, Command) and not any(name in text for name in names):
        assert (result.vocabulary.name, result.values) == (plain.vocabulary.name, plain.values)
    if meant is not None and meant.vocabulary.name == "start":
        ids = [*meant.values.get("room", ()), *meant.values["user"]]
        assert all(it in text for it in ids)
        assert "room" in meant.values or room
        for word in text.split():
            definition = lexicon.default.definitions.get(folded(word))
            if definition and definition.choice and word not in ids:
                assert definition.choice in meant.values.get(definition.option.name, ())
