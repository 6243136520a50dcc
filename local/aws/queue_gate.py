"""Lets SQS deny messages on request: moto itself doesn't apply queue policies."""

import json
from collections.abc import Callable, Iterable
from typing import Any

PATH = "/_local/gate"
"""DELETE: SQS denies every SendMessage call from now on; PUT: it accepts them again."""

type Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class QueueGate:
    """Passes requests to the WSGI application `behind`; while it is closed, denies SendMessage."""

    def __init__(self, behind: Application) -> None:
        self._behind = behind
        self._open = True

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a WSGI request."""
        if environ["PATH_INFO"] == PATH:
            self._open = environ["REQUEST_METHOD"] == "PUT"
            start_response("204 No Content", [])
            return []
        if not self._open and environ.get("HTTP_X_AMZ_TARGET") == "AmazonSQS.SendMessage":
            fault = {"__type": "com.amazonaws.sqs#AccessDeniedException", "message": "the queue's policy denies it"}
            start_response("403 Forbidden", [("Content-Type", "application/x-amz-json-1.0")])
            return [json.dumps(fault).encode()]
        return self._behind(environ, start_response)
