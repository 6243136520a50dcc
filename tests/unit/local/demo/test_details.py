"""The rules of the panel's tabs."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from local.demo.details import details_of
from local.demo.steps import steps_of
from local.http_message import Answer, Headers, Request, Wire
from local.rtc.api import Call as RtcCall
from local.rtc.faults import Fault
from shared.log_events import LogEvent
from shared.rtc.signing import sign
from tests.builders import a_request
from tests.scene import BEGIN, LINK_SIGNATURE, START, Scene, an_event_s_order


def _call(answer: Answer, fault: Fault | None = None) -> RtcCall:
    body = json.dumps(a_request().body()).encode()
    url = "http://127.0.0.1:2/v2/apps/1/individual-stream-jobs"
    headers = {"Content-Type": "application/json"}
    when = datetime.fromtimestamp(BEGIN + 0.05, UTC)
    signed = sign("POST", url, headers, body, access_key="AK", secret_key="SK", now=when)
    request = Request("POST", "/v2/apps/1/individual-stream-jobs", Headers(tuple(signed.headers.items())), body)
    return RtcCall(when, request, "start", "accepted", answer, "rtc1", fault)


def _details(scene: Scene, *calls: RtcCall, items: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    [trace] = scene.traces()
    details = details_of(trace, steps_of(trace), calls, items or [])
    assert isinstance(details, dict)
    json.dumps(details)
    return details


def test_what_slack_sent_and_the_verdict() -> None:
    """The signature's verdict says what was signed and how old it was; the signature itself is hidden."""
    scene = Scene()
    scene.fulfilled()
    door = _details(scene)["door"]
    assert door["accepted"] is True
    assert "at most 300 s" in door["verdict"]
    assert door["form"]["text"] == "room 100 user001 hd"
    assert any("v0=[hidden]" in header for header in door["request"]["headers"])


def test_what_a_caller_sent_and_the_verdict() -> None:
    """An event is shown with its headers, body and answer; the signatures of both are hidden."""
    scene = Scene()
    scene.sent(START)
    door = _details(scene)["door"]
    assert door["accepted"] is True
    assert "webhook-id.webhook-timestamp.body" in door["verdict"]
    assert door["request"]["line"] == "POST /hooks/timetable"
    assert "webhook-signature: v1,[hidden]" in door["request"]["headers"]
    assert json.loads(door["request"]["body"]) == START
    assert door["answer"]["status"] == 202
    assert "signature=[hidden]" in door["answer"]["body"]
    assert LINK_SIGNATURE not in json.dumps(door)


@pytest.mark.parametrize(
    ("status", "accepted"), [(401, False), (405, None), (409, True), (413, None), (422, True), (503, None)]
)
def test_a_verdict_only_where_the_door_gave_one(status: int, accepted: bool | None) -> None:  # a case's value
    """A refusal tells whether the signature was the reason, or that the signature was not checked."""
    scene = Scene()
    scene.sent(START, status, {"detail": "in words"})
    door = _details(scene)["door"]
    assert door["accepted"] is accepted
    assert accepted is True or "in words" in door["verdict"]
    assert "in words" in door["answer"]["body"]


def test_a_stop_without_an_answer_is_found_at_rtc() -> None:
    """RTC's record of a stop without a request id is found by its job."""
    scene = Scene(order=an_event_s_order(requests=(), stop={"job_id": "7"}))
    scene.sent(START)
    scene.placed(function="WebhookFunction")
    scene.received(0.03, 0.1)
    scene.log(0.06, LogEvent.NOT_STOPPED, job_id="7", error="stop: no answer in time", receive="1")
    when = datetime.fromtimestamp(BEGIN + 0.05, UTC)
    call = RtcCall(when, Request("DELETE", "/v2/jobs/7"), "stop", "accepted", Answer(204), "rtc1", None)
    [rtc] = _details(scene, call)["rtc"]
    assert rtc["request"]["line"] == "DELETE /v2/jobs/7"


def test_before_the_door_has_answered() -> None:
    """A command under way has its form, and nothing more."""
    scene = Scene()
    scene.typed(answered=False)
    details = _details(scene)
    assert details["door"]["form"]["command"] == "/record"
    assert (details["order"], details["rtc"], details["ledger"], details["logs"]) == (None, [], [], [])


