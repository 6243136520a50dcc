"""A system that calls the webhook, as others would write it: the `standardwebhooks` package, requests, sockets."""

import json
import socket
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import requests
from standardwebhooks.webhooks import Webhook

LIMIT_S = 60.0
_TRIES = 5


def request(method: str, url: str, body: bytes = b"", headers: dict[str, str] | None = None) -> requests.Response:
    """The answer of something on this machine, which no proxy of the environment reaches."""
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, url, data=body, headers=headers, timeout=LIMIT_S)


@dataclass(frozen=True)
class Sender:
    """Sends events to one hook with one key."""

    url: str
    key: str

    def headers(self, body: bytes, webhook_id: str, *, off: int = 0) -> dict[str, str]:
        """The headers that sign this body now, or so many seconds off."""
        now = int(time.time()) + off
        return {
            "Content-Type": "application/json",
            "Webhook-Id": webhook_id,
            "Webhook-Timestamp": str(now),
            "Webhook-Signature": Webhook(self.key).sign(webhook_id, datetime.fromtimestamp(now, UTC), body.decode()),
        }

    def post(self, body: bytes, headers: dict[str, str]) -> requests.Response:
        """Send exactly this."""
        return request("POST", self.url, body, headers)

    def send(self, event: dict[str, Any], webhook_id: str | None = None) -> requests.Response:
        """Sign an event and send it; again, under the same id, where it can't be taken just now."""
        body, known_as = json.dumps(event).encode(), webhook_id or uuid4().hex
        answer = self.post(body, self.headers(body, known_as))
        for _ in range(_TRIES):
            if answer.status_code != HTTPStatus.SERVICE_UNAVAILABLE:
                break
            time.sleep(1)
            answer = self.post(body, self.headers(body, known_as))
        return answer

    def own_recordings(self) -> requests.Response:
        """The first page of the caller's live recordings."""
        url = self.url.partition("/hooks/")[0] + "/recordings"
        return request("GET", url, headers=self.headers(b"", uuid4().hex))

    def break_off(self, event: dict[str, Any], webhook_id: str, *, in_the_body: bool) -> None:
        """Send an event and hang up: in the middle of its body, or before its answer."""
        body = json.dumps(event).encode()
        parts = urlsplit(self.url)
        headers = self.headers(body, webhook_id) | {"Host": parts.netloc, "Content-Length": str(len(body))}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        sent = body[: len(body) // 2] if in_the_body else body
        with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=LIMIT_S) as connection:
            connection.sendall(f"POST {parts.path} HTTP/1.1\r\n{lines}\r\n".encode() + sent)


def start(room_id: object, user_id: object = "user001", **more: object) -> dict[str, Any]:
    """An event that starts one stream."""
    return an_event("recording.start", {"room_id": room_id, "user_id": user_id}, **more)


def an_event(kind: str, data: object, **more: object) -> dict[str, Any]:
    """An event of now."""
    return {"type": kind, "timestamp": datetime.now(UTC).isoformat(), "data": data, **more}


RUNS = frozenset({"started", "recording"})
"""The states of a stream that was started: which one it is depends on when its status is read."""


def outcome(status_url: str, limit_s: float = 60.0) -> dict[str, Any]:
    """The order's status once it is done, without any signature of ours."""
    end = time.monotonic() + limit_s
    while True:
        answer = request("GET", status_url)
        status: dict[str, Any] = answer.json()
        assert answer.status_code in {200, 503}, status
        if status.get("state") == "done":
            return status
        assert time.monotonic() < end, f"the order isn't done: {status}"
        time.sleep(0.1)
