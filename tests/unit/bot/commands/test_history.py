"""`/record history`: what people read of what happened to recordings, and of which."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.subcommand import Asked
from bot.messages.blocks import Audience
from shared.actors import CLOCK
from shared.recording_changes import Limited, Moved, Released
from shared.recording_news import changed
from shared.recordings import CHANGES_KEPT, Changed, End, RecordingState, StopAsked
from tests.asked import answered, asked
from tests.block_kit import assert_slack_takes, read
from tests.builders import ANN, BEN, NOW
from tests.known_recordings import a_known

HOUR = timedelta(hours=1)
OVER: dict[str, Any] = {
    "state": RecordingState.ENDED,
    "end": End.STOPPED,
    "ended_at": NOW,
    "stop_asked": StopAsked(by=BEN, at=NOW),
}
PAST = a_known("1", room_id="100", since=NOW - 2 * HOUR, **OVER)
RUNS = a_known("2", room_id="100", user_id="user002", actor=BEN, channel_id="C2")
HIDDEN = a_known("3", room_id="100", user_id="user003", actor=BEN, channel_id="D1", **OVER)
PRIVATE = a_known("4", room_id="200", actor=BEN, channel_id="G1", **OVER)
ALL = [PAST, RUNS, HIDDEN, PRIVATE]


def said(text: str, where: Asked | None = None) -> list[str]:
    """The lines of the answer, which only the asker sees."""
    reply = answered(text, where or asked(known=ALL))
    assert_slack_takes(reply)
    assert reply.to is Audience.ASKER
    return read(reply).split("\n")


@pytest.mark.parametrize(
    ("text", "headline", "jobs"),
    [
        ("history 100", "2 recordings: room 100", "21"),
        ("history room=100", "2 recordings: room 100", "21"),
        ("history 100 user002", "1 recording: user002 in room 100", "2"),
        ("history 1", "1 recording: job 1", "1"),
        ("history job=2", "1 recording: job 2", "2"),
        ("log", "1 recording: your last start here", "1"),
        ("history 7", "recordbot knows no recording: room or job 7", ""),
        ("history job=7", "recordbot knows no recording: job 7", ""),
        ("history room=1", "recordbot knows no recording: room 1", ""),
        ("history 200", "recordbot knows no recording: room or job 200", ""),
        ("history job=4", "recordbot knows no recording: job 4", ""),
    ],
)
def test_what_is_meant_is_shown_the_newest_first(text: str, headline: str, jobs: str) -> None:
    """A job, or what was recorded in a room; and nothing of what somebody asked for where the asker isn't."""
    first, *lines = said(text)
    assert first == headline
    assert [line.rpartition("job ")[2] for line in lines if "· job " in line] == list(jobs)


def test_in_the_private_channel_itself_its_history_is_seen() -> None:
    """By whoever is in it."""
    assert said("history 200", asked(channel_id="G1", known=ALL))[0] == "1 recording: room 200"


def test_it_says_who_did_what_when_and_how_it_ended() -> None:
    """In the order in which it happened."""
    limited = changed(a_known("1", room_id="100"), Limited(NOW + HOUR, BEN), NOW)
    over = limited.model_copy(update=OVER)
    headline, title, *lines = said("history 1", asked(known=[over]))
    assert headline == "1 recording: job 1"
    assert title.startswith("⏹\ufe0f user001 · room 100 · ended · ")
    assert [line.split(" 2026")[0] for line in lines] == [
        lines[0].split(" 2026")[0],
        f"• @{BEN.id} changed its end to",
        f"• stop asked for by @{BEN.id} at",
        "• over at",
    ]
    assert lines[0].startswith(f"• asked for by @{ANN.id} · asked at ")
    assert lines[0].endswith(f"order {over.order_id}")
    assert "stopped" in lines[-1]


def test_who_moved_a_plan_and_who_released_is_said() -> None:
    """These are changes too; that the rules end it earlier is nobody's."""
    plan = a_known(None, state=RecordingState.PLANNED, planned=True, since=NOW + HOUR)
    moved = changed(plan, Moved(NOW + 2 * HOUR, BEN), NOW)
    held = a_known(None, state=RecordingState.UNKNOWN, user_id="user002")
    released = changed(held, Released(ANN), NOW)
    lines = said("history 100", asked(known=[held, released, moved, changed(moved, Limited(NOW + 3 * HOUR), NOW)]))
    assert [line for line in lines if f"@{BEN.id} changed its start to" in line]
    assert [line for line in lines if f"@{ANN.id} released it" in line]
    assert not [line for line in lines if CLOCK.id in line]


@given(st.lists(st.integers(0, 3), max_size=30))
def test_the_same_change_twice_is_one_and_only_the_last_are_kept(hours: list[int]) -> None:
    """Each check writes a recording, so it stays short; an order that is received twice changes nothing."""
    recording, made = a_known("1"), list[int]()
    for hour in hours:
        recording = changed(recording, Limited(NOW + hour * HOUR, BEN), NOW)
        assert changed(recording, Limited(NOW + hour * HOUR, BEN), NOW + HOUR) is recording
        made += [] if made[-1:] == [hour] else [hour]
    assert [it.to for it in recording.changes] == [NOW + hour * HOUR for hour in made[-CHANGES_KEPT:]]


@given(st.integers(1, 40), st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=60))
def test_a_long_history_is_cut_where_slack_takes_no_more(count: int, user_id: str) -> None:
    """The newest stay, and the answer says how many are left out."""
    same: dict[str, Any] = {"room_id": "100", "user_id": "u" * 64, "changes": _changes(user_id), **OVER}
    known = [a_known(f"{n}", since=NOW - timedelta(minutes=100 - n), **same) for n in range(count)]
    lines = said("history 100", asked(known=known))
    shown = [line for line in lines if "· job " in line]
    assert 1 <= len(shown) <= 10
    assert shown[0].endswith(f"job {count - 1}")
    rest = [line for line in lines if " older: " in line]
    assert rest == ([] if len(shown) == count else [f"and {count - len(shown)} older: name a job to see its history"])


def _changes(user_id: str) -> tuple[Changed, ...]:
    recording, by = a_known("1"), BEN.model_copy(update={"id": user_id})
    for minutes in range(CHANGES_KEPT):
        recording = changed(recording, Limited(NOW + timedelta(minutes=minutes), by), NOW)
    return recording.changes
