"""`/record at`: which plan is moved, to which time, and what is asked back."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.commands import LEXICON
from bot.commands.target import named
from bot.language.parser import parse, write
from shared.orders import Move
from shared.recordings import Recording, RecordingState
from tests.asked import answered, asked, placed
from tests.block_kit import assert_slack_takes, read
from tests.builders import ANN, BEN, ORDER_ID, a_request

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 26, 11, tzinfo=UTC)
"""12:00 in Berlin."""


def planned(order_id: str = ORDER_ID, n: int = 0, user: str = "user001", **changes: object) -> Recording:
    """Return a recording that ann planned for 14:00."""
    recording = Recording(
        order_id=order_id,
        n=n,
        request=a_request(user),
        actor=ANN,
        channel_id="C1",
        since=NOON + timedelta(hours=2),
        planned=True,
        state=RecordingState.PLANNED,
    )
    return recording.model_copy(update=changes)


OTHER = "0AAAAAAAAAAA"


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("at 100 user001 15:00", "at 100 user001 time=15:00"),
        ("at 100 3 pm", "at 100 time=15:00"),
        ("move 100 user001 to 15:00", "at 100 user001 time=15:00"),
        ("move user001 in room 100 to 15:00", "at user001 room=100 time=15:00"),
        ("postpone 100 15h", "at 100 time=15:00"),
        ("at 100 2026-11-27T15:00", "at 100 time=2026-11-27T15:00"),
        ("move 15:00", "at time=15:00"),
    ],
)
def test_the_time_needs_no_name(typed: str, canonical: str) -> None:
    """And may be anywhere; `at 14:00 100 user001` is a start at that time."""
    assert write(parse(typed, LEXICON), LEXICON) == canonical
    assert parse(canonical, LEXICON) == parse(typed, LEXICON)
    assert parse("at 14:00 100 user001", LEXICON).vocabulary.name == "start"


@pytest.mark.parametrize("typed", ["at 100 15:00", "at 100 user001 15:00", "move 15:00", "move room=100 user001 15:00"])
def test_a_plan_is_moved(typed: str) -> None:
    """To a time in the person's zone, which the answer says."""
    done = placed(typed, asked(known=[planned()], now=NOON, zone=BERLIN))
    assert done.action == Move(recordings=(f"{ORDER_ID}.0",), start_at=NOON + timedelta(hours=3))
    said = done.accepted(ORDER_ID)
    assert_slack_takes(said)
    assert read(said).split("\n") == [
        "⏳ Moving user001 in room 100 to 2026-11-26 14:00 UTC",
        f"read as Europe/Berlin time · order {ORDER_ID}",
    ]


def test_the_users_of_one_plan_are_moved_together() -> None:
    """They were planned by one command."""
    known = [planned(), planned(n=1, user="user002")]
    action = placed("at 100 15:00", asked(known=known, now=NOON)).action
    assert isinstance(action, Move)
    assert action.recordings == (f"{ORDER_ID}.0", f"{ORDER_ID}.1")


@pytest.mark.parametrize(
    ("typed", "known", "headline", "way_out"),
    [
        ("at 100 15:00", [], "Nothing to move: room or job 100", "/record list all"),
        ("move 15:00", [planned(actor=BEN)], "Nothing to move: yours here", "/record list all"),
        (
            "at 100 15:00",
            [planned(state=RecordingState.RECORDING)],
            "Nothing moved: room 100 isn't planned",
            "user001",
        ),
        (
            "at 100 15:00",
            [planned(), planned(OTHER, user="user002")],
            "Nothing moved: room 100, 2 recordings",
            "/record at room=100 user=user001 camera 15:00",
        ),
        (
            "at 100 11:00",
            [planned()],
            "✋ Nothing moved. 1 thing to fix",
            "/record at 100 time=2026-11-27T11:00",
        ),
        ("at 100 2026-12-04T12:00", [planned()], "✋ Nothing moved. 1 thing to fix", "at most 7 days ahead"),
    ],
)
def test_what_moves_nothing_says_why(typed: str, known: list[Recording], headline: str, way_out: str) -> None:
    """With the way out: what there is, or a line to copy that is understood."""
    said = answered(typed, asked(known=known, now=NOON, zone=UTC))
    assert_slack_takes(said)
    assert read(said).split("\n")[0] == headline
    assert way_out in read(said)
    if way_out.startswith("/record at"):
        placed(way_out.removeprefix("/record "), asked(known=[planned()], now=NOON))


@pytest.mark.parametrize("words", ["status", "stop", "again", "release", "extend 1h", "move 15:00"])
def test_the_line_that_names_a_plan_is_understood(words: str) -> None:
    """By each command that finds recordings: a plan has no job, so its stream names it, with its picture."""
    line = f"{words} {named(planned())}"
    assert "camera" in line
    assert parse(line, LEXICON).vocabulary.name == words.partition(" ")[0].replace("move", "at")