def test_what_went_to_rtc_and_came_back() -> None:
    """The call has the canonical request as RTC computes it, a curl command with a hidden signature, and the answer."""
    scene = Scene()
    scene.fulfilled()
    [rtc] = _details(scene, _call(Answer.of_json(201, {"job_id": "1"})))["rtc"]
    assert rtc["canonical"].startswith(
        "POST\n/v2/apps/1/individual-stream-jobs/\n\ncontent-type:application/json\nhost:"
    )
    assert rtc["curl"].startswith("curl -X POST http://127.0.0.1:2/v2/apps/1/individual-stream-jobs \\\n")
    assert "Signature=[hidden]" in rtc["curl"]
    assert (rtc["answer"]["status"], rtc["verdict"], rtc["ms"]) == (201, "accepted", 10)
    assert '"job_id": "1"' in rtc["answer"]["body"]


@pytest.mark.parametrize("body", [b'{"type": "ping", "type": "x"}', b"[" * 30_000 + b"]" * 30_000, b'{"type": NaN}'])
def test_a_body_that_is_no_json_is_shown_as_it_came(body: bytes) -> None:
    """Any caller can send one, and the page must show why it was refused."""
    scene = Scene()
    scene.sent(body, 400, {"detail": "the body is no JSON"})
    assert _details(scene)["door"]["request"]["body"] == body.decode()


def test_an_answer_that_never_came_is_not_shown() -> None:
    """An answer that was lost on the connection is not shown, and the fault is."""
    scene = Scene()
    scene.fulfilled()
    silence = Fault(wire=Wire.NOTHING, delay=3600, made=True)
    [rtc] = _details(scene, _call(silence.apply(Answer.of_json(201, {}), "rtc1"), silence))["rtc"]
    assert rtc["answer"] is None
    assert rtc["fault"] == {"wire": "nothing", "delay": 3600.0, "made": True}


def test_of_the_real_rtc_only_the_step_is_known() -> None:
    """Without RTC's record there are only the recorder's note and its time."""
    scene = Scene()
    scene.fulfilled()
    [rtc] = _details(scene)["rtc"]
    assert rtc == {"title": "RTC is asked to start", "state": "ok", "ms": 10, "note": "HTTP 201"}


def test_only_what_the_order_wrote_is_shown() -> None:
    """The order's items and the locks that it holds are shown; those of other orders are not."""
    scene = Scene()
    scene.fulfilled()
    mine, other = scene.order.order_id, "0BBBBBBBBBBB"

    def item(pk: str, **data: str) -> dict[str, Any]:
        return {"pk": {"S": pk}, "sk": {"S": "0"}} | ({"data": {"S": json.dumps(data)}} if data else {})

    items = [
        item(f"ORDER#{mine}", state="settled"),
        item(f"ORDER#{mine}"),
        item("ROOM#1#100", order_id=mine),
        item("ROOM#1#100", order_id=other),
        item(f"ORDER#{other}", order_id=other),
    ]
    shown = _details(scene, items=items)["ledger"]
    assert [it["pk"] for it in shown] == [f"ORDER#{mine}", f"ORDER#{mine}", "ROOM#1#100"]
    assert shown[0]["data"] == {"state": "settled"}


def test_the_queue_s_message_and_its_receives() -> None:
    """The order is shown as the queue had it, with when it was sent and received; the response_url is hidden."""
    scene = Scene()
    scene.fulfilled()
    order = _details(scene)["order"]
    assert order["message"]["order_id"] == scene.order.order_id
    assert order["message"]["reply_to"]["response_url"].endswith("/hooks/commands/[hidden]")
    assert [it["receive"] for it in order["receives"]] == [1]
    assert _details(scene)["logs"][0]["message"] == LogEvent.ORDER_PLACED


def test_the_reply_is_what_slack_was_sent() -> None:
    """An order's replies are the calls to Slack, with what each sent and what Slack answered."""
    scene = Scene()
    scene.fulfilled()
    scene.posted(0.08, ok=False, error="not_in_channel")
    sent, refused = _details(scene)["replies"]
    assert "Starting user001" in sent["request"]["body"]
    assert (sent["state"], refused["state"]) == ("ok", "failed")
    assert "not_in_channel" in refused["answer"]["body"]


@pytest.mark.parametrize("is_order", [True, False])
def test_a_reply_that_needs_no_call(is_order: bool) -> None:
    """Without a call to Slack the reply is the door's answer, or the status link of an event's order."""
    scene = Scene(order=an_event_s_order())
    if is_order:
        scene.sent(START)
        scene.worked_on()
    else:
        scene.typed("100 user001 hdd")
    [reply] = _details(scene)["replies"]
    assert reply["request"] is None
    assert ("status link" if is_order else "on its way") in json.dumps(reply)
