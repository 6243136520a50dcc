"""`/record stop`: what it stops at once, what it asks first, and what it leaves alone."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.rights import NotAllowed
from bot.commands.stop import STOP
from bot.commands.subcommand import Asked, Placing
from bot.language.corrections import CommandError
from bot.messages.blocks import Audience, Reply
from shared.actors import CLOCK
from shared.orders import Stop
from shared.recordings import End, Recording, RecordingState, StopAsked
from tests.asked import answered, asked, placed, run
from tests.block_kit import assert_slack_takes, read
from tests.builders import ANN, BEN, NOW, ORDER_ID, TIMETABLE
from tests.known_recordings import a_known

MINE = a_known("1")
BENS = a_known("2", user_id="user002", actor=BEN)


def stopped(text: str, *known: Recording, where: Asked | None = None) -> Stop:
    """What a text stops at once."""
    action = placed(text, where or asked(known=known)).action
    assert isinstance(action, Stop)
    return action


def question(text: str, *known: Recording, where: Asked | None = None) -> str:
    """What is answered to a text that stops nothing."""
    reply = answered(text, where or asked(known=known))
    assert_slack_takes(reply)
    assert reply.to is Audience.ASKER
    return read(reply)


def line_to_copy(said: str) -> str:
    """The command that the answer ends with, without the slash command."""
    (line,) = [line for line in said.split("\n") if line.startswith("To stop ") and line.endswith(" yes")]
    return line.partition("/record ")[2]


@pytest.mark.parametrize(
    "text",
    [
        "stop",
        "stop 1",
        "stop job=1",
        "stop job 1",
        "end 1",
        "kill 100",
        "cancel 100 user001",
        "stop 100 user001",
        "stop room 100 user001",
        "stop room=100 user=user001",
        "stop user001 in room 100",
        "STOP 100 user001.",
        "please stop 100 user001",
        "stop the recording 1",
        "stop 100 user001 camera",
        "stop room 100 camera",
        "stop all mine",
        "stop mine",
    ],
)
def test_ones_own_recording_is_stopped_at_once(text: str) -> None:
    """If it is the only one that is meant, in the words that people use for it."""
    assert stopped(text, MINE) == Stop(recordings=(MINE.id,))


def test_stop_alone_stops_what_is_mine_and_runs_here() -> None:
    """Not what I started elsewhere, and not what others started here."""
    elsewhere = a_known("3", channel_id="C2")
    assert stopped("stop", BENS, MINE, elsewhere) == Stop(recordings=(MINE.id,))


def test_stop_alone_lists_if_it_is_not_one() -> None:
    """With a command for one of them, and one for all of mine."""
    other = a_known("3", user_id="user003")
    said = question("stop", MINE, BENS, other)
    assert said.startswith("Nothing stopped: 2 recordings of yours, 3 recordings here\n")
    assert "To stop one: /record stop job=1" in said
    assert stopped(line_to_copy(said), MINE, BENS, other).recordings == (MINE.id, other.id)


def test_stop_alone_says_where_to_look_if_nothing_runs_here() -> None:
    """There may be others elsewhere."""
    said = question("stop", a_known("3", channel_id="C2"))
    assert said == "Nothing to stop here\nRecordings elsewhere: /record list all"
    said = question("stop", BENS)
    assert said.startswith("Nothing stopped: 0 recordings of yours, 1 recording here\n")
    assert "To stop one: /record stop job=2" in said


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("stop 2", (BENS,)),
        ("stop 100", (MINE, BENS)),
        ("stop room 100", (MINE, BENS)),
        ("stop 100 user002", (BENS,)),
        ("stop all mine", (MINE, a_known("3", channel_id="C2"))),
        ("stop 100 user001", (MINE, a_known("3", video_type="SCREENSTREAM"))),
        ("stop room=100 screen", (a_known("3", video_type="SCREENSTREAM", actor=BEN),)),
        ("stop 4", (a_known("4", actor=TIMETABLE),)),
        ("stop 100 user001", (a_known(None, state=RecordingState.UNKNOWN, actor=BEN),)),
        ("stop abcd", (a_known("abcdef0123"),)),
        ("stop user001", (MINE,)),
        ("stop user001", (MINE, a_known("3", room_id="101"))),
        ("stop room=yes", (a_known("5", room_id="yes", actor=BEN),)),
        ("stop room=100 user=mine", (a_known("5", user_id="mine", actor=BEN),)),
    ],
)
def test_several_or_somebody_elses_want_yes(text: str, known: Sequence[Recording]) -> None:
    """The answer lists them, with the line to copy, which stops exactly these. So do parts of a job id, and a user."""
    said = question(text, *known)
    assert said.startswith("Nothing stopped yet: ")
    assert stopped(line_to_copy(said), *known).recordings == tuple(it.id for it in known)


def test_a_number_that_is_a_room_and_a_job_is_the_job() -> None:
    """What was meant is said, and how to name the room."""
    job, in_room = a_known("7", room_id="8"), a_known("9", room_id="7", user_id="user003")
    placing = placed("stop 7", asked(known=(job, in_room)))
    assert placing.action == Stop(recordings=(job.id,))
    said = read(placing.accepted(ORDER_ID))
    assert said.endswith("that is job 7; room 7 has 1 recording too: room=7")
    assert stopped("stop room=7", job, in_room) == Stop(recordings=(in_room.id,))
    bens = job.model_copy(update={"actor": BEN})
    assert "room 7 has 1 recording too: room=7" in question("stop 7", bens, in_room)


def test_what_is_over_is_not_stopped_again() -> None:
    """The answer says how it ended."""
    over = MINE.model_copy(update={"state": RecordingState.ENDED, "end": End.IDLE, "ended_at": NOW})
    said = question("stop 1", over)
    assert said.startswith("Nothing to stop: job 1\n")
    assert "room 100 was idle for 5 min" in said


@pytest.mark.parametrize("text", ["stop 7", "stop job=7", "stop room=7", "stop abcd yes"])
def test_what_does_not_exist_is_said(text: str) -> None:
    """With where to look."""
    said = question(text, MINE)
    assert said.startswith("Nothing to stop: ")
    assert "/record list all" in said


def test_what_is_being_started_is_looked_for_by_the_recorder() -> None:
    """It isn't listed yet. The recorder stops it only if it is the asker's own."""
    assert stopped("stop 100 user009 yes") == Stop(room_id="100", user_id="user009", only_own=True)
    stop = Stop(room_id="lobby", user_id="teacher", video_type="SCREENSTREAM", only_own=True)
    assert stopped("stop lobby teacher screen") == stop


def test_what_was_asked_for_in_somebodys_direct_message_stays_there() -> None:
    """It is neither shown nor stopped by others; in the same conversation it is."""
    hidden = a_known("6", actor=BEN, channel_id="D1")
    for text in ("stop 6", "stop 100", "stop 6 yes", "stop room=100 yes"):
        assert "user001" not in question(text, hidden)
    assert stopped("stop 6", where=asked(actor=BEN, known=[hidden])) == Stop(recordings=(hidden.id,))
    assert "user001" in question("stop 6", where=asked(channel_id="D1", known=[hidden]))


def test_a_planned_recording_is_cancelled_by_stop() -> None:
    """By its room and user, since it has no job yet."""
    planned = a_known(None, state=RecordingState.PLANNED, planned=True, since=NOW + timedelta(hours=1))
    assert stopped("stop 100 user001", planned) == Stop(recordings=(planned.id,))
    assert stopped("stop", planned) == Stop(recordings=(planned.id,))
    placing = placed("cancel 100 user001", asked(known=[planned]))
    assert read(placing.accepted("7KQ2")).startswith("⏳ Cancelling the plan: user001 in room 100\n")


def test_what_is_being_stopped_can_be_asked_for_again() -> None:
    """The recorder makes one stop of two."""
    stopping = MINE.model_copy(update={"stop_asked": StopAsked(by=CLOCK, at=NOW)})
    assert stopped("stop", stopping) == Stop(recordings=(MINE.id,))


@pytest.mark.parametrize("count", [25, 200])
def test_a_long_list_is_one_that_slack_takes(count: int) -> None:
    """It shows some, and says how many there are; `yes` stops all of them."""
    many = [a_known("j" * 120 + str(n), user_id="u" * 60 + str(n), room_id="R" * 64, actor=BEN) for n in range(count)]
    said = question(f"stop room={'R' * 64}", *many)
    assert f"{count} recordings" in said
    assert " more: name a room to see its recordings" in said
    assert len(stopped(line_to_copy(said), *many).recordings) == count


@pytest.mark.parametrize(
    ("text", "why", "corrected"),
    [
        ("stop all", "name a room, or say stop all mine", None),
        ("stop job=7 room=1", "a job, or a room and a user, not both", None),
        ("stop all mine room=1", "all mine, or a job or a room, not both", None),
        ("stop 7 screen", "a job has one picture", None),
        ("stop @ann", "a job's id, as in the recording's message", None),
        ("stop 100 user001,user002", "one user at a time", None),
        ("stop user=user001", "in which room", None),
        ("stop user=a user=b", "in which room", None),
        ("stop it", "leave it out", None),
        ("stop a.b user001", "an id has 1 to 64", None),
        (f"stop {'r' * 65} user001", "an id has 1 to 64", None),
        ("stop 100 user001 hd", "no such word", None),
        ("stop 100,user001", "only one room or job", None),
        ("terminate 7", "stop", "stop 7"),
        ("stpo 100 user001", "stop", "stop 100 user001"),
    ],
)
def test_what_stops_nothing_is_answered(text: str, why: str, corrected: str | None) -> None:
    """With what is wrong, and the command to copy where there is no doubt."""
    with pytest.raises(CommandError, match=why) as caught:
        run(text)
    assert caught.value.corrected == corrected


def test_the_asker_reads_what_is_to_stop() -> None:
    """And the order's id, to quote it."""
    said = placed("stop", asked(known=[MINE])).accepted(ORDER_ID)
    assert_slack_takes(said)
    assert said.to is Audience.ASKER
    assert read(said).split("\n") == ["⏳ Asking RTC to stop user001 in room 100", f"order {ORDER_ID}"]


