"""`/record stop`: what its words become, and what is said at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import LEXICON
from bot.commands.stop import STOP
from bot.commands.subcommand import Placing
from bot.language.corrections import CommandError
from bot.language.parser import parse
from bot.messages.blocks import Audience
from shared.orders import Stop
from tests.asked import asked, placed
from tests.block_kit import assert_slack_takes, read
from tests.builders import ORDER_ID

JOB = "650b1c9f2f7c4b0e8a3d5e6f7a8b9c0d"
BY_USER = Stop(room_id="100", user_id="user001")


def stop(text: str) -> Stop:
    """Return what a text asks to stop."""
    action = placed(text).action
    assert isinstance(action, Stop)
    return action


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("stop 100 user001", BY_USER),
        ("stop room 100 user001", BY_USER),
        ("stop room=100 user=user001", BY_USER),
        ("stop user001 in room 100", BY_USER),
        ("STOP 100 user001.", BY_USER),
        ("please stop 100 user001", BY_USER),
        ("stop teacher in lobby", Stop(room_id="lobby", user_id="teacher")),
        ("stop user001 in 100", BY_USER),
        ("stop lobby teacher", Stop(room_id="lobby", user_id="teacher")),
        ("stop 100 user001 screen", Stop(room_id="100", user_id="user001", video_type="SCREENSTREAM")),
        ("stop 100 user001 video_type=CAMERASTREAM", Stop(room_id="100", user_id="user001", video_type="CAMERASTREAM")),
        (f"stop {JOB}", Stop(job_id=JOB)),
        ("stop job 7", Stop(job_id="7")),
        ("stop job=7", Stop(job_id="7")),
        ("stop the recording 7", Stop(job_id="7")),
    ],
)
def test_a_stop_names_a_job_or_a_user_of_a_room(text: str, action: Stop) -> None:
    """In the words that people use for it."""
    assert stop(text) == action


@pytest.mark.parametrize(
    ("text", "why", "corrected"),
    [
        ("stop", "which recording?", None),
        ("stop all", "name what to stop", None),
        ("stop job=7 room=1", "a job, or a room and a user, not both", None),
        ("stop 7 screen", "a job has one picture", None),
        ("stop @ann", "a job id, as the message about the recording has it", None),
        ("stop 100 user001,user002", "one user at a time", None),
        ("stop room 100", "who in room 100", None),
        ("stop recording room=100", "who in room 100", None),
        ("stop user=user001", "in which room", None),
        ("stop it", "name what to stop", None),
        ("stop a.b user001", "an id has 1 to 64", None),
        (f"stop {'r' * 65} user001", "an id has 1 to 64", None),
        ("stop 100 user001 hd", "no such word", None),
        ("stop 100,user001", "only one room or job", None),
        ("kill 100 user001", "stop", "stop 100 user001"),
        ("terminate 7", "stop", "stop 7"),
        ("stpo 100 user001", "stop", "stop 100 user001"),
    ],
)
def test_what_stops_nothing_is_answered(text: str, why: str, corrected: str | None) -> None:
    """With what is wrong, and the command to copy where there is no doubt."""
    with pytest.raises(CommandError, match=why) as caught:
        stop(text)
    assert caught.value.corrected == corrected


@pytest.mark.parametrize(
    ("text", "headline"),
    [
        ("stop 100 user001", "⏳ Asking RTC to stop user001 in room 100"),
        ("stop 7", "⏳ Asking RTC to stop job 7"),
    ],
)
def test_the_asker_reads_what_is_to_stop(text: str, headline: str) -> None:
    """And the order's id, to quote it."""
    said = placed(text).accepted(ORDER_ID)
    assert_slack_takes(said)
    assert said.to is Audience.ASKER
    assert read(said).split("\n") == [headline, f"order {ORDER_ID}"]


WORDS = st.sampled_from(
    [*STOP.words.definitions, "100", "user001", JOB, "a.b", "r" * 70, "room=1", "user=2", "job=3", ","]
)


@given(st.lists(WORDS | st.text(max_size=5), max_size=6))
def test_every_stop_that_is_understood_names_one_thing(words: list[str]) -> None:
    """Whatever is typed: either there is an error to read, or an order that the recorder takes."""
    try:
        vocabulary, values = parse(" ".join(["stop", *words]), LEXICON)
    except CommandError:
        return
    if vocabulary is not STOP.words:
        return  # `stop ?` asks for help
    done = STOP.run(values, asked())
    if isinstance(done, Placing):
        action = done.action
        assert isinstance(action, Stop)
        assert (action.job_id is None) == (action.room_id is not None and action.user_id is not None)
