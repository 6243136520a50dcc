"""Count calls that RTC refused."""

from functions.aws.observability import Metric, count
from shared.rtc.errors import AuthFailed, RtcError


def count_refusal(error: RtcError, otherwise: Metric) -> None:
    """Count the error, but not a refused key: that is counted at each call (functions/worker/turns.py)."""
    if not isinstance(error, AuthFailed):
        count(otherwise)
