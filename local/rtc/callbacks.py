"""What RTC posts to the app's callback address, as its page describes it: signed, or misbehaving on request."""

import hashlib
import hmac
import json
import logging
import re
import threading
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import requests

from local.direct_http import session_to
from local.rtc.files import HEIGHT, WIDTH, Files, StoredFile
from local.rtc.jobs import Job
from local.rtc.refusal import Refused

_logger = logging.getLogger(__name__)
_POLL_S = 0.2
_LIMIT_S = 10
_TRIES, _AGAIN_S = 3, 1.0  # guess: RTC's page does not say whether a callback is repeated


@dataclass(frozen=True, slots=True)
class Manner:
    """How RTC calls back: how often about each event, how late, and whether it signs."""

    times: int = 1
    late: timedelta = timedelta(0)
    is_signed: bool = True


@dataclass(frozen=True, slots=True)
class Call:
    """A request to the callback address."""

    url: str
    headers: dict[str, str]
    body: bytes


class Callbacks:
    """What is still to be posted. Not thread-safe: its owner has the lock."""

    def __init__(self) -> None:
        self.url = ""
        self.auth_key = ""
        self.manner = Manner()
        self._seen: set[tuple[str, str]] = set()

    def due(self, jobs: Iterable[Job], files: Files, now: datetime) -> list[Call]:
        """Return the requests that are due, in order. Each event is returned once, whether or not there is an URL."""
        calls: list[Call] = []
        for job in jobs:
            for event, document, since in _events(job, files, now):
                key = (job.job_id, event)
                if key in self._seen or now < since + self.manner.late:
                    continue
                self._seen.add(key)
                if self.url:
                    body = json.dumps(document).encode()
                    calls += [self._call(body, now) for _ in range(self.manner.times)]
        return calls

    def _call(self, body: bytes, now: datetime) -> Call:
        headers = {"Content-Type": "application/json"}
        if self.manner.is_signed and self.auth_key:
            rand, timestamp = uuid.uuid4().hex, str(int(now.timestamp()))  # guess: in seconds
            content = rand.encode() + timestamp.encode() + body
            signature = hmac.new(self.auth_key.encode(), content, hashlib.sha256).hexdigest()
            headers |= {"X-Rtc-Rand": rand, "X-Rtc-Timestamp": timestamp, "X-Rtc-Signature": signature}
        return Call(self.url, headers, body)


class Sender:
    """Posts what is due until `close`, in a thread. What the address can't take is posted again."""

    def __init__(self, due: Callable[[], Sequence[Call]]) -> None:
        self._due = due
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Post nothing more, and wait until the current request is answered."""
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closing.wait(_POLL_S):
            for call in self._due():
                for _ in range(_TRIES):
                    if self._closing.is_set() or _post(call) or self._closing.wait(_AGAIN_S):
                        break


def read_setting(body: bytes) -> tuple[str, str]:
    """Return the address and the key that a call of the API sets. Raises Refused (400)."""
    try:
        given = json.loads(body)
        url, auth_key = str(given["url"]), str(given.get("auth_key", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refused(HTTPStatus.BAD_REQUEST, "RTC.00001002", "no JSON object with a url") from None
    if not re.fullmatch(r"https?://[!-~]+", url):
        raise Refused(HTTPStatus.BAD_REQUEST, "RTC.00001003", "url begins with http:// or https://")
    # guess: the length, from the console's hint.
    if auth_key and not 32 <= len(auth_key) <= 128:  # noqa: PLR2004 - the bounds
        raise Refused(HTTPStatus.BAD_REQUEST, "RTC.00001003", "auth_key has 32 to 128 characters")
    return url, auth_key


def _post(call: Call) -> bool:
    """Post it. Return whether it was taken or refused, and not to be posted again."""
    try:
        with session_to(call.url) as session:
            answer = session.post(call.url, data=call.body, headers=call.headers, timeout=_LIMIT_S)
    except requests.RequestException as error:
        _logger.warning("the callback address can't be reached (%s)", type(error).__name__)
        return False
    if not answer.ok:
        _logger.info("the callback address answered %d", answer.status_code)
    return answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR


def _events(job: Job, files: Files, now: datetime) -> list[tuple[str, dict[str, object], datetime]]:
    """Return what there is to say of the job by now, in order: the event, its document, and since when."""
    said: list[tuple[str, dict[str, object], datetime]] = []
    if not files.ran(job):
        return said
    said.append(_event("RECORD_NEW_FILE_START", job, {}, job.created))
    if not files.has_ended(job, now) or job.stopped is None:
        return said
    file = files.of(job)
    if file is not None:
        said.append(_event("RECORD_FILE_COMPLETE", job, _about(file, job, job.stopped), job.stopped))
    # guess: this name of the end event; the other one is CLOUD_RECORD_OVER.
    said.append(_event("CLOUD_RECORD_SERVER_OVER", job, {}, job.stopped))
    return said


def _event(name: str, job: Job, more: dict[str, object], since: datetime) -> tuple[str, dict[str, object], datetime]:
    about: dict[str, object] = {
        "event_type": name,
        "job_id": job.job_id,
        "stream_name": job.stream_name,
        "app_id": job.app_id,
        "room_id": job.parameters.room_id,
        "record_format": "MP4",
        "detail_message": "",
    }
    return name, about | more, since


def _about(file: StoredFile, job: Job, stopped: datetime) -> dict[str, object]:
    return {
        "download_url": file.address,
        "file_size": len(file.body),
        "record_duration": round((stopped - job.created).total_seconds()),
        "width": WIDTH,
        "height": HEIGHT,
        "start_time": _time(job.created),
        "end_time": _time(stopped),
        "obs_location": file.location,
        "obs_bucket": file.bucket,
        "obs_object": file.key,
    }


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
