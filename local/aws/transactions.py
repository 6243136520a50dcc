"""Transactions as DynamoDB has them; moto's lack isolation and idempotency."""

import io
import json
import threading
from collections.abc import Callable, Iterable
from typing import Any

type Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_KEPT = 10_000


class Transactions:
    """Passes requests to the WSGI application `behind`, with isolated and idempotent transactions.

    moto makes a transaction's writes one by one, and undoes them if one fails. Therefore all calls to DynamoDB run one
    after the other. A client that gets no answer sends its transaction again with the same
    ClientRequestToken. DynamoDB repeats its answer; moto would find the conditions unmet.
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
    """

    def __init__(self, behind: Application) -> None:
        self._behind = behind
        self._one_at_a_time = threading.Lock()
        self._done: dict[str, tuple[str, list[tuple[str, str]], bytes]] = {}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a WSGI request."""
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
    """Return a request's body, and leave it to be read again."""
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return body
