"""The trace of one command, click or event: its request, its order, the order's receives, and the calls to Slack."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from bot import posting
from functions.http.api_gateway import HttpRequest, read_request
from local.aws.http_event import ResultError, answer_of
from local.aws.lambda_pool import Invocation
from local.demo.event_log import Line
from local.http_message import Answer
from local.slack.delivery import Delivery
from local.slack.workspace import Call as SlackCall
from local.system import HOOKS
from shared.log_events import LogEvent

SLACK_DOOR = "SlackFunction"
WEBHOOK = "WebhookFunction"
RECORDER = "RecorderFunction"
CLOCK_DIFFERENCE = 0.01
"""Seconds by which the clocks of two processes may differ: an effect may seem to come this much before its cause."""


@dataclass(frozen=True, slots=True)
class Receive:
    """One receive of an order's message: the recorder's call, the SQS record in it, and the lines logged meanwhile."""

    call: Invocation
    record: Mapping[str, Any]
    lines: tuple[Line, ...]

    @property
    def check(self) -> int:
        """0 for the order itself; n for the n-th check whether what it started runs; 1 for a tick and a callback."""
        return int(self._action.get("number", 1)) if self._action.get("kind") in {"check", "callback"} else 0

    @property
    def is_callback(self) -> bool:
        """Whether RTC called back about a job of the order."""
        return bool(self._action.get("kind") == "callback")

    @property
    def _action(self) -> Mapping[str, Any]:
        action: Mapping[str, Any] = read_object(self.record["body"]).get("action", {})
        return action

    @property
    def of(self) -> tuple[int, str]:
        """What it is a try of: the order, one of its checks, or one callback. The last try says whether that waits."""
        return self.check, self.record["messageId"] if self.is_callback else ""

    @property
    def number(self) -> int:
        """The delivery attempt, from 1."""
        return int(self.record["attributes"]["ApproximateReceiveCount"])

    @property
    def sent_at(self) -> float:
        """When the message was sent to the queue."""
        return int(self.record["attributes"]["SentTimestamp"]) / 1000

    @property
    def retry_in(self) -> str:
        """Seconds after which the recorder wants the message again; empty if it doesn't."""
        return next((str(line.fields["seconds"]) for line in self.lines if line.message == LogEvent.ORDER_WAITS), "")

    @property
    def is_final(self) -> bool:
        """Whether the recorder is done with the message."""
        return self.call.seconds is not None and not self.call.error and not self.retry_in and not self.has_bug

    @property
    def has_bug(self) -> bool:
        """Whether the recorder failed because of a mistake of ours."""
        return self._has(LogEvent.ORDER_FAILED)

    @property
    def is_given_up(self) -> bool:
        """Whether this was the last receive, without a result: the message goes to the dead-letter queue."""
        return self._has(LogEvent.ORDER_GIVEN_UP)

    def _has(self, event: LogEvent) -> bool:
        return any(line.message == event for line in self.lines)

    def spans(self, moment: float) -> bool:
        """Whether the recorder's call was under way at that moment."""
        return spans(self.call, moment)


