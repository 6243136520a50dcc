"""The rules of an order's steps: which there are, how long they take, and their state."""

from dataclasses import replace
from typing import Any

import pytest

from local.demo.step import Step
from local.demo.steps import state_of, steps_of
from local.demo.trace import SLACK_DOOR, WEBHOOK
from local.slack.chat import CLASS_RECORDINGS
from shared.log_events import LogEvent
from shared.orders import NotQueued, PerhapsQueued
from tests.scene import BEGIN, START, Scene, an_event_s_order


def _stations(scene: Scene) -> list[tuple[str, str]]:
    return [(step.station, step.state) for step in steps_of(scene.traces()[0])]


def _last(scene: Scene, station: str) -> Step:
    return [step for step in steps_of(scene.traces()[0]) if step.station == station][-1]


def test_an_order_that_goes_well() -> None:
    """Six steps with their times, from Slack to the reply, none of them open."""
    scene = Scene()
    scene.fulfilled()
    steps = steps_of(scene.traces()[0])
    assert [step.station for step in steps] == ["sender", "door", "queue", "recorder", "rtc", "reply"]
    assert all(step.state == "ok" and step.seconds is not None for step in steps)
    assert state_of(steps) == "ok"
    assert _last(scene, "queue").seconds == pytest.approx(0.015, abs=0.002)
    assert _last(scene, "rtc").seconds == pytest.approx(0.01)
    assert _last(scene, "rtc").request_id == "rtc1"
    assert _last(scene, "rtc").attempt == 0


def test_the_current_step_is_open() -> None:
    """The step under way is active: at the door, on the queue, in the recorder, at RTC."""
    scene = Scene()
    scene.typed(answered=False)
    assert _stations(scene)[-1] == ("door", "active")
    scene = Scene()
    scene.typed()
    scene.placed()
    assert _stations(scene)[-1] == ("queue", "active")
    scene.received(0.03, None)
    assert _stations(scene)[-1] == ("recorder", "active")
    scene.log(0.05, LogEvent.CALLING_RTC, operation="start", attempt=0, receive="1")
    assert _stations(scene)[-1] == ("rtc", "active")
    assert state_of(steps_of(scene.traces()[0])) == "active"


def test_a_command_with_an_error_is_answered_by_the_door() -> None:
    """Without an order there is no queue; the answer is in the door's 200."""
    scene = Scene()
    scene.typed("100 user001 hdd")
    assert _stations(scene) == [("sender", "ok"), ("door", "ok"), ("reply", "ok")]


def test_an_event_has_the_same_steps() -> None:
    """An event has six steps as a command has; without a channel the reply is the status link."""
    scene = Scene(order=an_event_s_order())
    scene.sent(START)
    scene.worked_on()
    steps = steps_of(scene.traces()[0])
    assert [step.station for step in steps] == ["sender", "door", "queue", "recorder", "rtc", "reply"]
    assert state_of(steps) == "ok"
    assert "timetable" in steps[0].title
    assert "status link" in steps[-1].title
    assert steps[-1].note == "job 1 started"
    assert steps[-1].at == pytest.approx(BEGIN + 0.061)


def test_an_event_that_names_a_channel_is_replied_to_there() -> None:
    """With `notify` there is one reply, the message in the channel."""
    scene = Scene(order=an_event_s_order(channel=CLASS_RECORDINGS.channel_id))
    scene.sent(START)
    scene.worked_on()
    scene.posted(0.07)
    assert [step.title for step in steps_of(scene.traces()[0])][-1] == "The answer goes out by chat.postMessage"
    assert _stations(scene).count(("reply", "ok")) == 1


def test_the_status_link_tells_nothing_while_it_goes_on() -> None:
    """An order under way, or to be tried again, has no reply yet; a later check is no second reply."""
    scene = Scene(order=an_event_s_order())
    scene.sent(START)
    scene.placed(function=WEBHOOK)
    scene.received(0.03, 0.1)
    scene.log(0.09, LogEvent.ORDER_WAITS, seconds=1.8, receive="1")
    assert _stations(scene)[-1] == ("queue", "waiting")
    assert "reply" not in dict(_stations(scene))
    scene.received(2.0, 0.1, number=2)
    scene.received(5.0, 0.1, check=1, sent=2.1)
    assert _stations(scene).count(("reply", "ok")) == 1
    assert _last(scene, "reply").note == "nothing new was started or stopped"


