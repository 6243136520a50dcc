"""Build what the page's server sees of a command or an event: calls, log lines, deliveries and posts."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from bot.posting import EVENT_TYPE
from local.aws.http_event import event_of
from local.aws.lambda_pool import Invocation
from local.demo.correlate import correlate
from local.demo.event_log import Line
from local.demo.trace import RECORDER, SLACK_DOOR, WEBHOOK, Trace, body_of
from local.http_message import Answer, Headers, Request
from local.slack.chat import ANN, CLASS_RECORDINGS
from local.slack.delivery import Delivery
from local.slack.payloads import command_fields, interaction_fields, signed_event, signed_request
from local.slack.workspace import Call
from shared.log_events import LogEvent
from shared.orders import Order
from tests.builders import NOW, TIMETABLE, an_order
from tests.webhook_requests import signed

BEGIN = NOW.timestamp()
START = {"type": "recording.start", "data": {"room_id": 100, "user_id": "user001"}}
LINK_SIGNATURE = "l" * 43
RESPONSE_URL = "http://127.0.0.1:1/hooks/commands/s3cret"


@dataclass
class Scene:
    """Moments are in seconds since the command was sent."""

    order: Order = field(
        default_factory=lambda: an_order(
            reply_to={"channel_id": CLASS_RECORDINGS.channel_id, "response_url": RESPONSE_URL}
        )
    )
    calls: list[Invocation] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    posts: list[Call] = field(default_factory=list)

    def traces(self) -> list[Trace]:
        """Return the traces so far."""
        return correlate(self.calls, self.lines, self.deliveries, self.posts)

    def typed(self, text: str = "room 100 user001 hd", *, request_id: str = "web1", answered: bool = True) -> None:
        """Slack sends it, and the door answers after 20 ms, unless it hasn't yet."""
        fields = command_fields(ANN, CLASS_RECORDINGS, "/record", text, RESPONSE_URL)
        request = signed_request("http://127.0.0.1:1/slack", fields, f"secret of {request_id}", BEGIN)
        answer = Answer(body=b'{"text": "on its way"}')
        self._entered(request, answer if answered else None, SLACK_DOOR, request_id, BEGIN)
        if answered:
            self.deliveries.append(
                Delivery(ANN, CLASS_RECORDINGS, request, RESPONSE_URL, BEGIN, 0.025, answer),
            )

    def done(self, payload: dict[str, Any], *, as_event: bool = False) -> None:
        """Slack sends what a person did, and the door answers with an empty 200 after 20 ms."""
        url, secret = "http://127.0.0.1:1/slack", f"secret of {json.dumps(payload)}"
        made = signed_event(url, payload, secret, BEGIN)
        request = made if as_event else signed_request(url, interaction_fields(payload), secret, BEGIN)
        self._entered(request, Answer(), SLACK_DOOR, "web1", BEGIN)

    def sent(
        self,
        event: object,
        status: int | None = 202,
        answer: object = None,
        *,
        request_id: str = "web1",
        caller: str = "timetable",
        at: float = 0.0,
    ) -> None:
        """A caller sends the event (JSON, or bytes as they are), and the webhook answers; None: it hasn't yet."""
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        headers = (
            Headers(tuple(signed(body, now=BEGIN + at).items())) if status != HTTPStatus.UNAUTHORIZED else Headers()
        )
        request = Request("POST", f"/hooks/{caller}", headers, body)
        said = None if status is None else Answer.of_json(status, answer or self.accepted())
        self._entered(request, said, WEBHOOK, request_id, BEGIN + at)

    def accepted(self) -> dict[str, str]:
        """The webhook's 202."""
        link = f"http://127.0.0.1:1/orders/{self.order.order_id}?expires=1&signature={LINK_SIGNATURE}"
        return {"order_id": self.order.order_id, "status_url": link}

    def placed(self, at: float = 0.015, *, request_id: str = "web1", function: str = SLACK_DOOR) -> None:
        """The door says that the order is on the queue."""
        self.log(at, LogEvent.ORDER_PLACED, function, function_request_id=f"fn-{request_id}")

    def received(
        self, at: float, seconds: float | None, *, number: int = 1, check: int = 0, error: str = "", sent: float = 0.015
    ) -> None:
        """The recorder gets the order's message, and has it for so long."""
        order = self.order.next_check(check) if check else self.order
        record = {
            "messageId": f"m{check}",
            "receiptHandle": f"handle-{check}-{number}",
            "body": order.model_dump_json(),
            "attributes": {
                "ApproximateReceiveCount": str(number),
                "SentTimestamp": str(round((BEGIN + sent) * 1000)),
            },
        }
        event = json.dumps({"Records": [record]}).encode()
        self.calls.append(Invocation(RECORDER, f"fn-{at}", event, BEGIN + at, seconds, error))

    def log(self, at: float, message: str, function: str = RECORDER, **fields: Any) -> None:
        """A function writes a line about the order."""
        told = {"message": message, "level": "INFO", "order_id": self.order.order_id, **fields}
        self.lines.append(Line(function, BEGIN + at, told))

    def posted(self, at: float, text: str = "Starting user001 in room 100", **answer: Any) -> None:
        """The bot posts to the channel by the Web API."""
        self.posts.append(web_api_post(at, text, order_metadata(self.order.order_id), **answer))

    def _entered(self, request: Request, answer: Answer | None, door: str, request_id: str, at: float) -> None:
        event = event_of(
            request,
            route_key="POST /any",
            path_parameters={},
            request_id=request_id,
            now=datetime.fromtimestamp(at, UTC),
        )
        call = Invocation(door, f"fn-{request_id}", json.dumps(event).encode(), at + 0.001)
        if answer is not None:
            result = {"statusCode": answer.status, "headers": dict(answer.headers), "body": body_of(answer)}
            call = replace(call, seconds=0.02, result=json.dumps(result).encode())
        self.calls.append(call)

    def fulfilled(self) -> None:
        """All of it, as it goes well: typed, placed, received, RTC asked and answering, told."""
        self.typed()
        self.worked_on(function=SLACK_DOOR)
        self.posted(0.07)

    def worked_on(self, *, request_id: str = "web1", function: str = WEBHOOK) -> None:
        """The order is placed and received, RTC asked and answering."""
        self.placed(request_id=request_id, function=function)
        self.received(0.03, 0.1)
        self.log(0.05, LogEvent.CALLING_RTC, operation="start", attempt=0, receive="1")
        self.log(0.06, LogEvent.RTC_ANSWERED, operation="start", status=201, request_id="rtc1", ms=10, receive="1")
        self.log(0.061, LogEvent.STARTED, job_id="1", state="INIT", receive="1")


def an_event_s_order(channel: str = "", **changes: Any) -> Order:
    """An order of a caller's, of which that channel is told."""
    return an_order(actor=TIMETABLE, reply_to={"channel_id": channel} if channel else None, **changes)


def order_metadata(order_id: str) -> dict[str, object]:
    """The metadata of a message about that order."""
    return {"event_type": EVENT_TYPE, "event_payload": {"order_id": order_id}}


def web_api_post(at: float, text: str, metadata: object, **answer: Any) -> Call:
    """A call of chat.postMessage, and its answer."""
    body = json.dumps({"channel": CLASS_RECORDINGS.channel_id, "text": text, "metadata": metadata}).encode()
    request = signed_request("http://127.0.0.1:1/api/chat.postMessage", {}, "none", BEGIN)
    said = Answer.of_json(200, {"ok": True, "ts": f"{BEGIN + at:.6f}"} | answer)
    return Call("web_api", type(request)("POST", request.target, request.headers, body), said, BEGIN + at)
