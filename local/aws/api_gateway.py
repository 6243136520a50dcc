"""The HTTP API in front of the functions: its routes, and API Gateway's own answers if a function fails."""

import logging
import re
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from local.aws.http_event import ResultError, answer_of, event_of
from local.aws.lambda_worker import FunctionError
from local.aws.template import Route
from local.http_message import Answer, Request
from local.loopback import Server

_logger = logging.getLogger(__name__)


class ApiGateway:
    """Serves `routes` on 127.0.0.1:`port` (0: any free port) until `close`.

    `invoke` returns a function's result for an event, or raises FunctionError. Raises loopback.PortTaken.
    """

    def __init__(self, routes: Iterable[Route], invoke: Callable[[str, object], Any], port: int = 0) -> None:
        # API Gateway prefers a literal segment to a {variable}, and a {variable} to a {greedy+} one.
        ordered = sorted(
            routes, key=lambda route: (route.path.count("+}"), route.path.count("{"), route.method == "ANY")
        )
        self._routes = [(route, _pattern(route.path)) for route in ordered]
        self._invoke = invoke
        self._server = Server(self._answer, port)
        self.endpoint = self._server.endpoint

    def close(self) -> None:
        """Accept no more requests, and wait until the current answers are sent or cut off."""
        self._server.close()

    def _answer(self, request: Request) -> Answer:
        for route, pattern in self._routes:
            match = pattern.fullmatch(unquote(request.path))
            if match and route.method in {"ANY", request.method}:
                return self._call(route, request, match.groupdict())
        return Answer.of_json(HTTPStatus.NOT_FOUND, {"message": "Not Found"})

    def _call(self, route: Route, request: Request, parameters: dict[str, str]) -> Answer:
        request_id = uuid.uuid4().hex[:16]
        event = event_of(
            request,
            route_key=f"{route.method} {route.path}",
            path_parameters=parameters,
            request_id=request_id,
            now=datetime.now(UTC),
        )
        try:
            return answer_of(self._invoke(route.function, event), request_id)
        except (FunctionError, ResultError) as error:
            _logger.warning("%s %s: %s", route.method, route.path, error)
            return Answer.of_json(HTTPStatus.INTERNAL_SERVER_ERROR, {"message": "Internal Server Error"})


def _pattern(path: str) -> re.Pattern[str]:
    """Return a pattern for a route's path, with a group for each {variable} and {variable+}."""
    pieces = re.split(r"\{(\w+)(\+?)\}", path)
    pattern = re.escape(pieces[0])
    for name, greedy, text in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        pattern += f"(?P<{name}>{'.+' if greedy else '[^/]+'}){re.escape(text)}"
    return re.compile(pattern, re.DOTALL)
