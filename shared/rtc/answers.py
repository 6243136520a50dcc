"""What an answer of RTC means: a job, or an RtcError. No network is used here.

Sources: the API page's Tables 6 to 14 and status codes; codes 1006, 1009 and 1022 from the API reference's error codes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from shared.rtc import error_codes
from shared.rtc.errors import (
    AlreadyDone,
    AlreadyRunning,
    AuthFailed,
    NotFound,
    NotReady,
    OutcomeUnknown,
    Refused,
    RtcError,
    ServerError,
    Throttled,
)
from shared.rtc.models import JobRecordParam, RecordingJob
from shared.rtc.push_addresses import is_push_address, without_key
from shared.rtc.request_preview import mask_urls, masked_in

MAX_BODY = 64 * 1024
"""The most bytes of an answer that are read. A job has under 2 kB, so a longer answer is no job."""

_NOTABLE = timedelta(minutes=1)
"""A smaller difference between the clocks isn't reported: an answer takes seconds, and Date has whole ones."""
_MOST_OF_AN_ID = 300
_NO_FREE_TEXT = {*RecordingJob.model_fields, *JobRecordParam.model_fields, "error_code"} - {"description"}
"""Fields with an id or a name. A push key is often the id of a user, or a part of another id, so one word is shown as
it came: a masked id would name another job."""

_WORD = re.compile(r"[\w.-]*")

_BY_CODE: Mapping[str, type[RtcError]] = {
    error_codes.JOB_RUNNING: AlreadyRunning,
    error_codes.JOB_DONE: AlreadyDone,
    error_codes.JOB_NOT_INITIALIZED: NotReady,
    "APIGW.0308": Throttled,
    "APIG.0308": Throttled,
}
_BY_STATUS: Mapping[int, type[RtcError]] = {
    HTTPStatus.UNAUTHORIZED: AuthFailed,
    HTTPStatus.FORBIDDEN: AuthFailed,
    HTTPStatus.NOT_FOUND: NotFound,
    HTTPStatus.TOO_MANY_REQUESTS: Throttled,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer. A body that is longer than MAX_BODY is cut there, and then is no JSON."""

    status: int
    request_id: str | None
    body: bytes = field(repr=False)
    clock_ahead: timedelta = timedelta(0)
    """How far the clock that signed the request is ahead of RTC's, by the answer's Date; zero if that isn't known."""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """What was used to sign or to log in, and must not be shown if the answer repeats it."""
    push_keys: tuple[str, ...] = field(default=(), repr=False)
    """The keys of the push addresses that were sent. They must not be shown if a free text repeats them."""

    @property
    def ok(self) -> bool:
        """Return whether the status is a 2xx."""
        return HTTPStatus(200) <= self.status < HTTPStatus.MULTIPLE_CHOICES

    def fields(self) -> dict[str, object]:
        """Return the JSON object in the body; an empty one for HTML, cut JSON, bad UTF-8 or another type."""
        try:
            value = from_json(self.body)
        except ValueError:
            return {}
        return self._masked("", value) if isinstance(value, dict) else {}

    def masked(self, text: str) -> str:
        """Return a free text with each secret and push key in it masked."""
        return masked_in(text, (*self.secrets, *self.push_keys))

    def _masked(self, name: str, value: Any) -> Any:
        """Return the JSON value of the field with each secret masked, wherever it is."""
        if isinstance(value, dict):
            return {inner_name: self._masked(inner_name, inner) for inner_name, inner in value.items()}
        if isinstance(value, list):
            return [self._masked(name, inner) for inner in value]
        if not isinstance(value, str):
            return value
        if is_push_address(value):
            return without_key(value)  # it is compared with the one that was asked, so a hash is left of its key
        is_word = name in _NO_FREE_TEXT and _WORD.fullmatch(value)
        return masked_in(value, self.secrets) if is_word else self.masked(value)


def job_in(operation: str, answer: Answer, **known: str) -> RecordingJob:
    """Return the job in a 2xx answer. A field that RTC left out gets its value from `known`.

    Raises the RtcError of any other answer: OutcomeUnknown for a 2xx without a job.
    """
    if not answer.ok:
        raise error_in(operation, answer)
    given = {name: value for name, value in answer.fields().items() if value is not None}
    try:
        return RecordingJob.model_validate({**known, **given})
    except ValidationError:
        raise error_in(operation, answer, job_id=_unusable(answer, given.get("job_id"))) from None


def error_in(operation: str, answer: Answer, job_id: str | None = None) -> RtcError:
    """Return the error that an answer means: OutcomeUnknown if it says neither yes nor no.

    `job_id` is one in the answer that can't be used.
    """
    fields = answer.fields()
    error_code = as_line(fields.get("error_code"), most=64)
    if HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        # The status decides, except for the codes of _BY_CODE: RTC uses 00001003 for several statuses.
        error_class = _BY_CODE.get(error_code or "") or _BY_STATUS.get(answer.status) or Refused
    elif answer.status == HTTPStatus.INTERNAL_SERVER_ERROR and (error_code or "").startswith("RTC."):
        error_class = ServerError
    else:
        error_class = OutcomeUnknown
    return error_class(
        operation,
        status=answer.status,
        error_code=error_code,
        error_msg=as_line(fields.get("error_msg"), most=300),
        request_id=answer.request_id or as_line(fields.get("request_id"), most=128),
        job_id=job_id,
        clock_ahead=round(answer.clock_ahead.total_seconds()) if _may_be_the_clock(answer) else None,
    )


def _may_be_the_clock(answer: Answer) -> bool:
    # RTC's pages don't say how large a difference it allows; about 15 minutes is a guess.
    return answer.status == HTTPStatus.UNAUTHORIZED and abs(answer.clock_ahead) >= _NOTABLE


def _unusable(answer: Answer, job_id: object) -> str | None:
    """Return a job id that can't be used, as free text, but not more of it than a person reads."""
    if isinstance(job_id, dict | list | bool | None):
        return None
    return answer.masked(str(job_id))[:_MOST_OF_AN_ID] or None


def as_line(value: object, *, most: int) -> str | None:
    """Return a value of RTC's as one line of printable text, or None."""
    if value is None or isinstance(value, dict | list | bool):
        return None
    line = "".join(character if character.isprintable() else " " for character in str(value)[: 4 * most])
    return mask_urls(" ".join(line.split()))[:most] or None
