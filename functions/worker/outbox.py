"""Send the events of recordings. What can't be sent stays on the recording, and is due again in a minute."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.aws.event_bus import EventBus
from functions.aws.observability import logger
from functions.ledger.recordings import Recordings
from shared.log_events import LogEvent
from shared.recording_reports import Sent
from shared.recordings import Recording

OLD = timedelta(days=1)
"""An event that could not be sent for this time is dropped: EventBridge itself keeps none longer."""


@dataclass(frozen=True, slots=True)
class Outbox:
    """Sends events."""

    recordings: Recordings
    bus: EventBus | None
    """None if no events are sent."""
    clock: Callable[[], datetime]

    def send(self, recording: Recording) -> Recording:
        """Send the recording's events, at least once. Return it as it is then. This raises no error of the bus."""
        events, now = recording.outbox, self.clock()
        if not events:
            return recording
        try:
            if self.bus is not None:
                self.bus.put(events)
        except Exception:
            logger.warning(LogEvent.EVENTS_NOT_SENT, extra={"events": len(events)}, exc_info=True)
            events = tuple(event for event in events if now - event.time > OLD)
        else:
            for event in events:
                facts = {"event_type": event.type, "event_id": event.id, "job_id": event.data.job_id}
                logger.info(LogEvent.EVENT_SENT, extra=facts | {"order_id": recording.order_id})
        if not events:
            return recording
        return self.recordings.note(recording, Sent(frozenset(event.id for event in events)), now)
