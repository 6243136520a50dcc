"""Why RTC did not do something: one hierarchy of errors, each with who has to act.

RtcError
├── Refused               4xx            the request is wrong
│   ├── AlreadyRunning    RTC.00001006   this stream is already being recorded
│   ├── AlreadyDone       RTC.00001009   this recording is already over
│   └── NotReady          RTC.00001022   the job is still INIT: wait and try again
├── NotFound              404            the app, or the job, is not there
├── AuthFailed            401, 403       wrong, expired or locked credentials, or no permission
├── Throttled             429            too many requests
├── ServerError           500 + a code   RTC failed and says that nothing happened
├── NotConnected          no status      the request was never sent
└── OutcomeUnknown        anything else  it may or may not have happened
"""

from enum import StrEnum
from typing import ClassVar

from shared.failures import Failure, FailureKind
from shared.rtc.error_codes import look_up


class Blame(StrEnum):
    """Who has to act."""

    REQUEST = "request"
    """The asker: the same request fails again."""
    OPERATOR = "operator"
    """The operator of recordbot: keys, permissions, endpoint, quota."""
    RTC = "rtc"
    """No one here: the cause is RTC or the network."""


class RtcError(Exception):
    """RTC's error, or that there was no answer.

    `status` is None if there was no answer; `error_code`, `error_msg` and `request_id` (X-request-Id) are None if the
    answer had none. `job_id` is one in the answer that can't be used. `clock_ahead` is that of Failure. `may_retry`
    says whether the same call may be made again: it can't happen twice.
    """

    kind: ClassVar[FailureKind]
    blame: ClassVar[Blame] = Blame.RTC
    may_retry: ClassVar[bool] = False

    def __init__(
        self,
        operation: str,
        *,
        status: int | None = None,
        error_code: str | None = None,
        error_msg: str | None = None,
        request_id: str | None = None,
        job_id: str | None = None,
        clock_ahead: int | None = None,
    ) -> None:
        super().__init__(operation, status, error_code, error_msg, request_id, job_id)
        self.operation = operation
        self.status = status
        self.error_code = error_code
        self.error_msg = error_msg
        self.request_id = request_id
        self.job_id = job_id
        self.clock_ahead = clock_ahead

    @property
    def says_no_job(self) -> bool:
        """Return whether RTC itself says that there is no such job. A gateway that knows no such address doesn't."""
        return self.kind is FailureKind.NOT_FOUND and (self.error_code or "").startswith("RTC.")

    def failure(self) -> Failure:
        """Return the error as it is stored."""
        return Failure(
            kind=self.kind,
            status=self.status,
            error_code=self.error_code,
            error_msg=self.error_msg,
            request_id=self.request_id,
            job_id=self.job_id,
            clock_ahead=self.clock_ahead,
        )

    def __str__(self) -> str:
        """Return one line for a log: `start: RTC.00001007 JobExceed · HTTP 400 · request 3f2a`."""
        known = look_up(self.error_code) if self.error_code else None
        message = self.error_msg or (known.name if known else None)
        facts = (
            " ".join(filter(None, (self.error_code, message))),
            f"HTTP {self.status}" if self.status else "",
            f"request {self.request_id}" if self.request_id else "",
            self.failure().clock or "",
        )
        return f"{self.operation}: {' · '.join(filter(None, facts)) or self.kind}"


class Refused(RtcError):
    """RTC refused the request: 400, or another 4xx that has no class of its own."""

    kind = FailureKind.REFUSED
    blame = Blame.REQUEST


class AlreadyRunning(Refused):
    """RTC.00001006 JobRunning: this stream is being recorded already."""

    kind = FailureKind.ALREADY_RUNNING


class AlreadyDone(Refused):
    """RTC.00001009 JobDone: the recording is over. RtcClient.stop does not raise it: for a stop it is success."""

    kind = FailureKind.ALREADY_DONE


class NotReady(Refused):
    """RTC.00001022: the job is still INIT, as in a stop right after a start. The same call works some seconds later."""

    kind = FailureKind.NOT_READY
    blame = Blame.RTC
    may_retry = True


class NotFound(RtcError):
    """404: the app of a start, or the job of a show, update or stop, does not exist."""

    kind = FailureKind.NOT_FOUND
    blame = Blame.REQUEST


class AuthFailed(RtcError):
    """401 or 403. Never retried: five wrong signatures in a row lock the key for five minutes."""

    kind = FailureKind.AUTH_FAILED
    blame = Blame.OPERATOR


class Throttled(RtcError):
    """Too many requests, so nothing was done: 429, or the gateway's code for it with another status."""

    kind = FailureKind.THROTTLED
    may_retry = True


class ServerError(RtcError):
    """500 with an error code of RTC's own. After this nothing was created, says the API page."""

    kind = FailureKind.SERVER_ERROR
    may_retry = True


class NotConnected(RtcError):
    """No connection, so nothing was sent. `error_msg` says why."""

    kind = FailureKind.NOT_CONNECTED
    may_retry = True


class OutcomeUnknown(RtcError):
    """The request was sent and there is no usable answer: a reset, a read limit, a 502, a 2xx without a job.

    A start is never retried then: the job may be running, and RTC can neither list jobs nor recognise a repetition.
    """

    kind = FailureKind.OUTCOME_UNKNOWN
