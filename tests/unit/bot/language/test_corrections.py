"""Rules of what is said about a slip: every one at once, in its place, with what to type instead, and no secret."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.corrections import CommandError, nearest, shown
from bot.language.grammar import Start, parse
from bot.language.lexicon import MEANINGS
from bot.language.normalising import normalise

IDLE = 300
SECRET = "k3y-S3CRET"
TEN = ",".join(f"user{n}" for n in range(10))


def slip(text: str) -> CommandError:
    """The error of a text that must be a slip."""
    with pytest.raises(CommandError) as caught:
        parse(text, idle_default=IDLE)
    return caught.value


@pytest.mark.parametrize(
    ("text", "told", "corrected"),
    [
        (
            "room 100 user001 hdd idle=2s",
            [("hdd", "hd (or a person? user=hdd)"), ("idle=2s", "5s to 12h")],
            "room 100 user001 hd idle=5s",
        ),
        ("100 user001 user002", [("user002", "another person? user=user002")], "room 100 user001,user002"),
        ("room=100 user=user001 bob", [("bob", "another person? user=bob")], "room 100 user001,bob"),
        ("100 user001,hd", [("hd", "hd (or a person? user=hd)")], "room 100 user001 hd"),
        ("100 user001\nhdd", [("hdd", "hd (or a person? user=hdd)")], "room 100 user001 hd"),
        ("100 user001 hd!", [("hd!", "hd")], "room 100 user001 hd"),
        ("100 user001 720p", [("720p", "hd (or a person? user=720p)")], "room 100 user001 hd"),
        ("100 user001 resolution=1080p", [("resolution=1080p", "fhd")], "room 100 user001 fhd"),
        ("100 user001 mute", [("mute", "no-audio (or a person? user=mute)")], "room 100 user001 no-audio"),
        ("100 user001 audio=off", [("audio=off", "no-audio")], "room 100 user001 no-audio"),
        ("100 user001 dry-run=no", [("dry-run=no", "leave it out")], "room 100 user001"),
        ("100 user001 no-audio=yes", [("no-audio=yes", "no-audio, without a value")], "room 100 user001 no-audio"),
        (
            "100 user001 all",
            [("all", "name each user, up to ten: user001,user002 (or a person? user=all)")],
            None,
        ),
        ("100 user001 10m", [("10m", "idle=10m (or a person? user=10m)")], "room 100 user001 idle=10m"),
        ("100 user001 idel 10m", [("idel 10m", "idle=10m")], "room 100 user001 idle=10m"),
        ("100 user001 timeout=10m", [("timeout=10m", "idle=10m")], "room 100 user001 idle=10m"),
        ("100 user001 idle=never", [("idle=never", "5s to 12h")], "room 100 user001 idle=12h"),
        ("100 user001 idle=soon", [("idle=soon", "a time from 5s to 12h, such as 30s, 10m or 1h")], None),
        ("100 user001 idle hd", [("idle", "idle needs a value, as in 100 user001 idle=10m")], None),
        ("100 user001 quality=best", [("quality=best", "one of ld, sd, hd, fhd")], None),
        ("100 user001,mute", [("mute", "no-audio (or a person? user=mute)")], "room 100 user001 no-audio"),
        ("100 user001,idle", [("idle", "idle (or a person? user=idle)")], None),
        ("room_id=100 usre=ann", [("room_id=100", "room=100"), ("usre=ann", "user=ann")], "room 100 ann"),
        ("100 user001 usre", [("usre", "user=… (or a person? user=usre)")], None),
        ("100 user001 idle=1m5x", [("idle=1m5x", "a time from 5s to 12h, such as 30s, 10m or 1h")], None),
        ("100 user001 rule=a/b", [("rule=a/…", "a rule's id is 1 to 128 plain characters without a slash")], None),
        ("100 user001 hd sd", [("sd", "hd or sd, not both")], "room 100 user001 hd"),
        ("room=200 user001 room=100", [("room=100", "room=200 or room=100, not both")], "room 200 user001"),
        (
            "100 user001 no-audio audio",
            [("audio", "audio or no-audio, not both: nothing would be recorded")],
            "room 100 user001 no-audio",
        ),
        ("strat 100 user001", [("strat", "start")], "room 100 user001"),
        ("strat 100\nuser001", [("strat", "start")], "room 100 user001"),
        ("rom 100 user001", [("rom 100", "room=100")], "room 100 user001"),
        ("record 100 user001", [("record", "start (or the room? room=record)")], "room 100 user001"),
        ("stop 100 user001", [("stop", "recordings are only started (or the room? room=stop)")], None),
        (
            "user001 and user002 in room 100",
            [
                ("and", "leave it out (or a person? user=and)"),
                ("user002", "another person? user=user002"),
                ("in", "leave it out (or a person? user=in)"),
            ],
            "room 100 user001,user002",
        ),
        ("100,user001", [("100,user001", "100 user001 (only users are listed with commas)")], "room 100 user001"),
        ("100 @ann", [("@ann", "Slack people aren't RTC users: type the user's id in RTC")], None),
        ("100 <@U1|ann>", [("<@U1|ann>", "Slack people aren't RTC users: type the user's id in RTC")], None),
        (
            "100 (user001)",
            [("(user001)", "user001 (an id is 1 to 64 letters, digits, _ or -)")],
            "room 100 user001",
        ),
        (f"100 {TEN},ann", [("ann", "at most 10 of user")], None),
        ("hd", [("", "the room and the user are missing, as in 100 user001")], None),
        ("room 100", [("", "the user is missing: who in room 100?")], None),
        (
            "hd user001",
            [("hd user001", "who in room user001? (or a room called hd? room hd user001)")],
            None,
        ),
        (
            "start 720p user001 screen",
            [
                ("720p", "hd (or the room? room=720p)"),
                ("720p user001", "who in room user001? (or a room called 720p? room 720p user001)"),
            ],
            None,
        ),
        ("--hd 100", [("", "the user is missing: who in room 100?")], None),
        ("hd room 100", [("", "the user is missing: who in room 100?")], None),
        ("idle=10m 100", [("", "the user is missing: who in room 100?")], None),
        ("100 hd", [("", "the user is missing: who in room 100?")], None),
        ("100 user001 --foo", [("--foo", "no such option: help lists them")], None),
        ("100 user001 foo=1", [("foo=1", "no such option: help lists them")], None),
        ("100 user001 a+b", [("a+b", "no word of this command: help lists them")], None),
        (
            "start help",
            [
                ("help", "help goes first (or the room? room=help)"),
                ("", "the room and the user are missing, as in 100 user001"),
            ],
            None,
        ),
        ("help idel", [("idel", "help idle")], "help idle"),
        ("help idle push", [("", "help explains one word: help idle")], "help idle"),
        ("help nothing", [("nothing", "help, which lists the words it explains")], "help"),
        ("hlep idle", [("hlep", "help idle")], "help idle"),
        ("a " * 65, [("", "this is too long for a command: at most 64 words and 24000 characters")], None),
    ],
)
def test_slips_get_both_readings_and_a_correction(
    text: str, told: list[tuple[str, str]], corrected: str | None
) -> None:
    """Every slip is told at once, with what to type instead, and the whole is corrected where one can know."""
    error = slip(text)
    assert [(problem.given, problem.message) for problem in error.problems] == told
    assert error.corrected == corrected


def test_a_problem_has_a_line_a_place_and_its_readings() -> None:
    """A problem carries what the reply shows, and where in the normalised text it stands."""
    text = "/record 100 user001  hdd"
    [problem] = slip(text).problems
    opening, closing = "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}", "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"
    assert problem.line == f"{opening}hdd{closing} → hd (or a person? user=hdd)"
    assert normalise(text)[slice(*problem.place)] == "hdd"
    assert problem.readings == ("hd", "user=hdd")
    assert str(slip(text)) == problem.line


@pytest.mark.parametrize(
    "text", ["100 user001 hdd", "100 user001 720p", "100 user001 bob", "100 user001 idle=2s", "hd user001 screen"]
)
def test_every_reading_is_one(text: str) -> None:
    """Put in the place of what was given, each reading makes a command."""
    [problem] = slip(text).problems
    first, end = problem.place
    for reading in problem.readings:
        mended = normalise(text)[:first] + reading + normalise(text)[end:]
        assert isinstance(parse(mended, idle_default=IDLE), Start)


@pytest.mark.parametrize(
    ("word", "ours"),
    [("hdd", "hd"), ("strat", "start"), ("No_Audoi", "no-audio"), ("user1", None), ("ann", None), ("idle", "idle")],
)
def test_the_nearest_word_is_a_slip_of_the_keys_away(word: str, ours: str | None) -> None:
    """Neighbours swapped, a letter too many or few, in any case; what has digits is an id."""
    assert nearest(word) == ours


def test_what_is_shown_can_be_sent() -> None:
    """Unprintable characters and lone surrogates are replaced, and long words are cut."""
    assert shown("a\0\ud800") == "a\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}"
    assert len(shown("a" * 100)) == 40


def test_many_slips_are_all_told() -> None:
    """As many slips as fit are answered, each one."""
    words = [f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(58)]
    assert len(slip(" ".join(["100", "user001", *words])).problems) >= len(words)


ODD = """100 user001 a,b , = =x hdd strat idel 10m room= user= idle=2s quality=720p foo=1
--foo @ann <@U1|ann> all and stop push=rtmp://h/k rtmp://h/k rule=r user001! _hd_ hd, a:b - -- /record /"""
PIECES = st.sampled_from([*MEANINGS, *ODD.split(), "a, b", "\n"])


PUSHED = """push=rtmp://h/a/KEY push=http://h/KEY push=h/KEY rtmp://u:KEY@h/a psh=rtmps://h/a?KEY push=rtmp:/h/KEY
push=KEY publish=rtmp://h:99/KEY room=rtmp://h/KEY rtmp:\\\\h\\KEY h/KEY x=rtmp://h/KEY push=rtmp://h/k,rtmp://h/KEY
user=rtmp://h/KEY rtmp://h/a,KEY a,push=rtmp://h/a;KEY user001,rtmp://h/a,KEY"""


@given(
    st.lists(PIECES, max_size=5), st.sampled_from(PUSHED.replace("KEY", SECRET).split()), st.lists(PIECES, max_size=5)
)
def test_a_push_address_is_never_repeated(before: list[str], pushed: str, after: list[str]) -> None:
    """Whatever else is wrong, no problem, correction or error text holds more of an address than its host."""
    error = slip(" ".join([*before, pushed, *after, "foo=1"]))
    assert SECRET not in f"{error!s} {error!r} {error.problems!r} {error.corrected}"
