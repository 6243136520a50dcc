"""An event bus of EventBridge. From there AWS's own rules deliver, with their retries."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Protocol

from botocore.config import Config

from functions.aws.away import raising_away
from functions.aws.clients import connect
from shared.events import RecordingEvent

SOURCE = "recordbot"
"""The source by which rules find the events."""
_MOST = 10
"""The most events of one call (EventBridge's quota)."""


class NotTaken(Exception):
    """The bus did not take an event."""


class EventsClient(Protocol):
    """What is used of botocore's client."""

    def put_events(self, *, Entries: Sequence[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - botocore's name
        """Put the entries on their buses."""


@cache
def connect_events() -> EventsClient:
    """Return a client. It is made when the first event is sent, because that takes time."""
    limits = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2, "mode": "standard"})
    client: EventsClient = connect("events", limits)
    return client


class EventBus:
    """A bus, by its name."""

    def __init__(self, client: Callable[[], EventsClient], name: str) -> None:
        self._client = client
        self._name = name

    def put(self, events: Sequence[RecordingEvent]) -> None:
        """Put the events on the bus. Raises NotTaken or Away; then it may have taken some of them."""
        for first in range(0, len(events), _MOST):
            entries = [
                {
                    "Source": SOURCE,
                    "DetailType": event.type.value,
                    "Detail": event.model_dump_json(),
                    "Time": event.time,
                    "EventBusName": self._name,
                }
                for event in events[first : first + _MOST]
            ]
            with raising_away("EventBridge"):
                answer = self._client().put_events(Entries=entries)
            if answer["FailedEntryCount"]:
                codes = {entry.get("ErrorCode", "") for entry in answer["Entries"]} - {""}
                raise NotTaken(", ".join(sorted(codes)))
