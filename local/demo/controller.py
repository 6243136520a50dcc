"""What the page can do: read, type, click, send an event, inspect, break something and reset it."""

import html
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime

import yaml

from bot.manifest import manifest, usage_hint
from local.demo.configuration import ConfigurationPage, configurations_of
from local.demo.correlate import correlate
from local.demo.details import details_of
from local.demo.documents import (
    APP_HOME,
    EVENTS,
    Documents,
    channels_of,
    commands,
    for_others,
    home_seen,
    jobs,
    messages_seen,
    modal_seen,
)
from local.demo.event_log import EventLog
from local.demo.masking import masked, texts_in
from local.demo.operator_view import OperatorView
from local.demo.redelivery import Redelivery
from local.demo.slack_acts import SlackActs
from local.demo.steps import steps_of
from local.demo.switches import Switchboard
from local.demo.trace import RECORDER, Trace, read_object
from local.hook import Sender
from local.slack.chat import BOT_NAME, SLACKBOT, Channel, Person
from local.slack.content import Content
from local.slack.delivery import Delivery
from local.system import CALLBACKS, System

COMMAND = "/record"
COMMANDS_SHOWN = 60
LONGEST_TEXT = 4000
LONGEST_DEMO_S = 60.0


def _shortcuts() -> list[Mapping[str, str]]:
    """Return the app's shortcuts as its manifest has them."""
    shortcuts: list[Mapping[str, str]] = yaml.safe_load(manifest(url=None))["features"].get("shortcuts", [])
    return shortcuts


