"""The locks of streams.

ROOM#app#room    user#video_type    one Query gives all the locks of a user, or of a room
"""

from collections.abc import Callable
from datetime import datetime

from functions.ledger.changes import Change, Key, put, remove
from functions.ledger.table import Table
from shared.attempts import StreamLock
from shared.orders import Stop
from shared.recordings import Recording
from shared.rtc.models import RecordingRequest

_AUDIO = "AUDIO"
"""Stands for the video_type in the key of a stream without video."""


class Locks:
    """The locks of one app's streams."""

    def __init__(self, table: Table, app_id: str) -> None:
        self._table = table
        self._app_id = app_id

    def read(self, stream: RecordingRequest) -> StreamLock | None:
        """Return the lock of a stream."""
        return self._table.read(self._key(stream), StreamLock)

    def of(self, stop: Stop) -> list[tuple[str | None, StreamLock]]:
        """Return each lock of the stop's user, or only that of the stop's video_type, with its video_type."""
        prefix = f"{stop.user_id}#{stop.video_type or ''}"
        found = self._table.read_all(self._room(stop.room_id or ""), prefix)
        return [(_video_type(sk), StreamLock.model_validate_json(data)) for sk, data in found.items()]

    def is_calling(self, room_id: str, is_user: Callable[[str], bool], now: datetime) -> bool:
        """Return whether RTC is being asked just now to start a stream of such a user of the room."""
        found = self._table.read_all(self._room(room_id))
        locks = ((sk, StreamLock.model_validate_json(data)) for sk, data in found.items())
        return any(
            lock.calling_until is not None and now < lock.calling_until and is_user(sk.rpartition("#")[0])
            for sk, lock in locks
        )

    def change(
        self, stream: RecordingRequest, lock: StreamLock | None, now: datetime, *, over: StreamLock | None
    ) -> list[Change]:
        """Return the change that replaces the lock in `over` by another, or removes it."""
        if lock is not None:
            return [put(self._key(stream), lock, now, over=over)]
        return [] if over is None else [remove(self._key(stream), over)]

    def freed(self, recording: Recording) -> list[Change]:
        """Return the change that removes the recording's lock; none if another attempt holds the stream by now."""
        lock = self.read(recording.request)
        is_own = lock is not None and (lock.order_id, lock.n) == (recording.order_id, recording.n)
        return [remove(self._key(recording.request), lock)] if lock is not None and is_own else []

    def free(self, stream: RecordingRequest, lock: StreamLock) -> None:
        """Remove a lock that has no recording, unless it has changed."""
        self._table.write(remove(self._key(stream), lock))

    def _key(self, stream: RecordingRequest) -> Key:
        return Key(self._room(stream.room_id), f"{stream.user_id}#{stream.video_type or _AUDIO}")

    def _room(self, room_id: str) -> str:
        return f"ROOM#{self._app_id}#{room_id}"


def _video_type(sk: str) -> str | None:
    kind = sk.rpartition("#")[2]
    return None if kind == _AUDIO else kind
