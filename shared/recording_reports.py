# ruff: noqa: ARG002 - each kind of news has the same method, and not each needs all that it is given
"""What was reported about a recording: what its message shows, the notices in its thread, its events."""

from dataclasses import dataclass
from datetime import datetime

from shared.recording_news import Fields
from shared.recordings import Recording, ThreadNotice


@dataclass(frozen=True, slots=True)
class Drawn:
    """Its message shows this of the recording, or there is no message that can."""

    visible: str

    def fields(self, recording: Recording, now: datetime) -> Fields:
        """Return what is new."""
        return {"drawn": self.visible}


@dataclass(frozen=True, slots=True)
class Noticed:
    """A notice was posted, or never can be."""

    notice: ThreadNotice
    files: int = 0
    """How many files it named."""

    def fields(self, recording: Recording, now: datetime) -> Fields:
        """Return what is new."""
        if self.notice is ThreadNotice.FILES:
            return {"files_posted": self.files}
        return {} if self.notice in recording.notices else {"notices": (*recording.notices, self.notice)}


@dataclass(frozen=True, slots=True)
class Sent:
    """These events were sent, by their ids, or never can be."""

    ids: frozenset[str]

    def fields(self, recording: Recording, now: datetime) -> Fields:
        """Return what is new."""
        return {"outbox": tuple(event for event in recording.outbox if event.id not in self.ids)}
