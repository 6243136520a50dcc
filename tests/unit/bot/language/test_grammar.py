"""Rules of the command language: what is a command, what is a slip, and what is said about it."""

import string
import sys
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.catalogue import OPTIONS, VERBS
from bot.language.grammar import Command, CommandError, Help, Start, parse, unparse
from bot.language.lexicon import MEANINGS
from bot.language.normalising import normalise
from shared.rtc.models import PublishParam, RecordingRequest, RecordParam, VideoType

IDLE = 300


def request(user: str = "user001", room: str = "100", **fields: object) -> RecordingRequest:
    """A request as Slack's `100 user001` gives it, but for `fields`."""
    return RecordingRequest.model_validate({"room_id": room, "user_id": user, "max_idle_time": IDLE} | fields)


def start(*users: str, room: str = "100", dry_run: bool = False, **fields: Any) -> Start:
    """The start of a recording of these users."""
    return Start(tuple(request(user, room, **fields) for user in users or ("user001",)), dry_run)


def slip(text: str) -> CommandError:
    """The error of a text that must be a slip."""
    with pytest.raises(CommandError) as caught:
        parse(text, idle_default=IDLE)
    return caught.value


def outcome(text: str) -> Command | CommandError:
    """What comes of a text, be it a command or a slip."""
    try:
        return parse(text, idle_default=IDLE)
    except CommandError as error:
        return error


HD: dict[str, Any] = {"select_stream_type": "HD"}
TEN = ",".join(f"user{n}" for n in range(10))


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("room 100 user001 hd", start(**HD)),
        ("100 user001 hd", start(**HD)),
        ("start room 100 user001", start()),
        ("/record room 100 user001 hd", start(**HD)),
        ("/RECORD 100 user001", start()),
        ("room=100 user=user001 hd", start(**HD)),
        ("HD IDLE=10M Room:100 User:user001", start(max_idle_time=600, **HD)),
        ("hd user=user001 room 100", start(**HD)),
        ("100 User001", start("User001")),
        ("100 user001,user002", start("user001", "user002")),
        ("100 user001; user002 , user003 hd", start("user001", "user002", "user003", **HD)),
        ("100 user=user001, user002 hd", start("user001", "user002", **HD)),
        ("100\nuser001\nuser002\nhd", start("user001", "user002", **HD)),
        ("100 user001,user001", start()),
        ("100 `user001`,`user002`", start("user001", "user002")),
        (f"100 {TEN}", start(*TEN.split(","))),
        ("100 hdd", start("hdd")),
        ("100 user001 user=hdd", start("user001", "hdd")),
        ("100 user=hd", start("hd")),
        ("room hd user001", start(room="hd")),
        ("room room user user", start("user", room="room")),
        ("payload user001", start(room="payload")),
        ("100 user001 idle 10m", start(max_idle_time=600)),
        ("100 user001 --idle 10m", start(max_idle_time=600)),
        ("100 user001 \u2014idle=10m", start(max_idle_time=600)),
        ("100 user001 idle = 10m", start(max_idle_time=600)),
        ("100 user001 idle 10 min", start(max_idle_time=600)),
        ("100 user001 idle=90", start(max_idle_time=90)),
        ("100 user001 idle=1h30m", start(max_idle_time=5400)),
        ("100 user001 idle=12h", start(max_idle_time=43200)),
        ("100 user001 _hd_", start(**HD)),
        ("100 user001 quality hd", start(**HD)),
        ("100 user001 hd HD --hd", start(**HD)),
        ("100 user001 screen no-audio", start(video_type="SCREENSTREAM", is_record_audio=False)),
        ("100 user001 audio", start(video_type=None)),
        ("100 user001 dry_run", start(dry_run=True)),
        ("100 user001 rule=aB-1", start(record_param=RecordParam(record_rule_id="aB-1"))),
        (
            "100 user001 push=rtmp://h/a/k push rtmps://h/b?x=1,rtmp://h/c",
            start(publish_param=PublishParam(rtmp_urls=["rtmp://h/a/k", "rtmps://h/b?x=1", "rtmp://h/c"])),
        ),
        ("", Help()),
        ("/record", Help()),
        ("help", Help()),
        ("--help", Help()),
        ("?", Help()),
        ("help idle", Help("idle")),
        ("help no audio", Help("no-audio")),
        ("help 720p", Help("quality")),
        ("help start", Help("start")),
    ],
)
def test_what_people_type_is_understood(text: str, command: Command) -> None:
    """Each form that people use says the command it seems to say."""
    assert parse(text, idle_default=IDLE) == command


def test_the_commands_name_is_a_setting() -> None:
    """A pasted name is passed over if it is the one in use, and is a slip if it isn't."""
    assert parse("/aufnahme 100 user001", idle_default=IDLE, name="/aufnahme") == start()
    assert slip("/aufnahme 100 user001").problems[0].given == "/aufnahme"


