"""The rules of correlating: which calls, lines and posts belong to which command or event."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from local.aws.lambda_pool import Invocation
from local.demo.correlate import find_call, find_stop
from local.demo.event_log import Line
from local.demo.steps import steps_of
from local.demo.trace import RECORDER
from local.http_message import Answer, Request
from local.rtc.api import Call as RtcCall
from local.slack.chat import CLASS_RECORDINGS
from local.slack.workspace import Call
from shared.actors import RTC
from shared.log_events import LogEvent
from shared.orders import Callback, Check, Order, Tick
from shared.rtc.callbacks import RtcCallback
from tests.builders import NOW, a_request
from tests.scene import BEGIN, START, Scene, an_event_s_order, order_metadata, web_api_post

STREAM = {"room_id": "100", "user_id": "user001", "video_type": "CAMERASTREAM"}


def test_a_command_is_seen_before_it_is_answered() -> None:
    """A command has a trace as soon as the door has received it."""
    scene = Scene()
    scene.typed(answered=False)
    [trace] = scene.traces()
    assert (trace.request_id, trace.form["text"], trace.delivery, trace.order_id) == (
        "web1",
        "room 100 user001 hd",
        None,
        "",
    )
    assert trace.order == {}


def test_all_of_an_order_is_found() -> None:
    """An order's delivery, receives, lines and post are all found."""
    scene = Scene()
    scene.fulfilled()
    [trace] = scene.traces()
    assert trace.delivery == scene.deliveries[0]
    assert trace.order_id == trace.order["order_id"] == scene.order.order_id
    assert [line.message for line in trace.receives[0].lines] == [
        LogEvent.CALLING_RTC,
        LogEvent.RTC_ANSWERED,
        LogEvent.STARTED,
    ]
    assert trace.posts == tuple(scene.posts)


def test_two_commands_are_told_apart() -> None:
    """A command with an error, typed before an order, has nothing of the order."""
    scene = Scene()
    scene.typed("100 user001 hdd", request_id="web0")
    scene.fulfilled()
    wrong, order = scene.traces()
    assert (wrong.request_id, wrong.order_id, wrong.receives, wrong.lines, wrong.posts) == ("web0", "", (), (), ())
    assert order.request_id == "web1"
    assert wrong.delivery != order.delivery


def test_a_tick_belongs_to_each_order_that_was_looked_at() -> None:
    """It has the lines about that order, and no lines of a message that was received in the same call."""
    scene = Scene()
    scene.fulfilled()
    tick = Tick(action=Check(), placed_at=NOW)
    attributes = {"ApproximateReceiveCount": "1", "SentTimestamp": str(round((BEGIN + 60) * 1000))}
    event = {"Records": [{"messageId": "tick", "body": tick.model_dump_json(), "attributes": attributes}]}
    scene.calls.append(Invocation(RECORDER, "fn-tick", json.dumps(event).encode(), BEGIN + 60.1, 0.5))
    scene.log(60.2, LogEvent.RTC_ANSWERED, operation="show", status=200, ms=10, function_request_id="fn-tick")
    scene.log(60.3, "beside", receive="1", function_request_id="fn-tick")
    scene.posted(60.4)
    [trace] = scene.traces()
    assert [it.check for it in trace.receives] == [0, 1]
    assert [line.message for line in trace.receives[1].lines] == [LogEvent.RTC_ANSWERED]
    assert [(it.station, it.title) for it in steps_of(trace) if it.check] == [
        ("queue", "The check waits on the queue"),
        ("recorder", "The recorder checks whether it runs"),
        ("rtc", "RTC is asked for a job's state"),
        ("reply", "The answer goes out by chat.postMessage"),
    ]


def test_a_callback_belongs_to_the_order_of_its_job() -> None:
    """It has an order id of its own on the queue, and lines with that of the order that it is about."""
    scene = Scene()
    scene.fulfilled()
    said = Callback(said=RtcCallback(job_id="1"))
    order = Order(order_id="7JYDM3K56YXH", actor=RTC, action=said, placed_at=NOW)
    attributes = {"ApproximateReceiveCount": "1", "SentTimestamp": str(round((BEGIN + 60) * 1000))}
    event = {"Records": [{"messageId": "callback", "body": order.model_dump_json(), "attributes": attributes}]}
    scene.calls.append(Invocation(RECORDER, "fn-callback", json.dumps(event).encode(), BEGIN + 60.1, 0.5))
    own = {"callback": order.order_id, "receive": "1", "function_request_id": "fn-callback"}
    scene.log(60.2, LogEvent.ENDED, **own)
    scene.log(60.3, "beside", receive="1", function_request_id="fn-callback")
    scene.posted(60.4)
    [trace] = scene.traces()
    assert [[line.message for line in it.lines] for it in trace.receives[1:]] == [[LogEvent.ENDED]]
    assert [(it.station, it.title) for it in steps_of(trace) if it.check] == [
        ("queue", "RTC's callback waits on the queue"),
        ("recorder", "The recorder takes RTC's callback"),
        ("reply", "The answer goes out by chat.postMessage"),
    ]


