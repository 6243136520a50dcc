"""Which events a change of a recording makes. They stay on the recording until they are sent."""

from datetime import datetime

from shared.events import EventType, RecordingEvent, RecordingFacts
from shared.recorded_files import RecordedFile
from shared.recordings import End, Recording, RecordingState

_FAILURES = frozenset({End.RTC_FAILED, End.GONE, End.UNSEEN, End.NOT_STARTED})


def with_events(before: Recording | None, after: Recording, now: datetime) -> Recording:
    """Return the recording with the events that the change makes, if its events are sent anywhere."""
    if not after.sends_events:
        return after
    made = [(kind, None) for kind in _kinds(before, after)] + [(EventType.FILE, file) for file in _new(before, after)]
    events = [_event(after, kind, file, after.events_made + n, now) for n, (kind, file) in enumerate(made)]
    if not events:
        return after
    outbox = (*after.outbox, *events)
    return after.model_copy(update={"outbox": outbox, "events_made": after.events_made + len(events)})


def _kinds(before: Recording | None, after: Recording) -> list[EventType]:
    was = None if before is None else before.state
    had_job = before is not None and before.job is not None
    kinds = []
    if after.state is RecordingState.UNKNOWN and was is not RecordingState.UNKNOWN:
        kinds.append(EventType.UNKNOWN)
    if after.job is not None and not had_job:
        kinds.append(EventType.STARTED)
    if after.state is RecordingState.RECORDING and was is not RecordingState.RECORDING:
        kinds.append(EventType.RUNNING)
    if after.is_over and (before is None or not before.is_over):
        kinds.append(EventType.FAILED if after.end in _FAILURES else EventType.ENDED)
    return kinds


def _new(before: Recording | None, after: Recording) -> list[RecordedFile]:
    known = set() if before is None else {file.object for file in before.files}
    return [file for file in after.files if file.object not in known]


def _event(
    recording: Recording, kind: EventType, file: RecordedFile | None, number: int, now: datetime
) -> RecordingEvent:
    asked, job, failure = recording.request, recording.job, recording.failure
    facts = RecordingFacts(
        order_id=recording.order_id,
        n=recording.n,
        room_id=asked.room_id,
        user_id=asked.user_id,
        video_type=asked.video_type,
        state=recording.state,
        asked_by=recording.actor,
        channel_id=recording.channel_id,
        job_id=recording.job_id,
        stream_name=None if job is None else job.stream_name,
        since=recording.since,
        ends_at=None if recording.limit is None else recording.limit.ends_at,
        ended_at=recording.ended_at,
        end=recording.end,
        error_code=None if failure is None else failure.error_code,
        error_msg=None if failure is None else failure.reason,
        request_id=None if failure is None else failure.request_id,
        file=file,
    )
    source = f"recordbot/{recording.app_id}" if recording.app_id else "recordbot"
    return RecordingEvent(
        id=f"{recording.id}-{number}", source=source, type=kind, subject=recording.id, time=now, data=facts
    )
