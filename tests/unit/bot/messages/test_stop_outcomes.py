"""What is said of a stop."""

from typing import Any

import pytest

from bot.messages.blocks import Audience
from bot.messages.stop_outcomes import stop_outcome
from shared.actors import Actor
from shared.failures import FailureKind
from shared.orders import Stop
from shared.stops import StopRecord, StopTarget
from tests.block_kit import assert_slack_takes, read
from tests.builders import ANN, BEN, NOW, ORDER_ID, TIMETABLE, a_failure

STREAM: dict[str, Any] = {"room_id": "100", "user_id": "user001", "video_type": "CAMERASTREAM"}
WHO = "user001 in room 100"
MAY_GO_ON = "It may still be recording. Try again in a minute, or ask an operator."
QUOTA = "RTC.00001007 JobExceed · HTTP 400 · request 3f2a"
NO_JOB = "It may be recording, but RTC never named the job. It ends when the room is idle."
BY_USER = Stop(room_id="100", user_id="user001")
BY_JOB = Stop(job_id="7")


def _said(stop: Stop, *targets: StopTarget, by: Actor = TIMETABLE) -> str:
    stopping = StopRecord(order_id=ORDER_ID, actor=by, began_at=NOW, targets=targets, settled_at=NOW)
    said = stop_outcome(stop, stopping)
    assert said.to is Audience.CHANNEL
    assert_slack_takes(said)
    return read(said)


@pytest.mark.parametrize(
    ("stop", "targets", "text"),
    [
        (BY_USER, [StopTarget(job_id="1", **STREAM)], "⏹️ Stopped user001 in room 100\nby timetable · job 1 · camera"),
        (BY_JOB, [StopTarget(job_id="7", **STREAM)], "⏹️ Stopped user001 in room 100\nby timetable · job 7 · camera"),
        (BY_JOB, [StopTarget(job_id="7")], "⏹️ Stopped job 7\nby timetable · job 7"),
        (
            BY_USER,
            [StopTarget(job_id=None, **STREAM)],
            "⏹️ Cancelled the plan: user001 in room 100\nby timetable · camera",
        ),
        (BY_USER, [], "⏹️ Nothing to stop: user001 in room 100\nby timetable"),
        (
            BY_USER,
            [StopTarget(job_id="1", **STREAM, failure=a_failure())],
            f"⛔ Not stopped: user001 in room 100\n{MAY_GO_ON}\nby timetable · job 1 · camera · {QUOTA}",
        ),
        (
            BY_USER,
            [
                StopTarget(job_id="1", **STREAM),
                StopTarget(job_id=None, **STREAM, failure=a_failure(FailureKind.JOB_UNKNOWN)),
            ],
            f"⏹️ Stopped 1 of 2 recordings of {WHO}\nby timetable\n✅ job 1 · camera\n⛔ camera · {NO_JOB}",
        ),
    ],
)
def test_what_is_said_of_a_stop(stop: Stop, targets: list[StopTarget], text: str) -> None:
    """Who was stopped, or why not and what to do, in a few lines."""
    assert _said(stop, *targets) == text


@pytest.mark.parametrize("kind", [FailureKind.AUTH_FAILED, FailureKind.NOT_FOUND])
def test_nobody_is_told_to_try_what_another_try_cannot_change(kind: FailureKind) -> None:
    """A refused key is an operator's to mend; more tries can lock it."""
    said = _said(BY_USER, StopTarget(job_id="1", **STREAM, failure=a_failure(kind, error_code=None, error_msg=None)))
    assert "It may still be recording. Ask an operator" in said
    assert "Try again" not in said


def test_what_waited_too_long_says_so() -> None:
    """Nobody expects it any more."""
    assert "Ask again if you still need it." in _said(
        BY_USER, StopTarget(job_id=None, **STREAM, failure=a_failure(FailureKind.TOO_LATE))
    )


def test_a_stop_that_is_refused_for_the_clock_says_so() -> None:
    """By how much it is off; to try again would change nothing."""
    refused = a_failure(FailureKind.AUTH_FAILED, status=401, clock_ahead=-1200)
    said = _said(BY_USER, StopTarget(job_id="1", **STREAM, failure=refused))
    assert "recordbot's clock is 20 minutes behind RTC's. It may still be recording." in said
    assert "Try again" not in said


def test_a_person_is_mentioned_and_a_caller_is_not() -> None:
    """A caller is not a person in Slack, whatever its name looks like."""
    assert "@U1ANN" in _said(BY_USER, by=ANN)
    assert "@" not in _said(BY_USER, by=TIMETABLE)


def test_who_gave_a_stop_up_is_named() -> None:
    """Beside who asked for the stop: everybody in the channel reads whom to ask."""
    failed = StopTarget(job_id="1", **STREAM, failure=a_failure(FailureKind.GIVEN_UP))
    for targets in ((failed,), (failed, failed)):
        stopped = StopRecord(order_id=ORDER_ID, actor=ANN, began_at=NOW, targets=targets, settled_at=NOW)
        assert "by @U1ANN · given up by @U2BEN" in read(stop_outcome(BY_USER, stopped, given_up_by=BEN))
