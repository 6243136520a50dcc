"""Events for `sam local invoke -e`, as API Gateway and SQS send them to each function, with valid signatures.

`make events` writes them to events/. The signatures expire after five minutes; then run it again.
"""

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from functions.http.standard_webhooks import read_key, sign
from local.aws.calls import REGION
from local.aws.http_event import event_of as http_event
from local.aws.sqs_event import event_of as sqs_event
from local.http_message import Headers, Request
from local.slack.chat import ANN, CLASS_RECORDINGS
from local.slack.payloads import command_fields, signed_request
from shared.actors import Actor
from shared.command_line import CommandLine, run
from shared.order_ids import new_order_id
from shared.orders import Order, Start
from shared.rtc.models import RecordingRequest
from shared.slack_refs import ReplyTo

SIGNING_SECRET = "local-signing-secret-of-recordbot"  # noqa: S105 - a made-up secret, published in docs/sam-local.md
WEBHOOK_CALLER = "demo"
WEBHOOK_KEY = "whsec_bG9jYWwtd2ViaG9vay1rZXktb2YtcmVjb3JkYm90"
"""Made up and published, as the signing secret is."""
FOLDER = Path(__file__).parents[2] / "events"
_RESPONSE_URL = "https://hooks.slack.com/commands/T0RECORD/1/local"
_QUEUE_ARN = f"arn:aws:sqs:{REGION}:123456789012:recordbot-orders"


def events(now: datetime) -> dict[str, dict[str, Any]]:
    """Return the events by name (function and case, with a hyphen). They are valid for five minutes from `now`."""
    start = _slack("100 user001 hd", now)
    forged = Request(start.method, start.target, start.headers, start.body.replace(b"user001", b"user002"))
    old = _slack("100 user001 hd", datetime.fromtimestamp(now.timestamp() - 600, UTC))
    undone = _message(_order(now, "user001"), 1) | {"Body": "{}"}
    return {
        "slack-start": _at_door(start, now),
        "slack-several": _at_door(_slack("100 user001,user002 hd idle=10m", now), now),
        "slack-typo": _at_door(_slack("100 user001 hdd", now), now),
        "slack-help": _at_door(_slack("help", now), now),
        "slack-forged": _at_door(forged, now),
        "slack-old": _at_door(old, now),
        "slack-unreadable": _at_door(Request("POST", "/slack", Headers(), b"\xff"), now),
        "webhook-start": _at_hook({"room_id": "100", "user_id": "user001"}, now),
        "webhook-invalid": _at_hook({"room_id": "100"}, now),
        "webhook-forged": _at_hook({"room_id": "100", "user_id": "user001"}, now, changed="user002"),
        "recorder-start": sqs_event([_message(_order(now, "user001"), 1)], _QUEUE_ARN, REGION),
        "recorder-dry-run": sqs_event([_message(_order(now, "user001", dry_run=True), 1)], _QUEUE_ARN, REGION),
        "recorder-batch": sqs_event(
            [_message(_order(now, "user003"), 1), _message(_order(now, "user004"), 1), undone], _QUEUE_ARN, REGION
        ),
    }


def _slack(text: str, now: datetime) -> Request:
    fields = command_fields(ANN, CLASS_RECORDINGS, "/record", text, _RESPONSE_URL)
    return signed_request("https://example.execute-api.amazonaws.com/slack", fields, SIGNING_SECRET, now.timestamp())


def _at_door(request: Request, now: datetime) -> dict[str, Any]:
    return http_event(request, route_key="POST /slack", path_parameters={}, request_id="JKJaXmPLvHcESHA=", now=now)


def _at_hook(data: dict[str, str], now: datetime, changed: str = "user001") -> dict[str, Any]:
    """Return a caller's event that starts a recording; `changed` replaces the user after signing."""
    event = {"type": "recording.start", "timestamp": now.isoformat(), "data": data}
    body, webhook_id, timestamp = json.dumps(event).encode(), f"evt_{new_order_id()}", str(int(now.timestamp()))
    headers = Headers(
        (
            ("Content-Type", "application/json"),
            ("Host", "example.execute-api.amazonaws.com"),
            ("Webhook-Id", webhook_id),
            ("Webhook-Timestamp", timestamp),
            ("Webhook-Signature", sign(read_key(WEBHOOK_KEY), webhook_id, timestamp, body)),
        )
    )
    return http_event(
        Request("POST", f"/hooks/{WEBHOOK_CALLER}", headers, body.replace(b"user001", changed.encode())),
        route_key="ANY /hooks/{caller}",
        path_parameters={"caller": WEBHOOK_CALLER},
        request_id="JKJaXmPLvHcESHA=",
        now=now,
    )


def _order(now: datetime, user: str, *, dry_run: bool = False) -> Order:
    return Order(
        order_id=new_order_id(),
        actor=Actor(kind="slack_user", id=ANN.user_id),
        action=Start(requests=(RecordingRequest(room_id="100", user_id=user),), dry_run=dry_run),
        placed_at=now,
        reply_to=ReplyTo(channel_id=CLASS_RECORDINGS.channel_id, response_url=_RESPONSE_URL),
    )


def _message(order: Order, receive: int) -> Any:
    """Return a message as SQS's API returns it."""
    sent = str(int(order.placed_at.timestamp() * 1000))
    return {
        "MessageId": f"0b6f8c1e-0000-4000-8000-{order.order_id.lower()}",
        "ReceiptHandle": "AQEBlocal",
        "Body": order.model_dump_json(),
        "MD5OfBody": "00000000000000000000000000000000",
        "Attributes": {
            "ApproximateReceiveCount": str(receive),
            "ApproximateFirstReceiveTimestamp": sent,
            "SenderId": "AIDAEXAMPLE",
            "SentTimestamp": sent,
        },
        "MessageAttributes": {"order_id": {"DataType": "String", "StringValue": order.order_id}},
    }


def write(folder: Path, documents: Mapping[str, object]) -> None:
    """Write each document to a JSON file with its name."""
    folder.mkdir(exist_ok=True)
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def main(command: CommandLine, _arguments: list[str]) -> int:
    """Write events/."""
    write(FOLDER, events(datetime.now(UTC)))
    command.show("events/ is written; its signatures are valid for five minutes")
    return 0


if __name__ == "__main__":
    sys.exit(run(main))
