"""A WSGI application as a stand-in of local/loopback.py, whose server keeps connections open between calls."""

import io
import sys
from typing import Any
from urllib.parse import unquote

from local.aws.transactions import Application
from local.http_message import Answer, Request, Wire


def answer(application: Application, request: Request) -> Answer:
    """Return the application's answer. A ConnectionResetError from it ends the connection without one."""
    started: list[tuple[int, tuple[tuple[str, str], ...]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
        kept = tuple((name, value) for name, value in headers if name.lower() != "content-length")
        started.append((int(status.partition(" ")[0]), kept))

    try:
        body = b"".join(application(_environ(request), start_response))
    except ConnectionResetError:
        return Answer(wire=Wire.NOTHING)
    return Answer(*started[-1], body)


def _environ(request: Request) -> dict[str, Any]:
    environ = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(request.path, "latin-1"),
        "QUERY_STRING": request.query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers:
        key = name.upper().replace("-", "_")
        environ[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = value
    return environ
