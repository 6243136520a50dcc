"""New recordings: make a recording from an attempt and its outcome."""

from datetime import datetime

from shared.attempts import Attempt, Duplicate, NotStarted, Started, Unknown
from shared.recording_clock import next_due
from shared.recording_events import with_events
from shared.recording_news import Named, News, NotBegun, Undecided, ended
from shared.recordings import End, FilesBy, Recording, RecordingState


def news_of(attempt: Attempt) -> News:
    """Return what an attempt's outcome says of its recording. Raises ValueError if it has none."""
    match attempt.outcome:
        case Started(job=job, app_id=app_id):
            return Named(job, attempt.began_at, app_id)
        case Unknown(held_until=held_until, failure=failure):
            return Undecided(attempt.began_at, held_until, failure)
        case NotStarted(failure=failure):
            return NotBegun(failure)
        case Duplicate():
            return NotBegun()
        case None:
            raise ValueError(f"attempt {attempt.id} has no outcome")


def begun(attempt: Attempt, files_by: FilesBy = FilesBy.NOTHING, *, sends_events: bool = False) -> Recording:
    """Return the new recording of an attempt, after its outcome. Raises ValueError if it has none."""
    now = attempt.settled_at or attempt.began_at
    made = {"state": RecordingState.PLANNED, "files_by": files_by, "sends_events": sends_events}
    new = _asked_for(attempt).model_copy(update=made)
    return first_drawn(new.model_copy(update=news_of(attempt).fields(new, now)), now)


def not_begun(attempt: Attempt) -> Recording:
    """Return what stands for the recording of an attempt without one: it was not started, or isn't yet."""
    asked = _asked_for(attempt)
    if attempt.outcome is None:
        return asked
    return asked.model_copy(update=ended(End.NOT_STARTED, attempt.settled_at or attempt.began_at))


def _asked_for(attempt: Attempt) -> Recording:
    return Recording(
        order_id=attempt.order_id,
        n=attempt.n,
        request=attempt.request,
        actor=attempt.actor,
        since=attempt.began_at,
        channel_id=attempt.channel_id,
        is_public=attempt.is_public,
        limit=attempt.limit,
    )


def first_drawn(recording: Recording, now: datetime) -> Recording:
    """Return a new recording as one that its order's answer is about to show."""
    recording = with_events(None, recording, now)
    drawn = recording.model_copy(update={"drawn": recording.visible})
    return drawn.model_copy(update={"due_at": next_due(drawn, now)})
