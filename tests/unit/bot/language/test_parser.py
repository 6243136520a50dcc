"""Rules of parsing that hold for every text: what comes out, what is never said, and what it costs."""

import string
import sys
from types import FrameType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.commands import LEXICON
from bot.language.corrections import CommandError
from bot.language.normalising import normalise
from bot.language.parser import Command, parse, write
from bot.language.tokens import tokens_of
from bot.language.values import Wrong, is_id, read_rule
from bot.language.vocabulary import folded

START = LEXICON.default
HELP = LEXICON.empty
WORDS = sorted({word for words in LEXICON.commands for word in (*words.definitions, *words.refused, words.name)})
SECRET = "k3y-S3CRET"


def outcome(text: str) -> Command | CommandError:
    """Return what comes of a text, be it a command or an error."""
    try:
        return parse(text, LEXICON)
    except CommandError as error:
        return error


def test_the_commands_name_is_a_setting() -> None:
    """A pasted name is passed over if it is the one in use, and is a problem if it isn't."""
    command = parse("/aufnahme 100 user001", LEXICON, "/aufnahme")
    assert command == Command(START, {"room": ["100"], "user": ["user001"]})
    error = outcome("/aufnahme 100 user001")
    assert isinstance(error, CommandError)
    assert error.problems[0].given == "/aufnahme"


IDS = st.one_of(
    st.text(string.ascii_letters + string.digits + "_-", min_size=1, max_size=64),
    st.sampled_from([word for word in WORDS if is_id(word)]),
    st.sampled_from(["_hd_", "--idle", "-", "__", "in", "and", "stop", "kill", "10m", "min", "HDD", "1080", "start"]),
)
URL_END = string.ascii_letters + string.digits + "-/=?&%"
URLS = st.builds(
    "{}://{}/{}{}".format,
    st.sampled_from(["rtmp", "rtmps", "RTMP"]),
    st.sampled_from(["h", "live.example.com:1935", "[::1]"]),
    st.text(URL_END + "_*~'`:@+|<>().,;", max_size=30),
    st.sampled_from(URL_END),
).filter(lambda url: not isinstance(outcome(f"100 user001 push={url}"), CommandError))
RULES = st.text(string.ascii_letters + string.digits + "_-", min_size=1, max_size=9).filter(
    lambda rule: not isinstance(read_rule(rule), Wrong)
)


@st.composite
def starts(draw: st.DrawFn) -> Command:
    """Draw a start that the language can say."""
    values = {
        "room": [draw(IDS)],
        "user": draw(st.lists(IDS, min_size=1, max_size=10, unique=True)),
        "quality": draw(st.lists(st.sampled_from(["ld", "sd", "hd", "fhd"]), max_size=1)),
        "source": draw(st.lists(st.sampled_from(["camera", "screen", "audio", "audio-only"]), max_size=1)),
        "idle": draw(st.lists(st.sampled_from(["5s", "90s", "10m", "12h"]), max_size=1)),
        "rule": draw(st.lists(RULES, max_size=1)),
        "push": draw(st.lists(URLS, max_size=3, unique=True)),
        "dry-run": draw(st.lists(st.just("dry-run"), max_size=1)),
    }
    if not {"audio", "audio-only"} & {*values["source"]}:
        values["no-audio"] = draw(st.lists(st.sampled_from(["no-audio", "with-audio"]), max_size=1))
    return Command(START, {name: given for name, given in values.items() if given})


HELPS = st.sampled_from([Command(HELP, {}), Command(HELP, {"word": ["idle"]}), Command(HELP, {"word": ["no-audio"]})])


@given(starts() | HELPS)
@example(Command(START, {"room": ["0"], "user": ["0"], "push": ["rtmp://h/0="], "dry-run": ["dry-run"]}))
@example(Command(START, {"room": ["0"], "user": ["0"], "push": ["rtmp://h/k;hd", "rtmp://h/k,user=1"]}))
@example(Command(START, {"room": ["10m"], "user": ["10m"]}))
def test_a_command_written_and_parsed_is_the_same(command: Command) -> None:
    """The canonical text says the whole command, and needs no normalising."""
    text = write(command, LEXICON)
    assert parse(text, LEXICON) == command
    assert normalise(text) == text


ODD = """100 user001 a,b , = =x hdd strat idel 10m room= user= idle=2s quality=720p foo=1 1080 stopp
kill lobby no --foo @ann <@U1|ann> all and stop
push=rtmp://h/k rtmp://h/k rule=r user001! _hd_ hd, a:b - -- /record / "a b" for 1 hour"""
PIECES = st.sampled_from([*WORDS, *ODD.split(), "a, b", "\n", ";"])
TEXTS = st.one_of(st.text(), st.text(st.characters(codec=None)), st.lists(PIECES, max_size=8).map(" ".join))


@given(TEXTS)
def test_any_text_is_a_command_or_an_error(text: str) -> None:
    """Nothing but CommandError is raised; it tells at least one problem, in place, and its correction is a command."""
    result = outcome(text)
    if isinstance(result, Command):
        assert parse(write(result, LEXICON), LEXICON) == result
        return
    length = len(normalise(text))
    places = [problem.place for problem in result.problems]
    assert places
    assert all(0 <= first <= end <= length for first, end in places)
    assert places == sorted(places)
    assert str(result).encode()
    if result.corrected is not None:
        assert isinstance(outcome(result.corrected), Command)


