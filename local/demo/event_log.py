"""The event log: the functions' calls, the lines they log, events for other systems, and a count of changes.

It reads only what the system shows to everyone. The functions don't know that they are watched.
"""

import json
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local.aws.lambda_pool import Invocation

CALLS_KEPT = 500
LINES_KEPT = 5000
EVENTS_KEPT = 100


@dataclass(frozen=True, slots=True)
class Line:
    """A JSON line from a function's log; `at` is the line's timestamp, in seconds since the epoch."""

    function: str
    at: float
    fields: dict[str, Any]

    @property
    def order_id(self) -> str:
        """The order that the line is about; empty if there is none."""
        return str(self.fields.get("order_id", ""))

    @property
    def message(self) -> str:
        """The line's message: a LogEvent, or text that nothing reads."""
        return str(self.fields.get("message", ""))


class EventLog:
    """Keeps the latest calls, lines and events. Thread-safe. `changes` counts what the page may have to draw."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._calls: dict[str, Invocation] = {}
        self._lines: deque[Line] = deque(maxlen=LINES_KEPT)
        self._events: deque[Mapping[str, Any]] = deque(maxlen=EVENTS_KEPT)
        self._listeners: list[Callable[[Line], None]] = []
        self.changes = 0

    def add_line(self, function: str, text: str) -> None:
        """Add a line that a function wrote. Text that isn't a log line is ignored."""
        line = read_line(function, text)
        if line is not None:
            with self._changed:
                self._lines.append(line)
            for listener in self._listeners:
                listener(line)
            self.notify()

    def subscribe(self, listener: Callable[[Line], None]) -> None:
        """Call `listener` with every new line, from any thread; it must not block."""
        self._listeners.append(listener)

    def add_call(self, call: Invocation) -> None:
        """Add a call that begins or has ended. GET requests are ignored: they change nothing and can be frequent."""
        if _is_get(call):
            return
        with self._changed:
            self._calls[call.request_id] = call
            while len(self._calls) > CALLS_KEPT:
                del self._calls[next(iter(self._calls))]
        self.notify()

    def add_event(self, event: Mapping[str, Any]) -> bool:
        """Add an event for other systems. Return whether it is new: it may come twice, with the same id."""
        with self._changed:
            is_new = all(it["id"] != event["id"] for it in self._events)
            if is_new:
                self._events.append(event)
        self.notify()
        return is_new

    def notify(self, *_: object) -> None:
        """Count a change, and wake everyone who waits for one."""
        with self._changed:
            self.changes += 1
            self._changed.notify_all()

    def wait(self, changes: int, limit: float) -> None:
        """Wait until there were more than `changes` changes, for `limit` seconds at most."""
        with self._changed:
            self._changed.wait_for(lambda: self.changes > changes, limit)

    def calls(self) -> list[Invocation]:
        """Return the latest calls, in the order in which they began."""
        with self._changed:
            return list(self._calls.values())

    def events(self) -> list[Mapping[str, Any]]:
        """Return the latest events for other systems, in the order in which they came."""
        with self._changed:
            return list(self._events)

    def lines(self) -> list[Line]:
        """Return the latest lines, in the order in which they came."""
        with self._changed:
            return list(self._lines)


def read_line(function: str, text: str) -> Line | None:
    """Return the log line in `text`; None for other text, such as a metric or a traceback."""
    try:
        fields = json.loads(text)
        return Line(function, datetime.fromisoformat(fields["timestamp"]).timestamp(), fields)
    except (ValueError, TypeError, KeyError):
        return None


def _is_get(call: Invocation) -> bool:
    context = json.loads(call.event).get("requestContext", {})
    return bool(context.get("http", {}).get("method") == "GET")
