"""Requests answered by a stand-in in this process, without a socket: one suite can run so and over HTTP."""

import io
from collections.abc import Callable, Mapping
from typing import override
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from local.http_message import Answer, Headers, Request, Wire


def as_received(prepared: requests.PreparedRequest) -> Request:
    """The request as a server would get it: Host is added, the body is bytes, header text is Latin-1."""
    headers = {"Host": urlsplit(prepared.url or "").netloc, **prepared.headers}
    pairs = tuple((_text(name), _text(value).strip()) for name, value in headers.items())
    body = prepared.body or b""
    return Request(
        prepared.method or "", prepared.path_url, Headers(pairs), body.encode() if isinstance(body, str) else body
    )


class InMemory(HTTPAdapter):
    """A transport for requests.Session; what an answer does on the wire becomes requests' exception for it.

    A delay is not slept: at or over the read limit it is a ReadTimeout, below it nothing.
    """

    def __init__(self, answer: Callable[[Request], Answer]) -> None:
        super().__init__()
        self._answer = answer

    @override
    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        answer = self._answer(as_received(request))
        limit = timeout[1] if isinstance(timeout, tuple) else timeout
        if limit is not None and answer.delay >= limit:
            raise requests.ReadTimeout(f"no answer within {limit} s", request=request)
        if answer.wire in {Wire.RESET, Wire.NOTHING}:
            raise requests.ConnectionError(f"connection {answer.wire.value}", request=request)
        body = answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)
        sent = body[: len(body) // 2] if answer.wire is Wire.CUT else body
        raw = HTTPResponse(
            io.BytesIO(sent),
            {**dict(answer.headers), "Content-Length": str(max(len(body), answer.wire is Wire.CUT))},
            answer.status,
            preload_content=False,
            request_method=request.method,
        )
        response = self.build_response(request, raw)
        if not stream:
            response.content  # noqa: B018 - reading it is what fails where it was cut
        return response


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
