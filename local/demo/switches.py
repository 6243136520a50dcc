"""What a person can break on the page, and mend: each switch makes a stand-in misbehave, or takes a part away.

The functions know of none of it. Of the switches of one party that exclude each other, the last one turned on holds.
"""

import threading
from dataclasses import dataclass
from datetime import timedelta

from local.demo.event_log import EventLog, Line
from local.demo.trace import RECORDER
from local.http_message import Wire
from local.rtc.api import RtcApi
from local.rtc.faults import Fault as RtcFault
from local.slack.faults import RESPONSE_URL_ENDED
from local.slack.faults import THROTTLED as SLACK_THROTTLED
from local.slack.faults import Fault as SlackFault
from local.slack.refusal import Door
from local.system import System

_FOR_EVER = 3600.0
_KILLING = RtcFault(delay=2)
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

_RTC_FAULTS = {
    "rtc-slow": RtcFault(delay=6),
    "rtc-silent": RtcFault(wire=Wire.NOTHING, delay=_FOR_EVER, made=True),
    "rtc-500": RtcFault(status=500, error_code="RTC.00002000"),
    "rtc-429": RtcFault(status=429, error_code="APIGW.0308"),
}
_SLACK_FAULTS: dict[str, tuple[SlackFault, Door | None]] = {
    "slack-ended": (RESPONSE_URL_ENDED, "response_url"),
    "slack-429": (SLACK_THROTTLED, None),
    "slack-slow": (SlackFault(delay=2.5), None),
}


class Switchboard:
    """The switches of a running system; all is well at first."""

    def __init__(self, system: System, event_log: EventLog) -> None:
        self._system = system
        self._event_log = event_log
        self._lock = threading.Lock()
        self._on: list[str] = []
        self.switches = tuple(it for it in SWITCHES if it.party != "RTC" or system.rtc is not None)
        event_log.listen(self._kill_if_told)

    def on(self) -> list[str]:
        """Give the names of what is broken, in the order in which it was."""
        with self._lock:
            return list(self._on)

    def turn(self, name: str, *, on: bool) -> None:
        """Break that, or mend it. Raises KeyError for a name that is none of a switch."""
        switch = {it.name: it for it in self.switches}[name]
        rivals = {it.name for it in SWITCHES if switch.excludes and it.excludes == switch.excludes}
        with self._lock:
            left = [it for it in self._on if it != name and not (on and it in rivals)]
            self._on = [*left, name] if on else left
            self._apply()
        self._event_log.stir()

    def mend(self) -> None:
        """Mend all."""
        with self._lock:
            self._on = []
            self._apply()
        self._event_log.stir()

    def _apply(self) -> None:
        system = self._system
        if system.rtc is not None:
            self._apply_to_rtc(system.rtc)
        system.slack.behave()
        for name in self._on:
            if name in _SLACK_FAULTS:
                fault, door = _SLACK_FAULTS[name]
                system.slack.misbehave(fault, door=door, times=None)
        system.stack.refuse_messages(refuse="queue" in self._on)

    def _apply_to_rtc(self, rtc: RtcApi) -> None:
        rtc.behave()
        for name in self._on:
            if name in _RTC_FAULTS:
                rtc.misbehave(_RTC_FAULTS[name], times=None)
        if "recorder" in self._on:
            rtc.misbehave(_KILLING, operation="start", times=None)
        ahead = timedelta(minutes=20 if "rtc-clock" in self._on else 0)
        rtc.check_signatures(wrong_key="rtc-key" in self._on, clock_ahead=ahead)

    def _kill_if_told(self, line: Line) -> None:
        if line.function == RECORDER and line.message == "calling RTC" and "recorder" in self.on():
            # Not from this thread: it reads what the process writes, and the kill waits until it has read all.
            threading.Thread(target=self._system.stack.kill, args=(RECORDER,), daemon=True).start()
