"""Which errors of AWS pass, and which are mistakes of ours."""

import pytest
from botocore import exceptions
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from functions.aws.away import Away, is_away, raising_away


def refused(code: str, status: int = 400, *reasons: str) -> ClientError:
    """An error that a service answered."""
    cancelled = {"CancellationReasons": [{"Code": reason} for reason in reasons]} if reasons else {}
    answer = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": status}, **cancelled}
    return ClientError(answer, "Call")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "error",
    [
        refused("ThrottlingException"),
        refused("ProvisionedThroughputExceededException"),
        refused("RequestLimitExceeded"),
        refused("ExpiredTokenException"),
        refused("InternalServerError", 500),
        refused("503", 503),
        refused("TransactionCanceledException", 400, "None", "ThrottlingError"),
        refused("TransactionCanceledException", 400, "TransactionConflict"),
        exceptions.EndpointConnectionError(endpoint_url="x"),
        exceptions.ConnectTimeoutError(endpoint_url="x"),
        exceptions.ReadTimeoutError(endpoint_url="x"),
        exceptions.ConnectionClosedError(endpoint_url="x"),
        exceptions.SSLError(endpoint_url="x", error=OSError()),
        ResponseParserError("a garbled answer"),
    ],
    ids=str,
)
def test_what_passes_is_waited_for(error: Exception) -> None:
    """Throttled, failed, or no usable answer: the same call may work later."""
    with pytest.raises(Away, match="the table: "), raising_away("the table"):
        raise error


@pytest.mark.parametrize(
    "error",
    [
        refused("AccessDeniedException"),
        refused("ResourceNotFoundException"),
        refused("ValidationException"),
        refused("UnrecognizedClientException"),
        refused("TransactionCanceledException", 400, "None", "ValidationError"),
        exceptions.NoCredentialsError(),
        exceptions.ParamValidationError(report="x"),
        KeyError("Item"),
    ],
    ids=str,
)
def test_a_mistake_of_ours_stays_what_it_is(error: Exception) -> None:
    """Waiting would hide it: no permission, a wrong name, a wrong field, a bug."""
    assert not is_away(error)
    with pytest.raises(type(error)), raising_away("the table"):
        raise error
