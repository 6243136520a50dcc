"""A caller's own live recordings, in pages.

GET /recordings?limit=50&cursor=...

They are in the order of their ids, which never change, so no page repeats or leaves out what was there all the time.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Self
from urllib.parse import parse_qsl, urlencode

from pydantic import BaseModel, ConfigDict

from functions.webhook_api.answers import StreamNameSource, StreamState
from functions.webhook_api.problems import Problem
from shared.actors import Actor
from shared.recordings import Recording, RecordingState
from shared.rtc.models import expected_stream_name

PATH = "/recordings"
USUAL, MOST = 50, 100
"""How many recordings a page has."""
MOST_READ = 2000
"""The most recordings, of whomever, that are read for one page. Those that run are among the first."""
CURSOR = re.compile("[A-Za-z0-9_-]{60,200}")
LIFETIME = timedelta(hours=1)
"""How long a cursor can be used."""
_NOT_ALL = f"of all live recordings, only the {MOST_READ} that are due next were looked at"
_DIGEST = hashlib.sha256().digest_size
_MOST_CHARACTERS = 1000
_STATES = {
    RecordingState.PLANNED: StreamState.PLANNED,
    RecordingState.STARTING: StreamState.STARTED,
    RecordingState.RECORDING: StreamState.RECORDING,
    RecordingState.UNKNOWN: StreamState.UNKNOWN,
}


class LiveRecording(BaseModel):
    """A recording that is not over. A field that isn't known is null."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    id: str
    """Its id, which is the `subject` of its events."""
    order_id: str
    """The order that started it."""
    room_id: str
    user_id: str
    video_type: str | None
    state: StreamState
    """As in an order's status: planned, started, recording or unknown."""
    job_id: str | None
    stream_name: str | None
    stream_name_from: StreamNameSource | None
    """Who named it: `rtc`, or `naming_rule` where RTC did not: then recordbot made the name by RTC's naming rule."""
    since: datetime
    """When its start was called; while it is planned, when it is to start."""
    ends_at: datetime | None
    """When recordbot ends it: as you asked, or by the maximum for all recordings."""
    checked_at: datetime | None
    """When RTC last said how the job is."""
    held_until: datetime | None
    """For an unknown outcome: the stream isn't started again before this time."""


class OwnRecordings(BaseModel):
    """A page of your live recordings: of those that you started and that are not over."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    recordings: list[LiveRecording]
    """In the order of their ids. What changed in the last seconds may be missing."""
    next: str | None
    """The URL of the next page, for an hour; sign its request too. Null on the last page."""
    warning: str | None = None
    """What may not be as you expect: that there are too many live recordings to look at all of them."""


@dataclass(frozen=True, slots=True)
class Page:
    """The page that a caller asks for: as many recordings as `limit`, behind the id `after`."""

    limit: int
    after: str

    @classmethod
    def asked_for(cls, query: str, caller: str, keys: Iterable[bytes], now: datetime) -> Self:
        """Return the page that the query asks for. Raises Problem."""
        given = parse_qsl(query, keep_blank_values=True) if len(query) < _MOST_CHARACTERS else [("", "")]
        values = dict(given)
        if len(values) < len(given) or not values.keys() <= {"limit", "cursor"}:
            raise Problem(HTTPStatus.BAD_REQUEST, "the query can only have limit and cursor, each once")
        limit = values.get("limit", str(USUAL))
        if not re.fullmatch("[0-9]{1,3}", limit) or not 1 <= int(limit) <= MOST:
            raise Problem(HTTPStatus.BAD_REQUEST, f"limit has to be a number from 1 to {MOST}")
        return cls(int(limit), _read_cursor(values["cursor"], caller, keys, now) if "cursor" in values else "")


def page_of(found: Sequence[Recording], caller: str, page: Page, url: str, key: bytes, now: datetime) -> OwnRecordings:
    """Return the page of the caller's recordings among those found.

    `url` is the list's, and `key` signs the link to the next page.
    """
    actor = Actor(kind="webhook_caller", id=caller)
    own = sorted((it for it in found if it.actor == actor and not it.is_over), key=lambda it: it.id)
    behind = [it for it in own if it.id > page.after]
    shown = behind[: page.limit]
    more = {"limit": page.limit, "cursor": _cursor(shown[-1].id, caller, now, key)} if shown != behind else {}
    return OwnRecordings(
        recordings=[_live_recording(it) for it in shown],
        next=f"{url}?{urlencode(more)}" if more else None,
        warning=_NOT_ALL if len(found) == MOST_READ else None,
    )


def _live_recording(recording: Recording) -> LiveRecording:
    asked, job = recording.request, recording.job
    by_rule = None if job is None else expected_stream_name(job.job_id, asked.room_id, asked.user_id)
    by_rtc = None if job is None else job.stream_name
    source = StreamNameSource.RTC if by_rtc else StreamNameSource.NAMING_RULE
    return LiveRecording(
        id=recording.id,
        order_id=recording.order_id,
        room_id=asked.room_id,
        user_id=asked.user_id,
        video_type=asked.video_type,
        state=_STATES[recording.state],
        job_id=recording.job_id,
        stream_name=by_rtc or by_rule,
        stream_name_from=None if job is None else source,
        since=recording.since,
        ends_at=None if recording.limit is None else recording.limit.ends_at,
        checked_at=recording.checked_at,
        held_until=recording.held_until if recording.state is RecordingState.UNKNOWN else None,
    )


def _cursor(after: str, caller: str, now: datetime, key: bytes) -> str:
    content = f"{int((now + LIFETIME).timestamp())} {after}".encode()
    return _encode(_sign(content, caller, key) + content)


def _read_cursor(cursor: str, caller: str, keys: Iterable[bytes], now: datetime) -> str:
    given = _decode(cursor) if CURSOR.fullmatch(cursor) else b""
    digest, content = given[:_DIGEST], given[_DIGEST:]
    matches = [hmac.compare_digest(_sign(content, caller, key), digest) for key in keys]
    if not any(matches) or _encode(given) != cursor:
        why = "the cursor is none that this caller was given: use `next` as it is, or begin again without a cursor"
        raise Problem(HTTPStatus.BAD_REQUEST, why)
    end, _, after = content.decode().partition(" ")
    if now >= datetime.fromtimestamp(int(end), UTC):
        raise Problem(HTTPStatus.GONE, "the cursor has ended, after an hour: begin again without a cursor")
    return after


def _encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _decode(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "==")
    except ValueError:
        return b""


def _sign(content: bytes, caller: str, key: bytes) -> bytes:
    return hmac.digest(key, b"GET %s of %s: %s" % (PATH.encode(), caller.encode(), content), hashlib.sha256)
