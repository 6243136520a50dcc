"""The rules of what belongs together."""

import json
from datetime import UTC, datetime, timedelta

from local.aws.lambda_pool import Invocation
from local.demo.correlate import call_of, stop_of
from local.demo.event_log import Line
from local.http_message import Answer, Request
from local.rtc.api import Call as RtcCall
from local.slack.chat import CLASS_RECORDINGS, GENERAL
from local.slack.workspace import Call
from tests.builders import a_request, an_order
from tests.scene import BEGIN, RESPONSE_URL, START, Scene, an_event_s_order, web_api_post

STREAM = {"room_id": "100", "user_id": "user001", "video_type": "CAMERASTREAM"}


def test_a_command_is_seen_before_it_is_answered() -> None:
    """From the moment the door has it a command is known, by what Slack sent."""
    scene = Scene()
    scene.typed(answered=False)
    [seen] = scene.seen()
    assert (seen.request_id, seen.form["text"], seen.delivery, seen.order_id) == (
        "web1",
        "room 100 user001 hd",
        None,
        "",
    )
    assert seen.order == {}


def test_all_of_an_order_is_found() -> None:
    """Delivery, order, receives, lines and post come together though nothing names all of them."""
    scene = Scene()
    scene.fulfilled()
    [seen] = scene.seen()
    assert seen.delivery == scene.deliveries[0]
    assert seen.order_id == seen.order["order_id"] == scene.order.order_id
    assert [line.message for line in seen.receives[0].lines] == ["calling RTC", "RTC answered", "started"]
    assert seen.posts == tuple(scene.posts)


def test_two_commands_are_told_apart() -> None:
    """A slip that was typed beside an order has nothing of it."""
    scene = Scene()
    scene.typed("100 user001 hdd", request_id="web0")
    scene.fulfilled()
    slip, order = scene.seen()
    assert (slip.request_id, slip.order_id, slip.receives, slip.lines, slip.posts) == ("web0", "", (), (), ())
    assert order.request_id == "web1"
    assert slip.delivery != order.delivery


def test_a_post_is_the_order_s_that_it_names() -> None:
    """What was posted elsewhere, of others, or while nobody worked on the order is none of its answers."""
    scene = Scene()
    scene.fulfilled()
    answers = len(scene.posts)
    scene.posts += [
        web_api_post(0.08, "Starting user001 in room 100", channel=GENERAL.channel_id),
        web_api_post(0.08, "Starting user002 in room 100"),
        web_api_post(5.0, "Starting user001 in room 100"),
    ]
    assert len(scene.seen()[0].posts) == answers


def test_of_two_orders_for_a_stream_the_one_just_logged_posts() -> None:
    """Two orders for the same stream are worked on at once: the post is of the one that RTC has just answered."""
    first = Scene()
    first.fulfilled()
    second = Scene(order=first.order.model_copy(update={"order_id": "0BBBBBBBBBBB"}))
    second.typed(request_id="web2")
    second.placed(request_id="web2")
    second.received(0.04, 0.2)
    second.log(0.2, "RTC answered", operation="show", status=200, request_id="rtc2", ms=3, receive="1")
    both = Scene()
    both.calls = first.calls + second.calls
    both.lines = first.lines + second.lines
    both.deliveries = first.deliveries + second.deliveries
    both.posts = first.posts
    one, other = both.seen()
    assert len(one.posts) == 1
    assert other.posts == ()


def test_all_of_an_event_is_found() -> None:
    """An event has its order, receives, lines and post like a command, and is known by what its caller sent."""
    scene = Scene(order=an_event_s_order(channel=CLASS_RECORDINGS.channel_id))
    scene.sent(START)
    scene.worked_on()
    scene.posted(0.07)
    [seen] = scene.seen()
    assert (seen.caller, seen.event["type"], seen.form, seen.delivery) == ("timetable", "recording.start", {}, None)
    assert seen.order_id == seen.order["order_id"] == scene.order.order_id
    assert len(seen.receives) == 1
    assert seen.posts == tuple(scene.posts)
    assert [line.message for line in seen.lines] == ["order placed", "calling RTC", "RTC answered", "started"]


def test_a_stop_s_post_names_what_it_stops() -> None:
    """A post of another room's is not a stop's answer though it was posted meanwhile."""
    stop = {"room_id": "100", "user_id": "user001"}
    scene = Scene(order=an_event_s_order(channel=CLASS_RECORDINGS.channel_id, requests=(), stop=stop))
    scene.sent(START)
    scene.placed(function="WebhookFunction")
    scene.received(0.03, 0.1)
    scene.posted(0.07, "Stopped user001 in room 100")
    scene.posted(0.08, "Stopped user001 in room 200")
    assert scene.seen()[0].posts == (scene.posts[0],)


def test_an_order_that_nobody_is_told_of_does_not_confuse_a_response_url() -> None:
    """Beside an event's order without a channel a command's post still finds its own."""
    scene = Scene(order=an_event_s_order(order_id="0BBBBBBBBBBB"))
    scene.sent(START, request_id="web0")
    scene.worked_on(request_id="web0")
    command = Scene(order=an_order(reply_to={"channel_id": "C", "response_url": RESPONSE_URL}))
    command.fulfilled()
    path = RESPONSE_URL.removeprefix("http://127.0.0.1:1")
    post = Call("response_url", Request("POST", path, body=b"{}"), Answer(body=b"ok"), BEGIN + 0.07)
    scene.calls += command.calls
    scene.lines += command.lines
    scene.deliveries = command.deliveries
    scene.posts = [post]
    assert [len(seen.posts) for seen in scene.seen()] == [0, 1]


