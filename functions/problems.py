"""Errors as problem details (RFC 9457): what is wrong, where, what was given, and what is allowed.

https://www.rfc-editor.org/rfc/rfc9457. Nothing here means more than its HTTP status, so `type` is about:blank; `errors`
and `request_id` are our additions. A `pointer` is a JSON pointer (RFC 6901) into the body that was sent.
"""

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ValidationError

from functions.http_event import HttpResponse
from functions.webhook_events import TAGS
from functions.webhook_fields import ALLOWED

CONTENT_TYPE = "application/problem+json"
MOST_ERRORS = 20
"""Wrong fields that one answer names."""
_MOST_GIVEN = 64


class WrongField(BaseModel):
    """One thing wrong in a body."""

    pointer: str
    detail: str
    given: str | None = None
    """What stood there, cut; None where nothing did, or where it may hold a key."""
    allowed: str | None = None


class ProblemDetails(BaseModel):
    """The body of every answer that isn't a success."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[WrongField] | None = None


class Problem(Exception):
    """An answer that isn't a success."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        errors: Iterable[WrongField] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = list(errors)
        self.headers = headers or {}

    def response(self, request_id: str) -> HttpResponse:
        """The problem as an answer to the request of that id."""
        details = ProblemDetails(
            title=self.status.phrase,
            status=self.status,
            detail=self.detail,
            request_id=request_id,
            errors=self.errors or None,
        )
        return HttpResponse(self.status, details.model_dump_json(exclude_none=True), CONTENT_TYPE, self.headers)


def not_now(method: str) -> Problem:
    """What to answer where recordbot itself fails, whatever was asked."""
    again = "send it again under the same webhook-id: nothing is done twice" if method == "POST" else "ask again"
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE, f"recordbot can't do this just now; {again}", headers={"retry-after": "30"}
    )


def problem_of(error: ValidationError) -> Problem:
    """What to answer to a body that is no event: 400 where it isn't JSON, else 422 with each wrong field."""
    wrong = error.errors(include_url=False)
    if wrong[0]["type"] == "json_invalid":
        return Problem(
            HTTPStatus.BAD_REQUEST, f"the body is no JSON in UTF-8 without byte order mark: {wrong[0]['ctx']['error']}"
        )
    return wrong_fields([_wrong_field(one) for one in wrong[:MOST_ERRORS]], len(wrong))


def wrong_fields(errors: list[WrongField], count: int | None = None) -> Problem:
    """422 for these, of `count` in all."""
    things = len(errors) if count is None else count
    what = "1 thing is" if things == 1 else f"{things} things are"
    return Problem(HTTPStatus.UNPROCESSABLE_CONTENT, f"{what} wrong; nothing was started or stopped", errors)


def _wrong_field(error: Any) -> WrongField:
    # The first step names the type of event that the body was taken for; it is nothing that was sent.
    way = [step for step in error["loc"][1:] if step not in TAGS]
    if error["type"].startswith("union_tag"):
        way = ["type"]
    name = next((step for step in reversed(way) if isinstance(step, str)), "")
    pointer = "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in way)
    unknown = error["type"] == "extra_forbidden"
    detail = "is no field here" if unknown else "is missing" if error["type"] == "missing" else _in_words(error)
    return WrongField(
        pointer=pointer[:256],
        detail=detail,
        given=_given(error, name),
        allowed=None if unknown else ALLOWED.get(name, "a JSON object with type, timestamp and data"),
    )


def _in_words(error: Any) -> str:
    if error["type"].startswith("union_tag"):
        return "names no event of ours"
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    return str(error["msg"])


def _given(error: Any, name: str) -> str | None:
    if error["type"] in {"missing", "union_tag_not_found"}:
        return None
    value = error["ctx"]["tag"] if error["type"] == "union_tag_invalid" else error["input"]
    try:
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    except ValueError:  # a number of more digits than Python writes out
        return None
    # What stands in the place of a push address, or anything like one, may hold the key to publish there.
    if name in {"publish_param", "rtmp_urls"} or "://" in shown:
        return None
    line = "".join(character if character.isprintable() else " " for character in shown[:_MOST_GIVEN])
    return f"{line}…" if len(shown) > _MOST_GIVEN else line
