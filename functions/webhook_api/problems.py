"""Errors as problem details (RFC 9457): what is wrong, where, what was given, and what is allowed.

https://www.rfc-editor.org/rfc/rfc9457. `type` is about:blank, because no problem says more than its HTTP status;
`errors` and `request_id` are our additions. A `pointer` is a JSON pointer (RFC 6901) into the body that was sent.
"""

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from functions.http.api_gateway import HttpResponse
from functions.webhook_api.events import MODELS, USER, RecordingStart

CONTENT_TYPE = "application/problem+json"
MOST_ERRORS = 20
"""The most wrong fields that one answer names."""
_MOST_GIVEN, _MOST_POINTER = 64, 256
_AN_EVENT = "a JSON object with type, timestamp and data"


class WrongField(BaseModel):
    """One thing wrong in a body."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    pointer: str
    """A JSON pointer into the body that was sent."""
    detail: str
    given: str | None = None
    """The value there as JSON, cut; absent if there is none, or if it may hold a key."""
    allowed: str | None = None


class ProblemDetails(BaseModel):
    """The body of every answer that isn't a success."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    request_id: str
    """The id to quote to an operator; also in the header X-Request-Id."""
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
        """Return the problem as the answer to the request with this id."""
        details = ProblemDetails(
            title=self.status.phrase,
            status=self.status,
            detail=self.detail,
            request_id=request_id,
            errors=self.errors or None,
        )
        return HttpResponse(self.status, details.model_dump_json(exclude_none=True), CONTENT_TYPE, self.headers)


def not_now(method: str) -> Problem:
    """Return the problem for a failure of recordbot itself."""
    again = "send it again under the same webhook-id: nothing is done twice" if method == "POST" else "ask again"
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE, f"recordbot can't do this just now; {again}", headers={"retry-after": "30"}
    )


def not_json(why: str) -> Problem:
    """Return a 400 for a body that isn't JSON as recordbot reads it."""
    return Problem(HTTPStatus.BAD_REQUEST, f"the body is no JSON in UTF-8 without byte order mark: {why}")


def problem_of(error: ValidationError) -> Problem:
    """Return the problem of a body that isn't an event: 400 if its JSON is nested too deeply, else 422."""
    wrong = error.errors(include_url=False)
    if wrong[0]["type"] == "json_invalid":
        return not_json(wrong[0]["ctx"]["error"])
    return wrong_fields([_wrong_field(one) for one in wrong[:MOST_ERRORS]], len(wrong))


def wrong_fields(errors: list[WrongField], count: int | None = None) -> Problem:
    """Return a 422 with these wrong fields, out of `count`."""
    things = len(errors) if count is None else count
    what = "1 thing is" if things == 1 else f"{things} things are"
    return Problem(HTTPStatus.UNPROCESSABLE_CONTENT, f"{what} wrong; nothing was started or stopped", errors)


def _wrong_field(error: Any) -> WrongField:
    path = _path(error["loc"])
    if error["type"].startswith("union_tag"):
        path = ["type"]
    name = next((part for part in reversed(path) if isinstance(part, str)), "")
    pointer = "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
    # The pointer must not be cut inside an escape.
    return WrongField(
        pointer=_visible(pointer[:_MOST_POINTER].removesuffix("~")),
        detail=_in_words(error),
        given=_given(error, name),
        allowed=_allowed(error, name),
    )


def _path(location: tuple[int | str, ...]) -> list[int | str]:
    """Return the path into the body as it was sent, without the event's type and the kind of its data."""
    has_kinds = location[:1] != ("ping",) and location[1:2] == ("data",)
    return [*location[1:2], *location[3 if has_kinds else 2 :]]


def _in_words(error: Any) -> str:
    match error["type"]:
        case "extra_forbidden":
            return "is no field here"
        case "missing":
            return "is missing"
        case "model_type" | "model_attributes_type" | "dict_type":
            return "is no JSON object"
        case "value_error":
            return str(error["ctx"]["error"])
        case kind if kind.startswith("union_tag"):
            return "is not a known event type"
    return str(error["msg"])


def _allowed(error: Any, name: str) -> str:
    # The nearest part of the location that names a model is the model of the wrong field.
    around = next((part for part in reversed(error["loc"][:-1]) if part in MODELS), None)
    if error["type"].startswith("union_tag"):
        return RecordingStart.model_fields["type"].description or ""
    if error["type"] in {"extra_forbidden", "missing"} and around == USER:
        return "job_id, or room_id and user_id, perhaps with video_type"
    if error["type"] == "extra_forbidden" and around is not None:
        return f"fields here: {', '.join(MODELS[around].model_fields)}"
    models = (MODELS[part] for part in reversed(error["loc"][:-1]) if part in MODELS)
    fields = (model.model_fields[name] for model in models if name in model.model_fields)
    return next((field.description or "" for field in fields), _AN_EVENT)


def _given(error: Any, name: str) -> str | None:
    if error["type"] in {"missing", "union_tag_not_found"}:
        return None
    value = error["input"]["type"] if error["type"] == "union_tag_invalid" else error["input"]
    shown = json.dumps(value, ensure_ascii=False)
    # A push address, or any value like one, may hold the key to publish there.
    if name in {"publish_param", "rtmp_urls"} or "://" in shown:
        return None
    return _visible(shown[:_MOST_GIVEN]) + ("…" if len(shown) > _MOST_GIVEN else "")


def _visible(text: str) -> str:
    """Return the text with invisible and control characters escaped as in JSON."""
    return "".join(it if it.isprintable() else json.dumps(it)[1:-1] for it in text)
