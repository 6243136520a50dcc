"""A Slack workspace on this machine: people type, click, fill forms and use shortcuts, and the app answers.

Slack's rules are in the module of their subject: chat (who sees what), blocks, elements, views and metadata (what a
message or a view may have), payloads and interactions (what the app is sent), response_url, web_api and open_views (how
the app answers).
"""

import html
import secrets
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus

from local.faults import Faults
from local.http_message import Answer, Request
from local.loopback import Server
from local.slack import interactions
from local.slack.chat import CHANNELS, PEOPLE, SLACKBOT, TEAM_ID, Channel, Chat, Message, Person
from local.slack.content import Content
from local.slack.delivery import Courier, Delivery, message_in
from local.slack.faults import Fault
from local.slack.home_acts import Homes
from local.slack.modal_acts import Modals
from local.slack.open_views import OpenViews
from local.slack.payloads import command_fields, interaction_fields, signed_event, signed_request
from local.slack.refusal import Door, Refused
from local.slack.response_url import ResponseUrls, post_answer
from local.slack.state import Document, Entered, Given, action_of, find_element
from local.slack.triggers import LIFETIME_S, Triggers
from local.slack.web_api import SCOPES, WebApi

PATIENCE_S = 3.0
"""Seconds that Slack waits for the app."""
DELIVERIES_KEPT = 500
CALLS_KEPT = 1000


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
    with the app. Set `request_url`, the app's URL for all that Slack sends, before the first of it. `chat` has the
    conversations; `modal` and `home` have what people do in the app's views. A trigger id lasts as long as Slack waits
    for the app. Raises PortTaken (local/loopback.py) if the port can't be used.
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
        self._clock = clock
        self._courier = Courier(clock, patience)
        self._response_urls = ResponseUrls(self.chat, clock)
        self._triggers = Triggers(clock, max(LIFETIME_S, patience))
        views = OpenViews(self.chat, clock, self._triggers)
        self.modal = Modals(views, self._triggers, self.chat, clock, self._interact, self._response_url)
        self.home = Homes(views, self._triggers, self.chat, clock, self._interact, self._send_event)
        self._web_api = WebApi(
            self.chat,
            clock,
            token=self.bot_token,
            scopes=scopes,
            rate_limited=rate_limited,
            more=views.methods(),
        )
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
        ValueError if the person can't type there, or belongs to another organisation.
        """
        _check_presence(person, channel)
        if person.team_id != TEAM_ID:
            raise ValueError(f"{person.name} belongs to another organisation, whose people can't type commands")
        response_url = self._response_url(channel, person)
        sent = text.strip() if markup else html.escape(text.strip(), quote=False)
        trigger_id = self._trigger(person, channel)
        fields = command_fields(person, channel, command, sent, response_url, trigger_id)
        delivery = self._deliver(person, channel, response_url, fields)
        with self.chat.news:  # so a reader that waits for the message also finds the delivery
            try:
                delivery = replace(delivery, message=self._post_ack(delivery, channel))
            except Refused:
                delivery = replace(delivery, error="invalid_command_response")
            if delivery.error:
                words = Content(f'{command} failed with the error "{delivery.error}"')
                notice = self.chat.post(channel, SLACKBOT, words, "slack", only_for=person.user_id)
                delivery = replace(delivery, message=notice)
            self._deliveries.append(delivery)
        return delivery

    def click(
        self,
        person: Person,
        message: Message,
        action_id: str,
        chosen: Given = None,
        *,
        block_id: str = "",
        entered: Entered | None = None,
    ) -> Delivery:
        """Click a button of `message` as `person`, or choose in a menu, and return the delivery to the app.

        `chosen` is the value of the menu's option. Among several buttons of that action_id it is the button's value;
        `block_id` tells them apart too. The person has agreed to the confirmation. `entered` is what other menus of
        the message have. The app answers by the response_url, which can replace the message; Slack ignores a message in
        its 200. Raises LookupError if the person doesn't see the button or the option.
        """
        channel, now = self._seen(person, message)
        found_in, element = find_element(now.content.blocks, action_id, chosen, block_id)
        action = action_of(found_in, element, chosen, self._clock())
        urls = self._response_url(channel, person, now), self._trigger(person, channel)
        payload = interactions.message_click(person, channel, now, action, entered or {}, urls)
        return self._interact(person, payload, channel, urls[0])

    def use_shortcut(self, person: Person, callback_id: str, message: Message | None = None) -> Delivery:
        """Use a global shortcut as `person`, or with `message` a shortcut on it, and return the delivery to the app.

        Raises LookupError if the person doesn't see the message, or if only that person does.
        """
        if message is None:
            return self._interact(
                person, interactions.shortcut(person, callback_id, self._trigger(person), self._clock())
            )
        channel, now = self._seen(person, message)
        if now.only_for:
            raise LookupError("an ephemeral message has no shortcuts")
        urls = self._response_url(channel, person), self._trigger(person, channel)
        payload = interactions.message_shortcut(person, channel, now, callback_id, urls, self._clock())
        return self._interact(person, payload, channel, urls[0])

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

    def verify_url(self) -> bool:
        """Return whether the app answers with Slack's challenge, as it must before Slack sends it events."""
        event = interactions.url_verification()
        delivery = self._send_event(Person(SLACKBOT, "Slackbot"), event, ())
        return delivery.answer is not None and str(event["challenge"]) in str(delivery.answer.body)

    def _send_event(self, person: Person, event: Document, headers: tuple[tuple[str, str], ...]) -> Delivery:
        made = partial(signed_event, self.request_url, event, self.signing_secret, headers=headers)
        return self._record(self._courier.deliver(self.request_url, made, person, None, ""))

    def _seen(self, person: Person, message: Message) -> tuple[Channel, Message]:
        now = self.chat.find(message.channel_id, message.ts)
        channel = self.chat.channels[message.channel_id]
        if now is None or not (channel.open_to(person.user_id) and now.seen_by(person.user_id)):
            raise LookupError(f"{person.name} sees no message {message.ts}")
        return channel, now

    def _response_url(self, channel: Channel, person: Person, original: Message | None = None) -> str:
        return self.response_url_prefix + self._response_urls.issue(channel, person, original)

    def _trigger(self, person: Person, channel: Channel | None = None) -> str:
        with self.chat.news:
            return self._triggers.issue(person.user_id, channel.channel_id if channel else "")

    def _interact(
        self, person: Person, payload: Document, channel: Channel | None = None, response_url: str = ""
    ) -> Delivery:
        return self._record(self._deliver(person, channel, response_url, interaction_fields(payload)))

    def _record(self, delivery: Delivery) -> Delivery:
        with self.chat.news:
            self._deliveries.append(delivery)
            self.chat.tell()
        return delivery

    def _deliver(
        self, person: Person, channel: Channel | None, response_url: str, fields: Mapping[str, str]
    ) -> Delivery:
        made = partial(signed_request, self.request_url, fields, self.signing_secret)
        return self._courier.deliver(self.request_url, made, person, channel, response_url)

    def _post_ack(self, delivery: Delivery, channel: Channel) -> Message | None:
        payload = {} if delivery.error or delivery.answer is None else message_in(delivery.answer)
        if not (payload.get("text") or payload.get("blocks")):
            return None
        return post_answer(self.chat, channel, delivery.person, payload, "ack")

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
