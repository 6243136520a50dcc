"""The steps of a command or an event, with their times: sender, door, queue, recorder, RTC, reply.

After the door, commands and events take the same path, once for every receive.
"""

from collections.abc import Iterator, Sequence
from http import HTTPStatus

from local.demo.event_log import Line
from local.demo.rtc_steps import rtc_steps
from local.demo.step import State, Step
from local.demo.summaries import answered, outcome
from local.demo.trace import Receive, Trace, body_of, orders_in, read_object, spans
from local.slack.workspace import Call as SlackCall
from shared.log_events import LogEvent

_TITLES = {
    "chat.update": "The answer is updated by",
    "views.open": "The form is opened by",
    "views.update": "The form is changed by",
    "views.publish": "The home tab is drawn by",
}
"""What a call to Slack does."""


def steps_of(trace: Trace) -> list[Step]:
    """Return the steps so far, in the order in which they began."""
    return sorted(_steps(trace), key=lambda step: step.at)


def state_of(steps: Sequence[Step]) -> State:
    """Return the state of a command or an event: active or waiting if a step is, else the state of its last steps."""
    for state in ("active", "waiting"):
        if any(step.state == state for step in steps):
            return state
    last = {step.station: step.state for step in steps}.values()
    return "unknown" if "unknown" in last else "failed" if "failed" in last else "ok"


def _steps(trace: Trace) -> Iterator[Step]:
    door, delivery = trace.door, trace.delivery
    sent_at = delivery.sent_at if delivery else trace.received_at
    title = f"{trace.caller} sends an event" if trace.caller else f"Slack sends {_named(trace)}, signed"
    yield Step("sender", title, sent_at, max(door.began_at - sent_at, 0), "ok")
    yield _door(trace)
    at_door = [post for post in trace.posts if spans(door, post.received) and not _is_of_order(post)]
    yield from map(reply_step, at_door)
    if trace.not_queued:
        yield _refused_by_queue(trace.not_queued)
    if trace.placed_at is not None and not trace.receives:
        yield Step("queue", "The order is on the queue", trace.placed_at, None, "active")
    for post in trace.posts:
        if post not in at_door:  # a call of the recorder that only posts may have logged nothing of the order
            yield reply_step(post, next((it.check for it in trace.receives if it.spans(post.received)), 0))
    since = door.began_at
    last: dict[object, tuple[Receive, float]] = {}
    for receive in trace.receives:
        call = receive.call
        if receive.number == 1:
            since = min(receive.sent_at, call.began_at)
        yield Step("queue", _queue_title(receive), since, max(call.began_at - since, 0), "ok", check=receive.check)
        yield _recorder(receive)
        yield from rtc_steps(receive)
        since = call.began_at + (call.seconds or 0)
        last[receive.of] = receive, since
        if receive.is_final and not receive.check and trace.order.get("reply_to") is None:
            settled_at = receive.lines[-1].at if receive.lines else since
            yield Step("reply", "The status link shows the outcome", settled_at, 0, "ok", outcome(trace))
    yield from filter(None, (_waiting(*it) for it in last.values()))
    if not trace.order_id and (delivery or trace.caller) and door.seconds is not None:
        yield _immediate_answer(trace, sent_at + delivery.seconds if delivery else door.began_at + door.seconds)


def _is_of_order(post: SlackCall) -> bool:
    """Return whether it is the recorder's, who may be at work before the door's call has ended."""
    return bool(orders_in(read_object(post.request.body).get("metadata")))


def _named(trace: Trace) -> str:
    """Return what Slack sends, in words."""
    match trace.interaction.get("type"):
        case None:
            return "the command"
        case "block_actions":
            return "the click"
        case "view_submission":
            return "the form"
        case "view_closed":
            return "that the form was closed"
        case "shortcut" | "message_action":
            return "the shortcut"
        case _:
            return "an event"


