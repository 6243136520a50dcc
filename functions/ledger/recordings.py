"""The recordings: stored under their orders, and found by their jobs.

ORDER#id       recording#n    a recording: the n-th stream of the order, from 0
JOB#app#job    recording      the job's recording: order id and n
LAST#app#channel   person     the order of the last start that the person asked for in the channel
UNKNOWN#app#room   order_id.n    a recording of which RTC named no job when it was started
PAST#app#room      began#time#order_id.n    each recording of the room, for its history

While there is something to do about a recording, it has `live` (the app) and `due_at` (when), and so is in the index
of the live ones. It gives the list of what runs, and what is due.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import islice

from functions.ledger.audit import cause
from functions.ledger.changes import Change, Key, put, put_over_any
from functions.ledger.locks import Locks
from functions.ledger.table import TRIES, Contended, Index, Table
from shared.actors import Actor
from shared.attempts import Attempt
from shared.audit_changes import of_recording
from shared.new_recordings import begun, news_of
from shared.recording_news import Claimed, News, NotBegun, Undecided, changed
from shared.recordings import FilesBy, Recording, RecordingState
from shared.rtc.differences import as_asked
from shared.rtc.push_addresses import WITHOUT_KEYS
from shared.stored import Stored

RECORDING = "recording#"
"""The beginning of the sort keys of an order's recordings."""
LAST = "LAST#"
"""The beginning of the keys of persons' last starts."""
LIVE = Index("live", by="live", order="due_at")
_FOREVER = "9999"
_BEGAN = "began#"
_MOST_OF_A_ROOM = 20
"""The most recordings of a room that are read for its history."""


class Pointer(Stored):
    """A job's recording."""

    order_id: str
    n: int


class Last(Stored):
    """The last start that a person asked for in a channel."""

    order_id: str


