"""What is seen of the running system from outside: the functions' calls, their log lines, and when something changes.

Nothing here asks a part of the system for more than it tells anybody: the functions do not know that they are watched.
"""

import json
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local.aws.lambda_pool import Invocation

CALLS_KEPT = 500
LINES_KEPT = 5000


@dataclass(frozen=True, slots=True)
class Line:
    """A JSON line that a function has written; `at` is its own time, in seconds since the epoch."""

    function: str
    at: float
    fields: dict[str, Any]

    @property
    def order_id(self) -> str:
        """The order that the line is about; empty where it is about none."""
        return str(self.fields.get("order_id", ""))

    @property
    def message(self) -> str:
        """What happened."""
        return str(self.fields.get("message", ""))


class EventLog:
    """Remembers the last calls and lines. Thread-safe; `changes` counts what anybody might want to look at again."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._calls: dict[str, Invocation] = {}
        self._lines: deque[Line] = deque(maxlen=LINES_KEPT)
        self._listeners: list[Callable[[Line], None]] = []
        self.changes = 0

    def hear(self, function: str, text: str) -> None:
        """Take a line that a function has written; one that is no JSON object of a log is passed over."""
        line = read_line(function, text)
        if line is not None:
            with self._changed:
                self._lines.append(line)
            for listener in self._listeners:
                listener(line)
            self.stir()

    def listen(self, listener: Callable[[Line], None]) -> None:
        """Call `listener` with every line from now on, from any thread; it must not block."""
        self._listeners.append(listener)

    def see(self, call: Invocation) -> None:
        """Take a call that begins or is over; a GET, which changes nothing and may come very often, is left out."""
        if _is_get(call):
            return
        with self._changed:
            self._calls[call.request_id] = call
            while len(self._calls) > CALLS_KEPT:
                del self._calls[next(iter(self._calls))]
        self.stir()

    def stir(self, *_: object) -> None:
        """Say that something has changed."""
        with self._changed:
            self.changes += 1
            self._changed.notify_all()

    def wait(self, changes: int, limit: float) -> None:
        """Wait until there were more than so many changes, `limit` seconds at most."""
        with self._changed:
            self._changed.wait_for(lambda: self.changes > changes, limit)

    def calls(self) -> list[Invocation]:
        """Give the last calls, in the order in which they began."""
        with self._changed:
            return list(self._calls.values())

    def lines(self) -> list[Line]:
        """Give the last lines, in the order in which they came."""
        with self._changed:
            return list(self._lines)


def read_line(function: str, text: str) -> Line | None:
    """Give the log line in `text`; None if it is something else, such as a metric or a crash's last words."""
    try:
        fields = json.loads(text)
        return Line(function, datetime.fromisoformat(fields["timestamp"]).timestamp(), fields)
    except (ValueError, TypeError, KeyError):
        return None


def _is_get(call: Invocation) -> bool:
    context = json.loads(call.event).get("requestContext", {})
    return bool(context.get("http", {}).get("method") == "GET")