def _door(trace: Trace) -> Step:
    call, delivery, answer = trace.door, trace.delivery, trace.answer
    title = "The webhook verifies and reads it" if trace.caller else "The door verifies and reads it"
    if call.seconds is None:
        return Step("door", title, call.began_at, None, "active")
    error = call.error or (delivery.error if delivery else "")
    if error or answer is None:
        return Step("door", "The door failed", call.began_at, call.seconds, "failed", error)
    if answer.status >= HTTPStatus.BAD_REQUEST:
        return Step("door", "The door refuses it", call.began_at, call.seconds, "failed", answered(trace))
    if any(line.message == LogEvent.DOOR_FAILED for line in trace.lines):
        return Step("door", "The door failed", call.began_at, call.seconds, "failed", "a mistake of ours: see the logs")
    note = f"order {trace.order_id} placed" if trace.order_id else "answered at once, no order placed"
    if any(line.message == LogEvent.ORDER_KNOWN for line in trace.lines):
        note = "the order is known already, nothing new is placed"
    return Step("door", title, call.began_at, call.seconds, "ok", note)


def _refused_by_queue(line: Line) -> Step:
    if line.message == LogEvent.ORDER_PERHAPS_QUEUED:
        return Step("queue", "The queue gave no clear answer", line.at, 0, "unknown", "the order may be on it")
    return Step("queue", "The queue refuses the order", line.at, 0, "failed", "no order was placed")


def _immediate_answer(trace: Trace, at: float) -> Step:
    if trace.delivery and trace.delivery.error:
        return Step("reply", "Slack itself reports the failure", at, 0, "failed", trace.delivery.error)
    if trace.answer is None:
        return Step("reply", "There is no answer", at, 0, "failed", trace.door.error)
    note = answered(trace) if trace.caller and trace.answer.status < HTTPStatus.BAD_REQUEST else ""
    return Step("reply", f"The answer is in the door's {int(trace.answer.status)}", at, 0, "ok", note)


def _recorder(receive: Receive) -> Step:
    call = receive.call
    title = "The recorder checks whether it runs" if receive.check else "The recorder works on the order"
    title = "The recorder takes RTC's callback" if receive.is_callback else title
    if receive.number > 1:
        title += f", receive {receive.number}"
    if call.seconds is None:
        return Step("recorder", title, call.began_at, None, "active", check=receive.check)
    if call.error:
        return Step("recorder", title, call.began_at, call.seconds, "failed", call.error, check=receive.check)
    if receive.has_bug:
        note = "a mistake of ours: the logs have the error"
        return Step("recorder", title, call.began_at, call.seconds, "failed", note, check=receive.check)
    note = f"again in {receive.retry_in} s" if receive.retry_in and not receive.is_given_up else ""
    return Step("recorder", title, call.began_at, call.seconds, "ok", note, check=receive.check)


def _queue_title(receive: Receive) -> str:
    if receive.number > 1:
        return "The order waits for its next receive"
    if receive.is_callback:
        return "RTC's callback waits on the queue"
    return "The check waits on the queue" if receive.check else "The order waits on the queue"


def _waiting(last: Receive, since: float) -> Step | None:
    if last.call.seconds is None:
        return None
    if last.is_given_up:
        title = "The order goes to the dead-letter queue"
        return Step("queue", title, since, 0, "failed", "it was received as often as it may be", check=last.check)
    if last.call.error or last.has_bug:
        title = "The message becomes visible again after its visibility timeout"
        return Step("queue", title, since, None, "waiting", check=last.check)
    if last.retry_in:
        note = f"in {last.retry_in} s"
        return Step("queue", "The order waits for its next receive", since, None, "waiting", note, check=last.check)
    return None


def reply_step(post: SlackCall, check: int = 0) -> Step:
    """Return the step of a call to Slack."""
    method = "response_url" if post.door == "response_url" else post.request.path.rpartition("/")[2]
    body = body_of(post.answer)
    is_posted = post.answer.status == HTTPStatus.OK and read_object(body).get("ok") is not False
    note = f"HTTP {int(post.answer.status)}" + ("" if is_posted else f" {body[:80]}")
    is_reply = "thread_ts" in read_object(post.request.body)
    title = _TITLES.get(method, "The answer goes out by")
    title = "The news in the thread goes out by" if is_reply else title
    state: State = "ok" if is_posted else "failed"
    return Step("reply", f"{title} {method}", post.received, post.answer.delay, state, note, check=check)
