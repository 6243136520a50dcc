"""Count calls that RTC refused."""

from functions.aws.observability import Metric, count
from shared.rtc.errors import AuthFailed, RtcError


def count_refusal(error: RtcError, otherwise: Metric) -> None:
    """Count a refused key as RTC_REFUSED_KEY, because an operator must replace it, and other errors as `otherwise`."""
    count(Metric.RTC_REFUSED_KEY if isinstance(error, AuthFailed) else otherwise)
