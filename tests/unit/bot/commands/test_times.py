"""The times of a start: what is understood of them, in which time zone, and what is asked back."""

from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import LEXICON
from bot.commands.start import accepted
from bot.commands.times import read_moment, read_times
from bot.language.corrections import CommandError
from bot.language.parser import parse
from bot.messages.blocks import Reply
from functions.ledger.changes import KEPT
from shared.limits import FURTHEST_START, LONGEST_POSSIBLE, SHORTEST
from shared.orders import Start
from tests.asked import answered, asked, placed, run
from tests.block_kit import assert_slack_takes, read
from tests.builders import ORDER_ID, a_request

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
NOON = datetime(2026, 11, 26, 11, tzinfo=UTC)
"""12:00 in Berlin."""


def start(words: str, now: datetime = NOON, zone: tzinfo = BERLIN) -> Start:
    """Return what `100 user001` with these words starts."""
    action = placed(f"100 user001 {words}", asked(now=now, zone=zone)).action
    assert isinstance(action, Start)
    return action


def question(words: str, now: datetime = NOON, zone: tzinfo = BERLIN) -> list[str]:
    """Return what is asked back."""
    reply = answered(f"100 user001 {words}", asked(now=now, zone=zone))
    assert_slack_takes(reply)
    return read(reply).split("\n")


def utc(text: str) -> datetime:
    """Return a time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "start_at", "end_at"),
    [
        ("until=15:30", None, "2026-11-26T14:30"),
        ("at=14:00", "2026-11-26T13:00", None),
        ("in=10m", "2026-11-26T11:10", None),
        ("at=14:00 until=15:30", "2026-11-26T13:00", "2026-11-26T14:30"),
        ("in=10m until=12:30", "2026-11-26T11:10", "2026-11-26T11:30"),
        ("until=00:00", None, "2026-11-26T23:00"),
        ("at=23:00 until=01:00", "2026-11-26T22:00", "2026-11-27T00:00"),
        ("until=2026-11-27T11:00", None, "2026-11-27T10:00"),
        ("at=2026-12-03T11:59", "2026-12-03T10:59", None),
    ],
)
def test_times_of_day_are_those_of_the_person_s_zone(words: str, start_at: str | None, end_at: str | None) -> None:
    """The next such time; after the start, if that is planned."""
    action = start(words)
    assert action.start_at == (start_at and utc(start_at))
    assert action.end_at == (end_at and utc(end_at))


def test_a_length_needs_no_zone() -> None:
    """So Slack isn't asked for it."""

    def zone() -> tzinfo:
        raise AssertionError

    times = read_times({"for": ["90m"], "in": ["10m"]}, NOON, zone)
    assert (times.max_duration, times.start_at) == (timedelta(minutes=90), NOON + timedelta(minutes=10))
    assert times.zone_name == ""


@pytest.mark.parametrize(
    ("words", "problem", "copied"),
    [
        (
            "until=11:30",
            "‹until=11:30› → 11:30 is past today in Europe/Berlin; tomorrow: until=2026-11-27T11:30",
            "/record room 100 user001 until=2026-11-27T11:30",
        ),
        (
            "at=12:00 hd",
            "‹at=12:00› → 12:00 is past today in Europe/Berlin; tomorrow: at=2026-11-27T12:00",
            "/record room 100 user001 hd at=2026-11-27T12:00",
        ),
        (
            "at=15:00 until=14:00",
            "‹until=14:00› → 14:00 is before the start today in Europe/Berlin; tomorrow: until=2026-11-27T14:00",
            "/record room 100 user001 until=2026-11-27T14:00 at=15:00",
        ),
        (
            "until=11:30 push=rtmp://h/a/SECRET",
            "‹until=11:30› → 11:30 is past today in Europe/Berlin; tomorrow: until=2026-11-27T11:30",
            "/record help",
        ),
        ("at=2026-11-26T11:59", "‹at=2026-11-26T11:59› → this is past, or now, in Europe/Berlin", "/record help"),
        ("at=2026-12-03T12:01", "‹at=2026-12-03T12:01› → at most 7 days ahead", "/record help"),
        (
            "at=14:00 until=2026-11-26T13:00",
            "‹until=2026-11-26T13:00› → this is before the start, or now, in Europe/Berlin",
            "/record help",
        ),
    ],
)
def test_a_time_that_is_past_is_asked_back(words: str, problem: str, copied: str) -> None:
    """Nothing is placed. The line to copy has tomorrow's date, and is understood; a push address is not shown again."""
    said = question(words)
    assert said == ["✋ Nothing started. 1 thing to fix", f"• {problem}", copied]
    if "help" not in copied:
        placed(copied.removeprefix("/record "), asked(now=NOON, zone=BERLIN))


def test_a_time_that_the_clocks_leave_out_is_as_much_later() -> None:
    """On 29 March 2026 Berlin's clocks go from 02:00 to 03:00, so 02:30 is 03:30 there."""
    assert start("at=02:30", utc("2026-03-29T00:00")).start_at == utc("2026-03-29T01:30")


