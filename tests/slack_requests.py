"""Requests as Slack sends them and API Gateway delivers them. The door's own code has no part in the signature."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import urlencode

from slack_sdk.signature import Clock

SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
NOW = 1_772_447_400.0
"""When a test takes place, as Unix time."""
RESPONSE_URL = "https://hooks.slack.com/commands/T1/397700885554/96rGlfmibIGlgcZRskXaIFfN"


def a_form(text: str, **changes: str) -> bytes:
    """The form of `/record text`, typed by U1ANN in #class-recordings; `changes` replace or add fields."""
    fields = {
        "token": "xyzz0WbapA4vBCDEFasx0q6G",
        "team_id": "T1",
        "channel_id": "C1",
        "channel_name": "class-recordings",
        "user_id": "U1ANN",
        "command": "/record",
        "text": text,
        "api_app_id": "A1",
        "response_url": RESPONSE_URL,
        "trigger_id": "398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
    }
    return urlencode(fields | changes).encode()


def signed(body: bytes, *, secret: str = SIGNING_SECRET, now: float = NOW) -> dict[str, str]:
    """The headers of a body signed at that time, UTF-8 or not (slack_sdk's own signer fails on other bodies)."""
    timestamp = str(int(now))
    digest = hmac.digest(secret.encode(), b":".join([b"v0", timestamp.encode(), body]), hashlib.sha256)
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest.hex()}"}


def an_event(body: bytes, headers: Mapping[str, str] | None = None) -> dict[str, object]:
    """The event of a POST of this body: form bodies come base64-encoded. Signed, unless headers are given."""
    headers = signed(body) if headers is None else headers
    return {
        "version": "2.0",
        "rawPath": "/slack",
        "headers": {"content-type": "application/x-www-form-urlencoded"} | {k.lower(): v for k, v in headers.items()},
        "requestContext": {"http": {"method": "POST", "path": "/slack"}},
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


class FixedClock(Clock):
    """The time for slack_sdk's verifier."""

    def __init__(self, now: float = NOW) -> None:
        self._now = now

    def now(self) -> float:
        """The time it was made with."""
        return self._now
