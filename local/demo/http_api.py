"""The page's HTTP API on loopback: its files, JSON requests, and changes as server-sent events.

    GET  /                           the page;  /page/NAME  its styles and scripts
    GET  /api/workspace              what doesn't change
    GET  /api/aws                    how `python -m ops --local` reaches the AWS stand-in
    GET  /api/news?person=ID         server-sent events: [[key, document], ...]; null replaces what is gone
    GET  /api/commands/ID            a command or event in full, by the id of its request or its order
    GET  /api/audit/ID               the audit's records of an order
    GET  /api/files/NAME             a file in RTC's bucket
    GET  /api/configuration          the team's configuration that holds, and its versions
    POST /api/configuration          {"source", "over", "person"}: put it over that version; .../compare {"source"}:
                                     what it would change; .../restore {"version", "over", "person"}: go back
    POST /api/doctor                 run doctor, and return what it finds
    POST /api/commands/ID/replay     type it again, or send it again
    POST /api/events                 {"event"}: the body of an event for the webhook, as text
    POST /api/messages               {"person", "channel", "text"}; "breaks" names a switch that is on meanwhile
    POST /api/slack/...              what a person does with the app (local/demo/slack_acts.py): click, shortcut,
                                     modal/click, modal/submit, modal/close, home/open, home/click. Returns {"error"}:
                                     Slack's error if the app did not answer as it must
    POST /api/minute                 {"at"}: let a minute pass: fire the schedules, as for that time or, without it, now
    POST /api/switches               {"name", "on"};  DELETE  turn all off

Pages of other sites can't use it: the Host header is checked, and a body needs the Content-Type application/json.
"""

import json
import time
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs, unquote

from local.demo.controller import Controller
from local.demo.slack_acts import Act
from local.errors import LocalError
from local.http_message import Answer, Request
from shared.strict_json import read_json

