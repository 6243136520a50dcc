"""The rights of the person who types a command: what they see, and what is refused at once.

Every recording that a sub-command gets has passed `may_see`, and every order `refusal`, so none can skip the question.
What takes counting is asked again by the recorder.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.actors import Actor
from shared.attempts import Attempt, NotStarted
from shared.new_recordings import not_begun
from shared.orders import Action, Extend, GiveUp, Start, Stop
from shared.permissions import Verdict, may
from shared.questions import NOT_SAID, NOTHING_KNOWN, Need, Person, Place, What
from shared.recordings import Recording
from shared.refusals import Lacking, Refusal
from shared.team import InForce, Right


class Recordings(Protocol):
    """What a door may read of the recordings. Each method raises Unavailable if they can't be read now."""

    def live(self) -> Sequence[Recording]:
        """Return the recordings that are not over. It may lag by seconds."""

    def of_job(self, job_id: str) -> Recording | None:
        """Return the job's recording; None if recordbot did not start the job."""

    def of_id(self, recording_id: str) -> Recording | None:
        """Return the recording with that id, or None."""

    def attempt_of(self, recording_id: str) -> Attempt | None:
        """Return the attempt to start the recording, with RTC's whole answer; None if it isn't begun yet."""

    def last_of(self, actor: Actor, channel_id: str) -> Sequence[Recording]:
        """Return the recordings of the last start that this person asked for in this channel, also of one refused."""

    def of_room(self, room_id: str) -> Sequence[Recording]:
        """Return the last recordings of the room, the newest first."""


class NotAllowed(Exception):
    """The person may not do this."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.lacking)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Rights:
    """The rights of one person in one channel."""

    actor: Actor
    place: Place
    team: Callable[[], InForce]
    look_up: Callable[[frozenset[Need]], Person] = lambda _: NOT_SAID
    """Asks Slack about the person. It is called only if what is shown depends on it."""
    known: Person = NOTHING_KNOWN
    """What is known of the person before Slack is asked."""

    def refusal(self, right: Right, what: What) -> Refusal | None:
        """Return the refusal, if nothing that the recorder finds out can allow it."""
        verdict = self._verdict(right, what, self.known)
        return verdict.refusal if verdict.is_refused else None

    def may_see(self, recording: Recording, right: Right) -> bool:
        """Return whether the person may know of the recording: to see it, or to do with it what the command does."""
        what = What.recorded(recording)
        if self._is_allowed(Right.LIST, what):
            return True
        may_be_by_right = right is not Right.LIST and (right is not Right.START or recording.actor == self.actor)
        return may_be_by_right and self._is_allowed(right, what)

    def require_readable(self, right: Right) -> None:
        """Raise NotAllowed while the rules can't be read."""
        if self.team().is_unreadable:
            raise NotAllowed(Refusal(right=right, lacking=Lacking.READABLE_RULES))

    def require(self, action: Action, about: Sequence[Recording], now: datetime) -> None:
        """Raise NotAllowed if the action about these recordings is refused, whatever the recorder finds out."""
        for right, what in questions(action, about, self, now):
            refusal = self.refusal(right, what)
            if refusal is not None:
                raise NotAllowed(refusal)

    def is_sure(self, action: Action, about: Sequence[Recording], now: datetime) -> bool:
        """Return whether the action is allowed, whatever the recorder counts. Slack may be asked about the person."""
        return all(self._is_allowed(right, what) for right, what in questions(action, about, self, now))

    def split(self, right: Right, recordings: Sequence[Recording]) -> tuple[list[Recording], Refusal | None]:
        """Return the recordings with which the person may do this, and the refusal of the others, if any."""
        refusals = [self.refusal(right, What.recorded(it)) for it in recordings]
        allowed = [it for it, refusal in zip(recordings, refusals, strict=True) if refusal is None]
        return allowed, next(filter(None, refusals), None)

    def _is_allowed(self, right: Right, what: What) -> bool:
        verdict = self._verdict(right, what, self.known)
        if verdict.needs:
            verdict = self._verdict(right, what, self.look_up(verdict.needs))
        return verdict.allowed

    def _verdict(self, right: Right, what: What, person: Person) -> Verdict:
        return may(self.actor, right, self.place, what, self.team(), None, person)


def questions(action: Action, about: Sequence[Recording], asker: Rights, now: datetime) -> Sequence[tuple[Right, What]]:
    """Return what has to be asked before a door places the action."""
    right = action.right
    if right is None:
        raise ValueError(f"only recordbot itself asks for {action.kind}")
    if isinstance(action, Start):
        # What it releases first ends, as by a stop.
        return [
            *((right, What.started(it, action.length_from(now))) for it in action.requests),
            *((Right.STOP_ANY, What.recorded(it)) for it in about),
        ]
    if isinstance(action, GiveUp):
        return []  # only the recorder knows what waits
    if isinstance(action, Stop) and not about:
        # It names a stream that isn't listed yet. The recorder finds who started it, and asks again.
        return [(right, What(action.room_id, owner=asker.actor, place=asker.place))]
    if isinstance(action, Extend):
        return [(right, What.recorded(it, action.ends_at - it.since)) for it in about]
    return [(right, What.recorded(it)) for it in about]


@dataclass(frozen=True, slots=True)
class Visible:
    """The recordings that a person may know of."""

    recordings: Recordings
    rights: Rights
    right: Right
    """What the sub-command does with them."""

    def live(self) -> Sequence[Recording]:
        """Return the recordings that are not over. It may lag by seconds."""
        return [it for it in self.recordings.live() if self.rights.may_see(it, self.right)]

    def of_job(self, job_id: str) -> Recording | None:
        """Return the job's recording; None if there is none that the person may know of."""
        found = self.recordings.of_job(job_id)
        return found if found is not None and self.rights.may_see(found, self.right) else None

    def of_ids(self, recording_ids: Sequence[str]) -> Sequence[Recording]:
        """Return those of the recordings with these ids that the person may know of, in their order."""
        found = filter(None, map(self._of_id, recording_ids))
        return [it for it in found if self.rights.may_see(it, self.right)]

    def of_room(self, room_id: str) -> Sequence[Recording]:
        """Return the last recordings of the room of which the person may know, the newest first."""
        return [it for it in self.recordings.of_room(room_id) if self.rights.may_see(it, self.right)]

    def attempt_of(self, recording: Recording) -> Attempt | None:
        """Return the attempt to start the recording; None if it isn't begun yet."""
        return self.recordings.attempt_of(recording.id)

    def _of_id(self, recording_id: str) -> Recording | None:
        """Return the recording; for a start that made none, one that says so."""
        found = self.recordings.of_id(recording_id)
        attempt = self.recordings.attempt_of(recording_id) if found is None else None
        was_not_started = attempt is not None and isinstance(attempt.outcome, NotStarted)
        return not_begun(attempt) if attempt is not None and was_not_started else found

    def last_of(self, actor: Actor, channel_id: str) -> Sequence[Recording]:
        """Return the recordings of the last start that this person asked for in this channel, also of one refused."""
        return [it for it in self.recordings.last_of(actor, channel_id) if self.rights.may_see(it, self.right)]
