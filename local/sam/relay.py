"""Let containers connect: forward connections to an address of this machine to the same port of loopback."""

import contextlib
import re
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from typing import override

_LOOPBACK = "127.0.0.1"


def ports_in(text: str, host: str) -> list[int]:
    """Return the ports of `host` in the URLs in `text`, each once."""
    return sorted({int(port) for port in re.findall(rf"http://{re.escape(host)}:(\d+)", text)})


class Relay:
    """Forwards connections from `address`:`port` to 127.0.0.1:`port`, until `close`."""

    def __init__(self, address: str, port: int) -> None:
        self._server = _Server((address, port), _Connection)
        self._accepting = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._accepting.start()

    def close(self) -> None:
        """Accept no more connections, and end the current ones."""
        self._server.shutdown()
        self._server.end_connections()
        self._server.server_close()
        self._accepting.join()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], handler: Callable[..., socketserver.BaseRequestHandler]) -> None:
        super().__init__(address, handler)
        self._ends: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._ended = False

    @contextlib.contextmanager
    def kept(self, end: socket.socket) -> Iterator[None]:
        """Close `end` when all others are closed, or at once if that has happened."""
        with self._lock:
            self._ends.add(end)
            if self._ended:
                _end(end)
        try:
            yield
        finally:
            with self._lock:
                self._ends.discard(end)

    def end_connections(self) -> None:
        """Close all connections, and each one that is added later."""
        with self._lock:
            self._ended = True
            for end in self._ends:
                _end(end)


class _Connection(socketserver.BaseRequestHandler):
    server: _Server

    @override
    def handle(self) -> None:
        with (
            contextlib.suppress(OSError),
            self.server.kept(self.request),
            socket.create_connection((_LOOPBACK, self._port())) as inner,
            self.server.kept(inner),
        ):
            back = threading.Thread(target=_copy, args=(inner, self.request))
            back.start()
            _copy(self.request, inner)
            back.join()

    def _port(self) -> int:
        return int(self.server.server_address[1])


def _end(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
