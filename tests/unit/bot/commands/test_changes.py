"""`/record extend`, `/record release` and `/record again`: what they place, and what they ask or refuse."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.subcommand import Asked, Placing
from bot.language.corrections import CommandError
from bot.messages.blocks import Audience, Reply
from shared.actors import CLOCK
from shared.attempts import Limit
from shared.orders import Extend, Release, Start
from shared.recordings import End, Recording, RecordingState, StopAsked
from shared.rtc.models import PublishParam, RecordParam
from tests.asked import answered, asked, placed, run
from tests.block_kit import assert_slack_takes, read
from tests.builders import BEN, NOW, ORDER_ID, a_request
from tests.known_recordings import a_known

ENDS_AT = NOW + timedelta(hours=7)
MINE = a_known("1", limit=Limit(ends_at=ENDS_AT, is_default=True))
BENS = a_known("2", user_id="user002", actor=BEN)
ELSEWHERE = {"actor": BEN, "channel_id": "D7", "is_public": False}
OVER = a_known("3", state=RecordingState.ENDED, end=End.IDLE, ended_at=NOW)
UNKNOWN = a_known(None, user_id="user004", state=RecordingState.UNKNOWN, held_until=NOW + timedelta(minutes=9))


def question(text: str, *known: Recording, where: Asked | None = None) -> str:
    """What is answered to a text that changes nothing."""
    reply = answered(text, where or asked(known=known))
    assert_slack_takes(reply)
    assert reply.to is Audience.ASKER
    return read(reply)


def accepted(placing: Placing) -> str:
    """What the asker reads once the order is queued."""
    reply = placing.accepted(ORDER_ID)
    assert_slack_takes(reply)
    assert reply.to is Audience.ASKER
    return read(reply)


def copied(said: str) -> str:
    """The command in the answer, without the slash command."""
    (line,) = [line for line in said.split("\n") if line.endswith(" yes")]
    return line.partition("/record ")[2]


# extend


@pytest.mark.parametrize("text", ["extend 1h", "extend 1 1h", "extend 100 user001 60 min", "extend room=100 by=1h"])
def test_a_recording_is_extended_by_a_time(text: str) -> None:
    """From when it was to end; the answer says the new time."""
    placing = placed(text, asked(known=[MINE]))
    assert placing.action == Extend(recording=MINE.id, ends_at=ENDS_AT + timedelta(hours=1))
    said = accepted(placing)
    assert said.startswith("⏳ Extending user001 in room 100 until ")
    assert "18:30" in said


def test_somebody_elses_can_be_extended_by_its_name() -> None:
    """It ends nothing. Without a limit it is counted from now."""
    assert placed("extend 2 30m", asked(known=[MINE, BENS])).action == Extend(
        recording=BENS.id, ends_at=NOW + timedelta(minutes=30)
    )


@pytest.mark.parametrize(
    ("text", "known", "said"),
    [
        ("extend 1h", [], "Nothing to extend: yours here\n"),
        ("extend +1h", [], "Nothing to extend: yours here\n"),
        ("extend 1h", [BENS], "Nothing to extend: yours here\n"),
        ("extend 3 1h", [OVER], "Nothing to extend: job 3\n"),
        ("extend 9 1h", [MINE], "Nothing to extend: room or job 9\n"),
        ("extend 100 user004 1h", [UNKNOWN], "Nothing to extend: user004 in room 100\n"),
        ("extend 100 1h", [MINE, BENS], "Nothing extended: room 100, 2 recordings\n"),
        (
            "extend 1 1h",
            [MINE.model_copy(update={"stop_asked": StopAsked(by=CLOCK, at=NOW)})],
            "Nothing extended: it is being stopped\n",
        ),
    ],
)
def test_what_cannot_be_extended_is_said(text: str, known: list[Recording], said: str) -> None:
    """Of several, the answer has a command for one."""
    assert question(text, *known).startswith(said)


def test_the_command_for_one_of_several_extends_that_one() -> None:
    """It can be pasted as it is."""
    line = question("extend 100 1h", MINE, BENS).partition("/record ")[2].split("\n")[0]
    assert placed(line, asked(known=[MINE, BENS])).action == Extend(
        recording=MINE.id, ends_at=ENDS_AT + timedelta(hours=1)
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [("extend 1", "how much longer"), ("extend", "how much longer"), ("extend 1 by=soon", "a time from 1m to 24h")],
)
def test_a_time_is_needed(text: str, why: str) -> None:
    """And asked for."""
    with pytest.raises(CommandError, match=why):
        run(text)


# release


@pytest.mark.parametrize("text", ["release", "release 100", "release 100 user004", "unlock room=100 user=user004"])
def test_what_is_unknown_is_released(text: str) -> None:
    """Only that, also if something else runs there."""
    placing = placed(text, asked(known=[UNKNOWN, MINE]))
    assert placing.action == Release(recordings=(UNKNOWN.id,))
    assert accepted(placing).startswith("⏳ Releasing user004 in room 100\n")


@pytest.mark.parametrize("text", ["release", "release 1", "release 100", "release 9", "release 100 user001"])
def test_what_is_known_is_not_released(text: str) -> None:
    """The answer says how to end it."""
    said = question(text, MINE)
    assert said.startswith("Nothing to release: ")
    assert said.endswith("/record stop")


def test_releasing_somebody_elses_wants_yes() -> None:
    """The answer has the line to copy."""
    bens = UNKNOWN.model_copy(update={"actor": BEN})
    said = question("release 100 user004", bens)
    assert said.startswith("Nothing released yet: user004 in room 100, 1 recording\n")
    assert placed(copied(said), asked(known=[bens])).action == Release(recordings=(bens.id,))


# again


def start_of(*recordings: Recording, **more: Any) -> Start:
    """The start that repeats these."""
    return Start(requests=tuple(it.request for it in recordings), repeats=tuple(it.id for it in recordings), **more)


@pytest.mark.parametrize("text", ["again", "again 3", "again job=3", "again 100", "again 100 user001", "repeat"])
def test_what_is_over_is_started_again_as_it_was(text: str) -> None:
    """The last start of this person here, or what is named."""
    placing = placed(text, asked(known=[OVER]))
    assert placing.action == start_of(OVER)
    assert accepted(placing).startswith("⏳ Asking RTC to record user001 in room 100\n")


def test_a_time_that_somebody_gave_holds_again() -> None:
    """A maximum that holds for all needs no repeating."""
    since = OVER.since
    given = OVER.model_copy(update={"limit": Limit(ends_at=since + timedelta(minutes=90))})
    assert placed("again", asked(known=[given])).action == start_of(OVER, max_duration=timedelta(minutes=90))
    moved = OVER.model_copy(update={"limit": Limit(ends_at=since - timedelta(minutes=1))})
    assert placed("again", asked(known=[moved])).action == start_of(OVER)
    default = OVER.model_copy(update={"limit": Limit(ends_at=since + timedelta(hours=8), is_default=True)})
    assert placed("again", asked(known=[default])).action == start_of(OVER)


def test_the_streams_of_the_last_start_that_are_over_are_started_again() -> None:
    """Those that run go on."""
    over = [a_known(str(n), user_id=f"u{n}", n=n, order_id=ORDER_ID, state=RecordingState.ENDED) for n in range(2)]
    runs = a_known("2", user_id="u2", n=2, order_id=ORDER_ID)
    start = placed("again", asked(known=[OVER, *over, runs])).action
    assert start == start_of(*over)


def test_what_did_not_start_is_released_first() -> None:
    """In the same order. What somebody else started wants `yes`."""
    start = placed("again", asked(known=[UNKNOWN])).action
    assert start == start_of(UNKNOWN, releases=(UNKNOWN.id,))
    bens = UNKNOWN.model_copy(update={"actor": BEN})
    said = question("again 100 user004", bens)
    assert said.startswith("Nothing started yet: user004 in room 100, 1 recording\n")
    assert placed(copied(said), asked(known=[bens])).action == start.model_copy(
        update={"releases": (bens.id,), "repeats": (bens.id,)}
    )


@pytest.mark.parametrize(
    ("text", "known", "said"),
    [
        ("again", [], "Nothing to start again: your last start here\n"),
        ("again 9", [OVER], "Nothing to start again: room or job 9\n"),
        ("again 1", [MINE], "Nothing started: job 1 isn't over\n"),
        ("again", [MINE], "Nothing started: your last start here isn't over\n"),
        ("again 3", [OVER.model_copy(update=ELSEWHERE)], "Nothing to start again: room or"),
    ],
)
def test_what_cannot_be_started_again_is_said(text: str, known: list[Recording], said: str) -> None:
    """Nothing is recorded twice, and nobody sees others' direct messages."""
    assert question(text, *known).startswith(said)


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "room 100 user001 hd camera idle=5m"),
        ({"video_type": None, "max_idle_time": 90}, "room 100 user001 hd audio-only idle=90s"),
        ({"video_type": "SCREENSTREAM", "is_record_audio": False}, "room 100 user001 hd screen no-audio idle=5m"),
        ({"record_param": RecordParam(record_rule_id="aB-1")}, "room 100 user001 hd camera rule=aB-1 idle=5m"),
        ({"room_id": "hd", "user_id": "stop"}, "room=hd user=stop hd camera idle=5m"),
    ],
)
def test_a_push_address_has_to_be_typed_again(changes: dict[str, Any], line: str) -> None:
    """The ledger doesn't keep its key. The rest of the command is there to copy, and means the same."""
    request = a_request(**{"publish_param": PublishParam(rtmp_urls=["rtmp://h/app/…"]), **changes})
    pushed = OVER.model_copy(update={"request": request})
    said = question("again", pushed)
    assert said.startswith("Nothing started: the push address is missing\n")
    assert said.endswith(f"/record {line} push=…")
    typed = placed(f"{line} push=rtmp://h/app/key").action
    again = request.model_copy(update={"publish_param": PublishParam(rtmp_urls=["rtmp://h/app/key"])})
    assert typed == Start(requests=(again,))


WORDS = st.sampled_from(["100", "user001", "1", "2", "3", "1h", "room=100", "user=2", "job=3", ",", "in", "for"])
KNOWN = st.sampled_from([MINE, BENS, OVER, UNKNOWN, UNKNOWN.model_copy(update={"actor": BEN})])


@given(
    st.sampled_from(["extend", "release", "again"]),
    st.lists(WORDS | st.text(max_size=5), max_size=5),
    st.lists(KNOWN, max_size=3, unique_by=lambda it: it.id),
)
def test_whatever_is_typed_is_answered_or_placed(verb: str, words: list[str], known: list[Recording]) -> None:
    """Without `yes` nothing that somebody else started is released."""
    try:
        done = run(" ".join([verb, *words]), asked(known=known))
    except CommandError:
        return
    assert_slack_takes(done if isinstance(done, Reply) else done.accepted(ORDER_ID))
    if isinstance(done, Placing) and isinstance(done.action, Start | Release) and "yes" not in " ".join(words):
        released = done.action.releases if isinstance(done.action, Start) else done.action.recordings
        assert not released or UNKNOWN in known
