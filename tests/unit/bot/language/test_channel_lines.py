"""What people type in a channel with a room and presets, line by line; and that no text becomes another start by it."""

from hypothesis import given
from hypothesis import strategies as st

from bot.commands import LEXICON
from bot.commands.defaults import with_defaults
from bot.language.corrections import CommandError
from bot.language.parser import Command, parse, write
from bot.language.vocabulary import folded
from tests.unit.bot.language import command_lines
from tests.unit.bot.language.channel_lines import ASKED, CORRECTED, OTHERS, PRESETS, ROOM, STARTED
from tests.unit.bot.language.outcomes import commands_of, errors_of, outcome

HERE = with_defaults(LEXICON, PRESETS, ROOM)
WITHOUT_ROOM = with_defaults(LEXICON, PRESETS, "")


def test_what_is_clear_starts_at_once() -> None:
    """In full it is a command with the same meaning."""
    parsed = commands_of(STARTED, HERE)
    assert {text: (it.vocabulary.name, write(it, HERE)) for text, it in parsed.items()} == {
        text: ("start", command) for text, command in STARTED.items()
    }
    assert {text: parse(command, HERE) for text, command in STARTED.items()} == parsed


def test_other_sub_commands_keep_their_words() -> None:
    """The room of the channel is that of a start only."""
    assert {text: write(it, HERE) for text, it in commands_of(OTHERS, HERE).items()} == OTHERS


def test_what_has_one_meaning_gets_a_command_to_copy() -> None:
    """Nothing starts; the names of presets take part in corrections."""
    errors = errors_of(CORRECTED, HERE)
    assert {
        text: (it.corrected, *(problem.line for problem in it.problems)) for text, it in errors.items()
    } == CORRECTED
    corrected = [command for command, *_ in CORRECTED.values()]
    assert [write(parse(command, HERE), HERE) for command in corrected] == corrected


def test_what_is_not_clear_is_asked_back() -> None:
    """Nothing starts, and there is nothing to copy."""
    errors = errors_of(ASKED, HERE)
    assert {text: tuple(problem.line for problem in it.problems) for text, it in errors.items()} == ASKED
    assert {it.corrected for it in errors.values()} == {None}


def test_presets_change_no_command_without_their_names() -> None:
    """What was typed before there were presets means the same, and what names no room but a person is asked at most."""
    texts = [*command_lines.STARTED, *command_lines.OTHERS, *command_lines.HELPED]
    plain, known = ({text: meaning(outcome(text, it)) for text in texts} for it in (LEXICON, WITHOUT_ROOM))
    assert known == plain
    assert not [text for text, it in plain.items() if it is None]
    here = {text: meaning(outcome(text, HERE)) for text in texts}
    started = {text: it for text, it in here.items() if it is not None}
    assert started == {text: plain[text] for text in started}


def meaning(found: Command | CommandError) -> tuple[str, object] | None:
    """Return the sub-command and its values, None for an error."""
    return (found.vocabulary.name, found.values) if isinstance(found, Command) else None


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
