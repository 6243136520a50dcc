"""All that was seen of one command or event: what came in at its door, the order, its receives, and what went out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from functions.http.api_gateway import HttpRequest, read_request
from local.aws.http_event import ResultError, answer_of
from local.aws.lambda_pool import Invocation
from local.demo.event_log import Line
from local.http_message import Answer
from local.slack.workspace import Call as SlackCall
from local.slack.workspace import Delivery
from local.system import HOOKS

SLACK_DOOR = "SlackFunction"
WEBHOOK = "WebhookFunction"
RECORDER = "RecorderFunction"
CLOCKS_DIFFER = 0.01
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
        return int(read_object(self.record["body"]).get("look", 0))

    @property
    def number(self) -> int:
        """The how-manyth receive it is."""
        return int(self.record["attributes"]["ApproximateReceiveCount"])

    @property
    def sent_at(self) -> float:
        """When the queue got the message."""
        return int(self.record["attributes"]["SentTimestamp"]) / 1000

    @property
    def again(self) -> str:
        """In how many seconds the recorder wants it again; empty unless it does."""
        return next((str(line.fields["seconds"]) for line in self.lines if line.message == "again later"), "")

    @property
    def is_done(self) -> bool:
        """Whether the recorder has come to an end with it."""
        return self.call.seconds is not None and not self.call.error and not self.again

    def spans(self, moment: float) -> bool:
        """Whether the recorder was at it then."""
        return spans(self.call, moment)


@dataclass(frozen=True, slots=True)
class Trace:
    """What was seen so far of a command, which came by Slack, or of an event, which came by the webhook.

    `door` is the call of the function that took it; `delivery` is Slack's own record, None of an event and until the
    door has answered. `order_id` is empty where no order was placed.
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
        """What came in, as the door got it."""
        return _read_request(self.door.event)

    @property
    def request_id(self) -> str:
        """The HTTP API's id of the request."""
        return self.request.request_id

    @property
    def received_at(self) -> float:
        """When the HTTP API had the request."""
        return min(float(read_object(self.door.event)["requestContext"]["timeEpoch"]) / 1000, self.door.began_at)

    @property
    def caller(self) -> str:
        """Whom an event says to come from, by its path; empty for a command."""
        path = self.request.path
        return path.removeprefix(HOOKS) if self.door.function == WEBHOOK and path.startswith(HOOKS) else ""

    @property
    def form(self) -> Mapping[str, str]:
        """What Slack sent; empty for an event."""
        body = b"" if self.caller else self.request.body
        return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))

    @property
    def event(self) -> Mapping[str, Any]:
        """What a caller sent, if that is a JSON object; empty for a command."""
        return read_object(self.request.body) if self.caller else {}

    @property
    def answer(self) -> Answer | None:
        """What the door answered; None until it has, or where it failed."""
        try:
            return answer_of(json.loads(self.door.result), self.request_id) if self.door.result else None
        except ResultError:
            return None

    @property
    def order(self) -> Mapping[str, Any]:
        """The order as the queue had it; empty until the recorder has received it."""
        return read_object(self.receives[0].record["body"]) if self.receives else {}


def spans(call: Invocation, moment: float) -> bool:
    """Whether the call was under way then."""
    began, seconds = call.began_at, call.seconds
    return began - CLOCKS_DIFFER <= moment and (seconds is None or moment <= began + seconds + CLOCKS_DIFFER)


def body_of(answer: Answer) -> str:
    """Give an answer's body as text."""
    body = answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)
    return body.decode(errors="replace")


@lru_cache(maxsize=4000)
def read_object(body: str | bytes) -> Mapping[str, Any]:
    """Give a JSON object, empty for what is none.

    The same events and orders are read again at every change: each is parsed once.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


@lru_cache(maxsize=1000)
def _read_request(event: bytes) -> HttpRequest:
    return read_request(read_object(event))