def test_a_post_belongs_to_the_order_in_its_metadata() -> None:
    """The text of a post doesn't matter, nor whether the Web API or a response_url took it."""
    scene = Scene()
    scene.fulfilled()
    own = order_metadata(scene.order.order_id)
    body = json.dumps({"text": "anything", "metadata": own}).encode()
    by_response_url = Call("response_url", Request("POST", "/hooks/x", body=body), Answer(body=b"ok"), BEGIN + 0.07)
    scene.posts = [
        web_api_post(0.07, "anything", own),
        web_api_post(0.08, "Starting user001 in room 100", order_metadata("0BBBBBBBBBBB")),
        web_api_post(0.08, "Starting user001 in room 100", own | {"event_type": "another_app"}),
        web_api_post(0.08, "Starting user001 in room 100", None),
        by_response_url,
    ]
    assert scene.traces()[0].posts == (scene.posts[0], by_response_url)


def test_all_of_an_event_is_found() -> None:
    """An event has its order, receives, lines and post, as a command has, and the body that its caller sent."""
    scene = Scene(order=an_event_s_order(channel=CLASS_RECORDINGS.channel_id))
    scene.sent(START)
    scene.worked_on()
    scene.posted(0.07)
    [trace] = scene.traces()
    assert (trace.caller, trace.event["type"], trace.form, trace.delivery) == ("timetable", "recording.start", {}, None)
    assert trace.order_id == trace.order["order_id"] == scene.order.order_id
    assert len(trace.receives) == 1
    assert trace.posts == tuple(scene.posts)
    assert [line.message for line in trace.lines] == [
        LogEvent.ORDER_PLACED,
        LogEvent.CALLING_RTC,
        LogEvent.RTC_ANSWERED,
        LogEvent.STARTED,
    ]


def test_an_event_sent_again_has_its_own_messages() -> None:
    """If an order is placed twice, each event has its own message. What the recorder sent belongs to the first."""
    scene = Scene(order=an_event_s_order())
    scene.sent(START)
    scene.sent(START, request_id="web2", at=1.0)
    scene.worked_on()
    scene.placed(1.015, request_id="web2", function="WebhookFunction")
    scene.received(1.03, 0.1, sent=1.016)
    scene.received(2.5, 0.1, check=1, sent=0.5)
    scene.received(4.5, 0.1, sent=0.12)
    first, again = scene.traces()
    assert first.order_id == again.order_id
    assert [it.call.request_id for it in first.receives] == ["fn-0.03", "fn-2.5", "fn-4.5"]
    assert [it.call.request_id for it in again.receives] == ["fn-1.03"]


def test_an_event_known_already_has_nothing_of_the_order() -> None:
    """An event that is sent again after the recorder has begun places no order: it has only its answer and its line."""
    scene = Scene(order=an_event_s_order())
    scene.sent(START)
    scene.worked_on()
    scene.sent(START, request_id="web2", at=1.0)
    scene.log(1.01, LogEvent.ORDER_KNOWN, "WebhookFunction", function_request_id="fn-web2")
    first, again = scene.traces()
    assert (again.order_id, again.receives) == ("", ())
    assert [line.message for line in again.lines] == [LogEvent.ORDER_KNOWN]
    assert "order known already" not in [line.message for line in first.lines]


def test_lines_of_a_check_are_not_the_first_receive_s() -> None:
    """A check is a new message, and its first receive has number 1 again: lines are assigned by their time."""
    scene = Scene()
    scene.fulfilled()
    scene.received(2.0, 0.1, check=1)
    scene.log(2.05, LogEvent.RTC_ANSWERED, operation="show", status=200, request_id="rtc2", ms=3, receive="1")
    first, check = scene.traces()[0].receives
    assert (first.check, check.check, check.number) == (0, 1, 1)
    assert len(first.lines) == 3
    assert len(check.lines) == 1


def _start(at: float, request_id: str, user: str = "user001") -> RtcCall:
    body = json.dumps(a_request(user).body()).encode()
    when = datetime.fromtimestamp(BEGIN, UTC) + timedelta(seconds=at)
    return RtcCall(when, Request("POST", "/", body=body), "start", "accepted", Answer(201), request_id, None)


def test_rtc_s_record_of_a_call() -> None:
    """A call is found by its request id; a start without an answer is the first of its stream after that time."""
    calls = [_start(0.0, "a"), _start(0.05, "b", user="user002"), _start(0.06, "c"), _start(1.0, "d")]
    assert find_call(calls, "b", {}, 0) == calls[1]
    assert find_call(calls, "", STREAM, BEGIN + 0.05) == calls[2]
    assert find_call(calls, "", STREAM, BEGIN + 2) is None
    assert find_call(calls, "z", STREAM, BEGIN) is None


