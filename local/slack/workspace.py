"""A Slack workspace on this machine: people type and click, and the app answers by a response_url or the Web API.

Slack's rules are in the module of their subject: chat (who sees what), blocks and metadata (what a message may have),
payloads (what the app is sent), response_url and web_api (how the app answers).
"""

import html
import json
import secrets
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus

import requests

from local.direct_http import session_to
from local.faults import Faults
from local.http_message import Answer, Headers, Request
from local.loopback import Server
from local.slack.chat import CHANNELS, PEOPLE, SLACKBOT, Channel, Chat, Message, Person
from local.slack.content import Content
from local.slack.faults import Fault
from local.slack.payloads import click_fields, command_fields, signed_request
from local.slack.refusal import Door, Refused
from local.slack.response_url import ResponseUrls, post_answer
from local.slack.web_api import SCOPES, WebApi

PATIENCE_S = 3.0
"""Seconds that Slack waits for the app."""
DELIVERIES_KEPT = 500
CALLS_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Delivery:
    """A request to the app for what a person did, and the app's answer; None if there was none.

    `sent_at` is in seconds since the epoch; `seconds` is how long the app took. `error` is empty, or Slack's error
    code: operation_timeout, dispatch_failed or invalid_command_response. `message` is what the person read at once:
    the message in the app's 200, or Slackbot's.
    """

    person: Person
    channel: Channel
    request: Request
    response_url: str = field(repr=False)
    sent_at: float
    seconds: float
    answer: Answer | None
    error: str = ""
    message: Message | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A call by the app and its answer, secrets included; `received` is in seconds since the epoch."""

    door: Door
    request: Request
    answer: Answer
    received: float


class SlackWorkspace:
    """A workspace, served on loopback until `close`.

    The app reaches it at `endpoint`, `api_url` and `response_url_prefix`; it shares `signing_secret` and `bot_token`
    with the app. Set `request_url`, the app's URL for commands and clicks, before the first of them. `chat` has the
    conversations. Raises PortTaken (local/loopback.py) if the port can't be used.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        people: tuple[Person, ...] = PEOPLE,
        channels: tuple[Channel, ...] = CHANNELS,
        scopes: frozenset[str] = SCOPES,
        rate_limited: bool = True,
        patience: float = PATIENCE_S,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.signing_secret = secrets.token_hex(16)
        self.bot_token = f"xoxb-{secrets.token_hex(24)}"
        self.request_url = ""
        self.chat = Chat(people, channels, clock)
        self._patience = patience
        self._clock = clock
        self._response_urls = ResponseUrls(self.chat, clock)
        self._web_api = WebApi(self.chat, clock, token=self.bot_token, scopes=scopes, rate_limited=rate_limited)
        self._faults = Faults[str, Fault]()
        self._deliveries: deque[Delivery] = deque(maxlen=DELIVERIES_KEPT)
        self._calls: deque[Call] = deque(maxlen=CALLS_KEPT)
        self._server = Server(self._answer, port)
        self.endpoint = self._server.endpoint
        self.api_url = f"{self.endpoint}/api/"
        self.response_url_prefix = f"{self.endpoint}/hooks/"

    def close(self) -> None:
        """Stop serving."""
        self._server.close()

    def type_command(
        self, person: Person, channel: Channel, text: str, command: str = "/record", *, markup: bool = False
    ) -> Delivery:
        """Type `command` with `text` as `person`, and return the delivery to the app, after three seconds at most.

        The text is sent with & < > escaped, unless `markup` says that it is Slack's markup already, such as
        `<@U0ANN|ann>`. The message in the app's 200 is posted; after a failure Slackbot tells the person. Raises
        ValueError if the person can't type there.
        """
        _check_presence(person, channel)
        response_url = self.response_url_prefix + self._response_urls.issue(channel, person)
        sent = text.strip() if markup else html.escape(text.strip(), quote=False)
        delivery = self._deliver(
            person, channel, response_url, command_fields(person, channel, command, sent, response_url)
        )
        with self.chat.news:  # so a reader that waits for the message also finds the delivery
            try:
                delivery = replace(delivery, message=self._post_ack(delivery))
            except Refused:
                delivery = replace(delivery, error="invalid_command_response")
            if delivery.error:
                words = Content(f'{command} failed with the error "{delivery.error}"')
                notice = self.chat.post(channel, SLACKBOT, words, "slack", only_for=person.user_id)
                delivery = replace(delivery, message=notice)
            self._deliveries.append(delivery)
        return delivery

    def click(self, person: Person, message: Message, action_id: str) -> Delivery:
        """Click a button of `message` as `person`, and return the delivery to the app.

        The app answers by the response_url, which can replace the message; Slack ignores a message in its 200. Raises
        LookupError if the person doesn't see the button.
        """
        now = self.chat.find(message.channel_id, message.ts)
        channel = self.chat.channels[message.channel_id]
        if now is None or not (channel.open_to(person.user_id) and now.seen_by(person.user_id)):
            raise LookupError(f"{person.name} sees no message {message.ts}")
        response_url = self.response_url_prefix + self._response_urls.issue(channel, person, now)
        fields = click_fields(person, channel, now, action_id, response_url, self._clock())
        delivery = self._deliver(person, channel, response_url, fields)
        with self.chat.news:
            self._deliveries.append(delivery)
        return delivery

    def deliveries(self) -> list[Delivery]:
        """Return the latest deliveries, the oldest first."""
        with self.chat.news:
            return list(self._deliveries)

    def calls(self) -> list[Call]:
        """Return the app's latest calls, the oldest first."""
        with self.chat.news:
            return list(self._calls)

    def misbehave(self, fault: Fault, *, door: Door | None = None, method: str = "", times: int | None = 1) -> None:
        """Apply `fault` to the next `times` calls at `door`, or of that method of the Web API.

        Without either it is every call; None for `times` means until `behave`.
        """
        with self.chat.news:
            self._faults.add(fault, method or door, times)

    def behave(self) -> None:
        """Remove all faults."""
        with self.chat.news:
            self._faults.clear()

    def _deliver(self, person: Person, channel: Channel, response_url: str, fields: Mapping[str, str]) -> Delivery:
        sent_at = self._clock()
        request = signed_request(self.request_url, fields, self.signing_secret, sent_at)
        begun = time.monotonic()
        answer, error = _send(self.request_url, request, self._patience)
        seconds = time.monotonic() - begun
        if seconds > self._patience:
            answer, error = None, "operation_timeout"
        return Delivery(person, channel, request, response_url, sent_at, seconds, answer, error)

    def _post_ack(self, delivery: Delivery) -> Message | None:
        payload = {} if delivery.error or delivery.answer is None else _message_in(delivery.answer)
        if not (payload.get("text") or payload.get("blocks")):
            return None
        return post_answer(self.chat, delivery.channel, delivery.person, payload, "ack")

    def _answer(self, request: Request) -> Answer:
        area, _, path = request.path.lstrip("/").partition("/")
        match area:
            case "hooks":
                return self._answer_with_fault("response_url", self._response_urls.answer, path, request)
            case "api":
                return self._answer_with_fault("web_api", self._web_api.answer, path, request)
            case _:
                return Answer(HTTPStatus.NOT_FOUND)

    def _answer_with_fault(
        self, door: Door, answer: Callable[[str, Request], Answer], path: str, request: Request
    ) -> Answer:
        with self.chat.news:  # so a reader that waits for the message also finds the call
            received = self._clock()
            fault = self._faults.take(door, path) or Fault()
            given = fault.apply(answer(path, request) if fault.carried_out else Answer(), door)
            self._calls.append(Call(door, request, given, received))
        return given


def _check_presence(person: Person, channel: Channel) -> None:
    if channel.archived or not channel.open_to(person.user_id):
        raise ValueError(f"{person.name} can't type in {channel.name}")


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


def _message_in(answer: Answer) -> Mapping[str, object]:
    """Return the message in a 200 to a command. Raises Refused for invalid JSON."""
    body = answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)
    text = body.decode(errors="replace").strip()
    if not Headers(answer.headers).get("Content-Type").startswith("application/json") or not text:
        return {"text": text}
    try:
        payload = json.loads(text)
    except ValueError as error:
        raise Refused("invalid_payload", str(error)) from error
    if not isinstance(payload, dict):
        raise Refused("invalid_payload", "not a JSON object")
    return payload
