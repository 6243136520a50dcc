"""Which errors of AWS pass: the service can't be used now, and the same call may work later.

Every other error is a mistake of ours, which waiting doesn't mend: no permission, a wrong name, a wrong field.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from botocore import exceptions
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from shared.recordings import Unavailable

_THROTTLED = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottlingError",
        "RequestThrottled",
        "RequestLimitExceeded",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "TooManyRequestsException",
        "KmsThrottled",
    }
)
_BUSY = frozenset({"TransactionConflict", "TransactionConflictException", "TransactionInProgressException"})
"""Another transaction is at work on the same items."""
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
"""Lambda gives its next environment new credentials."""
_PASSING = _THROTTLED | _BUSY | _EXPIRED | {"RequestTimeout", "RequestTimeoutException"}
"""Error codes, and reasons why a transaction was cancelled."""
_NO_ANSWER = (
    exceptions.ConnectionError,
    exceptions.HTTPClientError,
    exceptions.IncompleteReadError,
    exceptions.CredentialRetrievalError,
    ResponseParserError,
)
"""No connection, no answer in time, a connection that broke, or an answer that isn't AWS's."""


class Away(Unavailable):
    """An AWS service can't be used now. What needs it waits, as for RTC."""


def is_throttled(error: ClientError) -> bool:
    """Return whether the service was called too often."""
    return error.response["Error"]["Code"] in _THROTTLED


def is_away(error: Exception) -> bool:
    """Return whether the error passes."""
    if not isinstance(error, ClientError):
        return isinstance(error, _NO_ANSWER)
    if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return True
    reasons = error.response.get("CancellationReasons", [])
    return not _PASSING.isdisjoint({error.response["Error"]["Code"], *(it.get("Code") for it in reasons)})


@contextmanager
def raising_away(service: str) -> Iterator[None]:
    """Raise Away for an error that passes. Other errors stay as they are."""
    try:
        yield
    except Exception as error:
        if not is_away(error):
            raise
        raise Away(f"{service}: {error}") from error
