"""Make docs/openapi.json, the webhook's description in OpenAPI 3.1, from the models.

`make docs` runs it. The webhook serves the file (functions/webhook_api/description.py).
"""

import json
import sys
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import Any

from pydantic import TypeAdapter

from docs.webhook_examples import (
    ACCEPTED,
    DRY_RUN,
    EVENTS,
    OWN,
    OWN_REASONS,
    PONG,
    REASONS,
    REQUEST_ID,
    STATUS,
    WRONG_FIELD,
)
from functions.webhook_api.answers import Accepted, DryRun, OrderStatus, Pong
from functions.webhook_api.events import EVENT
from functions.webhook_api.own_recordings import CURSOR, MOST, USUAL, OwnRecordings
from functions.webhook_api.problems import CONTENT_TYPE, Problem, ProblemDetails, WrongField, not_now
from shared.command_line import CommandLine, run
from shared.rtc.received import LEAST_NUMBER, MOST_NUMBER

_SIGNATURE = {
    "webhook-id": "The event's own id: 1 to 128 plain characters without a dot. A repetition has the same.",
    "webhook-timestamp": "When this request was signed, in Unix time; five minutes off at most.",
    "webhook-signature": "v1, and the base64 of HMAC-SHA256 over id.timestamp.body; several are separated by spaces.",
}
_REFUSALS = {
    "400": "The body is no JSON, or has a name twice in one object.",
    "401": "Not signed with a key of this caller, or signed over five minutes ago.",
    "403": "The team's rules don't let this caller do it.",
    "405": "Another method is needed.",
    "409": "Another body came under this webhook-id before.",
    "413": "The body has over 64,000 bytes.",
    "415": "The Content-Type isn't application/json in UTF-8, or there is a Content-Encoding.",
    "422": "The event has wrong fields; `errors` names each.",
}
# What the models check by code, in the terms of a schema.
_NUMBER = {"type": "integer", "minimum": LEAST_NUMBER, "maximum": MOST_NUMBER}
_RTC_ID = {"anyOf": [{"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"}, _NUMBER]}
_JOB_ID = {"anyOf": [{"type": "string", "pattern": "^[A-Za-z0-9_-][A-Za-z0-9._~-]{0,127}$"}, _NUMBER]}
_PORT = "[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]"
_RTMP_URL = f"^rtmps?://[A-Za-z0-9.-]+(:({_PORT}))?([/?#][!-~]*)?$"
_RECORDS_NOTHING = {
    "required": ["is_record_audio", "video_type"],
    "properties": {"is_record_audio": {"const": False}, "video_type": {"const": None}},
}


@cache
def openapi() -> dict[str, Any]:
    """Return the document."""
    adapters = [TypeAdapter(model) for model in (Accepted, DryRun, Pong, OrderStatus, OwnRecordings, ProblemDetails)]
    _, definitions = TypeAdapter.json_schemas(
        [
            ("event", "validation", EVENT),
            *((adapter, "serialization", adapter) for adapter in adapters),
        ],
        ref_template="#/components/schemas/{model}",
    )
    components = definitions["$defs"]
    components |= {"RtcId": _RTC_ID, "GivenJobId": _JOB_ID}
    components["PublishParam"]["properties"]["rtmp_urls"]["items"]["pattern"] = _RTMP_URL
    components["RecordingRequest"]["not"] = _RECORDS_NOTHING
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "recordbot's webhook",
            "version": "1",
            "description": "Start and stop recordings from other systems. Requests are signed by Standard Webhooks.",
        },
        "paths": {
            "/hooks/{caller}": {"post": _hook()},
            "/orders/{order_id}": {"get": _order(), "head": _head(_order())},
            "/recordings": {"get": _own(), "head": _head(_own())},
            "/openapi.json": {"get": _document(), "head": _head(_document())},
        },
        "components": {
            "schemas": components,
            "securitySchemes": {
                name: {"type": "apiKey", "in": "header", "name": name, "description": text}
                for name, text in _SIGNATURE.items()
            },
        },
    }


def _hook() -> dict[str, Any]:
    return {
        "operationId": "sendEvent",
        "summary": "Start or stop a recording, or ping",
        "security": [{name: [] for name in _SIGNATURE}],
        "parameters": [_path("caller", "^[a-z][a-z0-9-]{0,31}$", "timetable")],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _ref("Event"), "examples": _examples(EVENTS)}},
        },
        "responses": {
            "200": _answer("Nothing to order: a ping, or a dry run.", "Pong", "DryRun", examples={**PONG, **DRY_RUN}),
            "202": _answer("The order is on its way.", "Accepted", examples=ACCEPTED),
            **_problems("POST", *_REFUSALS),
            **_THROTTLED,
        },
    }


def _order() -> dict[str, Any]:
    return {
        "operationId": "readOrder",
        "summary": "Read an order's status, by the link in the answer to its event",
        "parameters": [
            _path("order_id", "^[0-9A-HJKMNP-TV-Z]{24}$", "7KQ2M4X8P1ZA3D5F9H0JVWYB"),
            _query("body", "^[0-9a-f]{16}$"),
            _query("expires", "^[0-9]{1,12}$"),
            _query("signature", "^[A-Za-z0-9_-]{43}$"),
        ],
        "responses": {
            "200": _answer("How far it has come.", "OrderStatus", examples=STATUS),
            **_problems("GET", "404", "405", "409", "410"),
            **_THROTTLED,
        },
    }