@given(st.lists(PIECES, max_size=8).map(" ".join))
@example("2k room=all user=2k")
def test_no_correction_contradicts_a_word_that_was_typed(text: str) -> None:
    """It keeps each choice that was typed, and its ids were typed as they are: it makes no person of another word."""
    result = outcome(text)
    if isinstance(result, Command) or result.corrected is None:
        return
    corrected = parse(result.corrected, LEXICON)
    if corrected.vocabulary is not START:
        return
    values = corrected.values
    typed = [token.text for token in tokens_of(normalise(text), LEXICON)]
    for word in typed:
        definition = START.definitions.get(folded(word))
        if definition and definition.choice and word not in {*values["room"], *values["user"]}:
            assert definition.choice in values.get(definition.option.name, ())
    others = {*START.refused, *LEXICON.elsewhere, "and"}
    for name in ("room", "user"):
        for given_id in values[name]:
            assert any(given_id in word for word in typed)
            assert given_id not in others or f"{name}={given_id}" in result.corrected


LISTED = st.lists(st.sampled_from(["12", "345", "67", "user001"]), min_size=2, max_size=3, unique=True)
AROUND = st.lists(st.sampled_from(["stop", "kill", "start", "room", "job", "8", "user002", "hd", "hdd"]), max_size=2)


@given(AROUND, LISTED, st.sampled_from([",", ", ", "; ", " and ", "\n"]), AROUND)
@example(["stop"], ["12", "345"], ",", [])
@example([], ["12", "345"], ", ", ["hd"])
@example([], ["12", "user001", "345"], ",", [])
def test_no_correction_makes_a_room_and_a_user_of_one_list_of_numbers(
    before: list[str], listed: list[str], separator: str, after: list[str]
) -> None:
    """Two jobs or two rooms never become a room and a user, and no number that was typed is lost."""
    result = outcome(" ".join([*before, separator.join(listed), *after]))
    if isinstance(result, Command) or result.corrected is None:
        return
    values = parse(result.corrected, LEXICON).values
    ids = [value for name, given in values.items() if name in {"room", "user", "target", "job"} for value in given]
    typed = [*before, *listed, *after]
    assert {value for value in ids if value.isdecimal()} == {word for word in typed if word.isdecimal()}
    numbers = {word for word in listed if word.isdecimal()}
    first = {*values.get("room", ()), *values.get("target", ())}
    if separator != "\n" and "room" not in before:
        assert not (numbers & first and numbers & {*values.get("user", ())})


@pytest.mark.parametrize(
    "piece",
    ["a", "a ", "a,", "user=", "_", "9", "9s", "\ud800\0", "\u2026", "<@", "rtmp://", "-", ". *", "\n", '"', '" '],
)
@pytest.mark.timeout(10)
def test_a_long_text_is_answered_soon(piece: str) -> None:
    """A text of any length is answered in bounded time, and little of it is repeated."""
    texts = [before + piece * (23_000 // len(piece)) for before in ("", "idle=", "push=", "100 ", '"')]
    texts += [piece * (50_000 // len(piece))]  # too long to be more than normalised, whatever is before it
    assert max(len(str(outcome(text))) for text in texts) < 2000


def calls_in_parsing(text: str) -> int:
    """Return how many calls of functions it takes to parse the text: its work, on whatever machine."""
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        outcome(text)
    finally:
        sys.setprofile(before)
    return calls


@pytest.mark.parametrize("wrong", ["hdd", "scren", "idel 10m", "--idel", "usre ann", "user001 \n hdd", "hd,hdd"])
def test_twice_the_problems_are_no_more_than_twice_the_work(wrong: str) -> None:
    """No text is worth typing for the time that it takes from others: each word is compared a fixed number of times."""
    few, many = (calls_in_parsing(f"100 user001 {f'{wrong} ' * count}") for count in (7, 14))
    assert many < 2.2 * few


def test_the_longest_command_is_not_too_long() -> None:
    """Ten users, ten addresses and every option, each written in as many words as it can be."""
    users = [f"user{n}" for n in range(10)]
    urls = [f"rtmp://h/a,b;c,{n}" for n in range(10)]
    text = f"/record start room 100 {' , '.join(users)} quality hd screen no-audio rule = r idle = 10 min dry-run"
    command = parse(" ".join([text, *(f"push {url}" for url in urls)]), LEXICON)
    assert command.values["user"] == users
    assert command.values["push"] == urls


PUSHED = """push=rtmp://h/a/KEY push=http://h/KEY push=h/KEY rtmp://u:KEY@h/a psh=rtmps://h/a?KEY push=rtmp:/h/KEY
push=KEY publish=rtmp://h:99/KEY room=rtmp://h/KEY rtmp:\\\\h\\KEY h/KEY x=rtmp://h/KEY push=rtmp://h/k,rtmp://h/KEY
user=rtmp://h/KEY rtmp://h/a,KEY a,push=rtmp://h/a;KEY user001,rtmp://h/a,KEY rtmp_urls=rtmp://h/KEY, push:rtmp://h/KEY;
rule=rtmp://h/KEY"""


@given(
    st.lists(PIECES, max_size=5), st.sampled_from(PUSHED.replace("KEY", SECRET).split()), st.lists(PIECES, max_size=5)
)
@example(["hlep"], f"push=rtmp://h/{SECRET}", [])
@example(["hlep", "push"], SECRET, [])
@example(["at"], f"push={SECRET}", [])
@example(["stop"], f"push={SECRET}", [])
@example(['"a'], f"push={SECRET}", ['"a'])
@example(['"a', "push"], SECRET, ['b"'])
@example(['"push'], f'{SECRET}"', [])
def test_a_push_address_is_never_repeated(before: list[str], pushed: str, after: list[str]) -> None:
    """Whatever else is wrong, no problem, correction or error text holds more of an address than its host."""
    error = outcome(" ".join([*before, pushed, *after, "foo=1"]))
    if isinstance(error, CommandError):
        assert SECRET not in f"{error!s} {error!r} {error.problems!r} {error.corrected}"
