"""What an answer of RTC means: status, request id and body in; a job, or the one RtcError, out. No network here.

Sources: the API page's Tables 6 to 14 and status codes; codes 1006, 1009 and 1022 from the API reference's error codes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

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
from shared.rtc.models import RecordingJob

MAX_BODY = 64 * 1024
"""Bytes of an answer that are read. A job is under 2 kB; what is longer is not one."""

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
    """One HTTP answer, read whole (or cut at MAX_BODY, and then not JSON any more)."""

    status: int
    request_id: str | None
    body: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether the status is a 2xx."""
        return HTTPStatus(200) <= self.status < HTTPStatus.MULTIPLE_CHOICES

    def fields(self) -> dict[str, object]:
        """The JSON object in the body, empty where there is none: HTML, cut JSON, bad UTF-8, another type."""
        try:
            value = from_json(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


def job_in(operation: str, answer: Answer, **known: str) -> RecordingJob:
    """The job that a 2xx carries, completed by what we `know` of it where RTC left that out.

    Raises the RtcError of any other answer; a 2xx without a job is OutcomeUnknown.
    """
    if not answer.ok:
        raise error_in(operation, answer)
    given = {name: value for name, value in answer.fields().items() if value is not None}
    try:
        return RecordingJob.model_validate({**known, **given})
    except ValidationError:
        raise error_in(operation, answer) from None


def error_in(operation: str, answer: Answer) -> RtcError:
    """The error that an answer means. One that says neither yes nor no means OutcomeUnknown."""
    fields = answer.fields()
    error_code = _text(fields.get("error_code"), most=64)
    if HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        # The status decides, but for the few codes that mean something of their own: RTC uses 00001003 for several.
        family = _BY_CODE.get(error_code or "") or _BY_STATUS.get(answer.status) or Refused
    elif answer.status == HTTPStatus.INTERNAL_SERVER_ERROR and (error_code or "").startswith("RTC."):
        family = ServerError
    else:
        family = OutcomeUnknown
    return family(
        operation,
        status=answer.status,
        error_code=error_code,
        error_msg=_text(fields.get("error_msg"), most=300),
        request_id=answer.request_id or _text(fields.get("request_id"), most=128),
    )


def _text(value: object, *, most: int) -> str | None:
    """A foreign value as one line of printable text, or None. RTC's text is shown as it is, but never breaks a line."""
    if value is None or isinstance(value, dict | list | bool):
        return None
    line = "".join(character if character.isprintable() else " " for character in str(value)[: 4 * most])
    return " ".join(line.split())[:most] or None
