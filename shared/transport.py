"""The HTTP session for RTC, IAM and Slack. An error says whether the request may have been sent.

The session never retries, follows no redirect, keeps no cookie, and uses no proxy or netrc of the environment. The read
limit is for the whole answer with its headers, not for the pause between two bytes.
"""

import http.client
import io
import math
import socket
import time
from collections.abc import Mapping
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import Any, override

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

USER_AGENT = "recordbot"


class NotConnected(Exception):
    """There was no connection, or no TLS: the server has seen nothing of the request."""


def new_session() -> requests.Session:
    """Return a session for one client and its auth.

    Its requests raise NotConnected, or, after sending, an error of requests or urllib3.
    """
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers.clear()
    session.headers.update({"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "identity"})
    adapter = _Adapter(max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def set_deadline(session: requests.Session, seconds: float) -> None:
    """Limit all requests from now on to `seconds` in total: a token's login, its renewal, and the call itself."""
    for adapter in session.adapters.values():
        if isinstance(adapter, _Adapter):
            adapter.deadline = time.monotonic() + seconds


class _UntilDeadline(io.RawIOBase):
    """Reads a socket with one deadline for all reads, so that a server that sends slowly can't delay us further."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw = raw
        self._sock = sock
        limit = sock.gettimeout()
        self._deadline = None if limit is None else time.monotonic() + limit

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Any, /) -> int | None:
        if self._deadline is not None:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("the answer took too long")
            self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    @override
    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp = io.BufferedReader(_UntilDeadline(self.fp.detach(), sock))

    def _read_status(self) -> tuple[str, int, str]:
        """Skip interim answers. http.client skips only 100, and leaves the answer after another to the next request."""
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc] # typeshed leaves it out
            if not HTTPStatus.CONTINUE < status < HTTPStatus.OK or status == HTTPStatus.SWITCHING_PROTOCOLS:
                return version, status, reason
            http.client.parse_headers(self.fp)


class _Connection:
    """Raises NotConnected for a failure to connect. urllib3's own errors don't always show that it was one."""

    response_class: type[http.client.HTTPResponse] = _Response

    def connect(self) -> None:
        try:
            super().connect()  # type: ignore[misc] # a mix-in in front of urllib3's two connection classes
        except Exception as error:
            raise NotConnected(_reason(error)) from error


def _reason(error: BaseException) -> str:
    """Return the innermost cause in words, without urllib3's object addresses."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


class _PlainConnection(_Connection, HTTPConnection):
    pass


class _TlsConnection(_Connection, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _Adapter(HTTPAdapter):
    deadline = math.inf
    """When the last answer must be there, by the monotonic clock."""

    @override
    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        _, read = options["timeout"]
        # With less time than the read limit, a good answer could come too late and count as unknown.
        if self.deadline - time.monotonic() < read:
            raise NotConnected("no time was left for it")
        return super().send(request, *args, **options)

    @override
    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}


def read_bounded(response: requests.Response, most: int) -> bytes:
    """Return the body, at most `most` bytes of it after decoding. A connection that is read to its end is reused."""
    with response:
        return response.raw.read(most, decode_content=True) or b""


def header(headers: Mapping[str, str], name: str) -> str | None:
    """Return a header's value for a log line: printable, at most 128 characters; None if there is none."""
    value = "".join(filter(str.isprintable, headers.get(name) or "")).strip()[:128]
    return value or None
