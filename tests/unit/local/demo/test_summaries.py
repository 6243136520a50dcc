"""The rules of one-line summaries."""

import pytest

from local.demo.summaries import answered, outcome, requested
from shared.log_events import LogEvent
from tests.scene import START, Scene, an_event_s_order

STREAM = {"room_id": 100, "user_id": "user001"}


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (START, "recording.start room 100 user001"),
        (START | {"dry_run": True}, "recording.start room 100 user001 dry run"),
        (
            START | {"data": [STREAM, STREAM | {"user_id": "user002"}]},
            "recording.start room 100 user001, room 100 user002",
        ),
        ({"type": "recording.stop", "data": {"job_id": "7"}}, "recording.stop job 7"),
        ({"type": "recording.stop", "data": "job 7"}, "recording.stop"),
        ({"type": "ping"}, "ping"),
        ({"data": STREAM}, "no event: 48 bytes"),
        (b"not JSON", "no event: 8 bytes"),
        ({"type": "x" * 200, "data": [{"room_id": {}}, 7]}, "x" * 79 + "…"),
    ],
)
def test_an_event_is_what_it_asks_for(event: object, line: str) -> None:
    """An event's summary is its type and what it names; another body is counted, and a long one is cut."""
    scene = Scene()
    scene.sent(event)
    assert requested(scene.traces()[0]) == line


def test_a_command_is_what_was_typed() -> None:
    """A command's summary is its name and text, decoded from Slack's markup."""
    scene = Scene()
    scene.typed("room a&amp;b user001")
    assert requested(scene.traces()[0]) == "/record room a&b user001"


@pytest.mark.parametrize(
    ("status", "answer", "line"),
    [
        (202, {"order_id": "7KQ2M4X8P1ZA", "status_url": "http://s3cret"}, "202 order 7KQ2M4X8P1ZA"),
        (200, {"would_send": [{}, {}]}, "200 RTC would be sent 2 requests"),
        (
            200,
            {"caller": "timetable", "clock_ahead_seconds": -3},
            "200 you are timetable, your clock is off by -3 s",
        ),
        (
            422,
            {"detail": "1 thing is wrong", "errors": [{"pointer": "/data", "detail": "is missing"}]},
            "422 1 thing is wrong: /data is missing",
        ),
        (413, {"detail": "too long " * 50}, "413 " + ("too long " * 50)[:159] + "…"),
    ],
)
def test_an_answer_is_its_status_and_what_it_says(status: int, answer: object, line: str) -> None:
    """An answer's summary has its status and main point, and no link."""
    scene = Scene()
    scene.sent(START, status, answer)
    assert answered(scene.traces()[0]) == line


def test_what_came_of_it_is_what_the_recorder_logged() -> None:
    """The outcome has everything that was started or stopped, and the failures of the last receive."""
    scene = Scene(order=an_event_s_order())
    scene.sent(START)
    assert outcome(scene.traces()[0]) == ""
    scene.worked_on()
    scene.log(0.07, LogEvent.NOT_STARTED, error_code="RTC.00002000", error_msg=None, receive="1")
    assert outcome(scene.traces()[0]) == "job 1 started, not started: RTC.00002000"
    scene.received(2.0, 0.1, number=2)
    scene.log(2.05, LogEvent.STARTED, job_id="2", receive="2")
    assert outcome(scene.traces()[0]) == "job 1 started, job 2 started"
    scene.log(2.06, LogEvent.NOT_STOPPED, job_id="3", error="stop: no answer in time", receive="2")
    assert outcome(scene.traces()[0]).endswith(", not stopped: no answer in time")
    scene.log(2.07, LogEvent.ALREADY_RECORDING, job_id="4", receive="2")
    assert outcome(scene.traces()[0]).endswith(", already recording: job 4")


@pytest.mark.parametrize(
    ("payload", "line"),
    [
        ({"type": "block_actions", "actions": [{"text": {"text": "Stop"}}]}, "clicked [Stop]"),
        (
            {"type": "block_actions", "actions": [{"selected_option": {"text": {"text": "user001"}}}]},
            "clicked [user001]",
        ),
        (
            {"type": "block_actions", "actions": [{"action_id": "go"}], "view": {"type": "home"}},
            "clicked [go] in the home tab",
        ),
        ({"type": "view_submission", "view": {"title": {"text": "Record"}}}, "submitted the form “Record”"),
        ({"type": "view_closed", "view": {"title": {"text": "Record"}}}, "closed the form “Record”"),
        ({"type": "shortcut", "callback_id": "start"}, "used the shortcut start"),
        ({"type": "message_action", "callback_id": "this"}, "used the shortcut this"),
        ({"type": "event_callback", "event": {"type": "app_home_opened"}}, "opened the home tab"),
        ({"type": "block_actions", "actions": [7]}, "block_actions"),
        ({"type": "block_actions", "actions": [{"text": 7, "selected_option": []}]}, "clicked [None]"),
    ],
)
def test_what_was_done_in_slack_is_said_in_words(payload: dict[str, object], line: str) -> None:
    """A click has the button's label or the option's, a form its title, a shortcut its callback_id."""
    scene = Scene()
    scene.done(payload, as_event=payload["type"] == "event_callback")
    assert requested(scene.traces()[0]) == line