class Recordings:
    """The recordings of one app."""

    def __init__(self, table: Table, app_id: str, locks: Locks, files_by: FilesBy, *, sends_events: bool) -> None:
        self._table = table
        self._app_id = app_id
        self._locks = locks
        self._files_by = files_by
        self._sends_events = sends_events

    def read(self, order_id: str, n: int) -> Recording | None:
        """Return the recording of an order's n-th stream, or None."""
        return self._table.read(_key(order_id, n), Recording)

    def of_id(self, recording_id: str) -> Recording | None:
        """Return the recording with that id, or None."""
        order_id, _, n = recording_id.partition(".")
        return self.read(order_id, int(n))

    def of_job(self, job_id: str) -> Recording | None:
        """Return the job's recording; None if recordbot did not start the job."""
        pointer = self._table.read(self._pointer_key(job_id), Pointer)
        return None if pointer is None else self.read(pointer.order_id, pointer.n)

    def settled(self, attempt: Attempt, now: datetime, *, is_new: bool = False) -> list[Change]:
        """Return the changes that an attempt's outcome makes: a recording begins, or a planned one becomes one.

        A start that was refused makes a recording that is over already, to send its event, if events are sent.
        An existing recording is read again and merged with the outcome. With `is_new`, a recording that begins is not
        looked for: the changes can only be written if there is none.
        """
        news = news_of(attempt)
        is_new = is_new and not isinstance(news, NotBegun)
        before = None if is_new else self.read(attempt.order_id, attempt.n)
        if before is not None:
            after = changed(before, news, now)
        elif isinstance(news, NotBegun) and (news.failure is None or not self._sends_events):
            return []
        else:
            after = begun(attempt, self._files_by, sends_events=self._sends_events)
        written = [] if after is before else self._put(after, now, over=before)
        pointer = Pointer(order_id=after.order_id, n=after.n)
        if isinstance(news, Undecided):
            written.append(put_over_any(Key(self._unknown_pk(after.request.room_id), after.id), pointer, now))
        if before is None and not isinstance(news, NotBegun):
            written.append(self._in_room(after, now))
        if after.job_id is None:
            return written
        return [*written, put_over_any(self._pointer_key(after.job_id), pointer, now)]

    def plan(self, recording: Recording, now: datetime) -> Recording:
        """Store a recording that is planned for later, unless it is there. Return the stored one."""
        recording = recording.model_copy(update={"files_by": self._files_by, "sends_events": self._sends_events})
        also = [self._in_room(recording, now), *self.asked_for(recording, now)]
        if self._table.write(*self._put(recording, now, over=None), *also):
            return recording
        return self.read(recording.order_id, recording.n) or recording

    def note(self, recording: Recording, news: News, now: datetime) -> Recording:
        """Store the news, and return the changed recording. If it is over, free its lock too. Raises Contended."""
        for _ in range(TRIES):
            after = changed(recording, news, now)
            freed = self._locks.freed(after) if after.is_over else []
            is_new = after is not recording
            written = self._put(after, now, over=recording) if is_new else []
            if not (written or freed) or self._table.write(*written, *freed):
                return after
            recording = self.read(recording.order_id, recording.n) or recording
        raise Contended(f"recording {recording.id}")

    def claim(self, recording: Recording, now: datetime) -> Recording | None:
        """Take the lease to check the recording. Return None if another has it, it has changed, or nothing is due."""
        if recording.due_at is None or now < recording.due_at:
            return None
        claimed = changed(recording, Claimed(), now)
        return claimed if self._table.write(*self._put(claimed, now, over=recording)) else None

    def due(self, now: datetime, most: int) -> list[Recording]:
        """Return the recordings that are due, the longest due first; a few may not be due any more."""
        found = self._table.read_index(LIVE, self._app_id, up_to=_moment(now), most=most)
        return [Recording.model_validate_json(data) for data in found]

    def live(self) -> list[Recording]:
        """Return the recordings that are not over, those that are due next first. It may lag by seconds."""
        return [recording for recording in self.followed() if not recording.is_over]

    def followed(self, most: int | None = None) -> list[Recording]:
        """Return the recordings that are live or wait for their files, those that are due next first. It may lag."""
        found = self._table.read_index(LIVE, self._app_id, up_to=_FOREVER, most=most)
        return [Recording.model_validate_json(data) for data in found]

    def without_job(self, room_id: str) -> list[Recording]:
        """Return the recordings of the room whose start has an unknown outcome, also those that are over by now."""
        found = self._table.read_all(self._unknown_pk(room_id))
        pointers = map(Pointer.model_validate_json, found.values())
        known = (self.read(it.order_id, it.n) for it in pointers)
        return [it for it in known if it is not None and it.job is None]

    def of_room(self, room_id: str) -> list[Recording]:
        """Return the last recordings of the room, the newest first."""
        found = islice(self._table.newest(self._room_pk(room_id), _BEGAN), _MOST_OF_A_ROOM)
        pointers = map(Pointer.model_validate_json, found)
        known = (self.read(it.order_id, it.n) for it in pointers)
        return [it for it in known if it is not None]

    def last_order_of(self, actor: Actor, channel_id: str) -> str | None:
        """Return the order of the last start that this person asked for in this channel."""
        last = self._table.read(self._last_key(actor, channel_id), Last)
        return None if last is None else last.order_id

    def asked_for(self, start: Attempt | Recording, now: datetime) -> list[Change]:
        """Return the change that makes its order the last start of who asked for it in that channel."""
        if not start.actor.is_person or start.channel_id is None:
            return []
        return [put_over_any(self._last_key(start.actor, start.channel_id), Last(order_id=start.order_id), now)]

    def _last_key(self, actor: Actor, channel_id: str) -> Key:
        return Key(f"{LAST}{self._app_id}#{channel_id}", actor.id)

    def _put(self, recording: Recording, now: datetime, *, over: Recording | None) -> list[Change]:
        due_at = recording.due_at
        index = {} if due_at is None else {LIVE.by: self._app_id, LIVE.order: _moment(due_at)}
        key, data = _key(recording.order_id, recording.n), _data(recording)
        written = put(key, recording, now, over=over, index=index, data=data)
        return [written, *of_recording(over, recording, cause(), now)]

    def _in_room(self, recording: Recording, now: datetime) -> Change:
        """Return the change that lets the history of the room have the recording."""
        key = Key(self._room_pk(recording.request.room_id), f"{_BEGAN}{_moment(recording.since)}#{recording.id}")
        return put_over_any(key, Pointer(order_id=recording.order_id, n=recording.n), now)

    def _room_pk(self, room_id: str) -> str:
        return f"PAST#{self._app_id}#{room_id}"

    def _unknown_pk(self, room_id: str) -> str:
        return f"UNKNOWN#{self._app_id}#{room_id}"

    def _pointer_key(self, job_id: str) -> Key:
        return Key(f"JOB#{self._app_id}#{job_id}", "recording")


def among(items: Mapping[str, str]) -> tuple[Recording, ...]:
    """Return the recordings among an order's items, by their place in the order."""
    return tuple(Recording.model_validate_json(items[sk]) for sk in sorted(items) if sk.startswith(RECORDING))


def _key(order_id: str, n: int) -> Key:
    return Key(f"ORDER#{order_id}", f"{RECORDING}{n}")


def _data(recording: Recording) -> str:
    """Return the recording as it is stored. Each check writes it, so it is short.

    Fields with their default values are left out, and of the job what is as it was asked; the attempt has RTC's whole
    answer to the start. RTC needs the keys of push addresses when a planned recording begins. Nobody needs them later.
    """
    is_planned = recording.state is RecordingState.PLANNED
    job = recording.job
    said = {"create_time"} if job is None else {"create_time", *as_asked(recording.request, job, recording.app_id)}
    return recording.model_dump_json(
        context={} if is_planned else dict(WITHOUT_KEYS),
        exclude_defaults=True,
        exclude={"job": said},
    )


def _moment(time: datetime) -> str:
    """Return the time as the index orders it: UTC, to the second."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
