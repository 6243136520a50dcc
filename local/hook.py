"""Send an event to the webhook as another system would, and print the answer and the outcome."""

import json
import re
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import requests

from functions.http.standard_webhooks import read_key, sign, signed_content
from local.direct_http import session_to
from local.errors import LocalError
from shared.strict_json import NotJson, read_json

PATIENCE_S = 1200.0
"""Seconds until an outcome: orders are retried for 18 minutes."""
_LIMITS = (5.0, 15.0)
_ASKED_FOR = {"recording.start": {"planned", "started", "recording", "ended"}, "recording.stop": {"stopped"}}
"""The states of a stream in which an event of this type has succeeded."""
_SHORTEST_WAIT_S, _LONGEST_WAIT_S = 0.2, 30.0
"""Seconds between requests for the status; longer after each failed request."""
_SETTLING_S = 3.0
"""Seconds to wait until a started job runs."""


class _NotReached(LocalError):
    """There was no answer, or it wasn't a JSON object."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends events to `url`, signed with a key (whsec_...), and shows the results. Its methods raise LocalError."""

    url: str
    key: str = field(repr=False)
    show: Callable[[str], None]
    explain: bool = False

    def send(self, event: Mapping[str, Any]) -> bool:
        """Sign and send the event, show the answer and the outcome, and return whether all streams succeeded."""
        _require_url(self.url)
        status, answer = self.post(json.dumps(event).encode())
        self._show(f"HTTP {status}", answer)
        if status != HTTPStatus.ACCEPTED:
            return status == HTTPStatus.OK
        try:
            _require_url(str(answer["status_url"]))
            outcome = self._outcome(answer["status_url"])
            self._show("the outcome", outcome)
            states = {stream["state"] for stream in outcome["streams"]}
            return bool(states) and states <= _ASKED_FOR.get(event["type"], set())
        except (KeyError, TypeError):
            raise LocalError(f"{_where(self.url)} does not answer as recordbot's webhook does") from None

    def post(self, body: bytes, webhook_id: str = "") -> tuple[int, Any]:
        """Sign and send these bytes, with a new webhook-id unless one is given. Return the answer's status and JSON."""
        webhook_id, timestamp = webhook_id or f"evt_{uuid.uuid4().hex}", str(int(time.time()))
        headers = {
            "content-type": "application/json",
            "webhook-id": webhook_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": sign(self._key(), webhook_id, timestamp, body),
        }
        if self.explain:
            self._explain(headers, signed_content(webhook_id, timestamp, body))
        return self._ask("POST", self.url, body, headers)

    def _key(self) -> bytes:
        if self.key != self.key.strip():
            raise LocalError("the webhook's key can't be used: there is a blank or a line end before or after it")
        try:
            return read_key(self.key)
        except ValueError as error:
            raise LocalError(f"the webhook's key can't be used: {error}") from None

    def _explain(self, headers: Mapping[str, str], content: bytes) -> None:
        self.show("signed, as bytes, with HMAC-SHA256 and the key after whsec_, decoded from base64:")
        self.show(f"  {content.decode()}")
        self.show(f"POST {self.url}")
        for name, value in headers.items():
            self.show(f"  {name}: {value}")

    def _outcome(self, status_url: str) -> Any:
        """Wait until the order is planned, or done and what it started runs, and return its status."""
        end = time.monotonic() + PATIENCE_S
        running_by = None
        wait = _SHORTEST_WAIT_S
        while (now := time.monotonic()) < end:
            outcome = self._read_status(status_url)
            if outcome is not None and outcome["state"] in {"planned", "done"}:
                running_by = running_by or now + _SETTLING_S
                if now > running_by or not any(stream["job_state"] == "INIT" for stream in outcome["streams"]):
                    return outcome
            wait = min(2 * wait, _LONGEST_WAIT_S) if outcome is None else _SHORTEST_WAIT_S
            time.sleep(wait)
        raise LocalError(f"after {PATIENCE_S:g} seconds the order isn't done")

    def _read_status(self, status_url: str) -> Any | None:
        """Return the order's current status; None if it can't be read now."""
        try:
            status, answer = self._ask("GET", status_url)
        except _NotReached:
            return None
        if status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
            return None
        if status != HTTPStatus.OK:
            raise LocalError(f"the status_url answers {status}: {answer.get('detail')}")
        return answer

    def _ask(
        self, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        try:
            with session_to(url) as session:
                answer = session.request(
                    method, url, data=body, headers=headers, timeout=_LIMITS, allow_redirects=False
                )
        except (requests.RequestException, ValueError) as error:  # ValueError: a host that can't be one
            raise _NotReached(f"{_where(url)} can't be reached ({type(error).__name__})") from None
        try:
            document = read_json(answer.content)
        except NotJson:
            document = None
        if not isinstance(document, dict):
            raise _NotReached(f"{_where(url)} answers {answer.status_code}, and no JSON object")
        return answer.status_code, document

    def _show(self, title: str, document: object) -> None:
        self.show(f"{title}:")
        for line in json.dumps(document, indent=2, ensure_ascii=False).splitlines():
            self.show(f"  {line}")


def _where(url: str) -> str:
    """Return the URL without its query, which opens an order's status."""
    return url.partition("?")[0]


def _require_url(url: str) -> None:
    """Raise LocalError unless requests can be sent to this URL as it is."""
    if url != url.strip():
        raise LocalError(f"there is a blank or a line end before or after the URL {url!r}")
    try:
        parts = urlsplit(url)
        is_one = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        is_one = False
    if not is_one or not re.fullmatch(r"[!-~]+", url):
        raise LocalError(f"the URL has to look like https://host/hooks/NAME, not {url!r}")


def event_of(text: str) -> dict[str, Any]:
    """Return the event in a JSON text, which may be just the data of a recording.start. Raises LocalError."""
    try:
        given = read_json(text)
    except NotJson as error:
        raise LocalError(f'that is no JSON ({error}); try \'{{"room_id": 100, "user_id": "user001"}}\'') from None
    whole = given if isinstance(given, dict) and "type" in given else {"type": "recording.start", "data": given}
    return {"type": whole["type"], "timestamp": datetime.now(UTC).isoformat(timespec="seconds"), **whole}
