"""Faults of the AWS stand-in: which calls, how often, and how they fail.

A control path sets them, because the stand-in is a process of its own; AWS has none:

    PUT    /_local/faults    a Misbehaviour as JSON
    DELETE /_local/faults    remove all faults
"""

import json
import threading
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel

from local import faults
from local.aws.transactions import Application, body_of
from local.http_message import Wire

PATH = "/_local/faults"


class Fault(faults.Fault, frozen=True, extra="forbid"):
    """One fault. An answer with `status` has the error `code`, and a cancelled transaction the reason `reason`.

    Every `wire` but Wire.WHOLE ends the connection without an answer.
    """

    code: str = ""
    reason: str = ""

    def document(self) -> bytes:
        """Return the body of an answer with `status`."""
        cancelled = {"CancellationReasons": [{"Code": self.reason}]} if self.reason else {}
        return json.dumps({"__type": self.code, "message": "as set in the stand-in", **cancelled}).encode()


DENIED = Fault(status=HTTPStatus.FORBIDDEN, code="AccessDeniedException")


class Misbehaviour(BaseModel, frozen=True, extra="forbid"):
    """A fault for the next `times` calls of `operation` whose body has `holding` in it; None means until removed."""

    fault: Fault
    operation: str
    holding: str = ""
    times: int | None = 1


class Misbehaving:
    """Passes requests to the WSGI application `behind`, and applies the faults that are set, the oldest first."""

    def __init__(self, behind: Application) -> None:
        self._behind = behind
        self._lock = threading.Lock()
        self._pending: list[Misbehaviour] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a WSGI request."""
        if environ["PATH_INFO"] == PATH:
            self._control(environ)
            start_response("204 No Content", [])
            return []
        fault = self._take(environ)
        if fault is None:
            return self._behind(environ, start_response)
        held: list[tuple[str, list[tuple[str, str]]]] = []
        answer = b""
        if fault.carried_out:
            answer = b"".join(self._behind(environ, lambda status, headers, *_: held.append((status, headers))))
        time.sleep(fault.delay)
        if fault.wire is not Wire.WHOLE:
            raise ConnectionResetError  # the server ends the connection (local/aws/wsgi.py)
        if fault.status is not None:
            held, answer = (
                [(f"{fault.status} Fault", [("Content-Type", "application/x-amz-json-1.0")])],
                fault.document(),
            )
        start_response(*held[0])
        return [answer]

    def _control(self, environ: dict[str, Any]) -> None:
        with self._lock:
            if environ["REQUEST_METHOD"] == "DELETE":
                self._pending.clear()
            else:
                self._pending.append(Misbehaviour.model_validate_json(body_of(environ)))

    def _take(self, environ: dict[str, Any]) -> Fault | None:
        operation = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
        with self._lock:
            for place, it in enumerate(self._pending):
                if it.operation == operation and it.holding.encode() in body_of(environ):
                    if it.times == 1:
                        del self._pending[place]
                    elif it.times is not None:
                        self._pending[place] = it.model_copy(update={"times": it.times - 1})
                    return it.fault
        return None
