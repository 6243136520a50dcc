"""API Gateway's HTTP events as requests, and our answers as Lambda returns them (payload format 2.0).

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus


class Unreadable(Exception):
    """The request can't be read, because its sender sent it wrongly."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request. Header names are in lower case. A field that the event leaves out is empty."""

    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    query: str = field(default="", repr=False)
    """The part after the path's `?`, still encoded."""
    request_id: str = ""
    """API Gateway's id of the request, as in its access log."""
    domain: str = ""
    """API Gateway's own domain name. The client can't set it, unlike the Host header."""


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """An answer whose body is text."""

    status: HTTPStatus
    body: str = ""
    content_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    """The headers besides Content-Type; names in lower case."""

    def as_result(self) -> dict[str, object]:
        """Return the result that a Lambda function gives to API Gateway."""
        headers = {**self.headers, "content-type": self.content_type}
        return {"statusCode": int(self.status), "headers": headers, "body": self.body, "isBase64Encoded": False}


def read_request(event: object) -> HttpRequest:
    """Return the request in an event. Raises Unreadable for any other event, or a body that can't be decoded."""
    if not isinstance(event, Mapping):
        raise Unreadable("the event is no object")
    headers = event.get("headers") or {}
    if not isinstance(headers, Mapping):
        raise Unreadable("the event's headers are no object")
    return HttpRequest(
        method=text_in(event, "requestContext", "http", "method"),
        path=text_in(event, "rawPath"),
        headers={name.lower(): value for name, value in headers.items() if _are_text(name, value)},
        body=_body(event.get("body"), is_base64=event.get("isBase64Encoded") is True),
        query=text_in(event, "rawQueryString"),
        request_id=text_in(event, "requestContext", "requestId"),
        domain=text_in(event, "requestContext", "domainName"),
    )


def _are_text(*values: object) -> bool:
    return all(isinstance(value, str) for value in values)


def text_in(event: object, *path: str) -> str:
    """Return the text at this path of keys in an event, or an empty string."""
    for key in path:
        event = event.get(key) if isinstance(event, Mapping) else None
    return event if isinstance(event, str) else ""


def _body(body: object, *, is_base64: bool) -> bytes:
    if body is None:
        return b""
    if not isinstance(body, str):
        raise Unreadable("the event's body is no text")
    try:
        return base64.b64decode(body, validate=True) if is_base64 else body.encode()
    except ValueError as error:
        raise Unreadable(f"the event's body is no {'base64' if is_base64 else 'UTF-8'}") from error
