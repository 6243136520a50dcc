"""Requests to the webhook, signed by the `standardwebhooks` package, which knows nothing of our code."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

from standardwebhooks.webhooks import Webhook

KEY = "whsec_" + base64.b64encode(b"k" * 32).decode()
OTHER_KEY = "whsec_" + base64.b64encode(b"o" * 32).decode()
NOW = 1_772_447_400.0  # 2026-03-02T10:30:00Z


def an_event(data: object = None, type_: str = "recording.start", **changes: object) -> bytes:
    """An event's bytes: the start of one stream, or what else is given."""
    given = {"room_id": 100, "user_id": "user001"} if data is None else data
    return json.dumps({"type": type_, "timestamp": "2026-03-02T10:30:00Z", "data": given, **changes}).encode()


def signed(body: bytes, *, key: str = KEY, webhook_id: str = "evt_1", now: float = NOW) -> dict[str, str]:
    """The headers of a request with this body, which has to be text for the package."""
    moment = datetime.fromtimestamp(now, UTC)
    return {
        "content-type": "application/json",
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(now)),
        "webhook-signature": Webhook(key).sign(webhook_id, moment, body.decode()),
    }


def a_request(
    body: bytes = b"", headers: dict[str, str] | None = None, *, path: str = "/hooks/timetable", method: str = "POST"
) -> dict[str, Any]:
    """API Gateway's event for such a request."""
    path, _, query = path.partition("?")
    return {
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"host": "example.com", "x-forwarded-proto": "https"} | (headers or {}),
        "requestContext": {"http": {"method": method}, "requestId": "gateway-1"},
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }
