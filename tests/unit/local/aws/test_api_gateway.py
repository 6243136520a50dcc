"""The rules of the HTTP API in front of the functions."""

import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from local.aws.api_gateway import ApiGateway
from local.aws.lambda_worker import FunctionError
from local.aws.template import Route
from local.loopback import PortTaken

ROUTES = [
    Route("ANY", "/{all+}", "Rest"),
    Route("GET", "/orders/{order}", "Order"),
    Route("GET", "/orders/latest", "Latest"),
    Route("ANY", "/orders/{order}", "AnyOrder"),
    Route("POST", "/fail", "Fail"),
    Route("POST", "/wrong", "Wrong"),
]


def _invoke(function: str, event: object) -> Any:
    if function == "Fail":
        raise FunctionError("Sandbox.Timedout", "Task timed out after 3.00 seconds")
    return {"statusCode": "x"} if function == "Wrong" else {"function": function, "event": event}


@pytest.fixture(scope="module")
def gateway() -> Iterator[ApiGateway]:
    """One HTTP API for all tests."""
    with closing(ApiGateway(ROUTES, _invoke)) as gateway:
        yield gateway


def _ask(gateway: ApiGateway, method: str, path: str, body: bytes = b"") -> tuple[int, Any]:
    connection = http.client.HTTPConnection(gateway.endpoint.removeprefix("http://"), timeout=60)
    try:
        connection.request(method, path, body)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("method", "path", "function", "parameters"),
    [
        ("GET", "/orders/latest", "Latest", None),
        ("GET", "/orders/7%20a?x=1", "Order", {"order": "7 a"}),
        ("PUT", "/orders/7", "AnyOrder", {"order": "7"}),
        ("GET", "/orders/7/lines", "Rest", {"all": "orders/7/lines"}),
        ("DELETE", "/else", "Rest", {"all": "else"}),
    ],
)
def test_the_closest_route_is_taken(
    gateway: ApiGateway, method: str, path: str, function: str, parameters: dict[str, str] | None
) -> None:
    """A literal path wins over a variable, that over a greedy one, and a method over ANY."""
    status, document = _ask(gateway, method, path)
    assert (status, document["function"]) == (200, function)
    assert document["event"].get("pathParameters") == parameters


def test_the_route_is_named_in_the_event(gateway: ApiGateway) -> None:
    """The event says which route it came by."""
    event = _ask(gateway, "GET", "/orders/7")[1]["event"]
    assert event["routeKey"] == event["requestContext"]["routeKey"] == "GET /orders/{order}"


def test_an_unknown_path_is_not_found(gateway: ApiGateway) -> None:
    """What no route matches is answered as API Gateway does."""
    assert _ask(gateway, "GET", "/") == (404, {"message": "Not Found"})


@pytest.mark.parametrize("path", ["/fail", "/wrong"])
def test_a_function_that_gives_no_answer_is_an_internal_error(gateway: ApiGateway, path: str) -> None:
    """A failed call, and a result that is no answer, show nothing of the reason."""
    assert _ask(gateway, "POST", path, b"{}") == (500, {"message": "Internal Server Error"})


def test_a_port_in_use_is_said_so(gateway: ApiGateway) -> None:
    """A second one on the same port is refused in one line."""
    port = int(gateway.endpoint.rpartition(":")[2])
    with pytest.raises(PortTaken, match=f"^port {port} on 127.0.0.1 is in use"):
        ApiGateway(ROUTES, _invoke, port)
