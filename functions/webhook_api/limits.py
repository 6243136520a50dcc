"""Check the rooms and channels that an event names against those that its caller may use."""

import json

from functions.webhook_api.configuration import Limits
from functions.webhook_api.events import RecordingStart, RecordingStop
from functions.webhook_api.problems import Problem, WrongField, wrong_fields
from shared.recordings import Recording

_NOT_YOURS = "is not yours to use"


def wrong_for(limits: Limits, event: RecordingStart | RecordingStop, recording: Recording | None) -> Problem | None:
    """Return the problem if an event names a room or channel that its caller may not use, else None.

    `recording` is that of the job which a stop names. It is None if recordbot did not start the job: its room is
    unknown then, and not allowed.
    """
    wrong = []
    if limits.rooms is not None:
        allowed = f"your rooms: {', '.join(sorted(limits.rooms)) or 'none'}"
        for pointer, room_id, given in _rooms(event, recording):
            if room_id not in limits.rooms:
                wrong.append(WrongField(pointer=pointer, detail=_NOT_YOURS, given=json.dumps(given), allowed=allowed))
    if event.notify and limits.channels is not None and event.notify.channel not in limits.channels:
        allowed = f"your channels: {', '.join(sorted(limits.channels)) or 'none'}"
        given = event.notify.channel
        wrong.append(WrongField(pointer="/notify/channel", detail=_NOT_YOURS, given=json.dumps(given), allowed=allowed))
    return wrong_fields(wrong) if wrong else None


def _rooms(event: RecordingStart | RecordingStop, recording: Recording | None) -> list[tuple[str, str | None, str]]:
    """Return the places where the event names a room: JSON pointer, room id, and the value there."""
    if isinstance(event, RecordingStart):
        several = isinstance(event.data, list)
        pointers = [f"/data/{n}/room_id" if several else "/data/room_id" for n in range(len(event.requests()))]
        rooms = [request.room_id for request in event.requests()]
        return [(pointer, room, room) for pointer, room in zip(pointers, rooms, strict=True)]
    stop = event.action()
    if stop.job_id is not None:
        return [("/data/job_id", recording.request.room_id if recording else None, stop.job_id)]
    return [("/data/room_id", stop.room_id, str(stop.room_id))]
