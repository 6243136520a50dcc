"""Why RTC did not do something, as it is stored, compared and sent to callers."""

from enum import StrEnum

from pydantic import Field

from shared.refusals import Refusal
from shared.stored import Stored


class FailureKind(StrEnum):
    """The kinds of failure. The values are stable: they are in the ledger and in answers to callers."""

    REFUSED = "refused"
    ALREADY_RUNNING = "already_running"
    ALREADY_DONE = "already_done"
    NOT_READY = "not_ready"
    NOT_FOUND = "not_found"
    AUTH_FAILED = "auth_failed"
    THROTTLED = "throttled"
    SERVER_ERROR = "server_error"
    NOT_CONNECTED = "not_connected"
    OUTCOME_UNKNOWN = "outcome_unknown"
    OUT_OF_TIME = "out_of_time"
    """No try was left before RTC was called, or before the result was known."""
    AWS_AWAY = "aws_away"
    """DynamoDB or Secrets Manager could not be used, so RTC was not called."""
    TOO_LATE = "too_late"
    """The order waited too long. RTC was not called."""
    GIVEN_UP = "given_up"
    """Somebody ended the tries of an order that waited."""
    JOB_UNKNOWN = "job_unknown"
    """The stream may be recording, but RTC never named the job, so there is no job to stop."""
    NOT_OURS = "not_ours"
    """recordbot did not start this job, so it does not stop it."""
    NOT_YOURS = "not_yours"
    """Somebody else started it, and the stop was only for what its asker started."""
    NOT_ALLOWED = "not_allowed"
    """The team's rules don't let the asker do it. RTC was not called."""


_UNITS = (("hours", 3600), ("minutes", 60), ("seconds", 1))


class Failure(Stored):
    """Why something was not done: the kind, and RTC's answer if there was one."""

    kind: FailureKind
    status: int | None = None
    """The HTTP status."""
    error_code: str | None = None
    error_msg: str | None = None
    request_id: str | None = None
    """X-request-Id of RTC's answer."""
    clock_ahead: int | None = Field(default=None, exclude_if=lambda ahead: ahead is None)
    """How many seconds recordbot's clock is ahead of RTC's; negative if it is behind. None if that isn't the cause."""
    job_id: str | None = None
    """A job id in RTC's answer that recordbot can't use: no call about the job can name it."""
    refusal: Refusal | None = Field(default=None, exclude_if=lambda refusal: refusal is None)
    """What the rules lack for it, if they don't allow it."""

    @classmethod
    def not_allowed(cls, refusal: Refusal) -> "Failure":
        """Return the failure of what the team's rules don't allow."""
        return cls(kind=FailureKind.NOT_ALLOWED, refusal=refusal)

    @property
    def reason(self) -> str:
        """Return RTC's message; without one, the kind of failure."""
        return self.error_msg or self.kind.value

    @property
    def clock(self) -> str | None:
        """How far recordbot's clock is off, in words; None if that isn't the cause."""
        if self.clock_ahead is None:
            return None
        off = abs(self.clock_ahead)
        unit, seconds = next((it for it in _UNITS if off >= 2 * it[1]), _UNITS[-1])
        side = "ahead of" if self.clock_ahead > 0 else "behind"
        return f"recordbot's clock is {off // seconds} {unit} {side} RTC's"
