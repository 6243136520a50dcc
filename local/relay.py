"""Lets containers in: what comes to an address of this machine goes on to the same port of loopback."""

import contextlib
import re
import socket
import socketserver
import threading
from collections.abc import Callable
from typing import override

_LOOPBACK = "127.0.0.1"


def ports_in(text: str, host: str) -> list[int]:
    """The ports of `host` that the addresses in `text` name, each once."""
    return sorted({int(port) for port in re.findall(rf"http://{re.escape(host)}:(\d+)", text)})


class Relay:
    """Takes connections to `address`:`port` on to 127.0.0.1:`port`, from construction until `close`."""

    def __init__(self, address: str, port: int) -> None:
        self._server = _Server((address, port), _Connection)
        self._accepting = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._accepting.start()

    def close(self) -> None:
        """Take no more, and end what is connected."""
        self._server.shutdown()
        self._server.end_connections()
        self._server.server_close()
        self._accepting.join()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], handler: Callable[..., socketserver.BaseRequestHandler]) -> None:
        super().__init__(address, handler)
        self.pairs: set[tuple[socket.socket, socket.socket]] = set()

    def end_connections(self) -> None:
        for pair in list(self.pairs):
            for end in pair:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)


class _Connection(socketserver.BaseRequestHandler):
    server: _Server

    @override
    def handle(self) -> None:
        with contextlib.suppress(OSError), socket.create_connection((_LOOPBACK, self._port())) as inner:
            pair = (self.request, inner)
            self.server.pairs.add(pair)
            back = threading.Thread(target=_copy, args=(inner, self.request))
            back.start()
            _copy(self.request, inner)
            back.join()
            self.server.pairs.discard(pair)

    def _port(self) -> int:
        return int(self.server.server_address[1])


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
