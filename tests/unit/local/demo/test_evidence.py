"""The rules of what belongs together."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from local.demo.evidence import Receive
from local.demo.gathering import call_of
from local.demo.witness import Line
from local.http_message import Answer, Request
from local.lambda_pool import Invocation
from local.rtc.api import Call as RtcCall
from local.slack.chat import GENERAL
from local.slack.workspace import Call
from tests.builders import a_request
from tests.scene import BEGIN, RESPONSE_URL, Scene, web_api_post

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


def test_what_is_under_way_has_no_end() -> None:
    """A receive spans from its beginning on until it is over."""
    call = Invocation("RecorderFunction", "r", b"{}", began_at=10.0)
    open_one = Receive(call, {}, ())
    assert open_one.spans(1000.0)
    assert not open_one.spans(9.0)
    assert not Receive(replace(call, seconds=1.0), {}, ()).spans(12.0)


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


def test_other_functions_and_requests_are_no_commands() -> None:
    """A click or a certificate check at the door is not shown as a command."""
    scene = Scene()
    event = {"requestContext": {"requestId": "x"}, "headers": {}, "body": "ssl_check=1"}
    scene.calls.append(Invocation("SlackFunction", "fn", json.dumps(event).encode(), BEGIN, 0.001))
    scene.lines.append(Line("SlackFunction", BEGIN, {"message": "x"}))
    assert scene.seen() == []