def test_an_event_sent_again_has_its_own_messages() -> None:
    """Placed twice, an order has two messages: each belongs to the event that put it there, looks to the first."""
    scene = Scene(order=an_event_s_order())
    scene.sent(START)
    scene.sent(START, request_id="web2", at=1.0)
    scene.worked_on()
    scene.placed(1.015, request_id="web2", function="WebhookFunction")
    scene.received(1.03, 0.1, sent=1.016)
    scene.received(2.5, 0.1, look=1, sent=0.5)
    first, again = scene.seen()
    assert first.order_id == again.order_id
    assert [it.call.request_id for it in first.receives] == ["fn-0.03", "fn-2.5"]
    assert [it.call.request_id for it in again.receives] == ["fn-1.03"]


def test_an_event_known_already_has_nothing_of_the_order() -> None:
    """Sent again when the recorder has begun it, an event places nothing: it has its answer and its line alone."""
    scene = Scene(order=an_event_s_order())
    scene.sent(START)
    scene.worked_on()
    scene.sent(START, request_id="web2", at=1.0)
    scene.log(1.01, "order known already", "WebhookFunction", function_request_id="fn-web2")
    first, again = scene.seen()
    assert (again.order_id, again.receives) == ("", ())
    assert [line.message for line in again.lines] == ["order known already"]
    assert "order known already" not in [line.message for line in first.lines]


def test_a_response_url_names_its_order() -> None:
    """A post to the order's response_url is its answer whatever it says; to another it is not."""
    scene = Scene()
    scene.fulfilled()
    path = RESPONSE_URL.removeprefix("http://127.0.0.1:1")
    scene.posts = [
        Call("response_url", Request("POST", path, body=b"{}"), Answer(body=b"ok"), BEGIN + 0.07),
        Call("response_url", Request("POST", f"{path}x", body=b"{}"), Answer(body=b"ok"), BEGIN + 0.07),
    ]
    assert scene.seen()[0].posts == (scene.posts[0],)


def test_lines_of_a_look_are_not_the_first_receive_s() -> None:
    """An order that comes back is a new message, received for the first time: the time tells their lines apart."""
    scene = Scene()
    scene.fulfilled()
    scene.received(2.0, 0.1, look=1)
    scene.log(2.05, "RTC answered", operation="show", status=200, request_id="rtc2", ms=3, receive="1")
    first, look = scene.seen()[0].receives
    assert (first.look, look.look, look.number) == (0, 1, 1)
    assert len(first.lines) == 3
    assert len(look.lines) == 1


def _start(at: float, request_id: str, user: str = "user001") -> RtcCall:
    body = json.dumps(a_request(user).body()).encode()
    when = datetime.fromtimestamp(BEGIN, UTC) + timedelta(seconds=at)
    return RtcCall(when, Request("POST", "/", body=body), "start", "accepted", Answer(201), request_id, None)


def test_rtc_s_record_of_a_call() -> None:
    """An answered call is found by its request id, an unanswered start as the first of its stream from then on."""
    calls = [_start(0.0, "a"), _start(0.05, "b", user="user002"), _start(0.06, "c"), _start(1.0, "d")]
    assert call_of(calls, "b", {}, 0) == calls[1]
    assert call_of(calls, "", STREAM, BEGIN + 0.05) == calls[2]
    assert call_of(calls, "", STREAM, BEGIN + 2) is None
    assert call_of(calls, "z", STREAM, BEGIN) is None


def test_rtc_s_record_of_a_stop_without_an_answer() -> None:
    """It is the first stop of that job from when it began on."""
    when = datetime.fromtimestamp(BEGIN, UTC)
    first, second = (
        RtcCall(when + timedelta(seconds=at), Request("DELETE", "/jobs/7"), "stop", "accepted", Answer(), "x", None)
        for at in (0, 1)
    )
    calls = [_start(0.0, "a"), first, second]
    assert stop_of(calls, "7", BEGIN) is first
    assert stop_of(calls, "7", BEGIN + 0.5) is second
    assert stop_of(calls, "8", BEGIN) is None


def test_other_functions_and_requests_are_no_commands() -> None:
    """A click, a certificate check or a look at an order's status is neither a command nor an event."""
    scene = Scene()
    event = {"requestContext": {"requestId": "x"}, "headers": {}, "body": "ssl_check=1"}
    scene.calls.append(Invocation("SlackFunction", "fn", json.dumps(event).encode(), BEGIN, 0.001))
    status = {"requestContext": {"requestId": "y"}, "rawPath": "/orders/7KQ2M4X8P1ZA", "headers": {}}
    scene.calls.append(Invocation("WebhookFunction", "fn", json.dumps(status).encode(), BEGIN, 0.001))
    scene.lines.append(Line("SlackFunction", BEGIN, {"message": "x"}))
    assert scene.seen() == []
