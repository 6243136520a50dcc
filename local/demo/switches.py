"""The switches of the page under "Break something": each makes a stand-in fail, or kills a part of the system.

The functions don't know of them.
"""

import threading
from dataclasses import dataclass
from datetime import timedelta

from local.demo.event_log import EventLog, Line
from local.demo.trace import RECORDER
from local.http_message import Wire
from local.rtc.api import RtcApi
from local.rtc.callbacks import Manner
from local.rtc.faults import Fault as RtcFault
from local.slack.faults import RESPONSE_URL_ENDED
from local.slack.faults import THROTTLED as SLACK_THROTTLED
from local.slack.faults import Fault as SlackFault
from local.slack.refusal import Door
from local.system import System
from shared.log_events import LogEvent

_FOREVER = 3600.0
_INDEX_LAG = 30.0
_SLOW_START = RtcFault(delay=2)
"""Lets the kill come before RTC's answer."""


@dataclass(frozen=True, slots=True)
class Switch:
    """One thing to break. Turning a switch on turns off the others with the same `excludes`."""

    name: str
    party: str
    label: str
    help: str
    excludes: str = ""


SWITCHES = (
    Switch("rtc-slow", "RTC", "Slow", "RTC answers after 6 seconds; recordbot waits for 10.", "rtc"),
    Switch("rtc-silent", "RTC", "Silent", "RTC makes the job and never answers: the outcome is unknown.", "rtc"),
    Switch("rtc-500", "RTC", "Error 500", "RTC fails with RTC.00002000; the order is tried again.", "rtc"),
    Switch("rtc-429", "RTC", "Error 429", "RTC's API gateway throttles; the order is tried again.", "rtc"),
    Switch("rtc-key", "RTC", "Wrong key", "RTC has another secret key: no signature is valid."),
    Switch("rtc-clock", "RTC", "Clock off", "RTC's clock is 20 minutes ahead; it allows 15."),
    Switch("rtc-no-file", "RTC", "No file", "RTC stores no file. That is reported ten minutes after the end.", "file"),
    Switch("rtc-no-calls", "RTC", "No callbacks", "RTC never calls back: the file is found in the bucket.", "calls"),
    Switch("rtc-twice", "RTC", "Calls back twice", "Each callback comes twice; the file is reported once.", "calls"),
    Switch("rtc-late", "RTC", "Calls back late", "Each callback comes 20 seconds late.", "calls"),
    Switch("rtc-unsigned", "RTC", "Unsigned callbacks", "The callbacks have no signature: all are refused.", "calls"),
    Switch(
        "slack-ended",
        "Slack",
        "response_url expired",
        "Slack refuses it. See it in a private channel or direct message.",
        "slack",
    ),
    Switch("slack-429", "Slack", "Error 429", "Slack throttles every message; the order is tried again.", "slack"),
    Switch("slack-slow", "Slack", "Slow", "Slack takes 2.5 seconds for each message; recordbot waits for 3.", "slack"),
    Switch("queue", "AWS", "Queue refuses", "SQS refuses every message: no order can be placed."),
    Switch("index", "AWS", "Index late", "DynamoDB's index lacks the last 30 seconds; the table has them."),
    Switch("recorder", "AWS", "Recorder killed", "The recorder's process is killed in the middle of its call to RTC."),
)

_RTC_FAULTS = {
    "rtc-slow": RtcFault(delay=6),
    "rtc-silent": RtcFault(wire=Wire.NOTHING, delay=_FOREVER, made=True),
    "rtc-500": RtcFault(status=500, error_code="RTC.00002000"),
    "rtc-429": RtcFault(status=429, error_code="APIGW.0308"),
}
_MANNERS = {
    "rtc-no-calls": Manner(times=0),
    "rtc-twice": Manner(times=2),
    "rtc-late": Manner(late=timedelta(seconds=20)),
    "rtc-unsigned": Manner(is_signed=False),
}
_SLACK_FAULTS: dict[str, tuple[SlackFault, Door | None]] = {
    "slack-ended": (RESPONSE_URL_ENDED, "response_url"),
    "slack-429": (SLACK_THROTTLED, None),
    "slack-slow": (SlackFault(delay=2.5), None),
}


class Switchboard:
    """The switches of a running system, all off at first."""

    def __init__(self, system: System, event_log: EventLog) -> None:
        self._system = system
        self._event_log = event_log
        self._lock = threading.Lock()
        self._on: list[str] = []
        self.switches = tuple(it for it in SWITCHES if it.party != "RTC" or system.rtc is not None)
        event_log.subscribe(self._kill_recorder)

    def on(self) -> list[str]:
        """Return the names of the switches that are on, in the order in which they were turned on."""
        with self._lock:
            return list(self._on)

    def turn(self, name: str, *, on: bool) -> None:
        """Turn a switch on or off. Raises KeyError for an unknown name."""
        switch = {it.name: it for it in self.switches}[name]
        excluded = {it.name for it in SWITCHES if switch.excludes and it.excludes == switch.excludes}
        with self._lock:
            others = [it for it in self._on if it != name and not (on and it in excluded)]
            self._on = [*others, name] if on else others
            self._apply()
        self._event_log.notify()

    def reset(self) -> None:
        """Turn all switches off."""
        with self._lock:
            self._on = []
            self._apply()
        self._event_log.notify()

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
        system.stack.lag_indexes(_INDEX_LAG if "index" in self._on else 0)

    def _apply_to_rtc(self, rtc: RtcApi) -> None:
        rtc.behave()
        for name in self._on:
            if name in _RTC_FAULTS:
                rtc.misbehave(_RTC_FAULTS[name], times=None)
            if name in _MANNERS:
                rtc.call_back_so(_MANNERS[name])
        if "rtc-no-file" in self._on:
            rtc.lose_files(None)
        if "recorder" in self._on:
            rtc.misbehave(_SLOW_START, operation="start", times=None)
        ahead = timedelta(minutes=20 if "rtc-clock" in self._on else 0)
        rtc.check_signatures(wrong_key="rtc-key" in self._on, clock_ahead=ahead)

    def _kill_recorder(self, line: Line) -> None:
        if line.function == RECORDER and line.message == LogEvent.CALLING_RTC and "recorder" in self.on():
            # In another thread: this one reads the process's output, and `kill` waits until all of it is read.
            threading.Thread(target=self._system.stack.kill, args=(RECORDER,), daemon=True).start()