def test_rtc_s_record_of_a_stop_without_an_answer() -> None:
    """A stop without an answer is the first stop of that job after that time."""
    when = datetime.fromtimestamp(BEGIN, UTC)
    first, second = (
        RtcCall(when + timedelta(seconds=at), Request("DELETE", "/jobs/7"), "stop", "accepted", Answer(), "x", None)
        for at in (0, 1)
    )
    calls = [_start(0.0, "a"), first, second]
    assert find_stop(calls, "7", BEGIN) is first
    assert find_stop(calls, "7", BEGIN + 0.5) is second
    assert find_stop(calls, "8", BEGIN) is None


def test_other_functions_and_requests_are_no_commands() -> None:
    """A click, a certificate check or a request for an order's status is neither a command nor an event."""
    scene = Scene()
    event = {"requestContext": {"requestId": "x"}, "headers": {}, "body": "ssl_check=1"}
    scene.calls.append(Invocation("SlackFunction", "fn", json.dumps(event).encode(), BEGIN, 0.001))
    status = {"requestContext": {"requestId": "y"}, "rawPath": "/orders/7KQ2M4X8P1ZA", "headers": {}}
    scene.calls.append(Invocation("WebhookFunction", "fn", json.dumps(status).encode(), BEGIN, 0.001))
    scene.lines.append(Line("SlackFunction", BEGIN, {"message": "x"}))
    assert scene.traces() == []


CLICK = {
    "type": "block_actions",
    "user": {"id": "U0ANN"},
    "channel": {"id": CLASS_RECORDINGS.channel_id},
    "trigger_id": "1.2.ab",
    "response_url": "http://127.0.0.1:1/hooks/actions/s3cret",
    "actions": [{"action_id": "stop", "text": {"type": "plain_text", "text": "Stop"}}],
}


def _call(method: str, arguments: dict[str, str], at: float) -> Call:
    request = Request("POST", f"/api/{method}", body=json.dumps(arguments).encode())
    return Call("web_api", request, Answer.of_json(200, {"ok": True}), at)


def test_a_click_has_the_calls_that_the_door_made_for_it() -> None:
    """Those to its response_url, with its trigger id, and about the home tab of who clicked: each is a step."""
    scene = Scene()
    scene.done(CLICK)
    own = [
        Call("response_url", Request("POST", "/hooks/actions/s3cret", body=b'{"text": "x"}'), Answer(), BEGIN + 0.005),
        _call("views.open", {"trigger_id": "1.2.ab"}, BEGIN + 0.006),
        _call("views.publish", {"user_id": "U0ANN"}, BEGIN + 0.007),
    ]
    foreign = [
        Call("response_url", Request("POST", "/hooks/actions/other", body=b"{}"), Answer(), BEGIN + 0.005),
        _call("views.open", {"trigger_id": "1.2.cd"}, BEGIN + 0.006),
        _call("views.publish", {"user_id": "U0BEN"}, BEGIN + 0.007),
        _call("views.publish", {"user_id": "U0ANN"}, BEGIN + 60),
    ]
    scene.posts += [*own, *foreign]
    [trace] = scene.traces()
    assert trace.posts == tuple(own)
    assert (trace.person_id, trace.channel_id) == ("U0ANN", CLASS_RECORDINGS.channel_id)
    titles = [step.title for step in steps_of(trace)]
    assert titles[0] == "Slack sends the click, signed"
    assert "The form is opened by views.open" in titles


def test_what_has_the_wrong_types_is_drawn_all_the_same() -> None:
    """Whoever sends it: it has nobody and no place."""
    scene = Scene()
    scene.done({"type": 7, "user": ["U0ANN"], "channel": "C1", "response_urls": [8], "actions": {}, "event": None})
    [trace] = scene.traces()
    assert (trace.person_id, trace.channel_id, trace.response_url) == ("", "", "")
    assert steps_of(trace)


def test_a_callback_of_rtc_is_nothing_that_a_person_did() -> None:
    """It comes to the webhook's function, under no caller's path, and has no trace of its own."""
    scene = Scene()
    scene.sent({"event": "record_start"})
    [door] = scene.calls
    event = json.loads(door.event)
    event["rawPath"] = event["requestContext"]["http"]["path"] = "/rtc"
    scene.calls[0] = replace(door, event=json.dumps(event).encode())
    assert scene.traces() == []


def test_a_call_of_the_door_is_one_step_though_the_recorder_is_at_work_already() -> None:
    """What the door posts while the recorder has the order is not shown twice."""
    scene = Scene()
    scene.done(CLICK)
    scene.placed(0.003)
    scene.received(0.004, 0.2)
    own = Request("POST", "/hooks/actions/s3cret", body=b'{"text": "x"}')
    scene.posts.append(Call("response_url", own, Answer(), BEGIN + 0.008))
    [trace] = scene.traces()
    assert [step.station for step in steps_of(trace)].count("reply") == 1
