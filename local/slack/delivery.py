"""Deliver to an app what a person did: one signed request, and what Slack makes of the answer."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

import requests

from local.direct_http import session_to
from local.http_message import Answer, Headers, Request
from local.slack.chat import Channel, Message, Person
from local.slack.refusal import Refused


@dataclass(frozen=True, slots=True)
class Delivery:
    """A request to the app for what a person did, and the app's answer; None if there was none.

    `channel` is None where Slack sends none: for what is done in a view, for a global shortcut and for an event.
    `sent_at` is in seconds since the epoch; `seconds` is how long the app took. `error` is empty, or Slack's error
    code: operation_timeout, dispatch_failed or invalid_command_response. `message` is what the person read at once:
    the message in the app's 200, or Slackbot's.
    """

    person: Person
    channel: Channel | None
    request: Request
    response_url: str = field(repr=False)
    sent_at: float
    seconds: float
    answer: Answer | None
    error: str = ""
    message: Message | None = None


class Courier:
    """Delivers requests to an app's URL, which has `patience` seconds to answer."""

    def __init__(self, clock: Callable[[], float], patience: float) -> None:
        self._clock = clock
        self._patience = patience

    def deliver(
        self, url: str, made: Callable[[float], Request], person: Person, channel: Channel | None, response_url: str
    ) -> Delivery:
        """Deliver the request that `made` returns for the time of sending."""
        sent_at = self._clock()
        request = made(sent_at)
        begun = time.monotonic()
        answer, error = _send(url, request, self._patience)
        seconds = time.monotonic() - begun
        if seconds > self._patience:
            answer, error = None, "operation_timeout"
        return Delivery(person, channel, request, response_url, sent_at, seconds, answer, error)


def message_in(answer: Answer) -> Mapping[str, object]:
    """Return the message in a 200 to a command. Raises Refused for invalid JSON."""
    text = _text_of(answer)
    if not Headers(answer.headers).get("Content-Type").startswith("application/json") or not text:
        return {"text": text}
    return object_in(answer)


def object_in(answer: Answer) -> Mapping[str, object]:
    """Return the JSON object in a 200, an empty one for an empty body. Raises Refused for anything else."""
    text = _text_of(answer)
    try:
        payload = json.loads(text or "{}")
    except ValueError as error:
        raise Refused("invalid_payload", str(error)) from error
    if not isinstance(payload, dict):
        raise Refused("invalid_payload", "not a JSON object")
    return payload


def _text_of(answer: Answer) -> str:
    body = answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)
    return body.decode(errors="replace").strip()


def _send(url: str, request: Request, patience: float) -> tuple[Answer | None, str]:
    with session_to(url) as session:
        try:
            got = session.post(
                url, data=request.body, headers=dict(request.headers), timeout=patience, allow_redirects=False
            )
        except requests.Timeout:
            return None, "operation_timeout"
        except requests.RequestException:
            return None, "dispatch_failed"
    answer = Answer(got.status_code, tuple(got.headers.items()), got.content)
    return answer, "" if answer.status == HTTPStatus.OK else "dispatch_failed"
