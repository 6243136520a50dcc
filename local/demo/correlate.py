"""Find what belongs to each command, click and event, in the stand-ins' records, the functions' calls and their logs.

The parts themselves pass on what this needs: Slack's signature, Lambda's request id, the order's id (in each log line
and in the metadata of each message to Slack), and RTC's request id.

An order can be placed twice, if its event is sent twice at almost the same time. Then each event has the receives of
the message that it sent to the queue; checks and messages in Slack go to the first event.

The schedule's tick belongs to no order, and RTC's callback has an id of its own. Each order that they checked has them
as receives, with its own lines.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from local.aws.lambda_pool import Invocation
from local.demo.event_log import Line
from local.demo.trace import (
    CLOCK_DIFFERENCE,
    RECORDER,
    SLACK_DOOR,
    WEBHOOK,
    Receive,
    Trace,
    orders_in,
    read_object,
    spans,
)
from local.rtc.api import Call as RtcCall
from local.slack.delivery import Delivery
from local.slack.workspace import Call as SlackCall
from shared.log_events import LogEvent


def correlate(
    calls: Iterable[Invocation],
    lines: Sequence[Line],
    deliveries: Iterable[Delivery],
    posts: Iterable[SlackCall],
) -> list[Trace]:
    """Return the trace of each command and event, the oldest first."""
    deliveries_by_signature = {it.request.headers.get("X-Slack-Signature"): it for it in deliveries}
    lines_by_order = _group(lines, "order_id")
    lines_by_call = _group(lines, "function_request_id")
    doors: list[Invocation] = []
    receives: dict[str, list[Receive]] = {}
    for call in calls:
        if call.function in {SLACK_DOOR, WEBHOOK}:
            doors.append(call)
        elif call.function == RECORDER:
            for order_id, receive in _receives(call, lines_by_order, lines_by_call):
                receives.setdefault(order_id, []).append(receive)
    posts_by_order = _posts_by_order(posts)
    unnamed = posts_by_order.pop("", [])
    traces: list[Trace] = []
    placed_by = {
        door.request_id: next(
            (it for it in lines_by_call.get(door.request_id, ()) if it.message == LogEvent.ORDER_PLACED), None
        )
        for door in doors
    }
    doors_by_order: dict[str, list[Invocation]] = {}
    for door in doors:
        if placed := placed_by[door.request_id]:
            doors_by_order.setdefault(placed.order_id, []).append(door)
    for door in doors:
        door_lines = lines_by_call.get(door.request_id, [])
        placed = placed_by[door.request_id]
        order_id = placed.order_id if placed else ""
        placing = doors_by_order.get(order_id, [])
        is_first = placing[:1] == [door]
        trace = Trace(
            door=door,
            delivery=deliveries_by_signature.get(read_object(door.event)["headers"].get("x-slack-signature")),
            order_id=order_id,
            placed_at=placed.at if placed else None,
            receives=tuple(it for it in receives.get(order_id, ()) if placing and _belongs(it, door, placing)),
            lines=(*door_lines, *(it for it in lines_by_order.get(order_id, ()) if it.function == RECORDER)),
            posts=tuple(posts_by_order.get(order_id, ()) if is_first else ()),
        )
        if not trace.caller:
            own = (post for post in unnamed if _is_of(post, trace))
            trace = replace(trace, posts=(*own, *trace.posts))
        if trace.caller or trace.form.get("command") or trace.interaction:
            traces.append(trace)
    return traces


def find_call(calls: Iterable[RtcCall], request_id: str, stream: Mapping[str, Any], since: float) -> RtcCall | None:
    """Return RTC's record of a call: by its request id, or else the first start of `stream` after `since`.

    The first start is the right one, because the ledger allows only one start of a stream at a time.
    """
    for call in calls:
        if request_id:
            if call.request_id == request_id:
                return call
        elif call.operation == "start" and call.received.timestamp() >= since - CLOCK_DIFFERENCE:
            body = read_object(call.request.body)
            if all(body.get(name) == stream.get(name) for name in ("room_id", "user_id", "video_type")):
                return call
    return None


def find_stop(calls: Iterable[RtcCall], job_id: str, since: float) -> RtcCall | None:
    """Return RTC's record of the first stop of that job after `since`."""
    for call in calls:
        is_later = call.received.timestamp() >= since - CLOCK_DIFFERENCE
        if is_later and call.operation == "stop" and call.request.path.rpartition("/")[2] == job_id:
            return call
    return None


def _receives(
    call: Invocation, lines_by_order: Mapping[str, Sequence[Line]], lines_by_call: Mapping[str, Sequence[Line]]
) -> Iterator[tuple[str, Receive]]:
    """Yield each message that the recorder received in this call: its order's id, the message and its log lines."""
    for record in read_object(call.event)["Records"]:
        message = read_object(record["body"])
        order_id = str(message.get("order_id", ""))
        is_callback = message.get("action", {}).get("kind") == "callback"
        if is_callback or not order_id:
            near = lines_by_call.get(call.request_id, ())
            checks = _group((it for it in near if _is_check(it, order_id if is_callback else "")), "order_id")
            yield from ((checked, Receive(call, record, tuple(lines))) for checked, lines in checks.items())
            continue
        number = record["attributes"]["ApproximateReceiveCount"]
        lines = lines_by_order.get(order_id, ())
        own = (it for it in lines if it.fields.get("receive") == number and _is_written_by(call, it))
        yield order_id, Receive(call, record, tuple(own))


def _is_written_by(call: Invocation, line: Line) -> bool:
    return spans(call, line.at) and line.fields.get("function_request_id", call.request_id) == call.request_id


def _is_of(post: SlackCall, trace: Trace) -> bool:
    """Return whether the door made this call to Slack: to the response_url, or about a view of that person."""
    if post.door == "response_url":
        return bool(trace.response_url) and trace.response_url.endswith(post.request.path)
    body = read_object(post.request.body)
    sent = trace.interaction or trace.form
    opens = body.get("trigger_id") is not None and body["trigger_id"] == sent.get("trigger_id")
    return opens or (body.get("user_id") == trace.person_id and spans(trace.door, post.received))


def _is_check(line: Line, callback: str) -> bool:
    """Return whether the line is about what was done for that callback; with an empty text, for a tick."""
    return line.fields.get("callback") == callback if callback else "receive" not in line.fields


def _belongs(receive: Receive, door: Invocation, placing: Sequence[Invocation]) -> bool:
    """Return whether a receive is of this door's event, one of those that placed the order.

    The first one has what the recorder put on the queue: checks, and orders that wait for their turn.
    """
    senders = [] if receive.check else [it for it in placing if spans(it, receive.sent_at)]
    return (senders or placing)[0] is door


def _posts_by_order(posts: Iterable[SlackCall]) -> dict[str, list[SlackCall]]:
    """Return the calls to Slack by the orders that their messages name; by an empty text those that name none."""
    groups: dict[str, list[SlackCall]] = {}
    for post in posts:
        for order_id in set(orders_in(read_object(post.request.body).get("metadata"))) or {""}:
            groups.setdefault(order_id, []).append(post)
    return groups


def _group(lines: Iterable[Line], field: str) -> dict[str, list[Line]]:
    groups: dict[str, list[Line]] = {}
    for line in lines:
        if value := line.fields.get(field):
            groups.setdefault(str(value), []).append(line)
    return groups
