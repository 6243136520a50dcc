"""API Gateway's events: whatever they hold is a request or is called unreadable."""

import base64
import json
from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis.strategies import binary, booleans, dictionaries, floats, integers, lists, none, recursive, text

from functions.http.api_gateway import HttpResponse, Unreadable, read_request

JSON = recursive(
    none() | booleans() | integers() | floats() | text(),
    lambda inner: lists(inner, max_size=3) | dictionaries(text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def test_a_request_is_read_with_its_headers_in_lower_case() -> None:
    """Method, path and body are the event's; a header is found whatever its case was."""
    event = {
        "rawPath": "/slack",
        "headers": {"X-Slack-Signature": "v0=1"},
        "requestContext": {"http": {"method": "POST"}},
        "body": base64.b64encode(b"a=\xff").decode(),
        "isBase64Encoded": True,
    }
    request = read_request(event)
    assert (request.method, request.path, request.body) == ("POST", "/slack", b"a=\xff")
    assert request.headers == {"x-slack-signature": "v0=1"}


@pytest.mark.parametrize("event", [{}, {"headers": None, "body": None, "requestContext": None}])
def test_what_an_event_leaves_out_is_empty(event: object) -> None:
    """Absent or null makes no difference, and no error."""
    request = read_request(event)
    assert (request.method, request.path, request.headers, request.body) == ("", "", {}, b"")


@given(binary())
def test_a_body_is_the_bytes_that_were_sent(body: bytes) -> None:
    """Base64 is undone; without it the body is the text's UTF-8."""
    assert read_request({"body": base64.b64encode(body).decode(), "isBase64Encoded": True}).body == body
    text_body = body.decode(errors="ignore")
    assert read_request({"body": text_body, "isBase64Encoded": False}).body == text_body.encode()


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        {"headers": 5},
        {"body": {}},
        {"body": "\ud800"},
        {"body": "%%%", "isBase64Encoded": True},
        {"body": "YQ", "isBase64Encoded": True},
        {"body": "é", "isBase64Encoded": True},
    ],
)
def test_an_event_of_another_kind_is_unreadable(event: object) -> None:
    """So is a body that is not what the event says of it."""
    with pytest.raises(Unreadable):
        read_request(event)


@given(
    JSON
    | dictionaries(text(max_size=5), JSON).map(lambda headers: {"headers": headers})
    | JSON.map(lambda body: {"body": body, "isBase64Encoded": True})
)
def test_reading_raises_nothing_but_its_own_error(event: object) -> None:
    """Any event makes a request with text for headers and bytes for a body, or Unreadable."""
    try:
        request = read_request(event)
    except Unreadable:
        return
    assert all(isinstance(part, str) for header in request.headers.items() for part in header)
    assert isinstance(request.body, bytes)


def test_a_request_s_repr_shows_neither_headers_nor_body() -> None:
    """A request may end up in a log line; a signature and a response_url may not."""
    shown = repr(read_request({"headers": {"x-slack-signature": "v0=s3cret"}, "body": "text=s3cret"}))
    assert "s3cret" not in shown


def test_a_response_is_lambda_s_result() -> None:
    """Status, type and text, as JSON can carry them."""
    result = HttpResponse(HTTPStatus.OK, "{}", "application/json").as_result()
    assert json.loads(json.dumps(result)) == {
        "statusCode": 200,
        "headers": {"content-type": "application/json"},
        "body": "{}",
        "isBase64Encoded": False,
    }
