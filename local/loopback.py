"""A small HTTP server on loopback, which serves every stand-in of this folder.

A stand-in is a callable, Request -> Answer (local/http_message.py), without sockets. `Server` serves it on 127.0.0.1
with HTTP/1.1, keep-alive, and a thread for each connection. An answer can ask to be cut, reset or delayed.
"""

import contextlib
import errno
import logging
import selectors
import socket
import socketserver
import struct
import sys
import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast, override

from local.errors import LocalError
from local.http_message import Answer, Headers, Request, Wire

BODY_LIMIT = 6 * 1024 * 1024
"""Bytes: a larger request body is answered 413. This is Lambda's limit, the largest of all stand-ins."""
LINE_LIMIT = 64 * 1024
"""Bytes: a longer request line is answered 414; a longer header, or more than a hundred of them, 431."""
IDLE_LIMIT = 75.0
"""Seconds: a connection on which nothing moves for this long is closed."""

_logger = logging.getLogger(__name__)
type _Socket = socket.socket | tuple[bytes, socket.socket]  # socketserver's type: the pair is for UDP


class PortTaken(LocalError):
    """The port can't be used; the message names it and says what to do."""


class Server:
    """Serves `answer` on 127.0.0.1:`port` (0: any free port) until `close`.

    `answer` is called from many threads at once. An exception from it is logged and answered 500. If it can block for
    long, its owner must release it before `close`. Raises PortTaken if the port can't be used.
    """

    def __init__(self, answer: Callable[[Request], Answer], port: int = 0) -> None:
        try:
            self._listener = _Listener(answer, port)
        except (OSError, OverflowError) as error:
            in_use = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
            why = "is in use" if in_use else f"can't be used ({error})"
            raise PortTaken(f"port {port} on 127.0.0.1 {why}: give another one, or 0 for any free port") from error
        self.port: int = self._listener.server_address[1]
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self._accepting = threading.Thread(target=self._listener.accept, daemon=True)
        self._accepting.start()

    def close(self) -> None:
        """Accept no more connections, end every delay and stream, and wait until the threads have ended."""
        self._listener.end_accepting()
        self._accepting.join()
        self._listener.server_close()
        self._listener.end_connections()


