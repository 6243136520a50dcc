"""The rules of a trace."""

import json
from dataclasses import replace

from local.aws.lambda_pool import Invocation
from local.demo.event_log import Line
from local.demo.trace import Receive, body_of, read_object
from shared.log_events import LogEvent
from tests.scene import BEGIN, START, Scene


def test_what_is_under_way_has_no_end() -> None:
    """A receive without an end spans every time after its beginning."""
    call = Invocation("RecorderFunction", "r", b"{}", began_at=10.0)
    open_one = Receive(call, {}, ())
    assert open_one.spans(1000.0)
    assert not open_one.spans(9.0)
    assert not Receive(replace(call, seconds=1.0), {}, ()).spans(12.0)


def test_a_receive_is_done_unless_it_comes_again() -> None:
    """A receive that failed, or whose message the recorder wants again, is not final."""
    over = Receive(Invocation("RecorderFunction", "r", b"{}", 10.0, 1.0), {}, ())
    assert over.is_final
    assert not replace(over, call=replace(over.call, seconds=None)).is_final
    assert not replace(over, call=replace(over.call, error="killed")).is_final
    again = replace(over, lines=(Line("RecorderFunction", 10.5, {"message": LogEvent.ORDER_WAITS, "seconds": 1.8}),))
    assert (again.retry_in, again.is_final) == ("1.8", False)


def test_an_event_is_seen_as_it_came_and_as_it_was_answered() -> None:
    """A trace has the request as the door received it, and the answer as the function returned it."""
    scene = Scene()
    scene.sent(START)
    [trace] = scene.traces()
    assert (trace.request.method, trace.request.path, trace.request.body) == (
        "POST",
        "/hooks/timetable",
        json.dumps(START).encode(),
    )
    assert trace.request.headers["webhook-id"] == "evt_1"
    assert trace.answer is not None
    assert trace.answer.status == 202
    assert read_object(body_of(trace.answer))["order_id"] == scene.order.order_id
    assert abs(trace.received_at - BEGIN) < 0.002


def test_what_is_no_object_is_none() -> None:
    """A body that isn't a JSON object is an empty event, and an invalid result is no answer."""
    scene = Scene()
    scene.sent(b"[" * 100_000, 400, {"detail": "no JSON"})
    [trace] = scene.traces()
    assert trace.event == {}
    assert replace(trace, door=replace(trace.door, result=b'{"statusCode": "x"}')).answer is None
    assert replace(trace, door=replace(trace.door, result=b"")).answer is None