class Controller:
    """Controls the running system. Thread-safe.

    Raises LookupError for an unknown person, channel, command or button, and ValueError for what isn't possible.
    """

    def __init__(self, system: System, event_log: EventLog, port: int) -> None:
        """Control `system`, whose page is on `port`."""
        self.configuration = ConfigurationPage(configurations_of(system))
        self.acts = SlackActs(system.slack)
        self._operator = OperatorView(system, port)
        self._system = system
        self._slack = system.slack
        self._chat = system.slack.chat
        self._event_log = event_log
        self._switchboard = Switchboard(system, event_log)
        self._redelivery = Redelivery(system.stack, event_log)
        self._secrets = frozenset(texts_in(system.stack.secrets))
        self._drawn: tuple[int, Documents] = (-1, {})

    def workspace(self) -> Mapping[str, object]:
        """Return what doesn't change: people, their channels, the command, the shortcuts, the webhook, the switches."""
        people = self._chat.people.values()
        caller = self._system.callers[0]
        return {
            "people": [{"id": it.user_id, "name": it.name} for it in people],
            "channels": {it.user_id: [_channel(each) for each in channels_of(self._chat, it)] for it in people},
            "names": {it.user_id: it.name for it in people} | {it.channel_id: it.name for it in self._channels()},
            "command": {"name": COMMAND, "hint": usage_hint(), "help": "Start a recording of an RTC room"},
            "shortcuts": _shortcuts(),
            "app": {"channel": APP_HOME, "name": BOT_NAME},
            "webhook": {"channel": EVENTS, "caller": caller.name, "url": self._system.hook_url(caller)},
            "switches": [
                {"name": it.name, "party": it.party, "label": it.label, "help": it.help}
                for it in self._switchboard.switches
            ],
            "real_rtc": self._system.rtc is None,
        }

    def aws_access(self) -> Mapping[str, str]:
        """Return how an operator's tools reach the AWS stand-in, and where RTC calls back."""
        stack = self._system.stack
        return {**stack.aws_access(), "callback_url": stack.endpoint + CALLBACKS}

    def name_of(self, person_id: str) -> str:
        """Return a person's name."""
        return self._person(person_id).name

    def documents(self, person_id: str) -> Documents:
        """Return all that the page draws for that person (local/demo/documents.py)."""
        person = self._person(person_id)
        return {
            **messages_seen(self._chat, person),
            "modal": modal_seen(self._slack.modal.seen(person)),
            "home": home_seen(self._slack.home.seen(person)),
            **self._commands(),
            "jobs": jobs(self._system.rtc),
            "broken": self._switchboard.on(),
        }

    def details(self, request_id: str) -> object:
        """Return a command or event in full, by the id of its request or its order."""
        trace = self._find(request_id)
        rtc, stack = self._system.rtc, self._system.stack
        items = stack.dynamodb.scan(TableName=stack.table_name("LedgerTable"))["Items"]
        return masked(details_of(trace, steps_of(trace), rtc.calls() if rtc else (), items), self._secrets)

    def doctor(self) -> object:
        """Return what doctor finds, which takes some seconds."""
        return masked(self._operator.doctor(), self._secrets)

    def audit(self, order_id: str) -> object:
        """Return the audit's records of an order, the oldest first."""
        return masked(self._operator.audit(order_id), self._secrets)

    def file(self, key: str) -> bytes:
        """Return the file with this name in RTC's bucket. Raises LookupError if there is none."""
        files = () if self._system.rtc is None else self._system.rtc.files()
        found = next((it.body for it in files if it.key == key), None)
        if found is None:
            raise LookupError(f"no file {key}")
        return found

    def say(self, person_id: str, channel_id: str, text: str, breaks: str = "") -> None:
        """Type `text` as that person: a command or a message.

        With `breaks`, turn that switch on before a command, and off again when the command has its outcome.
        """
        person, channel = self._person(person_id), self._channel(channel_id)
        if not channel.open_to(person_id) or not text.strip() or len(text) > LONGEST_TEXT:
            raise ValueError(f"{person.name} can't say that in {channel.name}")
        name, _, rest = text.strip().partition(" ")
        if name == COMMAND:
            mends = bool(breaks) and breaks not in self._switchboard.on()
            if mends:
                self._switchboard.turn(breaks, on=True)
            delivery = self._slack.type_command(person, channel, rest, COMMAND)
            self._event_log.notify()  # the delivery is recorded now, and no log line tells
            if mends:
                threading.Thread(target=self._mend_after, args=(delivery, breaks), daemon=True).start()
        elif name.startswith("/"):
            text = (
                f'{name} is not a valid command. In Slack, all messages that start with the "/" character are commands.'
            )
            content = Content(html.escape(text, quote=False))
            self._chat.post(channel, SLACKBOT, content, "slack", only_for=person_id)
        else:
            self._chat.post(channel, person_id, Content(html.escape(text.strip(), quote=False)), "slack")

    def send(self, event: str) -> None:
        """Send this text to the webhook as another system would, signed with the first caller's key."""
        self._post(self._system.callers[0].name, event.encode())

    def replay(self, request_id: str) -> None:
        """Type a command again, as the same person in the same channel; or send an event again with its webhook-id."""
        trace = self._find(request_id)
        if trace.caller:
            self._post(trace.caller, trace.request.body, trace.request.headers.get("webhook-id", ""))
            return
        if trace.interaction:
            raise ValueError("a click can't be repeated: its trigger is used up")
        person, channel = self._person(trace.form["user_id"]), self._channel(trace.form["channel_id"])
        self._slack.type_command(person, channel, trace.form["text"], trace.form["command"], markup=True)
        self._event_log.notify()

    def let_a_minute_pass(self, at: str = "") -> None:
        """Fire the schedules at once, as if scheduled for `at` (RFC 3339), by default for now."""
        time_given = datetime.fromisoformat(at) if at else datetime.now(UTC)
        if time_given.tzinfo is None:
            raise ValueError(f"{at} has no time zone, as in 2026-01-02T03:04:05Z")
        self._system.stack.fire_schedules(time_given)

    def turn(self, name: str, *, on: bool) -> None:
        """Turn a switch on or off."""
        self._switchboard.turn(name, on=on)

    def reset(self) -> None:
        """Turn all switches off, and let every waiting order be received now."""
        self._switchboard.reset()
        self._redelivery.start()

    def changes(self) -> int:
        """Return the number of changes so far."""
        return self._event_log.changes

    def wait(self, changes: int, limit: float) -> None:
        """Wait for more than `changes` changes, for `limit` seconds at most."""
        self._event_log.wait(changes, limit)

    def _mend_after(self, delivery: Delivery, switch: str) -> None:
        """Turn the switch off when the recorder has worked on the command's order; after some time in any case."""
        end = time.monotonic() + LONGEST_DEMO_S
        while time.monotonic() < end and not self._is_worked_on(delivery):
            self._event_log.wait(self._event_log.changes, 0.2)
        self._switchboard.turn(switch, on=False)

    def _is_worked_on(self, delivery: Delivery) -> bool:
        # The response_url tells which order is the command's as soon as the recorder has it.
        ended = [it for it in self._event_log.calls() if it.function == RECORDER and it.seconds is not None]
        records = [record for call in ended for record in read_object(call.event)["Records"]]
        places = [read_object(record["body"]).get("reply_to") or {} for record in records]
        return any(place.get("response_url") == delivery.response_url for place in places)

    def _post(self, name: str, event: bytes, webhook_id: str = "") -> None:
        caller = {it.name: it for it in self._system.callers}[name]
        Sender(self._system.hook_url(caller), caller.key, show=lambda _: None).post(event, webhook_id)

    def _commands(self) -> Documents:
        """Return documents that are cached until a change: each open page asks for them twice a second."""
        changes = self._event_log.changes
        if self._drawn[0] != changes:
            documents = {**commands(self._traces(), self._chat), **for_others(self._event_log.events())}
            self._drawn = (changes, documents)
        return self._drawn[1]

    def _traces(self) -> list[Trace]:
        slack, event_log = self._slack, self._event_log
        return correlate(event_log.calls(), event_log.lines(), slack.deliveries(), slack.calls())[-COMMANDS_SHOWN:]

    def _find(self, request_id: str) -> Trace:
        for trace in self._traces():
            if request_id in {trace.request_id, trace.order_id}:
                return trace
        raise LookupError(f"no command or event {request_id}")

    def _person(self, person_id: str) -> Person:
        return self._chat.people[person_id]

    def _channel(self, channel_id: str) -> Channel:
        return self._chat.channels[channel_id]

    def _channels(self) -> list[Channel]:
        return list(self._chat.channels.values())


def _channel(channel: Channel) -> dict[str, str]:
    return {"id": channel.channel_id, "name": channel.name, "kind": channel.kind.value}
