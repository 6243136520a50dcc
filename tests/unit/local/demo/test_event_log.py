"""The rules of the event log."""

import json
import threading
import time
from dataclasses import replace

from local.aws.lambda_pool import Invocation
from local.demo.event_log import CALLS_KEPT, EVENTS_KEPT, EventLog, Line, read_line

TEXT = json.dumps({"timestamp": "2026-03-02T10:30:00.500+00:00", "message": "started", "order_id": "7KQ2"})


def test_a_line_is_read_with_its_own_time() -> None:
    """A log line has its time, its message and its order; a missing order is empty."""
    line = read_line("RecorderFunction", TEXT)
    assert line is not None
    assert (line.at % 60, line.message, line.order_id) == (0.5, "started", "7KQ2")
    assert Line("f", 0, {}).order_id == ""


def test_what_is_no_log_line_is_passed_over() -> None:
    """A metric, a traceback and a number are ignored."""
    event_log = EventLog()
    for text in ('{"_aws": {}}', "Traceback (most recent call last):", "1", '{"timestamp": "soon"}', "[]"):
        event_log.add_line("f", text)
    assert event_log.lines() == []
    assert event_log.changes == 0


def test_a_call_is_one_from_beginning_to_end() -> None:
    """A call that has ended replaces the entry from its beginning; only the latest calls are kept."""
    event_log = EventLog()
    call = Invocation("f", "0", b"{}", 1.0)
    event_log.add_call(call)
    event_log.add_call(replace(call, seconds=0.5))
    assert event_log.calls() == [replace(call, seconds=0.5)]
    for number in range(CALLS_KEPT):
        event_log.add_call(replace(call, request_id=f"later {number}"))
    assert len(event_log.calls()) == CALLS_KEPT
    assert call.request_id not in {it.request_id for it in event_log.calls()}


def test_a_get_is_not_kept() -> None:
    """A GET, such as that of an order's status, is neither kept nor a change."""
    event_log = EventLog()
    for method in ("GET", "POST"):
        event = {"requestContext": {"http": {"method": method}}}
        event_log.add_call(Invocation("f", method, json.dumps(event).encode(), 1.0))
    assert [it.request_id for it in event_log.calls()] == ["POST"]
    assert event_log.changes == 1


def test_a_listener_gets_every_line() -> None:
    """A listener gets each line when it comes."""
    event_log, heard = EventLog(), list[Line]()
    event_log.subscribe(heard.append)
    event_log.add_line("f", TEXT)
    assert heard == event_log.lines() != []


def test_waiting_ends_with_a_change() -> None:
    """A wait ends at the next change, at once if there was one already, or after the limit."""
    event_log = EventLog()
    begun = time.monotonic()
    event_log.wait(event_log.changes, 0.01)
    assert time.monotonic() - begun >= 0.01
    stirring = threading.Timer(0.02, event_log.notify)
    stirring.start()
    event_log.wait(0, 600)
    event_log.wait(0, 600)
    stirring.join()


def test_an_event_for_other_systems_is_one_however_often_it_comes() -> None:
    """It is new once, by its id; only the latest events are kept."""
    event_log = EventLog()
    events = [{"id": str(number)} for number in range(EVENTS_KEPT + 1)]
    assert all(map(event_log.add_event, events))
    assert not event_log.add_event(events[-1])
    assert event_log.events() == events[1:]
