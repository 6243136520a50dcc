"""Count what RTC refused."""

from functions.aws.observability import Metric, count
from shared.rtc.errors import AuthFailed, RtcError


def count_refusal(error: RtcError, otherwise: Metric) -> None:
    """Count a refused key, which an operator has to mend, as that, and every other error as what did not happen."""
    count(Metric.RTC_REFUSED_KEY if isinstance(error, AuthFailed) else otherwise)