class _Listener(ThreadingHTTPServer):
    request_queue_size = 1024

    def __init__(self, answer: Callable[[Request], Answer], port: int) -> None:
        self.answer = answer
        self.closing = threading.Event()
        self._connections: dict[threading.Thread, socket.socket] = {}
        super().__init__(("127.0.0.1", port), _Connection)
        self._waking, self._woken = socket.socketpair()

    def accept(self) -> None:
        """Accept connections until `end_accepting`. serve_forever would look many times a second whether it is over."""
        with self._woken, selectors.DefaultSelector() as selector:
            selector.register(self, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while not self.closing.is_set():
                selector.select()
                if not self.closing.is_set():
                    self._handle_request_noblock()  # type: ignore[attr-defined] # the stubs lack it

    def end_accepting(self) -> None:
        self.closing.set()
        self._waking.close()  # wakes `accept`

    @override
    def server_bind(self) -> None:
        socketserver.TCPServer.server_bind(self)  # HTTPServer's own method waits for a name lookup

    @override
    def process_request(self, request: _Socket, client_address: Any) -> None:
        thread = threading.Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        self._connections[thread] = cast(socket.socket, request)
        thread.start()

    @override
    def process_request_thread(self, request: _Socket, client_address: Any) -> None:
        super().process_request_thread(request, client_address)
        del self._connections[threading.current_thread()]

    @override
    def handle_error(self, request: _Socket, client_address: Any) -> None:
        _logger.warning("a connection broke off", exc_info=sys.exception())

    def end_connections(self) -> None:
        # Current answers may finish first; then connections that are still open are cut off.
        for direction in (socket.SHUT_RD, socket.SHUT_RDWR):
            connections = self._connections.copy()
            for connection in connections.values():
                with contextlib.suppress(OSError):
                    connection.shutdown(direction)
            for thread in connections:
                thread.join(1)


class _Connection(BaseHTTPRequestHandler):
    server: _Listener
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = IDLE_LIMIT

    @override
    def handle_one_request(self) -> None:
        try:
            request = self._read()
            if request is not None:
                self._write(self._answer(request))
        except OSError:  # the client has disconnected, or was idle for too long
            self.close_connection = True

    @override
    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        # The parser refuses an unknown version with 505. That is the client's error, and 5xx is only for ours.
        self.close_connection = True
        status = code if code < HTTPStatus.INTERNAL_SERVER_ERROR else HTTPStatus.BAD_REQUEST
        self._send(Answer(status), HTTPStatus(status).phrase.encode())
        # Closing with unread bytes resets the connection, and the reset can overtake the answer.
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(1)
        for _ in range(256):
            if not self.rfile.read1(65536):
                return

    def _read(self) -> Request | None:
        """Return the next request; None if the connection has ended or the request was refused."""
        self.close_connection = True
        self.command = ""
        self.raw_requestline = self.rfile.readline(LINE_LIMIT + 1)
        if len(self.raw_requestline) > LINE_LIMIT:
            self.send_error(HTTPStatus.REQUEST_URI_TOO_LONG)
            return None
        if not self.raw_requestline or not self.parse_request():
            return None
        headers = Headers(tuple((name, value.strip(" \t")) for name, value in self.headers.items()))
        refusal = self._refusal(headers)
        if refusal:
            self.send_error(refusal)
            return None
        length = int(headers.get("Content-Length", "0"))
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            return None
        return Request(self.command, self.requestline.split()[1], headers, body)  # self.path merges double slashes

    def _refusal(self, headers: Headers) -> HTTPStatus | None:
        lengths = headers.get_all("Content-Length")
        folded = any("\n" in value or "\r" in value for _, value in headers)
        if self.request_version == "HTTP/0.9" or self.headers.defects or folded or len(lengths) > 1:
            return HTTPStatus.BAD_REQUEST
        if "Transfer-Encoding" in headers:
            return HTTPStatus.LENGTH_REQUIRED
        if not all(length.isascii() and length.isdigit() for length in lengths):
            return HTTPStatus.BAD_REQUEST
        if any(len(length) > len(str(BODY_LIMIT)) or int(length) > BODY_LIMIT for length in lengths):
            return HTTPStatus.CONTENT_TOO_LARGE
        return None

    def _answer(self, request: Request) -> Answer:
        try:
            return self.server.answer(request)
        except Exception:
            _logger.exception("no answer to %s %s", request.method, request.path)
            return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, body=b"the stand-in failed; its log says why")

    def _write(self, answer: Answer) -> None:
        self.server.closing.wait(answer.delay)
        if answer.wire is Wire.RESET:
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            socket.close(self.connection.detach())  # close() waits for rfile, and the server sends a FIN first
        elif answer.wire is Wire.NOTHING:
            self.close_connection = True
        elif isinstance(answer.body, bytes):
            self._send(answer, answer.body)
        else:
            self._stream(answer, answer.body)

    def _send(self, answer: Answer, body: bytes) -> None:
        length = len(body)
        if answer.wire is Wire.CUT:
            self.close_connection = True
            length, body = max(length, 1), body[: length // 2]
        if answer.status in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
            self.wfile.write(self._head(answer))
        else:
            head = self._head(answer, ("Content-Length", str(length)))
            self.wfile.write(head if self.command == "HEAD" else head + body)

    def _stream(self, answer: Answer, body: Iterable[bytes]) -> None:
        self.close_connection = True
        self.wfile.write(self._head(answer))
        for piece in body:
            if self.server.closing.is_set() or self._is_gone():
                break
            self.wfile.write(piece)

    def _is_gone(self) -> bool:
        """Return whether the client has hung up, which an empty piece would not show."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.connection, selectors.EVENT_READ)
            return bool(selector.select(0)) and not self.connection.recv(1, socket.MSG_PEEK)

    def _head(self, answer: Answer, *more: tuple[str, str]) -> bytes:
        phrase = HTTPStatus(answer.status).phrase if answer.status in set(HTTPStatus) else ""
        headers = (*answer.headers, *more, *((("Connection", "close"),) if self.close_connection else ()))
        lines = (f"HTTP/1.1 {answer.status} {phrase}", *(f"{name}: {value}" for name, value in headers), "", "")
        return "\r\n".join(lines).encode("latin-1")
