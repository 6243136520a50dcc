"""An event bus of EventBridge. From there AWS's own rules deliver, with their retries."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Protocol

from functions.aws import clients
from functions.aws.away import raising_away
from shared.events import RecordingEvent

SOURCE = "recordbot"
"""The source by which rules find the events."""
_MOST = 10
"""The most events of one call (EventBridge's quota)."""


class NotTaken(Exception):
    """The bus did not take an event."""


class EventsClient(Protocol):
    """What is used of the client."""

    def put_events(self, *, Entries: Sequence[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - AWS's name
        """Put the entries on their buses."""


@cache
def connect_events() -> EventsClient:
    """Return a client. It is made when the first event is sent, because that takes time."""
    client: EventsClient = clients.connect("events", clients.Limits(connect=1, read=2, tries=2))
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