def _own() -> dict[str, Any]:
    limit = {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}
    cursor = {"type": "string", "pattern": f"^{CURSOR.pattern}$"}
    return {
        "operationId": "listRecordings",
        "summary": "List your own live recordings, in pages",
        "description": "Signed as an event is, with an empty body.",
        "security": [{name: [] for name in _SIGNATURE}],
        "parameters": [
            {"name": "limit", "in": "query", "description": "How many a page has.", "schema": limit},
            {"name": "cursor", "in": "query", "description": "From `next`; use it as it is.", "schema": cursor},
        ],
        "responses": {
            "200": _answer("A page of them.", "OwnRecordings", examples=OWN),
            **_problems("GET", "400", "401", "405", "410", texts=_OF_THE_LIST, reasons=OWN_REASONS),
            **_THROTTLED,
        },
    }


def _document() -> dict[str, Any]:
    answer = {"description": "This document.", "content": {"application/json": {"schema": {"type": "object"}}}}
    return {
        "operationId": "readDescription",
        "summary": "This document",
        "responses": {"200": answer | {"headers": _HEADERS}, **_problems("GET", "405"), **_THROTTLED},
    }


def _head(get: dict[str, Any]) -> dict[str, Any]:
    """Return the operation HEAD for an operation GET: the same without bodies."""
    responses = {
        status: {name: part for name, part in answer.items() if name != "content"}
        for status, answer in get["responses"].items()
    }
    same = {"operationId": f"{get['operationId']}Head", "summary": f"{get['summary']}: the headers alone"}
    return get | same | {"responses": responses}


def _header(description: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string"}}


_HEADERS = {"X-Request-Id": _header("To quote to an operator.")}
_HEADERS_OF = {
    "401": {"WWW-Authenticate": _header("StandardWebhooks")},
    "405": {"Allow": _header("The methods that are possible.")},
    "503": {"Retry-After": _header("Seconds to wait.")},
}
_OF_A_LINK = {"404": "No such order, or the link is incomplete.", "410": "The link has ended, after a week."}
_OF_THE_LIST = {
    "400": "The limit is not 1 to 100, the cursor isn't yours, the query has something else, or there is a body.",
    "401": "Not signed with a key of a caller, or signed over five minutes ago.",
    "410": "The cursor has ended, after an hour.",
}
_FAILURES = {
    "POST": "recordbot can't take the event just now: send it again under the same webhook-id.",
    "GET": "recordbot can't answer just now: ask again.",
}
_THROTTLED = {
    "429": {
        "description": "Too many requests in a second. The gateway answers this: wait some seconds, send it again.",
        "content": {"application/json": {"example": {"message": "Too Many Requests"}}},
    }
}


def _answer(description: str, *models: str, examples: dict[str, Any]) -> dict[str, Any]:
    refs = [_ref(model) for model in models]
    schema = refs[0] if len(refs) == 1 else {"anyOf": refs}
    content = {"application/json": {"schema": schema, "examples": _examples(examples)}}
    return {"description": description, "headers": _HEADERS, "content": content}


def _problems(
    method: str, *statuses: str, texts: Mapping[str, str] = _REFUSALS | _OF_A_LINK, reasons: Mapping[str, str] = REASONS
) -> dict[str, Any]:
    """Return what each of these statuses and 503 mean, with an example made as the door makes it."""
    texts = {**_REFUSALS, **texts, "503": _FAILURES[method]}
    reasons = {**REASONS, **reasons}
    answers = {}
    for status in (*statuses, "503"):
        wrong = [WrongField.model_validate(WRONG_FIELD)] if status == "422" else []
        problem = not_now(method) if status == "503" else Problem(HTTPStatus(int(status)), reasons[status], wrong)
        example = json.loads(problem.response(REQUEST_ID).body)
        answers[status] = {
            "description": texts[status],
            "headers": _HEADERS | _HEADERS_OF.get(status, {}),
            "content": {CONTENT_TYPE: {"schema": _ref("ProblemDetails"), "example": example}},
        }
    return answers


def _examples(examples: dict[str, Any]) -> dict[str, Any]:
    return {name: {"value": value} for name, value in examples.items()}


def _ref(model: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model}"}


def _path(name: str, pattern: str, example: str) -> dict[str, Any]:
    schema = {"type": "string", "pattern": pattern}
    return {"name": name, "in": "path", "required": True, "schema": schema, "example": example}


def _query(name: str, pattern: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": True, "schema": {"type": "string", "pattern": pattern}}


def as_text() -> str:
    """Return the document as docs/openapi.json has it."""
    return json.dumps(openapi(), indent=2, ensure_ascii=False) + "\n"


def main(command: CommandLine, _arguments: list[str]) -> int:
    """Write the document to standard output."""
    command.write_document(as_text())
    return 0


if __name__ == "__main__":
    sys.exit(run(main))
