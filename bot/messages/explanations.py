"""Explain a failure to a person: what happened, what to do next, and one line to quote to an operator.

The texts for RTC's own codes are in shared/rtc/error_codes.py; the texts for the FailureKinds of a start are here,
and those of a stop in bot/messages/stop_outcomes.py.
"""

from dataclasses import dataclass
from http import HTTPStatus

from bot.messages.blocks import plain
from bot.messages.refusals import refusal_text
from shared.failures import Failure, FailureKind
from shared.rtc.error_codes import look_up


@dataclass(frozen=True, slots=True)
class Explanation:
    """What happened and what to do next, in one or two short sentences each. `technical` is for operators, or empty."""

    what: str
    next_step: str
    technical: str


_WHEN_FREE = "Ask an operator, or try again when the stream is free."
_BY_KIND = {
    FailureKind.AUTH_FAILED: (
        "RTC refused recordbot's credentials.",
        "Ask an operator to check its keys: more tries can lock them.",
    ),
    FailureKind.NOT_FOUND: ("RTC does not know recordbot's app.", "Ask an operator to check the app id."),
    FailureKind.THROTTLED: ("RTC gets too many requests at once.", "Try again in a minute."),
    FailureKind.SERVER_ERROR: ("RTC failed and started nothing.", "Try again in a minute."),
    FailureKind.NOT_CONNECTED: (
        "RTC could not be reached, so nothing was sent.",
        "Try again in some minutes, or ask an operator.",
    ),
    FailureKind.OUTCOME_UNKNOWN: ("RTC gave no usable answer.", _WHEN_FREE),
    FailureKind.REFUSED: ("RTC refused the request.", "Check room, user and options, or ask an operator."),
    FailureKind.OUT_OF_TIME: ("recordbot had no time to call RTC. Nothing was started.", "Try again in some minutes."),
    FailureKind.AWS_AWAY: (
        "recordbot could not reach its storage at AWS, so RTC was not called. Nothing was started.",
        "Try again in some minutes.",
    ),
    FailureKind.TOO_LATE: (
        "This order waited too long. Nothing was started.",
        "Ask again if you still need it.",
    ),
    FailureKind.GIVEN_UP: ("Somebody ended the tries. Nothing was started.", "Start it again if you need it."),
}
_INVALID_PARAMETER_VALUE = "RTC.00001003"
_CUT_OFF = Explanation("recordbot was interrupted while it called RTC.", _WHEN_FREE, "")
_SET_THE_CLOCK = "Ask an operator to set the clock: RTC refuses signatures of another time."
_UNUSABLE_JOB = (
    "RTC named a job by an id that recordbot can't use.",
    "Ask an operator to stop it in RTC's console if it must end.",
)
_REQUEST_TIMEOUT = ("The request did not reach RTC in time.", "Try again in a minute.")


def explain(error: Failure | None) -> Explanation:
    """Return the explanation of a failed start; of a failed stop only `technical` fits.

    None means that the recorder was gone before RTC answered.
    """
    if error is None:
        return _CUT_OFF
    what, next_step = _sentences(error)
    return Explanation(what, next_step, _technical(error))


def _sentences(error: Failure) -> tuple[str, str]:
    if error.refusal is not None:
        return refusal_text(error.refusal), ""
    if error.clock:
        return f"RTC refused the request: {error.clock}.", _SET_THE_CLOCK
    if error.job_id is not None:
        return _UNUSABLE_JOB
    known = look_up(error.error_code) if error.error_code else None
    # After an unknown outcome, an error code doesn't promise that nothing was started.
    if known and error.kind != FailureKind.OUTCOME_UNKNOWN and not _is_vague(error):
        return known.what, known.next_step
    if error.status == HTTPStatus.REQUEST_TIMEOUT:
        return _REQUEST_TIMEOUT
    return _BY_KIND.get(error.kind, _BY_KIND[FailureKind.REFUSED])


def _is_vague(error: Failure) -> bool:
    # RTC uses this code for a missing app and for some wrong credentials too, and then the status says more.
    return error.error_code == _INVALID_PARAMETER_VALUE and error.kind in {
        FailureKind.NOT_FOUND,
        FailureKind.AUTH_FAILED,
    }


def _technical(error: Failure) -> str:
    """Return `RTC.00001007 JobExceed · HTTP 400 · request 3f2a`, without the parts that are unknown."""
    known = look_up(error.error_code) if error.error_code else None
    message = error.error_msg or (known.name if known else "")
    facts = (
        " ".join(filter(None, (plain(error.error_code or ""), plain(message, 120)))),
        f"HTTP {error.status}" if error.status else "",
        f"request {plain(error.request_id)}" if error.request_id else "",
    )
    return " · ".join(filter(None, facts))
