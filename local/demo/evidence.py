"""All that was seen of one command, from the stand-ins' records, the functions' calls and their logs, put together.

What belongs together is found by what the parts themselves pass on: Slack's signature, Lambda's request id, the order's
id, the response_url, RTC's request id. Only a post by the Web API names none of these: of the orders that were being
worked on and whose room and users it names, it belongs to the one that the recorder had last logged something of.
"""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from local.demo.witness import Line
from local.http_message import Answer
from local.lambda_pool import Invocation
from local.rtc.api import Call as RtcCall
from local.slack.workspace import Call as SlackCall
from local.slack.workspace import Delivery

DOOR = "SlackFunction"
RECORDER = "RecorderFunction"
_CLOCKS_DIFFER = 0.01
"""Clocks of several processes are read: what comes this much earlier than its cause is still taken for its effect."""


@dataclass(frozen=True, slots=True)
class Receive:
    """One receive of an order's message: the recorder's call, and the message as that call got it."""

    call: Invocation
    record: Mapping[str, Any]
    lines: tuple[Line, ...]

    @property
    def look(self) -> int:
        """0 for the order itself; n where it came back for the n-th look whether what it started runs."""
        return int(_read(self.record["body"]).get("look", 0))

    @property
    def number(self) -> int:
        """The how-manyth receive it is."""
        return int(self.record["attributes"]["ApproximateReceiveCount"])

    def spans(self, moment: float) -> bool:
        """Whether the recorder was at it then."""
        began, seconds = self.call.began_at, self.call.seconds
        return began - _CLOCKS_DIFFER <= moment and (seconds is None or moment <= began + seconds + _CLOCKS_DIFFER)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was seen of a command, so far. `request_id` is the HTTP API's; `order_id` is empty where there is no order.

    `form` is what Slack sent; `delivery` is None until the door has answered.
    """

    request_id: str
    form: Mapping[str, str]
    door: Invocation
    delivery: Delivery | None
    order_id: str
    placed_at: float | None
    receives: tuple[Receive, ...]
    lines: tuple[Line, ...]
    posts: tuple[SlackCall, ...]

    @property
    def order(self) -> Mapping[str, Any]:
        """The order as the queue had it; empty until the recorder has received it."""
        return _read(self.receives[0].record["body"]) if self.receives else {}


def gather(
    calls: Iterable[Invocation],
    lines: Sequence[Line],
    deliveries: Iterable[Delivery],
    posts: Sequence[SlackCall],
) -> list[Evidence]:
    """Give the evidence of each command, the oldest first."""
    by_signature = {it.request.headers.get("X-Slack-Signature"): it for it in deliveries}
    placed = {it.fields.get("function_request_id"): it for it in lines if it.message == "order placed"}
    by_order: dict[str, list[Line]] = {}
    for line in lines:
        by_order.setdefault(line.order_id, []).append(line)
    doors: list[Invocation] = []
    receives: dict[str, list[Receive]] = {}
    for call in calls:
        if call.function == DOOR:
            doors.append(call)
        elif call.function == RECORDER:
            for record in _read(call.event)["Records"]:
                order_id = str(_read(record["body"]).get("order_id", ""))
                number = record["attributes"]["ApproximateReceiveCount"]
                receive = Receive(call, record, ())
                lines_then = (it for it in by_order.get(order_id, ()) if receive.spans(it.at))
                own = tuple(it for it in lines_then if it.fields.get("receive") == number)
                receives.setdefault(order_id, []).append(replace(receive, lines=own))
    owners = [(_owner(post, receives), post) for post in posts]
    found = []
    for door in doors:
        event = _read(door.event)
        order = placed.get(door.request_id)
        order_id = order.order_id if order is not None else ""
        own_receives = tuple(receives.get(order_id, ())) if order_id else ()
        found.append(
            Evidence(
                request_id=event["requestContext"]["requestId"],
                form=_form(event),
                door=door,
                delivery=by_signature.get(event["headers"].get("x-slack-signature")),
                order_id=order_id,
                placed_at=None if order is None else order.at,
                receives=own_receives,
                lines=tuple(by_order.get(order_id, ())) if order_id else (),
                posts=tuple(post for owner, post in owners if order_id and owner == order_id),
            )
        )
    return [it for it in found if it.form.get("command")]


def call_of(calls: Iterable[RtcCall], request_id: str, stream: Mapping[str, Any], begun: float) -> RtcCall | None:
    """Give RTC's record of a call: by its request id, or else the first start of `stream` from `begun` on.

    The ledger lets one start of a stream be made at a time, so the first is the one.
    """
    for call in calls:
        if request_id:
            if call.request_id == request_id:
                return call
        elif call.operation == "start" and call.received.timestamp() >= begun - _CLOCKS_DIFFER:
            asked = _read(call.request.body)
            if all(asked.get(name) == stream.get(name) for name in ("room_id", "user_id", "video_type")):
                return call
    return None


def body_of(answer: Answer) -> str:
    """Give an answer's body as text."""
    body = answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)
    return body.decode(errors="replace")


def _owner(post: SlackCall, receives: Mapping[str, Sequence[Receive]]) -> str:
    """Give the id of the order that the post answers; empty where none does."""
    found, last = "", 0.0
    for order_id, own in receives.items():
        if not _may_answer(post, own):
            continue
        before = [line.at for it in own if it.spans(post.received) for line in it.lines if line.at <= post.received]
        if not found or max(before, default=0.0) > last:
            found, last = order_id, max(before, default=0.0)
    return found


def _may_answer(post: SlackCall, receives: Sequence[Receive]) -> bool:
    if post.door == "web_api" and not any(receive.spans(post.received) for receive in receives):
        return False
    order = _read(receives[0].record["body"])
    reply_to = order.get("reply_to", {})
    if post.door == "response_url":
        return bool(post.request.path == urlsplit(reply_to.get("response_url", "")).path)
    said = post.request.body.decode(errors="replace")
    named = {json.dumps(it[name])[1:-1] for it in order.get("requests", ()) for name in ("room_id", "user_id")}
    return _read(said).get("channel") == reply_to.get("channel_id") and all(it in said for it in named)


def _form(event: Mapping[str, Any]) -> dict[str, str]:
    body = event.get("body", "")
    text = base64.b64decode(body).decode(errors="replace") if event.get("isBase64Encoded") else body
    return dict(parse_qsl(text, keep_blank_values=True))


@lru_cache(maxsize=4000)
def _read(body: str | bytes) -> Mapping[str, Any]:
    """Give a JSON object. The same events and orders are read again at every change: each is parsed once."""
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
