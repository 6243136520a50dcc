"""The rules of payload format 2.0."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.aws.http_event import ResultError, answer_of, event_of
from local.http_message import Headers, Request

NOW = datetime(2026, 11, 23, 10, 30, 5, 250_000, UTC)


def _event(request: Request) -> dict[str, Any]:
    return event_of(request, route_key="POST /slack", path_parameters={}, request_id="id", now=NOW)


def _posted(content_type: str, body: bytes) -> dict[str, Any]:
    headers = Headers((("Content-Type", content_type),) if content_type else ())
    return _event(Request("POST", "/slack", headers, body))


def test_headers_are_lower_case_and_joined() -> None:
    """A header's name is in lower case, and its values, if several, are joined by commas."""
    headers = _event(Request("POST", "/", Headers((("X-A", "1"), ("x-a", "2"), ("Host", "h:1")))))["headers"]
    assert headers["x-a"] == "1,2"
    assert headers["host"] == "h:1"
    assert not {name for name in headers if name != name.lower()}


def test_cookies_have_their_own_place() -> None:
    """Cookies are a list, and no header."""
    event = _event(Request("POST", "/", Headers((("Cookie", "a=1; b=2"),))))
    assert event["cookies"] == ["a=1", "b=2"]
    assert "cookie" not in event["headers"]


def test_path_and_query() -> None:
    """The path is decoded, the raw query isn't, and a query's values, if several, are joined by commas."""
    event = _event(Request("POST", "/a%20b?x=1&x=2&y=%26&z"))
    assert (event["rawPath"], event["rawQueryString"]) == ("/a b", "x=1&x=2&y=%26&z")
    assert event["queryStringParameters"] == {"x": "1,2", "y": "&", "z": ""}


def test_what_is_empty_is_left_out() -> None:
    """Without body, query, cookies or path parameters the event has no keys for them."""
    absent = {"body", "queryStringParameters", "cookies", "pathParameters"}
    assert not absent & set(_event(Request("POST", "/")))


def test_the_context_says_who_when_and_how() -> None:
    """The context has the request's method, path, origin, id and times, in API Gateway's forms."""
    context = _event(Request("POST", "/slack", Headers((("User-Agent", "ua"),))))["requestContext"]
    assert context["http"] == {
        "method": "POST",
        "path": "/slack",
        "protocol": "HTTP/1.1",
        "sourceIp": "127.0.0.1",
        "userAgent": "ua",
    }
    assert (context["requestId"], context["routeKey"], context["stage"]) == ("id", "POST /slack", "$default")
    assert (context["time"], context["timeEpoch"]) == ("23/Nov/2026:10:30:05 +0000", 1795429805250)


@pytest.mark.parametrize("content_type", ["text/plain", "application/json", "Application/JSON; charset=utf-8"])
def test_text_arrives_as_text(content_type: str) -> None:
    """A body of a text type arrives as it is."""
    event = _posted(content_type, "é".encode())
    assert (event["body"], event["isBase64Encoded"]) == ("é", False)


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "application/octet-stream", ""])
def test_other_bodies_arrive_in_base64(content_type: str) -> None:
    """A form, or any other body that isn't of a text type, arrives in base64."""
    event = _posted(content_type, b"a=1&b=2")
    assert (event["body"], event["isBase64Encoded"]) == ("YT0xJmI9Mg==", True)


@given(st.sampled_from(["text/plain", "application/json", "image/png", ""]), st.binary(min_size=1))
def test_no_byte_of_a_body_is_lost(content_type: str, body: bytes) -> None:
    """Whatever a body's type and bytes, the event has them all, and is JSON."""
    event = json.loads(json.dumps(_posted(content_type, body)))
    content = base64.b64decode(event["body"]) if event["isBase64Encoded"] else event["body"].encode()
    assert content == body


def test_a_result_with_a_status_is_the_answer() -> None:
    """A result in the format's own form gives status, headers, cookies and body."""
    result = {
        "statusCode": 201,
        "headers": {"X-A": 1, "Content-Type": "text/html"},
        "cookies": ["a=1", "b=2"],
        "body": "é",
    }
    answer = answer_of(result, "id")
    assert (answer.status, answer.body) == (201, "é".encode())
    assert answer.headers == (
        ("x-a", "1"),
        ("content-type", "text/html"),
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
        ("apigw-requestid", "id"),
    )


def test_a_base64_body_is_decoded() -> None:
    """A body in base64 goes out as bytes."""
    assert answer_of({"statusCode": 200, "body": "/wA=", "isBase64Encoded": True}, "id").body == b"\xff\x00"


@pytest.mark.parametrize(
    ("result", "body"), [({"a": 1}, b'{"a": 1}'), ("text", b"text"), ([1], b"[1]"), (None, b"null")]
)
def test_a_result_without_a_status_is_the_body(result: object, body: bytes) -> None:
    """Anything else is a 200 whose body it is, as JSON."""
    answer = answer_of(result, "id")
    assert (answer.status, answer.body) == (200, body)
    assert answer.headers[0] == ("content-type", "application/json")


@pytest.mark.parametrize(
    "result",
    [
        {"statusCode": "many"},
        {"statusCode": None},
        {"statusCode": 200, "body": {"a": 1}},
        {"statusCode": 200, "headers": ["a"]},
        {"statusCode": 200, "headers": {"a": "b\r\nc: d"}},
        {"statusCode": 200, "headers": {1: "x"}},
        {"statusCode": 200, "cookies": 3},
        {"statusCode": 200, "body": "?", "isBase64Encoded": True},
    ],
)
def test_a_result_that_is_no_answer_is_refused(result: object) -> None:
    """A result that the format doesn't allow is an error of our own, whatever is wrong with it."""
    with pytest.raises(ResultError):
        answer_of(result, "id")