@pytest.mark.parametrize(
    ("status", "answer", "stations", "note"),
    [
        (401, {"detail": "missing: webhook-id"}, [("door", "failed"), ("reply", "ok")], "401 missing: webhook-id"),
        (409, {"detail": "another body"}, [("door", "failed"), ("reply", "ok")], "409 another body"),
        (200, {"would_send": [{}]}, [("door", "ok"), ("reply", "ok")], "answered at once, no order placed"),
        (None, None, [("door", "active")], ""),
    ],
)
def test_an_event_that_orders_nothing(
    status: int | None, answer: object, stations: list[tuple[str, str]], note: str
) -> None:
    """A refused event fails at the door, with the reason; an answer at once is a success; neither has further steps."""
    scene = Scene()
    scene.sent(START, status, answer)
    assert _stations(scene)[1:] == stations
    assert _last(scene, "door").note == note


def test_an_event_known_already_says_so() -> None:
    """An event that is sent again with its webhook-id places no other order."""
    scene = Scene()
    scene.sent(START)
    scene.log(0.01, LogEvent.ORDER_KNOWN, WEBHOOK, function_request_id="fn-web1")
    assert "known already" in _last(scene, "door").note
    assert _last(scene, "reply").title == "The answer is in the door's 202"


def test_a_door_that_fails_gives_no_answer() -> None:
    """If the function fails, the steps of door and reply fail."""
    scene = Scene()
    scene.sent(START, None)
    scene.calls[0] = replace(scene.calls[0], seconds=15.0, error="Sandbox.Timedout")
    assert _stations(scene)[1:] == [("door", "failed"), ("reply", "failed")]


@pytest.mark.parametrize(("error", "state"), [(NotQueued, "failed"), (PerhapsQueued, "unknown")])
def test_a_queue_that_refuses_failed(error: type[NotQueued | PerhapsQueued], state: str) -> None:
    """An order that the queue does not take fails at the queue, also where the door itself answers well."""
    scene = Scene()
    scene.typed()
    scene.log(0.015, error.log_event, SLACK_DOOR, function_request_id="fn-web1")
    assert ("queue", state) in _stations(scene)
    assert state_of(steps_of(scene.traces()[0])) == state


def test_a_door_with_a_mistake_of_ours_failed() -> None:
    """A person reads an answer all the same, so the status is 200; the door is still red."""
    scene = Scene()
    scene.typed()
    scene.log(0.015, LogEvent.DOOR_FAILED, SLACK_DOOR, function_request_id="fn-web1")
    assert _last(scene, "door").state == "failed"


def test_a_recorder_with_a_mistake_of_ours_failed() -> None:
    """The recorder is red, and the order waits for its next receive."""
    scene = Scene()
    scene.typed()
    scene.placed()
    scene.received(0.03, 0.1)
    scene.log(0.05, LogEvent.ORDER_FAILED, receive="1")
    assert _stations(scene)[-2:] == [("recorder", "failed"), ("queue", "waiting")]


def test_an_order_that_is_given_up_waits_for_nothing() -> None:
    """After the last receive the order goes to the dead-letter queue, and that is a failure."""
    scene = Scene()
    scene.typed()
    scene.placed()
    scene.received(0.03, 0.1, number=8)
    scene.log(0.05, LogEvent.ORDER_WAITS, seconds=450, receive="8")
    scene.log(0.06, LogEvent.ORDER_GIVEN_UP, receive="8")
    assert _stations(scene)[-1] == ("queue", "failed")
    assert "dead-letter" in _last(scene, "queue").title
    assert _last(scene, "recorder").note == ""


def test_what_waits_for_another_try_says_so() -> None:
    """An order that is tried again waits on the queue until the next receive."""
    scene = Scene()
    scene.typed()
    scene.placed()
    scene.received(0.03, 0.1)
    scene.log(0.05, LogEvent.CALLING_RTC, operation="start", attempt=0, receive="1")
    scene.log(0.06, LogEvent.RTC_ANSWERED, operation="start", status=500, request_id="r", ms=10, receive="1")
    scene.log(0.061, LogEvent.NOT_STARTED, error="Failed", error_code="RTC.00002000", receive="1")
    scene.log(0.09, LogEvent.ORDER_WAITS, seconds=1.8, receive="1")
    assert _stations(scene)[-1] == ("queue", "waiting")
    assert state_of(steps_of(scene.traces()[0])) == "waiting"
    assert _last(scene, "rtc").state == "failed"
    assert "RTC.00002000" in _last(scene, "rtc").note
    scene.received(2.0, 0.1, number=2)
    assert "waiting" not in {state for _, state in _stations(scene)}
    assert _last(scene, "queue").seconds == pytest.approx(1.87, abs=0.01)


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ({"message": LogEvent.OUTCOME_UNKNOWN, "error": "OutcomeUnknown", "error_msg": "no answer in time"}, "unknown"),
        ({"message": LogEvent.NOT_STARTED, "error": "NotConnected", "error_msg": "refused"}, "failed"),
    ],
)
def test_a_call_without_an_answer(told: dict[str, Any], state: str) -> None:
    """A start without an answer ends with the outcome that the recorder logged."""
    scene = Scene()
    scene.typed()
    scene.placed()
    scene.received(0.03, 10.1)
    scene.log(0.05, LogEvent.CALLING_RTC, operation="start", attempt=0, receive="1")
    message = told.pop("message")
    scene.log(10.05, message, **told, receive="1")
    assert _last(scene, "rtc").state == state
    assert _last(scene, "rtc").seconds == pytest.approx(10)
    assert told["error_msg"] in _last(scene, "rtc").note


