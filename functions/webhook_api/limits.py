"""What a caller may ask for: its rooms and channels against those that an event names."""

import json

from functions.webhook_api.configuration import Limits
from functions.webhook_api.events import RecordingStart, RecordingStop
from functions.webhook_api.problems import Problem, WrongField, wrong_fields
from shared.attempts import KnownJob

_NOT_YOURS = "is not yours to use"


def wrong_for(limits: Limits, event: RecordingStart | RecordingStop, job: KnownJob | None) -> Problem | None:
    """What a caller with these limits may not ask for, as an answer; None where all is well.

    `job` is the job that a stop names, if recordbot knows it: one that it doesn't know may be of any room.
    """
    wrong = []
    if limits.rooms is not None:
        allowed = f"your rooms: {', '.join(sorted(limits.rooms)) or 'none'}"
        for pointer, room_id, given in _rooms(event, job):
            if room_id not in limits.rooms:
                wrong.append(WrongField(pointer=pointer, detail=_NOT_YOURS, given=json.dumps(given), allowed=allowed))
    if event.notify and limits.channels is not None and event.notify.channel not in limits.channels:
        allowed = f"your channels: {', '.join(sorted(limits.channels)) or 'none'}"
        given = event.notify.channel
        wrong.append(WrongField(pointer="/notify/channel", detail=_NOT_YOURS, given=json.dumps(given), allowed=allowed))
    return wrong_fields(wrong) if wrong else None


def _rooms(event: RecordingStart | RecordingStop, job: KnownJob | None) -> list[tuple[str, str | None, str]]:
    """Where the event names a room: the pointer, the room, and what stands there."""
    if isinstance(event, RecordingStart):
        several = isinstance(event.data, list)
        pointers = [f"/data/{n}/room_id" if several else "/data/room_id" for n in range(len(event.requests()))]
        rooms = [request.room_id for request in event.requests()]
        return [(pointer, room, room) for pointer, room in zip(pointers, rooms, strict=True)]
    stop = event.stop()
    if stop.job_id is not None:
        return [("/data/job_id", job.room_id if job else None, stop.job_id)]
    return [("/data/room_id", stop.room_id, str(stop.room_id))]
