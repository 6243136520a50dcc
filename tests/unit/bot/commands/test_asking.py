"""`/record list` and `/record status`: what is shown of the recordings, and to whom."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.subcommand import Asked
from bot.language.corrections import CommandError
from bot.messages.blocks import Audience, Reply
from shared.actors import CLOCK
from shared.attempts import Limit
from shared.orders import Show
from shared.recordings import End, Recording, RecordingState, StopAsked
from tests.asked import answered, asked, placed, run
from tests.block_kit import assert_slack_takes, read
from tests.builders import BEN, NOW, ORDER_ID, TIMETABLE, a_job, a_request
from tests.known_recordings import a_known

MINE = a_known("1", checked_at=NOW - timedelta(minutes=2))
BENS = a_known("2", user_id="user002", actor=BEN, channel_id="C2", since=NOW - timedelta(minutes=5))
CALLERS = a_known("3", user_id="user003", actor=TIMETABLE, channel_id=None)
HIDDEN = a_known("4", user_id="user004", actor=BEN, channel_id="D1")
ALL = [MINE, BENS, CALLERS, HIDDEN]


def said(text: str, *known: Recording, where: Asked | None = None) -> list[str]:
    """The lines of the answer at once."""
    where = where or asked(known=known)
    done = run(text, where)
    reply = done if isinstance(done, Reply) else done.accepted(ORDER_ID)
    assert_slack_takes(reply)
    assert reply.to is Audience.ASKER
    return read(reply).split("\n")


@pytest.mark.parametrize(
    ("text", "headline", "jobs"),
    [
        ("list", "1 recording here", "1"),
        ("ls", "1 recording here", "1"),
        ("running here", "1 recording here", "1"),
        ("list mine", "1 recording of yours", "1"),
        ("list all", "3 recordings", "132"),
    ],
)
def test_a_list_has_what_was_asked_for(text: str, headline: str, jobs: str) -> None:
    """What began first comes first. What somebody asked for in a direct message is theirs."""
    first, *rows = said(text, *ALL)
    assert first == headline
    assert [row.partition("job ")[2][0] for row in rows] == list(jobs)


def test_the_direct_message_itself_shows_its_recordings() -> None:
    """To whom they belong, and to whoever is in it."""
    assert said("list", where=asked(channel_id="D1", known=ALL))[0] == "1 recording here"
    assert said("list mine", where=asked(actor=BEN, known=ALL))[0] == "2 recordings of yours"


def test_an_empty_list_says_where_there_are_more() -> None:
    """If there are any that the asker may see."""
    assert said("list", BENS, HIDDEN) == ["No recordings here", "1 recording elsewhere: /record list all"]
    assert said("list", HIDDEN) == ["No recordings here"]
    assert said("list all", HIDDEN) == ["No recordings"]


ENDS = Limit(ends_at=NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    ("recording", "row"),
    [
        (MINE, "🔴 user001 · room 100 · 24 min · @U1ANN · job 1 · checked 2 min ago"),
        (
            MINE.model_copy(update={"limit": ENDS}),
            "🔴 user001 · room 100 · 24 min · ends 11:30 UTC · @U1ANN · job 1 · checked 2 min ago",
        ),
        (
            MINE.model_copy(update={"unseen_since": NOW - timedelta(minutes=6)}),
            "🔴 user001 · room 100 · 24 min · @U1ANN · job 1 · RTC has not shown it for 6 min",
        ),
        (
            MINE.model_copy(update={"stop_asked": StopAsked(by=BEN, at=NOW)}),
            "⏳ user001 · room 100 · stopping, asked for by @U2BEN · @U1ANN · job 1 · checked 2 min ago",
        ),
        (
            MINE.model_copy(update={"state": RecordingState.STARTING}),
            "🟡 user001 · room 100 · starting for 24 min · @U1ANN · job 1 · checked 2 min ago",
        ),
        (
            a_known(None, state=RecordingState.PLANNED, since=NOW + timedelta(minutes=30), limit=ENDS),
            "📅 user001 · room 100 · planned for 11:00 UTC · ends 11:30 UTC · @U1ANN",
        ),
        (
            a_known(None, state=RecordingState.UNKNOWN, held_until=NOW + timedelta(minutes=30)),
            "❓ user001 · room 100 · may or may not be recording · held until 11:00 UTC · @U1ANN",
        ),
        (
            a_known("5", actor=TIMETABLE, video_type="SCREENSTREAM", checked_at=NOW),
            "🔴 user001 · room 100 · screen + audio · 24 min · timetable · job 5 · checked 0 s ago",
        ),
    ],
)
def test_a_row_says_what_is_known_and_how_old_that_is(recording: Recording, row: str) -> None:
    """Nothing says more than RTC has said."""
    assert said("list all", recording) == ["1 recording", row]


@pytest.mark.parametrize("count", [0, 1, 25, 200])
def test_a_list_of_any_length_is_one_that_slack_takes(count: int) -> None:
    """The longest ids that there are; the rest is counted."""
    fields = {"room_id": "r" * 64, "user_id": "u" * 64, "actor": TIMETABLE, "channel_id": None}
    rows = said("list all", *(a_known("j" * 120 + str(n), **fields) for n in range(count)))
    shown = sum("job j" in row for row in rows)
    assert shown == count or rows[-1] == f"and {count - shown} more: name a room to see its recordings"
    assert shown >= min(count, 10)


def test_a_list_too_long_for_slack_has_what_begins_nearest_to_now() -> None:
    """Of 60 recordings it has the one that was just started and the one that comes next, in their order."""
    old = [a_known(f"old{n}", since=NOW - timedelta(hours=1, seconds=n)) for n in range(29)]
    later = [a_known(f"later{n}", since=NOW + timedelta(hours=1, seconds=n)) for n in range(29)]
    new, soon = a_known("new"), a_known("soon", since=NOW + timedelta(minutes=1))
    rows = said("list all", *old, new, soon, *later)
    jobs = [row.partition("job ")[2].split(" ")[0] for row in rows if "job " in row]
    assert jobs.index("new") + 1 == jobs.index("soon")
    assert rows[-1] == f"and {60 - len(jobs)} more: name a room to see its recordings"


@pytest.mark.parametrize("text", ["status", "status 1", "status job=1", "check 1", "status 100 user001"])
def test_the_status_of_one_that_runs_is_answered_at_once_and_asked_of_rtc(text: str) -> None:
    """The order has what was said, so that RTC's answer is posted only if it says more."""
    placing = placed(text, asked(known=ALL))
    assert placing.action == Show(recording=MINE.id, known=MINE.known)
    assert "🔴 user001 · room 100 · 24 min" in said(text, *ALL)[1]