WORDS = st.sampled_from([*STOP.words.definitions, "100", "user001", "1", "2", "abcd", "room=1", "user=2", "job=3", ","])
KNOWN = st.builds(
    a_known,
    st.sampled_from(["1", "2", "100", "abcdef", "abcdxy", None]),
    room_id=st.sampled_from(["100", "1"]),
    user_id=st.sampled_from(["user001", "2"]),
    actor=st.sampled_from([ANN, BEN, TIMETABLE]),
    channel_id=st.sampled_from(["C1", "C2", "D1", None]),
    state=st.sampled_from([RecordingState.PLANNED, RecordingState.RECORDING, RecordingState.ENDED]),
)


@given(st.lists(WORDS | st.text(max_size=5), max_size=5), st.lists(KNOWN, max_size=4))
def test_without_yes_only_one_recording_of_ones_own_is_stopped(words: list[str], known: list[Recording]) -> None:
    """Whatever is typed, and whatever runs. With `yes` nothing is stopped that runs elsewhere, but one's own."""
    try:
        done = run(" ".join(["stop", *words]), asked(known=known))
    except (CommandError, NotAllowed):
        return
    if isinstance(done, Reply):
        assert_slack_takes(done)
        return
    assert isinstance(done, Placing)
    action = done.action
    if not isinstance(action, Stop):
        return  # `stop ?` asks for help
    assert_slack_takes(done.accepted(ORDER_ID))
    assert action.only_own or action.recordings
    meant = [it for it in known if it.id in action.recordings]
    assert not any(it.is_over for it in meant)
    if "yes" not in " ".join(words):
        assert len(action.recordings) <= 1
        assert all(it.actor == ANN for it in meant)
    assert all(it.actor == ANN or it.channel_id == "C1" for it in meant)
