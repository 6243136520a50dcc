"""What a person can break on the page, and mend: each switch makes a stand-in misbehave, or takes a part away.

The functions know of none of it. Of the switches of one party that exclude each other, the last one turned on holds.
"""

import contextlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from botocore.exceptions import BotoCoreError, ClientError

from local.demo.evidence import RECORDER
from local.demo.witness import Witness, read_line
from local.http_message import Wire
from local.rtc.api import RtcApi
from local.rtc.mishaps import Mishap as RtcMishap
from local.slack.mishaps import RESPONSE_URL_ENDED
from local.slack.mishaps import TOO_FAST as SLACK_TOO_FAST
from local.slack.mishaps import Mishap as SlackMishap
from local.system import System

ORDER_QUEUE = "OrderQueue"
_FOR_EVER = 3600.0
_KILLING = RtcMishap(delay=2)
"""Gives the kill time to come before RTC's answer."""


@dataclass(frozen=True, slots=True)
class Switch:
    """One thing to break. Those with the same `excludes` can't be on together."""

    name: str
    party: str
    label: str
    help: str
    excludes: str = ""


SWITCHES = (
    Switch("rtc-slow", "RTC", "Slow", "RTC answers after 6 seconds; recordbot waits for 10.", "rtc"),
    Switch("rtc-silent", "RTC", "Silent", "RTC makes the job and never answers: nobody can know.", "rtc"),
    Switch("rtc-500", "RTC", "Error 500", "RTC fails with RTC.00002000; the queue tries again.", "rtc"),
    Switch("rtc-429", "RTC", "Error 429", "RTC's gateway throttles; the queue tries again.", "rtc"),
    Switch("rtc-key", "RTC", "Wrong key", "RTC has another secret key: no signature fits."),
    Switch("rtc-clock", "RTC", "Clock off", "RTC's clock is 20 minutes ahead; it allows 15."),
    Switch("slack-ended", "Slack", "response_url ended", "Seen in direct messages and private channels.", "slack"),
    Switch("slack-429", "Slack", "Error 429", "Slack throttles every post; the queue tries again.", "slack"),
    Switch("slack-slow", "Slack", "Slow", "Slack takes 2.5 seconds for each post; recordbot waits for 3.", "slack"),
    Switch("queue", "AWS", "Queue refuses", "The queue denies every message: no order can be placed."),
    Switch("recorder", "AWS", "Recorder killed", "The recorder's process is killed in the middle of its call to RTC."),
)

_RTC_MISHAPS = {
    "rtc-slow": RtcMishap(delay=6),
    "rtc-silent": RtcMishap(wire=Wire.NOTHING, delay=_FOR_EVER, made=True),
    "rtc-500": RtcMishap(status=500, error_code="RTC.00002000"),
    "rtc-429": RtcMishap(status=429, error_code="APIGW.0308"),
}
_SLACK_MISHAPS = {
    "slack-429": SLACK_TOO_FAST,
    "slack-slow": SlackMishap(delay=2.5),
}


class Switchboard:
    """The switches of a running system. `system` gives it; until then nothing can be switched."""

    def __init__(self, system: Callable[[], System], witness: Witness) -> None:
        self._system = system
        self._witness = witness
        self._lock = threading.Lock()
        self._on: list[str] = []

    def on(self) -> list[str]:
        """Give the names of what is broken, in the order in which it was."""
        with self._lock:
            return list(self._on)

    def switches(self) -> list[Switch]:
        """Give what can be broken: of RTC nothing, where the real one is used."""
        return [it for it in SWITCHES if it.party != "RTC" or self._system().rtc is not None]

    def turn(self, name: str, *, on: bool) -> None:
        """Break that, or mend it. Raises KeyError for a name that is none of a switch."""
        switch = {it.name: it for it in self.switches()}[name]
        rivals = {it.name for it in SWITCHES if switch.excludes and it.excludes == switch.excludes}
        with self._lock:
            left = [it for it in self._on if it != name and not (on and it in rivals)]
            self._on = [*left, name] if on else left
            self._apply()
        self._witness.stir()

    def mend(self) -> None:
        """Mend all, and have the orders that wait for another try received now."""
        with self._lock:
            self._on = []
            self._apply()
        self._hurry()
        self._witness.stir()

    def hear(self, function: str, text: str) -> None:
        """Kill the recorder as it calls RTC, if that is switched on; takes the functions' log lines."""
        line = read_line(function, text)
        if function == RECORDER and line and line.message == "calling RTC" and "recorder" in self.on():
            # Not from this thread: it is the one that reads what the process writes, until it is gone.
            threading.Thread(target=self._system().stack.kill, args=(RECORDER,), daemon=True).start()

    def _apply(self) -> None:
        system = self._system()
        if system.rtc is not None:
            self._apply_to_rtc(system.rtc)
        system.slack.behave()
        if "slack-ended" in self._on:
            system.slack.misbehave(RESPONSE_URL_ENDED, door="response_url", times=None)
        for name in self._on:
            if name in _SLACK_MISHAPS:
                system.slack.misbehave(_SLACK_MISHAPS[name], times=None)
        system.stack.refuse_messages(refuse="queue" in self._on)

    def _apply_to_rtc(self, rtc: RtcApi) -> None:
        rtc.behave()
        for name in self._on:
            if name in _RTC_MISHAPS:
                rtc.misbehave(_RTC_MISHAPS[name], times=None)
        if "recorder" in self._on:
            rtc.misbehave(_KILLING, operation="start", times=None)
        ahead = timedelta(minutes=20 if "rtc-clock" in self._on else 0)
        rtc.check_signatures(wrong_key="rtc-key" in self._on, clock_ahead=ahead)

    def _hurry(self) -> None:
        """Make every message visible that was received and is not being worked on; of those that are done, SQS knows."""
        stack = self._system().stack
        handles: dict[str, str | None] = {}
        for call in self._witness.calls():
            for record in json.loads(call.event)["Records"] if call.function == RECORDER else ():
                handles[record["messageId"]] = None if call.seconds is None else record["receiptHandle"]
        for handle in filter(None, handles.values()):
            with contextlib.suppress(ClientError, BotoCoreError):
                stack.sqs.change_message_visibility(
                    QueueUrl=stack.queue_url(ORDER_QUEUE), ReceiptHandle=handle, VisibilityTimeout=0
                )
