"""DynamoDB's transactions as DynamoDB has them, before a stand-in that lacks two of their promises."""

import io
import json
import threading
from collections.abc import Callable, Iterable
from typing import Any

type Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_KEPT = 10_000


class Transactions:
    """The WSGI application `behind` it, with transactions that are alone, and that can be sent again.

    moto puts the whole table back when a transaction fails, so whatever others wrote meanwhile would be lost: all calls
    to DynamoDB go one after the other. And a client whose answer is lost sends its transaction again under the same
    ClientRequestToken: DynamoDB answers that as before, moto would find the conditions broken.
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
    """

    def __init__(self, behind: Application) -> None:
        self._behind = behind
        self._one_at_a_time = threading.Lock()
        self._done: dict[str, tuple[str, list[tuple[str, str]], bytes]] = {}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer as WSGI has it."""
        service, _, action = environ.get("HTTP_X_AMZ_TARGET", "").partition(".")
        if not service.startswith("DynamoDB"):
            return self._behind(environ, start_response)
        token = json.loads(body_of(environ)).get("ClientRequestToken") if action == "TransactWriteItems" else None
        with self._one_at_a_time:
            if token is None:
                return self._behind(environ, start_response)
            status, headers, content = self._done.get(token) or self._carry_out(environ)
            if status.startswith("200"):
                self._done[token] = status, headers, content
            while len(self._done) > _KEPT:
                del self._done[next(iter(self._done))]
        start_response(status, headers)
        return [content]

    def _carry_out(self, environ: dict[str, Any]) -> tuple[str, list[tuple[str, str]], bytes]:
        started: list[tuple[str, list[tuple[str, str]]]] = []
        answer = self._behind(environ, lambda status, headers, *_: started.append((status, headers)))
        content = b"".join(answer)
        return *started[0], content


def body_of(environ: dict[str, Any]) -> bytes:
    """Give a request's body, which stays to be read."""
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return body