IDS = st.one_of(
    st.text(string.ascii_letters + string.digits + "_-", min_size=1, max_size=64),
    st.sampled_from([word for word in MEANINGS if "=" not in word and word != "?"]),
    st.sampled_from(["_hd_", "--idle", "-", "__", "in", "stop", "10m", "min", "HDD"]),
)
URL_END = string.ascii_letters + string.digits + "-/=?&.%"
URLS = st.builds(
    "{}://{}/{}{}".format,
    st.sampled_from(["rtmp", "rtmps", "RTMP"]),
    st.sampled_from(["h", "live.example.com:1935", "[::1]"]),
    st.text(URL_END + "_*~'`,;:@+|<>()", max_size=30).filter(lambda text: "rtmp" not in text.lower()),
    st.sampled_from(URL_END),
)
RULES = st.builds(
    "{}{}{}".format,
    *[st.text(string.ascii_letters + string.digits + marks, min_size=1, max_size=9) for marks in ("", "*,=.'`", ".")],
)
VIDEO_TYPES: list[VideoType | None] = ["CAMERASTREAM", "SCREENSTREAM", None]


@st.composite
def starts(draw: st.DrawFn) -> Start:
    """Every start that the language can say."""
    fields: dict[str, object] = {
        "video_type": draw(st.sampled_from(VIDEO_TYPES)),
        "select_stream_type": draw(st.sampled_from(["LD", "SD", "HD", "FHD"])),
        "max_idle_time": draw(st.integers(5, 43200)),
    }
    fields["is_record_audio"] = fields["video_type"] is None or draw(st.booleans())
    if urls := draw(st.lists(URLS, max_size=10, unique=True)):
        fields["publish_param"] = PublishParam(rtmp_urls=urls)
    if rule := draw(st.none() | RULES):
        fields["record_param"] = RecordParam(record_rule_id=rule)
    users = draw(st.lists(IDS, min_size=1, max_size=10, unique=True))
    return start(*users, room=draw(IDS), dry_run=draw(st.booleans()), **fields)


HELPS = st.sampled_from([Help(), *(Help(entry.name) for entry in (*VERBS, *OPTIONS))])


@given(starts() | HELPS, st.integers(5, 43200))
def test_a_command_printed_and_parsed_is_the_same(command: Command, idle_default: int) -> None:
    """The canonical text says the whole command, whatever the idle default, and needs no normalising."""
    text = unparse(command)
    assert parse(text, idle_default=idle_default) == command
    assert normalise(text) == text


ODD = """100 user001 a,b , = =x hdd strat idel 10m room= user= idle=2s quality=720p foo=1
--foo @ann <@U1|ann> all and stop push=rtmp://h/k rtmp://h/k rule=r user001! _hd_ hd, a:b - -- /record /"""
PIECES = st.sampled_from([*MEANINGS, *ODD.split(), "a, b", "\n"])
TEXTS = st.one_of(st.text(), st.text(st.characters(codec=None)), st.lists(PIECES, max_size=8).map(" ".join))


@given(TEXTS)
def test_any_text_is_a_command_or_a_slip(text: str) -> None:
    """Nothing but CommandError is raised; it tells at least one problem, in place, and its correction is a command."""
    result = outcome(text)
    if not isinstance(result, CommandError):
        assert parse(unparse(result), idle_default=IDLE) == result
        return
    length = len(normalise(text))
    places = [problem.place for problem in result.problems]
    assert places
    assert all(0 <= first <= end <= length for first, end in places)
    assert places == sorted(places)
    assert str(result).encode()
    if result.corrected is not None:
        assert not isinstance(outcome(result.corrected), CommandError)


@pytest.mark.parametrize(
    "piece", ["a", "a ", "a,", "user=", "_", "9", "9s", "\ud800\0", "\u2026", "<@", "rtmp://", "-", ". *", "\n"]
)
@pytest.mark.parametrize("before", ["", "idle=", "push=", "100 "])
@pytest.mark.timeout(10)
def test_a_long_text_is_answered_soon(before: str, piece: str) -> None:
    """A hundred kilobytes of anything are answered in bounded time, and little of them is repeated."""
    result = outcome(before + piece * (100_000 // len(piece)))
    assert len(str(result)) < 1000


def calls_in_parsing(text: str) -> int:
    """How many calls of functions it takes to parse the text: its work, on whatever machine."""
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


@pytest.mark.parametrize("slip_typed", ["hdd", "scren", "idel 10m", "--idel", "usre ann", "user001 \n hdd", "hd,hdd"])
def test_twice_the_slips_are_no_more_than_twice_the_work(slip_typed: str) -> None:
    """No text is worth typing for the time that it takes from others: each word is compared a fixed number of times."""
    few, many = (calls_in_parsing(f"100 user001 {f'{slip_typed} ' * count}") for count in (7, 14))
    assert many < 2.2 * few


def test_the_longest_command_is_not_too_long() -> None:
    """Ten users, ten addresses and every option, each written in as many words as it can be."""
    users = [f"user{n}" for n in range(10)]
    urls = [f"rtmp://h/a,b;c,{n}" for n in range(10)]
    text = f"/record start room 100 {' , '.join(users)} quality hd screen no-audio rule = r idle = 10 min dry-run"
    command = parse(" ".join([text, *(f"push {url}" for url in urls)]), idle_default=IDLE)
    assert isinstance(command, Start)
    assert [request.user_id for request in command.requests] == users
    published = command.requests[0].publish_param
    assert published
    assert published.rtmp_urls == urls