PAGE = Path(__file__).parent.parent / "page"
_TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; media-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = (
    ("Content-Security-Policy", _POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
)
_POLL_S = 0.5
"""RTC's jobs change without a log line."""
_BATCH_S = 0.03
"""Changes within this time are sent together."""
_KEEPALIVE_S = 15.0
"""After this time without an event, an empty comment finds out whether the page is still connected."""


class HttpApi:
    """Answers the page's requests, with 503 until `controller` is set."""

    def __init__(self) -> None:
        self.controller: Controller | None = None

    def answer(self, request: Request) -> Answer:
        """Answer a request."""
        if request.headers.get("Host").partition(":")[0] not in {"127.0.0.1", "localhost"}:
            return Answer(HTTPStatus.FORBIDDEN)
        if request.method == "GET" and not request.path.startswith("/api/"):
            return _file(request.path)
        if self.controller is None:
            return Answer(HTTPStatus.SERVICE_UNAVAILABLE)
        try:
            return _answer(self.controller, request)
        except LookupError as error:
            return Answer.of_json(HTTPStatus.NOT_FOUND, {"error": str(error)})
        except (ValueError, LocalError) as error:  # LocalError: the webhook does not answer
            status = HTTPStatus.BAD_GATEWAY if isinstance(error, LocalError) else HTTPStatus.BAD_REQUEST
            return Answer.of_json(status, {"error": str(error)})


def _answer(controller: Controller, request: Request) -> Answer:
    match request.method, request.path.split("/")[2:]:
        case "GET", ["news"]:
            person = parse_qs(request.query).get("person", [""])[0]
            controller.documents(person)  # raises for an unknown person before the stream begins
            return Answer(headers=(("Content-Type", "text/event-stream"), *_HEADERS), body=news(controller, person))
        case "GET", ["files", *parts] if parts:
            body = controller.file(unquote("/".join(parts)))
            return Answer(headers=(("Content-Type", "video/mp4"), *_HEADERS), body=body)
        case "GET", parts:
            return Answer.of_json(HTTPStatus.OK, _read(controller, parts), _HEADERS)
        case "POST", ["configuration" | "doctor" | "slack", *_] as parts:
            return Answer.of_json(HTTPStatus.OK, _answered(controller, request, parts), _HEADERS)
    return Answer(HTTPStatus.NO_CONTENT if _act(controller, request) else HTTPStatus.NOT_FOUND)


def _read(controller: Controller, parts: list[str]) -> object:
    match parts:
        case ["workspace"]:
            return controller.workspace()
        case ["aws"]:
            return controller.aws_access()
        case ["configuration"]:
            return controller.configuration.read()
        case ["commands", command_id]:
            return controller.details(command_id)
        case ["audit", order_id]:
            return controller.audit(order_id)
    raise LookupError("there is no such document")


def _answered(controller: Controller, request: Request, parts: list[str]) -> object:
    """Do what is requested, and return what there is to say of it."""
    match parts:
        case ["configuration", *parts]:
            return _configure(controller, request, parts)
        case ["slack", *parts]:
            return {"error": controller.acts.perform("/".join(parts), Act.model_validate(_document(request)))}
        case ["doctor"]:
            _document(request)  # so that no page of another site can ask for it
            return controller.doctor()
    raise LookupError("there is no such thing to do")


def _configure(controller: Controller, request: Request, parts: list[str]) -> object:
    page = controller.configuration
    match parts:
        case []:
            source, person = _texts(request, "source", "person")
            return page.put(source, over=_number(request, "over"), by=controller.name_of(person))
        case ["compare"]:
            return page.compare(*_texts(request, "source"))
        case ["restore"]:
            by = controller.name_of(*_texts(request, "person"))
            return page.restore(_number(request, "version"), over=_number(request, "over"), by=by)
    raise LookupError("there is no such thing to do")


def _act(controller: Controller, request: Request) -> bool:
    """Do what is requested, and return whether there is such a thing."""
    match request.method, request.path.split("/")[2:]:
        case "POST", ["commands", command_id, "replay"]:
            controller.replay(command_id)
        case "POST", ["events"]:
            controller.send(*_texts(request, "event"))
        case "POST", ["messages"]:
            person, channel, text = _texts(request, "person", "channel", "text")
            controller.say(person, channel, text, _switch(request))
        case "POST", ["minute"]:
            controller.let_a_minute_pass(str(_document(request).get("at") or ""))
        case "POST", ["switches"]:
            controller.turn(*_texts(request, "name"), on=_document(request).get("on") is True)
        case "DELETE", ["switches"]:
            controller.reset()
        case _:
            return False
    return True


def news(controller: Controller, person: str) -> Iterator[bytes]:
    """Yield the server-sent events for that person: first all documents, then each change; b"" while there is none."""
    sent: dict[str, str] = {}
    sent_at = time.monotonic()
    while True:
        changes = controller.changes()
        now = {key: json.dumps(document) for key, document in controller.documents(person).items()}
        new = [f"[{json.dumps(key)}, {document}]" for key, document in now.items() if sent.get(key) != document]
        new += [f"[{json.dumps(key)}, null]" for key in sent if key not in now]
        sent = now
        if new or time.monotonic() - sent_at > _KEEPALIVE_S:
            sent_at = time.monotonic()
            yield f"data: [{', '.join(new)}]\n\n".encode() if new else b":\n\n"
        else:
            yield b""
        controller.wait(changes, _POLL_S)
        time.sleep(_BATCH_S)


def _document(request: Request) -> dict[str, object]:
    if request.headers.get("Content-Type").partition(";")[0].strip() != "application/json":
        raise ValueError("the body needs the Content-Type application/json")
    document = read_json(request.body)
    if not isinstance(document, dict):
        raise ValueError("the body has to be a JSON object")  # noqa: TRY004 - answered with 400
    return document


def _texts(request: Request, *names: str) -> list[str]:
    document = _document(request)
    texts = [document.get(name) for name in names]
    if not all(isinstance(text, str) for text in texts):
        raise ValueError(f"the body needs strings under {', '.join(names)}")
    return [str(text) for text in texts]


def _number(request: Request, name: str) -> int:
    number = _document(request).get(name)
    if not isinstance(number, int):
        raise ValueError(f"the body needs a number under {name}")  # noqa: TRY004 - answered with 400
    return number


def _switch(request: Request) -> str:
    return _texts(request, "breaks")[0] if "breaks" in _document(request) else ""


def _file(path: str) -> Answer:
    name = "index.html" if path == "/" else path.removeprefix("/page/")
    file = PAGE / name
    if file.parent != PAGE or file.suffix not in _TYPES or not file.is_file():
        return Answer(HTTPStatus.NOT_FOUND)
    return Answer(headers=(("Content-Type", _TYPES[file.suffix]), *_HEADERS), body=file.read_bytes())
