"""An order's way as steps with their times: Slack, door, queue, recorder, RTC, reply, again for every receive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Literal

from local.demo.evidence import Evidence, Receive, body_of
from local.demo.witness import Line
from local.slack.workspace import Call as SlackCall

type Station = Literal["slack", "door", "queue", "recorder", "rtc", "reply"]
type State = Literal["active", "waiting", "ok", "failed", "unknown"]
"""active: it is happening; waiting: it will go on later; unknown: nobody can tell what came of it."""


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the way. `at` is in seconds since the epoch; `seconds` is None while it lasts.

    Of a call to RTC, `request_id` is RTC's where there was an answer, and `entry` the stream's place in the order.
    """

    station: Station
    title: str
    at: float
    seconds: float | None
    state: State
    note: str = ""
    request_id: str = ""
    entry: int | None = None


def steps_of(seen: Evidence) -> list[Step]:
    """Give the steps so far, in the order in which they began."""
    delivery, door = seen.delivery, seen.door
    sent_at = delivery.sent_at if delivery else door.began_at
    steps = [Step("slack", "Slack sends the command, signed", sent_at, max(door.began_at - sent_at, 0), "ok")]
    steps.append(_door(seen))
    if seen.placed_at is not None and not seen.receives:
        steps.append(Step("queue", "The order is on the queue", seen.placed_at, None, "active"))
    since = door.began_at
    for receive in seen.receives:
        call = receive.call
        if receive.number == 1:
            since = min(int(receive.record["attributes"]["SentTimestamp"]) / 1000, call.began_at)
        steps.append(Step("queue", _waited_for(receive), since, max(call.began_at - since, 0), "ok"))
        steps.append(_recorder(receive))
        steps.extend(_rtc(receive))
        steps.extend(_reply(post) for post in seen.posts if receive.spans(post.received))
        since = call.began_at + (call.seconds or 0)
    if seen.receives and (waiting := _waiting(seen.receives[-1], since)):
        steps.append(waiting)
    if delivery and not seen.order_id:
        steps.append(_answered_at_once(seen, sent_at + delivery.seconds))
    return sorted(steps, key=lambda step: step.at)


def state_of(steps: Sequence[Step]) -> State:
    """Give how a command stands: what is still going on, else what came of its last calls."""
    for state in ("active", "waiting"):
        if any(step.state == state for step in steps):
            return state
    last = {step.station: step.state for step in steps}
    for state in ("unknown", "failed"):
        if state in {last.get("door"), last.get("rtc"), last.get("reply"), last.get("recorder")}:
            return state
    return "ok"


def _door(seen: Evidence) -> Step:
    call, delivery = seen.door, seen.delivery
    if call.seconds is None:
        return Step("door", "The door verifies and reads it", call.began_at, None, "active")
    status = delivery.answer.status if delivery and delivery.answer else 0
    wrong = call.error or (delivery.error if delivery else "")
    if wrong or (delivery and status != HTTPStatus.OK):
        return Step("door", "The door did not answer well", call.began_at, call.seconds, "failed", wrong or str(status))
    note = f"order {seen.order_id} placed" if seen.order_id else "answered at once, nothing placed"
    return Step("door", "The door verifies and reads it", call.began_at, call.seconds, "ok", note)


def _answered_at_once(seen: Evidence, at: float) -> Step:
    delivery = seen.delivery
    if delivery and delivery.error:
        return Step("reply", "Slack tells of the failure itself", at, 0, "failed", delivery.error)
    return Step("reply", "The answer is in the door's 200", at, 0, "ok")


def _recorder(receive: Receive) -> Step:
    call = receive.call
    title = "The recorder looks whether it runs" if receive.look else "The recorder works on it"
    if receive.number > 1:
        title += f", receive {receive.number}"
    if call.seconds is None:
        return Step("recorder", title, call.began_at, None, "active")
    if call.error:
        return Step("recorder", title, call.began_at, call.seconds, "failed", call.error)
    again = _again(receive)
    return Step("recorder", title, call.began_at, call.seconds, "ok", f"again in {again} s" if again else "")


def _waited_for(receive: Receive) -> str:
    if receive.number > 1:
        return "The order waits for its next receive"
    return "The order comes back later: does it run?" if receive.look else "The order waits on the queue"


def _waiting(last: Receive, since: float) -> Step | None:
    if last.call.seconds is None:
        return None
    if last.call.error:
        return Step("queue", "The queue gives it again when its visibility times out", since, None, "waiting")
    again = _again(last)
    if again:
        return Step("queue", "The order waits for its next receive", since, None, "waiting", f"in {again} s")
    return None


def _again(receive: Receive) -> str:
    return next((str(line.fields["seconds"]) for line in receive.lines if line.message == "again later"), "")


def _rtc(receive: Receive) -> list[Step]:
    """Give the calls to RTC as the recorder's log tells of them."""
    steps: list[Step] = []
    for line in receive.lines:
        asked = steps[-1] if steps and steps[-1].seconds is None else None
        match line.message:
            case "calling RTC":
                entry = int(line.fields["entry"])
                steps.append(Step("rtc", "RTC is asked to start", line.at, None, "active", entry=entry))
            case "RTC answered":
                steps[len(steps) - bool(asked) :] = [_answered(line, asked)]
            case "outcome unknown" | "not started" if steps:
                state: State = "unknown" if line.message == "outcome unknown" else "failed"
                seconds = line.at - asked.at if asked else steps[-1].seconds
                words = (steps[-1].note, line.fields.get("error_code"), line.fields.get("error_msg"))
                note = " ".join(str(word) for word in words if word)
                steps[-1] = replace(steps[-1], seconds=seconds, state=state, note=note)
            case _:
                pass
    if steps and steps[-1].seconds is None and receive.call.seconds is not None:
        end = receive.call.began_at + receive.call.seconds
        left = replace(steps[-1], seconds=max(end - steps[-1].at, 0), state="unknown", note="the recorder is gone")
        steps[-1] = left
    return steps


def _answered(line: Line, asked: Step | None) -> Step:
    fields: Mapping[str, Any] = line.fields
    took, status = fields["ms"] / 1000, int(fields["status"])
    what = "to start" if fields["operation"] == "start" else "how a job stands"
    return Step(
        station="rtc",
        title=f"RTC is asked {what}",
        at=line.at - took,
        seconds=took,
        state="ok" if status < HTTPStatus.BAD_REQUEST else "failed",
        note=f"HTTP {status}",
        request_id=str(fields.get("request_id") or ""),
        entry=asked.entry if asked else None,
    )


def _reply(post: SlackCall) -> Step:
    way = "response_url" if post.door == "response_url" else post.request.path.rpartition("/")[2]
    said = body_of(post.answer)
    well = post.answer.status == HTTPStatus.OK and '"ok": false' not in said
    note = f"HTTP {int(post.answer.status)}" + ("" if well else f" {said[:80]}")
    title = "The answer is brought up to date by" if way == "chat.update" else "The answer goes out by"
    return Step("reply", f"{title} {way}", post.received, post.answer.delay, "ok" if well else "failed", note)
