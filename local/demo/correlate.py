"""What belongs together, of the stand-ins' records, the functions' calls and their logs.

It is found by what the parts themselves pass on: Slack's signature, Lambda's request id, the order's id, the
response_url, RTC's request id. Of what names none of these:

- A post by the Web API: of the orders that were being worked on and whose room and users it names, it belongs to the
  one that the recorder had last logged something of.
- A message of an order that was placed twice, as an event sent again can be: it belongs to the door's call in which the
  queue got it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from local.aws.lambda_pool import Invocation
from local.demo.event_log import Line
from local.demo.trace import (
    CLOCKS_DIFFER,
    RECORDER,
    SLACK_DOOR,
    WEBHOOK,
    Receive,
    Trace,
    read_object,
    spans,
)
from local.rtc.api import Call as RtcCall
from local.slack.workspace import Call as SlackCall
from local.slack.workspace import Delivery


def correlate(
    calls: Iterable[Invocation],
    lines: Sequence[Line],
    deliveries: Iterable[Delivery],
    posts: Sequence[SlackCall],
) -> list[Trace]:
    """Give the trace of each command and event, the oldest first."""
    by_signature = {it.request.headers.get("X-Slack-Signature"): it for it in deliveries}
    by_order = _sorted_by(lines, "order_id")
    by_call = _sorted_by(lines, "function_request_id")
    doors: list[Invocation] = []
    receives: dict[str, list[Receive]] = {}
    for call in calls:
        if call.function in {SLACK_DOOR, WEBHOOK}:
            doors.append(call)
        elif call.function == RECORDER:
            for order_id, receive in _receives(call, by_order):
                receives.setdefault(order_id, []).append(receive)
    owners = [(_owner(post, receives), post) for post in posts]
    found: list[Trace] = []
    placed_ids = {""}
    for door in doors:
        own_lines = by_call.get(door.request_id, [])
        placed = next((line for line in own_lines if line.message == "order placed"), None)
        order_id = placed.order_id if placed else ""
        is_first = order_id not in placed_ids
        placed_ids.add(order_id)
        seen = Trace(
            door=door,
            delivery=by_signature.get(read_object(door.event)["headers"].get("x-slack-signature")),
            order_id=order_id,
            placed_at=placed.at if placed else None,
            receives=tuple(
                it for it in receives.get(order_id, ()) if (is_first if it.look else spans(door, it.sent_at))
            ),
            lines=(*own_lines, *(it for it in by_order.get(order_id, ()) if it.function == RECORDER)),
            posts=tuple(post for owner, post in owners if is_first and owner == order_id),
        )
        if seen.caller or seen.form.get("command"):
            found.append(seen)
    return found


def call_of(calls: Iterable[RtcCall], request_id: str, stream: Mapping[str, Any], begun: float) -> RtcCall | None:
    """Give RTC's record of a call: by its request id, or else the first start of `stream` from `begun` on.

    The ledger lets one start of a stream be made at a time, so the first is the one.
    """
    for call in calls:
        if request_id:
            if call.request_id == request_id:
                return call
        elif call.operation == "start" and call.received.timestamp() >= begun - CLOCKS_DIFFER:
            asked = read_object(call.request.body)
            if all(asked.get(name) == stream.get(name) for name in ("room_id", "user_id", "video_type")):
                return call
    return None


def stop_of(calls: Iterable[RtcCall], job_id: str, begun: float) -> RtcCall | None:
    """Give RTC's record of the first stop of that job from `begun` on."""
    for call in calls:
        is_later = call.received.timestamp() >= begun - CLOCKS_DIFFER
        if is_later and call.operation == "stop" and call.request.path.rpartition("/")[2] == job_id:
            return call
    return None


def _receives(call: Invocation, by_order: Mapping[str, Sequence[Line]]) -> Iterator[tuple[str, Receive]]:
    """Give each message that the recorder got in this call, with its order's id and its lines of then."""
    for record in read_object(call.event)["Records"]:
        order_id = str(read_object(record["body"]).get("order_id", ""))
        number = record["attributes"]["ApproximateReceiveCount"]
        own = (it for it in by_order.get(order_id, ()) if it.fields.get("receive") == number and spans(call, it.at))
        yield order_id, Receive(call, record, tuple(own))


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
    order = read_object(receives[0].record["body"])
    reply_to = order.get("reply_to") or {}
    if post.door == "response_url":
        return bool(post.request.path == urlsplit(reply_to.get("response_url") or "").path)
    said = post.request.body.decode(errors="replace")
    asked = [*order.get("requests", ()), order.get("stop") or {}]
    values = (it.get(name) for it in asked for name in ("room_id", "user_id", "job_id"))
    return (
        any(receive.spans(post.received) for receive in receives)
        and read_object(said).get("channel") == reply_to.get("channel_id")
        and all(json.dumps(value)[1:-1] in said for value in values if value)
    )


def _sorted_by(lines: Iterable[Line], field: str) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for line in lines:
        if value := line.fields.get(field):
            found.setdefault(str(value), []).append(line)
    return found
