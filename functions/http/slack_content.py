"""What a request of Slack's says: a command's form, the JSON of an interaction in a form, or the JSON of an event."""

from typing import Any
from urllib.parse import parse_qsl

from functions.http.api_gateway import HttpRequest, Unreadable
from functions.http.content_type import read_content_type
from shared.strict_json import read_json

_MOST_FIELDS = 100
"""The most fields of a form; a command has about fifteen."""
_MOST_OF_A_CHECK = 1000
"""The most bytes of a check of our certificate; it has about 50."""


def read_content(request: HttpRequest) -> dict[str, Any]:
    """Return what Slack says: JSON for an event, else a form."""
    content_type = read_content_type(request.headers.get("content-type", ""))
    if content_type is None or content_type.media_type != "application/json":
        return _read_form(request.body)
    try:
        content = read_json(request.body)
    except ValueError as error:
        raise Unreadable("the body is no JSON of Slack's") from error
    if not isinstance(content, dict):
        raise Unreadable("the body is no object")
    return content


def _read_form(body: bytes) -> dict[str, Any]:
    """Return a command's form, or the JSON object in the form's `payload`: a click, a view, a shortcut."""
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
        form = dict(fields)
        content = read_json(form["payload"]) if "payload" in form else form
    except ValueError as error:
        raise Unreadable("the body is no form of Slack's") from error
    if len(form) < len(fields):
        raise Unreadable("the body has a field twice")
    if not isinstance(content, dict):
        raise Unreadable("the body's payload is no object")
    return content


def is_ssl_check(request: HttpRequest) -> bool:
    """Return whether Slack only checks our certificate. As in Bolt, this needs no signature."""
    if len(request.body) > _MOST_OF_A_CHECK:
        return False  # nobody signed it, so it must not keep us busy
    try:
        return _read_form(request.body).get("ssl_check") == "1"
    except Unreadable:
        return False
