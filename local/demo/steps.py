"""The way of a command or an event as steps with their times: sender, door, queue, recorder, RTC, reply.

After the door the way of both is the same, and passed again for every receive.
"""

from collections.abc import Iterator, Sequence
from http import HTTPStatus

from local.demo.in_short import answered, outcome
from local.demo.rtc_steps import rtc_steps
from local.demo.step import State, Step
from local.demo.trace import Receive, Trace, body_of
from local.slack.workspace import Call as SlackCall


def steps_of(seen: Trace) -> list[Step]:
    """Give the steps so far, in the order in which they began."""
    return sorted(_steps(seen), key=lambda step: step.at)


def state_of(steps: Sequence[Step]) -> State:
    """Give how a command or an event stands: what is still going on, else what came of its last calls."""
    for state in ("active", "waiting"):
        if any(step.state == state for step in steps):
            return state
    last = {step.station: step.state for step in steps}
    for state in ("unknown", "failed"):
        if state in {last.get("door"), last.get("rtc"), last.get("reply"), last.get("recorder")}:
            return state
    return "ok"


def _steps(seen: Trace) -> Iterator[Step]:
    door, delivery = seen.door, seen.delivery
    sent_at = delivery.sent_at if delivery else seen.received_at
    who = f"{seen.caller} sends an event" if seen.caller else "Slack sends the command, signed"
    yield Step("sender", who, sent_at, max(door.began_at - sent_at, 0), "ok")
    yield _door(seen)
    if seen.placed_at is not None and not seen.receives:
        yield Step("queue", "The order is on the queue", seen.placed_at, None, "active")
    since = door.began_at
    for receive in seen.receives:
        call = receive.call
        if receive.number == 1:
            since = min(receive.sent_at, call.began_at)
        yield Step("queue", _waited_for(receive), since, max(call.began_at - since, 0), "ok")
        yield _recorder(receive)
        yield from rtc_steps(receive)
        yield from (_reply(post) for post in seen.posts if receive.spans(post.received))
        since = call.began_at + (call.seconds or 0)
        if receive.is_done and not receive.look and seen.order.get("reply_to") is None:
            settled_at = receive.lines[-1].at if receive.lines else since
            yield Step("reply", "Its status link tells what came of it", settled_at, 0, "ok", outcome(seen))
    if seen.receives and (waiting := _waiting(seen.receives[-1], since)):
        yield waiting
    if not seen.order_id and (delivery or seen.caller) and door.seconds is not None:
        yield _answered_at_once(seen, sent_at + delivery.seconds if delivery else door.began_at + door.seconds)


def _door(seen: Trace) -> Step:
    call, delivery, answer = seen.door, seen.delivery, seen.answer
    title = "The webhook verifies and reads it" if seen.caller else "The door verifies and reads it"
    if call.seconds is None:
        return Step("door", title, call.began_at, None, "active")
    wrong = call.error or (delivery.error if delivery else "")
    if wrong or answer is None:
        return Step("door", "The door did not answer well", call.began_at, call.seconds, "failed", wrong)
    if answer.status >= HTTPStatus.BAD_REQUEST:
        return Step("door", "The door refuses it", call.began_at, call.seconds, "failed", answered(seen))
    note = f"order {seen.order_id} placed" if seen.order_id else "answered at once, nothing placed"
    if any(line.message == "order known already" for line in seen.lines):
        note = "the order is known already, nothing new is placed"
    return Step("door", title, call.began_at, call.seconds, "ok", note)


def _answered_at_once(seen: Trace, at: float) -> Step:
    if seen.delivery and seen.delivery.error:
        return Step("reply", "Slack tells of the failure itself", at, 0, "failed", seen.delivery.error)
    if seen.answer is None:
        return Step("reply", "There is no answer", at, 0, "failed", seen.door.error)
    note = answered(seen) if seen.caller and seen.answer.status < HTTPStatus.BAD_REQUEST else ""
    return Step("reply", f"The answer is in the door's {int(seen.answer.status)}", at, 0, "ok", note)


def _recorder(receive: Receive) -> Step:
    call = receive.call
    title = "The recorder looks whether it runs" if receive.look else "The recorder works on it"
    if receive.number > 1:
        title += f", receive {receive.number}"
    if call.seconds is None:
        return Step("recorder", title, call.began_at, None, "active")
    if call.error:
        return Step("recorder", title, call.began_at, call.seconds, "failed", call.error)
    note = f"again in {receive.again} s" if receive.again else ""
    return Step("recorder", title, call.began_at, call.seconds, "ok", note)


def _waited_for(receive: Receive) -> str:
    if receive.number > 1:
        return "The order waits for its next receive"
    return "The order comes back later: does it run?" if receive.look else "The order waits on the queue"


def _waiting(last: Receive, since: float) -> Step | None:
    if last.call.seconds is None:
        return None
    if last.call.error:
        return Step("queue", "The queue gives it again when its visibility times out", since, None, "waiting")
    if last.again:
        return Step("queue", "The order waits for its next receive", since, None, "waiting", f"in {last.again} s")
    return None


def _reply(post: SlackCall) -> Step:
    way = "response_url" if post.door == "response_url" else post.request.path.rpartition("/")[2]
    said = body_of(post.answer)
    well = post.answer.status == HTTPStatus.OK and '"ok": false' not in said
    note = f"HTTP {int(post.answer.status)}" + ("" if well else f" {said[:80]}")
    title = "The answer is brought up to date by" if way == "chat.update" else "The answer goes out by"
    return Step("reply", f"{title} {way}", post.received, post.answer.delay, "ok" if well else "failed", note)