def test_of_a_time_that_comes_twice_the_first_that_is_ahead_is_meant() -> None:
    """On 25 October 2026 Berlin has 02:30 at 00:30 and at 01:30 UTC."""
    assert start("at=02:30", utc("2026-10-25T00:00")).start_at == utc("2026-10-25T00:30")
    assert start("at=02:30", utc("2026-10-25T00:45")).start_at == utc("2026-10-25T01:30")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("until=15:30", "ends 2026-11-26 14:30 UTC at the latest · read as Europe/Berlin time"),
        ("for=90m", "ends after 1 h 30 min at the latest"),
        (
            "at=14:00 for=1h",
            "starts 2026-11-26 13:00 UTC · ends after 1 h at the latest · read as Europe/Berlin time",
        ),
        ("in=10m", "starts 2026-11-26 11:10 UTC"),
    ],
)
def test_the_answer_says_the_resolved_times_and_the_zone(words: str, line: str) -> None:
    """Slack shows the times in each reader's zone; the text here is what a client without that shows."""
    said = placed(f"100 user001 rule=r1 {words}", asked(now=NOON, zone=BERLIN)).accepted(ORDER_ID)
    assert_slack_takes(said)
    headline, _, times = read(said).split("\n")
    assert times == line
    assert headline.startswith("📅 Planning to record" if "starts" in line else "⏳ Asking RTC to record")


def test_without_a_zone_the_answer_says_utc() -> None:
    """A person in Berlin sees that 15:30 was taken for another time than theirs."""
    said = placed("100 user001 until=15:30", asked(now=NOON)).accepted(ORDER_ID)
    assert "read as UTC time" in read(said)


def test_what_is_said_of_a_dry_run_is_no_plan() -> None:
    """It starts nothing, now or later."""
    action = Start(requests=(a_request(),), dry_run=True, start_at=NOON)
    assert read(accepted(ORDER_ID, action)).startswith("🔎 Trying")


def test_what_the_ledger_has_of_a_plan_outlives_its_recording() -> None:
    """Its items are kept for some time after they were written, which is when it was planned."""
    assert FURTHEST_START + LONGEST_POSSIBLE < KEPT


ZONES = st.sampled_from([UTC, BERLIN, NEW_YORK, ZoneInfo("Asia/Kathmandu"), ZoneInfo("Pacific/Apia")])
NOWS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 # st adds UTC
CLOCKS = st.times().map(lambda time: f"{time:%H:%M}")


@given(now=NOWS, zone=ZONES, at=st.none() | CLOCKS, until=st.none() | CLOCKS)
def test_every_resolved_time_is_ahead_and_near(now: datetime, zone: tzinfo, at: str | None, until: str | None) -> None:
    """Whatever the clocks do: a start is ahead, an end is a minute after the start, and neither is days away."""
    values = {name: [value] for name, value in (("at", at), ("until", until)) if value is not None}
    times = read_times(values, now, lambda: zone)
    begin = times.start_at or now
    assert now <= begin <= now + timedelta(days=2)
    if times.end_at is not None:
        assert begin + SHORTEST <= times.end_at <= begin + timedelta(days=2)
    if times.problems:
        again = read_times({**values, **times.dated}, now, lambda: zone)
        assert (again.problems, again.start_at, again.end_at) == ((), times.start_at, times.end_at)


@given(moment=st.times(), in_words=st.booleans())
def test_a_time_of_day_is_the_same_however_it_is_written(moment: time, *, in_words: bool) -> None:
    """With a colon, a point or an h, in 24 or in 12 hours; what is written in the command reads as itself."""
    hour, minute, clock = moment.hour, moment.minute, f"{moment:%H:%M}"
    half = "pm" if hour >= 12 else "am"
    forms = [clock, f"{hour}:{minute:02}", f"{hour}h{minute:02}", f"{hour}.{minute:02}"]
    forms += [f"{hour % 12 or 12}:{minute:02}{half}", f"{hour % 12 or 12}:{minute:02} {half.upper()}"]
    assert {read_moment(form) for form in forms} == {clock}
    name = "until " if in_words else "until="
    for form in forms:
        assert parse(f"100 user001 {name}{form}", LEXICON).values["until"] == [clock]


WORDS = st.sampled_from(["for", "until", "at", "in", "from", "to", "max=", "90m", "2h", "15:30", "3 pm", "14h", "99"])


def answered_or_placed(text: str) -> Reply | Start | None:
    """Return the reply, or the start that is placed."""
    done = run(text, asked(now=NOON, zone=BERLIN))
    if isinstance(done, Reply):
        return done
    return done.action if isinstance(done.action, Start) else None


@given(st.lists(WORDS | st.text(max_size=6), max_size=6))
def test_whatever_is_typed_for_a_time_is_placed_or_answered(words: list[str]) -> None:
    """No text makes an error of ours, or a start whose end is before its beginning."""
    try:
        done = answered_or_placed(" ".join(["room", "100", "user=user001", *words]))
    except CommandError:
        return
    if isinstance(done, Start) and done.end_at is not None:
        assert done.end_at >= (done.start_at or NOON) + SHORTEST
