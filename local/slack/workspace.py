"""A Slack workspace on this machine: people who type and click, the app they reach, and the doors it answers by.

Each rule of Slack's is kept with its subject: who sees what in chat, what a message may hold in blocks,
what is sent to the app in payloads, the two doors in response_url and web_api.
"""

import html
import json
import secrets
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus

import requests

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
"""How long Slack waits for the app."""
DELIVERIES_KEPT = 500
CALLS_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Delivery:
    """What was sent to the app because of a person, and what came back: `answer` is None where nothing did.

    `sent_at` is in seconds since the epoch, `seconds` how long the app took. `error` is empty, or Slack's word for what
    failed: operation_timeout, dispatch_failed or invalid_command_response.
    """

    person: Person
    channel: Channel
    request: Request
    response_url: str
    sent_at: float
    seconds: float
    answer: Answer | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the app's at one of the doors, and its answer, secrets and all; `received` as `sent_at` above."""

    door: Door
    request: Request
    answer: Answer
    received: float


class SlackWorkspace:
    """The workspace, served on loopback from construction until `close`.

    `endpoint`, `api_url` and `response_url_prefix` are where the app finds it, `signing_secret` and `bot_token` what it
    shares with the app. `request_url` is the app's door, for commands and clicks; to be set before the first of them.
    `chat` has the conversations. Raises PortTaken (local/loopback.py) if the port can't be had.
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
        self._faults = Faults[Door, Fault]()
        self._deliveries: deque[Delivery] = deque(maxlen=DELIVERIES_KEPT)
        self._calls: deque[Call] = deque(maxlen=CALLS_KEPT)
        self._server = Server(self._answer, port)
        self.endpoint = self._server.endpoint
        self.api_url = f"{self.endpoint}/api/"
        self.response_url_prefix = f"{self.endpoint}/hooks/"

    def close(self) -> None:
        """Serve no more."""
        self._server.close()

    def type_command(
        self, person: Person, channel: Channel, text: str, command: str = "/record", *, markup: bool = False
    ) -> Delivery:
        """Let `person` type `command` with `text`, and give what became of it, after three seconds at most.

        What is typed is sent with & < > escaped; with `markup` it is Slack's markup already, such as `<@U0ANN|ann>`.
        What the app's 200 says is posted; a failure is told to the person by Slackbot. Raises ValueError where the
        person can't type.
        """
        _check_presence(person, channel)
        response_url = self.response_url_prefix + self._response_urls.issue(channel, person)
        sent = text.strip() if markup else html.escape(text.strip(), quote=False)
        delivery = self._deliver(
            person, channel, response_url, command_fields(person, channel, command, sent, response_url)
        )
        with self.chat.news:  # whoever waits for the message finds the delivery as well
            try:
                self._post_ack(delivery)
            except Refused:
                delivery = replace(delivery, error="invalid_command_response")
            self._deliveries.append(delivery)
            if delivery.error:
                words = Content(f'{command} failed with the error "{delivery.error}"')
                self.chat.post(channel, SLACKBOT, words, "slack", only_for=person.user_id)
        return delivery

    def click(self, person: Person, message: Message, action_id: str) -> Delivery:
        """Let `person` click that button of `message`, and give what became of it.

        The app answers by the response_url, which can replace the message; what its 200 says is not shown. Raises
        LookupError if the person sees no such button.
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
        """Give the last deliveries, the oldest first."""
        with self.chat.news:
            return list(self._deliveries)

    def calls(self) -> list[Call]:
        """Give the app's last calls, the oldest first."""
        with self.chat.news:
            return list(self._calls)

    def misbehave(self, fault: Fault, *, door: Door | None = None, times: int | None = 1) -> None:
        """Let `fault` apply the next `times` calls of `door`; None: of either, and until told otherwise."""
        with self.chat.news:
            self._faults.tell(fault, door, times)

    def behave(self) -> None:
        """Forget all misbehaviour."""
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

    def _post_ack(self, delivery: Delivery) -> None:
        payload = {} if delivery.error or delivery.answer is None else _spoken(delivery.answer)
        if payload.get("text") or payload.get("blocks"):
            post_answer(self.chat, delivery.channel, delivery.person, payload, "ack")

    def _answer(self, request: Request) -> Answer:
        area, _, path = request.path.lstrip("/").partition("/")
        match area:
            case "hooks":
                return self._answer_unless_told("response_url", self._response_urls.answer, path, request)
            case "api":
                return self._answer_unless_told("web_api", self._web_api.answer, path, request)
            case _:
                return Answer(HTTPStatus.NOT_FOUND)

    def _answer_unless_told(
        self, door: Door, answer: Callable[[str, Request], Answer], path: str, request: Request
    ) -> Answer:
        with self.chat.news:  # whoever waits for the message finds the call as well
            received = self._clock()
            fault = self._faults.take(door) or Fault()
            given = fault.apply(answer(path, request) if fault.carried_out else Answer(), door)
            self._calls.append(Call(door, request, given, received))
        return given


def _check_presence(person: Person, channel: Channel) -> None:
    if channel.archived or not channel.open_to(person.user_id):
        raise ValueError(f"{person.name} can't type in {channel.name}")


def _send(url: str, request: Request, patience: float) -> tuple[Answer | None, str]:
    with requests.Session() as session:
        session.trust_env = False  # a proxy of this machine has no part in it
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


def _spoken(answer: Answer) -> Mapping[str, object]:
    """Give what a 200 to a command says. Raises Refused if it says it in bad JSON."""
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
