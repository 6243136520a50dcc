"""The page over HTTP: its files, what it asks and does as JSON, and its news as server-sent events. Loopback only.

    GET  /                           the page;  /page/NAME  its styles and scripts
    GET  /api/workspace              what stays as it is
    GET  /api/news?person=ID         server-sent events: [[key, document], ...], of a thing that is gone null
    GET  /api/commands/ID            a command or event in full, by its request's id or its order's
    POST /api/commands/ID/replay     type it, or send it, again
    POST /api/events                 {"event"}: the text of one, for the webhook
    POST /api/messages               {"person", "channel", "text"}
    POST /api/clicks                 {"person", "channel", "ts", "action_id"}
    POST /api/switches               {"name", "on"};  DELETE  mend all

Only a page from this very address can use it: the Host is checked, and a body has to be JSON by its Content-Type.
"""

import json
import time
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs

from local.demo.controller import Controller
from local.http_message import Answer, Request

PAGE = Path(__file__).parent.parent / "page"
_TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_ONLY_OURS = (
    ("Content-Security-Policy", _POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
)
_LOOK_EVERY = 0.5
"""Seconds: RTC's jobs change without a word."""
_TOGETHER = 0.03
"""Seconds: what changes within them is told at once."""
_BREATH = 15.0
"""Seconds of silence after which an empty comment finds out whether anybody listens."""


class HttpApi:
    """Answers the page's requests; 503 until `controller` is there."""

    def __init__(self) -> None:
        self.controller: Controller | None = None

    def answer(self, request: Request) -> Answer:
        """Answer any request whatever."""
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
        except ValueError as error:
            return Answer.of_json(HTTPStatus.BAD_REQUEST, {"error": str(error)})


def _answer(controller: Controller, request: Request) -> Answer:
    match request.method, request.path.split("/")[2:]:
        case "GET", ["workspace"]:
            return Answer.of_json(HTTPStatus.OK, controller.workspace(), _ONLY_OURS)
        case "GET", ["news"]:
            person = parse_qs(request.query).get("person", [""])[0]
            controller.documents(person)  # so that an unknown person is an answer, and not a broken stream
            return Answer(headers=(("Content-Type", "text/event-stream"), *_ONLY_OURS), body=news(controller, person))
        case "GET", ["commands", command_id]:
            return Answer.of_json(HTTPStatus.OK, controller.details(command_id), _ONLY_OURS)
        case "POST", ["commands", command_id, "replay"]:
            controller.replay(command_id)
        case "POST", ["events"]:
            controller.send(*_texts(request, "event"))
        case "POST", ["messages"]:
            controller.say(*_texts(request, "person", "channel", "text"))
        case "POST", ["clicks"]:
            controller.click(*_texts(request, "person", "channel", "ts", "action_id"))
        case "POST", ["switches"]:
            controller.turn(*_texts(request, "name"), on=_document(request).get("on") is True)
        case "DELETE", ["switches"]:
            controller.mend()
        case _:
            return Answer(HTTPStatus.NOT_FOUND)
    return Answer(HTTPStatus.NO_CONTENT)


def news(controller: Controller, person: str) -> Iterator[bytes]:
    """Give the events for that person: first all there is, then whatever is new; b"" now and then in between."""
    told: dict[str, str] = {}
    spoke = time.monotonic()
    while True:
        changes = controller.changes()
        now = {key: json.dumps(document) for key, document in controller.documents(person).items()}
        new = [f"[{json.dumps(key)}, {document}]" for key, document in now.items() if told.get(key) != document]
        new += [f"[{json.dumps(key)}, null]" for key in told if key not in now]
        told = now
        if new:
            yield f"data: [{', '.join(new)}]\n\n".encode()
        elif time.monotonic() - spoke > _BREATH:
            yield b":\n\n"
        else:
            yield b""
            controller.wait(changes, _LOOK_EVERY)
            time.sleep(_TOGETHER)
            continue
        spoke = time.monotonic()


def _document(request: Request) -> dict[str, object]:
    if request.headers.get("Content-Type").partition(";")[0].strip() != "application/json":
        raise ValueError("the body's Content-Type has to be application/json")
    document = json.loads(request.body)
    if not isinstance(document, dict):
        raise ValueError("the body has to be an object")  # noqa: TRY004 - it is the sender's mistake, not ours
    return document


def _texts(request: Request, *names: str) -> list[str]:
    document = _document(request)
    texts = [document.get(name) for name in names]
    if not all(isinstance(text, str) for text in texts):
        raise ValueError(f"the body needs texts under {', '.join(names)}")
    return [str(text) for text in texts]


def _file(path: str) -> Answer:
    name = "index.html" if path == "/" else path.removeprefix("/page/")
    file = PAGE / name
    if file.parent != PAGE or file.suffix not in _TYPES or not file.is_file():
        return Answer(HTTPStatus.NOT_FOUND)
    return Answer(headers=(("Content-Type", _TYPES[file.suffix]), *_ONLY_OURS), body=file.read_bytes())
