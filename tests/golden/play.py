"""The stage of the golden record: a system of its own, and steps that people and callers take in it.

All that the record imports of recordbot is imported here, and nothing of it is of the functions, bot or shared.
"""

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import requests

from local.aws.built import find_built
from local.aws.lambda_pool import Invocation
from local.rtc.api import RtcApi
from local.rtc.faults import Fault as RtcFault
from local.slack.chat import ANN, BEN, CLASS_RECORDINGS, GENERAL, STAFF, Channel, Person
from local.slack.delivery import Delivery
from local.slack.faults import RESPONSE_URL_ENDED, THROTTLED
from local.slack.web_api import SECONDS_BETWEEN_POSTS
from local.slack.workspace import SlackWorkspace
from local.system import System, new_caller, running
from tests.patient import be_patient
from tests.webhook_sender import Sender, an_event, request

__all__ = [
    "ANN",
    "BEN",
    "CLASS_RECORDINGS",
    "GENERAL",
    "QUEUES",
    "RESPONSE_URL_ENDED",
    "STAFF",
    "THROTTLED",
    "Play",
    "RtcFault",
    "Sender",
    "Step",
    "an_event",
    "playing",
]

PATIENCE_S = 60.0
QUEUES = ("OrderQueue", "CallerQueue")


@dataclass
class Play:
    """The system that runs, and what was taken down of it. The lines are complete when the system has ended."""

    system: System
    rtc: RtcApi
    slack: SlackWorkspace
    lines: list[tuple[str, str]]
    invoked: dict[str, str]
    """The step that was on when a function was called, by the call's request id."""
    steps: list["Step"] = field(default_factory=list)
    now: str = "the beginning"

    def step(self, name: str) -> "Step":
        """A new step, with a room of its own."""
        step = Step(self, name, f"r{len(self.steps) + 1:02}")
        self.steps.append(step)
        return step

    def settle(self) -> None:
        """Wait until the recorder is done with everything, the checks included.

        Else it would depend on this machine whether a check posts to the channel before the next step does.
        """
        self.system.stack.wait_until_drained(PATIENCE_S)

    def free_channels(self) -> None:
        """Wait until each channel takes a message at once: an order of a caller that waits is logged, or combined."""
        time.sleep(1.5 * SECONDS_BETWEEN_POSTS)


@dataclass
class Step:
    """One step. ROOM in what is typed stands for its room."""

    play: Play
    name: str
    room: str
    typed: list[tuple[str, Delivery]] = field(default_factory=list)
    exchanges: list[tuple[str, requests.Response]] = field(default_factory=list)

    def type(
        self, text: str, person: Person = ANN, channel: Channel = CLASS_RECORDINGS, *, markup: bool = False
    ) -> None:
        """Let somebody type `/record TEXT`, and wait until the order, if there is one, is done."""
        self.play.now = self.name
        text = text.replace("ROOM", self.room)
        self.typed.append((text, self.play.slack.type_command(person, channel, text, markup=markup)))
        self.play.settle()

    def send(self, event: Mapping[str, Any], webhook_id: str, caller: int = 0) -> requests.Response:
        """Send an event, and wait until the order, if there is one, is done."""
        if "notify" in event:
            self.play.free_channels()
        sender = self.sender(caller)
        body = json.dumps(event).encode()
        return self.post(str(event.get("type")), body, sender.headers(body, webhook_id), caller)

    def post(self, what: str, body: bytes, headers: Mapping[str, str], caller: int = 0) -> requests.Response:
        """Send exactly this to the caller's hook."""
        self.play.now = self.name
        answer = self.sender(caller).post(body, dict(headers))
        self.exchanges.append((what, answer))
        self.play.settle()
        return answer

    def call(self, method: str, url: str) -> None:
        """Call the webhook elsewhere than at a hook."""
        self.play.now = self.name
        self.exchanges.append((method, request(method, url)))

    def sender(self, caller: int = 0) -> Sender:
        """The sender of one of the two callers: the free one, or the limited one."""
        known = self.play.system.callers[caller]
        return Sender(self.play.system.hook_url(known), known.key)

    def put(self, body: str) -> None:
        """Put a message on the queue of people's orders."""
        self.play.now = self.name
        stack = self.play.system.stack
        stack.sqs.send_message(QueueUrl=stack.queue_url("OrderQueue"), MessageBody=body)
        self.play.settle()


@contextmanager
def playing() -> Iterator[Play]:
    """A system in which nothing depends on how fast this machine is; it gives up after two receives."""
    lines: list[tuple[str, str]] = []
    rtc = RtcApi(calls_per_second=None, init_time=timedelta(milliseconds=100))
    slack = SlackWorkspace(rate_limited=False, patience=PATIENCE_S)
    plays: list[Play] = []

    def note(call: Invocation) -> None:
        for play in plays:
            play.invoked.setdefault(call.request_id, play.now)

    with running(
        rtc=rtc,
        slack=slack,
        callers=[new_caller(), new_caller("limited", {"rooms": ["100"], "channels": []})],
        built=find_built() if os.environ.get("RECORDBOT_BUILT") else None,
        parameters={"MaxReceives": "2", "LogLevel": "DEBUG"},
        on_log=lambda function, line: lines.append((function, line)),
        on_call=note,
    ) as system:
        be_patient(system)
        plays.append(Play(system, rtc, slack, lines, {}))
        yield plays[0]