def test_an_answer_of_nothing_usable_is_unknown() -> None:
    """A call whose answer was not usable is unknown, and keeps its time."""
    scene = Scene()
    scene.fulfilled()
    scene.log(0.0605, LogEvent.OUTCOME_UNKNOWN, error="OutcomeUnknown", receive="1")
    scene.lines.sort(key=lambda line: line.at)
    assert _last(scene, "rtc").state == "unknown"
    assert _last(scene, "rtc").seconds == pytest.approx(0.01)


def test_a_recorder_that_died_leaves_an_unknown_call() -> None:
    """If the recorder is killed during the call, it failed, the call is unknown, and the order waits on the queue."""
    scene = Scene()
    scene.typed()
    scene.placed()
    scene.received(0.03, 0.1, error="Runtime.ExitError: signal: SIGKILL")
    scene.log(0.05, LogEvent.CALLING_RTC, operation="start", attempt=0, receive="1")
    assert _stations(scene)[-3:] == [("recorder", "failed"), ("rtc", "unknown"), ("queue", "waiting")]


def test_a_post_that_slack_refused_failed() -> None:
    """A message that Slack refuses is a failed reply, whatever the HTTP status."""
    scene = Scene()
    scene.fulfilled()
    scene.posts.clear()
    scene.posted(0.07, ok=False, error="not_in_channel")
    assert _last(scene, "reply").state == "failed"
    assert "not_in_channel" in _last(scene, "reply").note
    assert state_of(steps_of(scene.traces()[0])) == "failed"


def test_an_order_waits_also_while_its_checks_go_on() -> None:
    """A slow answer is tried again, though RTC has called back, or a check was done, in the meantime."""
    scene = Scene()
    scene.typed()
    scene.placed()
    scene.received(0.03, 2.0)
    scene.log(2.0, LogEvent.ORDER_WAITS, seconds=450.0, receive="1")
    scene.received(1.2, 0.1, check=1, sent=1.1)
    assert state_of(steps_of(scene.traces()[0])) == "waiting"
    scene.received(460.0, 0.1, number=2)
    assert state_of(steps_of(scene.traces()[0])) == "ok"


def test_a_check_has_steps_of_its_own() -> None:
    """A check waits on the queue since its message was sent, not since the order's answer."""
    scene = Scene()
    scene.fulfilled()
    scene.received(2.5, 0.1, check=1, sent=0.5)
    queue = _last(scene, "queue")
    assert (queue.title, queue.check) == ("The check waits on the queue", 1)
    assert queue.seconds == pytest.approx(2.0)
    assert (_last(scene, "recorder").title, _last(scene, "recorder").check) == (
        "The recorder checks whether it runs",
        1,
    )


def test_a_check_that_begins_before_the_order_s_call_ends_keeps_its_lines() -> None:
    """A line belongs to the call that wrote it, also where two calls overlap: the outcome came before."""
    scene = Scene(order=an_event_s_order())
    scene.sent(START)
    scene.worked_on()
    scene.received(0.1, 0.1, check=1, sent=0.09)
    scene.log(
        0.12, LogEvent.RTC_ANSWERED, operation="show", status=200, ms=5, receive="1", function_request_id="fn-0.1"
    )
    steps = steps_of(scene.traces()[0])
    assert [it.station for it in steps][:7] == ["sender", "door", "queue", "recorder", "rtc", "reply", "queue"]
    assert [it.check for it in steps if it.station == "rtc"] == [0, 1]


def test_a_message_posted_by_a_call_that_logged_nothing_is_shown_once() -> None:
    """A tick or a callback may only bring a message up to date; two calls at once don't show it twice."""
    scene = Scene()
    scene.fulfilled()
    scene.received(2.5, 0.5, check=1, sent=0.5)
    scene.received(2.6, 0.5, check=2, sent=0.6)
    scene.posts.clear()
    for seconds in (2.7, 9.0):
        scene.posted(seconds)
    replies = [step for step in steps_of(scene.traces()[0]) if step.station == "reply"]
    assert [step.at - BEGIN for step in replies] == pytest.approx([2.7, 9.0])
