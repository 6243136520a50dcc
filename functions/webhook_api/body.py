"""Read the event in a request's body."""

from http import HTTPStatus

from pydantic import ValidationError

from functions.http.api_gateway import HttpRequest
from functions.http.content_type import read_content_type
from functions.webhook_api.events import EVENT, Ping, RecordingStart, RecordingStop
from functions.webhook_api.problems import Problem, not_json, problem_of
from shared.strict_json import NotJson, read_json


def event_in(request: HttpRequest) -> RecordingStart | RecordingStop | Ping:
    """Return the event. Raises Problem."""
    _require_plain_json(request)
    try:
        read_json(request.body)  # pydantic takes a name that is there twice, and NaN
        return EVENT.validate_json(request.body)
    except NotJson as error:
        raise not_json(str(error)) from None
    except ValidationError as error:
        raise problem_of(error) from None


def _require_plain_json(request: HttpRequest) -> None:
    content_type = read_content_type(request.headers.get("content-type", ""))
    charsets = content_type.values("charset") if content_type else []
    is_json = content_type is not None and content_type.media_type == "application/json"
    if not is_json or not all(charset.lower() == "utf-8" for charset in charsets):
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the Content-Type has to be application/json, in UTF-8")
    encodings = request.headers.get("content-encoding", "").lower().split(",")
    if not {encoding.strip(" \t") for encoding in encodings} <= {"", "identity"}:
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the body can't be compressed: send no Content-Encoding")