def test_the_status_of_several_is_their_list() -> None:
    """Of the room, without what was asked for in others' direct messages."""
    first, *rows = said("status 100", *ALL)
    assert first == "3 recordings: room 100"
    assert len(rows) == 3


def test_the_status_of_what_is_over_says_why() -> None:
    """It is found by its job, and by `status` alone if it was the last start of this person here."""
    over = MINE.model_copy(update={"state": RecordingState.ENDED, "end": End.IDLE, "ended_at": NOW})
    assert "room 100 was idle for 5 min" in said("status 1", over)[1]
    assert said("status", over)[0] == "1 recording: your last start here"
    by_limit = over.model_copy(update={"end": End.LIMIT, "stop_asked": StopAsked(by=CLOCK, at=NOW)})
    assert "its time limit was reached" in said("status 1", by_limit)[1]


def test_the_status_of_a_room_shows_how_one_s_last_start_here_ended() -> None:
    """Where nothing runs in it any more. Others read that it isn't known: there may be years of them."""
    over = a_known("1", room_id="8", state=RecordingState.ENDED, end=End.NOT_STARTED, ended_at=NOW)
    assert said("status 8", over)[1].startswith("⏹️ user001 · room 8 · it was not started · ")
    assert said("status 8 user002", over)[0] == "recordbot knows no recording: user002 in room 8"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("status 9", "room or job 9"),
        ("status job=9", "job 9"),
        ("status 9 user001", "user001 in room 9"),
        ("status room=9", "room 9"),
        ("status 4", "room or job 4"),
        ("status", "your last start here"),
    ],
)
def test_the_status_of_what_is_not_known_says_so(text: str, what: str) -> None:
    """Others' direct messages are not known either."""
    where = asked(channel_id="C9", known=ALL)
    assert read(answered(text, where)).split("\n") == [
        f"recordbot knows no recording: {what}",
        "What runs or is planned: /record list all",
    ]


def test_a_number_that_is_a_room_and_a_job_is_the_job() -> None:
    """And what else it could be is said."""
    job, in_room = a_known("7", room_id="8"), a_known("9", room_id="7")
    assert said("status 7", job, in_room)[-1] == "room 7 has 1 recording too: room=7"
    assert placed("status 7", asked(known=[job, in_room])).action == Show(recording=job.id, known=job.known)


NAMES = st.text("*_~`<>&@!\u202e\u0301 \n\"'\\", min_size=1, max_size=20)


@given(NAMES, NAMES, st.sampled_from(["list all", "status 1"]))
def test_what_rtc_says_cannot_break_the_list(state: str, description: str, text: str) -> None:
    """Names of any kind come from RTC: they are shown as text."""
    job = a_job(a_request(), job_id="1", state=state, description=description, stop_reason=state)
    over = {"state": RecordingState.ENDED, "end": End.OTHER, "ended_at": NOW} if text == "status 1" else {}
    said(text, a_known("1", job=job, **over))


@given(st.sampled_from(["list", "status"]), st.lists(st.sampled_from(["1", "4", "100", "all", "mine"]) | st.text()))
def test_whatever_is_asked_shows_nothing_of_others_direct_messages(verb: str, words: list[str]) -> None:
    """Whatever is typed is an answer or an error to read."""
    try:
        assert "user004" not in "\n".join(said(" ".join([verb, *words]), *ALL)).replace(" ".join(words), "")
    except CommandError:
        return
