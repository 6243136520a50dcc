"""Read the event in a request's body."""

import json
from http import HTTPStatus

from pydantic import ValidationError

from functions.http.api_gateway import HttpRequest
from functions.webhook_api.events import EVENT, Ping, RecordingStart, RecordingStop
from functions.webhook_api.problems import Problem, problem_of


def event_in(request: HttpRequest) -> RecordingStart | RecordingStop | Ping:
    """Return the event. Raises Problem."""
    _require_plain_json(request)
    try:
        event = EVENT.validate_json(request.body)
    except ValidationError as error:
        raise problem_of(error) from None
    # If a name is there twice, one parser may read the first value and another the last.
    json.loads(request.body, object_pairs_hook=_each_name_once)
    return event


def _require_plain_json(request: HttpRequest) -> None:
    media_type, _, parameters = request.headers.get("content-type", "").lower().partition(";")
    charset = parameters.replace(" ", "").replace('"', "").partition("charset=")[2]
    if media_type.strip() != "application/json" or charset not in {"", "utf-8"}:
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the Content-Type has to be application/json, in UTF-8")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the body can't be compressed: send no Content-Encoding")


def _each_name_once(pairs: list[tuple[str, object]]) -> None:
    if len({name for name, _ in pairs}) < len(pairs):
        raise Problem(HTTPStatus.BAD_REQUEST, "an object in the body has the same name twice")
