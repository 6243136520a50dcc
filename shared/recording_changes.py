# ruff: noqa: ARG002 - each kind of news has the same method, and not each needs all that it is given
"""The changes that somebody makes to a recording: to stop it, to say when it begins or ends, or to release it."""

from dataclasses import dataclass
from datetime import datetime

from shared.actors import Actor
from shared.attempts import Limit
from shared.recording_news import Fields, ended
from shared.recordings import CHANGES_KEPT, Changed, ChangeKind, End, Recording, RecordingState, StopAsked


@dataclass(frozen=True, slots=True)
class AskedToStop:
    """Somebody asked to stop it. Only the first who does is noted."""

    by: Actor

    def fields(self, recording: Recording, now: datetime) -> Fields:
        """Return what is new."""
        if recording.is_over or recording.stop_asked is not None:
            return {}
        return {"stop_asked": StopAsked(by=self.by, at=now)}


@dataclass(frozen=True, slots=True)
class NotStopped:
    """The stop that somebody asked for failed for good. Others may ask again."""

    by: Actor

    def fields(self, recording: Recording, now: datetime) -> Fields:
        """Return what is new."""
        is_theirs = recording.stop_asked is not None and recording.stop_asked.by == self.by
        return {"stop_asked": None} if is_theirs and not recording.is_over else {}


@dataclass(frozen=True, slots=True)
class Released:
    """Nothing more is to be learned of a recording whose outcome is unknown. `by` is who says so, if somebody does."""

    by: Actor | None = None

    def fields(self, recording: Recording, now: datetime) -> Fields:
        """Return what is new."""
        if recording.state is not RecordingState.UNKNOWN:
            return {}
        return ended(End.RELEASED, now) | _by(self.by, ChangeKind.RELEASED, recording, now)


@dataclass(frozen=True, slots=True)
class Limited:
    """The recording is to end at another time. `by` is who wants that; None if the team's rules do."""

    ends_at: datetime
    by: Actor | None = None

    def fields(self, recording: Recording, now: datetime) -> Fields:
        """Return what is new. A person has said when it ends, so there is no reminder any more."""
        limit = Limit(ends_at=self.ends_at)
        if recording.is_over or recording.limit == limit:
            return {}
        return {"limit": limit} | _by(self.by, ChangeKind.ENDS, recording, now, self.ends_at)


@dataclass(frozen=True, slots=True)
class Moved:
    """A planned recording is to begin at another time."""

    since: datetime
    by: Actor | None = None

    def fields(self, recording: Recording, now: datetime) -> Fields:
        """Return what is new. The time that it may last stays the same."""
        if recording.state is not RecordingState.PLANNED or recording.since == self.since:
            return {}
        limit = recording.limit
        if limit is not None:
            limit = limit.model_copy(update={"ends_at": limit.ends_at + (self.since - recording.since)})
        return {"since": self.since, "limit": limit} | _by(self.by, ChangeKind.BEGINS, recording, now, self.since)


def _by(by: Actor | None, kind: ChangeKind, recording: Recording, now: datetime, to: datetime | None = None) -> Fields:
    """Return the recording's changes with one more, if somebody made it."""
    if by is None:
        return {}
    return {"changes": (*recording.changes, Changed(kind=kind, by=by, at=now, to=to))[-CHANGES_KEPT:]}
