"""A gate before AWS's stand-in that can be shut to messages: moto itself knows no policy of a queue."""

import json
from collections.abc import Callable, Iterable
from typing import Any

PATH = "/_local/gate"
"""DELETE: SQS denies every message that is sent from now on; PUT: it takes them again."""

type Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class QueueGate:
    """The WSGI application `behind` it, but for messages while it is shut."""

    def __init__(self, behind: Application) -> None:
        self._behind = behind
        self._open = True

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer as WSGI has it."""
        if environ["PATH_INFO"] == PATH:
            self._open = environ["REQUEST_METHOD"] == "PUT"
            start_response("204 No Content", [])
            return []
        if not self._open and environ.get("HTTP_X_AMZ_TARGET") == "AmazonSQS.SendMessage":
            fault = {"__type": "com.amazonaws.sqs#AccessDeniedException", "message": "the queue's policy denies it"}
            start_response("403 Forbidden", [("Content-Type", "application/x-amz-json-1.0")])
            return [json.dumps(fault).encode()]
        return self._behind(environ, start_response)