@dataclass(frozen=True, slots=True)
class Trace:
    """All that is known so far of a command from Slack, or of an event from the webhook.

    `door` is the call of the function that received it. `delivery` is the Slack stand-in's record of it: None for an
    event, and until the door has answered. `order_id` is empty if no order was placed.
    """

    door: Invocation
    delivery: Delivery | None
    order_id: str
    placed_at: float | None
    receives: tuple[Receive, ...]
    lines: tuple[Line, ...]
    posts: tuple[SlackCall, ...]

    @property
    def request(self) -> HttpRequest:
        """The request that the door received."""
        return _read_request(self.door.event)

    @property
    def request_id(self) -> str:
        """API Gateway's id of the request."""
        return self.request.request_id

    @property
    def received_at(self) -> float:
        """When API Gateway received the request."""
        return min(float(read_object(self.door.event)["requestContext"]["timeEpoch"]) / 1000, self.door.began_at)

    @property
    def caller(self) -> str:
        """The caller that an event names in its path; empty for a command."""
        path = self.request.path
        return path.removeprefix(HOOKS) if self.door.function == WEBHOOK and path.startswith(HOOKS) else ""

    @property
    def form(self) -> Mapping[str, str]:
        """The form that Slack sent; empty for an event."""
        return {} if self.caller else _read_form(self.door.event)

    @property
    def interaction(self) -> Mapping[str, Any]:
        """What Slack sent as JSON, such as a click; empty for a command, and for what isn't Slack's."""
        if self.door.function != SLACK_DOOR:
            return {}
        return read_object(self.form["payload"]) if "payload" in self.form else read_object(self.request.body)

    @property
    def person_id(self) -> str:
        """Who typed or clicked; empty for a caller's event."""
        sent = self.interaction
        user = part(sent, "user").get("id") or part(sent, "event").get("user") or self.form.get("user_id", "")
        return str(user)

    @property
    def channel_id(self) -> str:
        """Where it was typed or clicked; empty for a global shortcut, a form without a channel, and the home tab."""
        sent = self.interaction
        return str(
            part(sent, "channel").get("id") or self._form_url.get("channel_id") or self.form.get("channel_id", "")
        )

    @property
    def response_url(self) -> str:
        """The response_url that Slack sent; empty if it sent none."""
        sent = self.interaction.get("response_url") or self._form_url.get("response_url")
        return str(sent or self.form.get("response_url", ""))

    @property
    def _form_url(self) -> Mapping[str, Any]:
        """The first response URL that a form has, with its channel."""
        urls = self.interaction.get("response_urls")
        return part({"first": urls[0]}, "first") if isinstance(urls, list) and urls else {}

    @property
    def event(self) -> Mapping[str, Any]:
        """The JSON object that a caller sent; empty for a command, and for other bodies."""
        return read_object(self.request.body) if self.caller else {}

    @property
    def answer(self) -> Answer | None:
        """The door's answer; None until there is one, and if the door failed."""
        try:
            return answer_of(json.loads(self.door.result), self.request_id) if self.door.result else None
        except ResultError:
            return None

    @property
    def not_queued(self) -> Line | None:
        """The door's line that the queue did not take the order, or gave no usable answer."""
        not_queued = {LogEvent.ORDER_NOT_QUEUED, LogEvent.ORDER_PERHAPS_QUEUED}
        return next((line for line in self.lines if line.message in not_queued), None)

    @property
    def order(self) -> Mapping[str, Any]:
        """The order as it was on the queue; empty until the recorder has received it."""
        return read_object(self.receives[0].record["body"]) if self.receives else {}

    @property
    def streams(self) -> Sequence[Mapping[str, Any]]:
        """The streams that the order starts."""
        streams: Sequence[Mapping[str, Any]] = self.order.get("action", {}).get("requests", ())
        return streams


def part(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the JSON object under `name`; an empty one if something else is there, as a sender may like."""
    value = document.get(name)
    return value if isinstance(value, dict) else {}


def spans(call: Invocation, moment: float) -> bool:
    """Return whether the call was under way at that moment."""
    began, seconds = call.began_at, call.seconds
    return began - CLOCK_DIFFERENCE <= moment and (seconds is None or moment <= began + seconds + CLOCK_DIFFERENCE)


def orders_in(metadata: object) -> tuple[str, ...]:
    """Return the ids of the orders that a message's metadata names."""
    match metadata:
        case {"event_type": posting.EVENT_TYPE, "event_payload": {"order_id": str(first)} as payload}:
            return (first, *str(payload.get("other_order_ids", "")).split())
        case _:
            return ()


def body_of(answer: Answer) -> str:
    """Return an answer's body as text."""
    body = answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)
    return body.decode(errors="replace")


@lru_cache(maxsize=4000)
def read_object(body: str | bytes) -> Mapping[str, Any]:
    """Return the JSON object in `body`; an empty one if there is none.

    Cached, because the same events and orders are read again at every change.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


@lru_cache(maxsize=1000)
def _read_request(event: bytes) -> HttpRequest:
    return read_request(read_object(event))


@lru_cache(maxsize=1000)
def _read_form(event: bytes) -> Mapping[str, str]:
    request = _read_request(event)
    is_json = request.headers.get("content-type", "").startswith("application/json")
    return {} if is_json else dict(parse_qsl(request.body.decode(errors="replace"), keep_blank_values=True))
