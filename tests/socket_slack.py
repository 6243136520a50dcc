"""Slack's end of Socket Mode on loopback: opens web sockets, sends envelopes, takes acknowledgements (RFC 6455)."""

import base64
import hashlib
import json
import queue
import secrets
import socket
import struct
import threading
from http import HTTPStatus
from typing import Any, Self

from local.http_message import Answer, Request
from local.loopback import Server
from tests.processes import PATIENCE_S

_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10


class SocketSlack:
    """`api_url` is the Web API that gives the socket's address to the holder of `app_token`; a context manager.

    What is sent goes through the socket that was opened last; `opened` counts them.
    """

    app_token = "xapp-1-A0RECORDBOT-made-up"

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._said: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._connected = threading.Event()
        self._connection: socket.socket | None = None
        self.opened = 0
        self._api = Server(self._open)
        self.api_url = f"{self._api.endpoint}/api/"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def send(self, kind: str, payload: dict[str, Any]) -> str:
        """Send an envelope, and give its id."""
        assert self._connected.wait(PATIENCE_S)
        envelope_id = secrets.token_hex(8)
        envelope = {"type": kind, "envelope_id": envelope_id, "payload": payload, "accepts_response_payload": True}
        self._write(_TEXT, json.dumps(envelope).encode())
        return envelope_id

    def ask_for_another_socket(self) -> None:
        """Say, as Slack does every few hours, that this socket ends and that another has to be opened."""
        assert self._connected.wait(PATIENCE_S)
        self._connected.clear()
        self._write(_TEXT, json.dumps({"type": "disconnect", "reason": "refresh_requested"}).encode())

    def acknowledged(self, limit: float = PATIENCE_S) -> dict[str, Any]:
        """Give the next acknowledgement; raises queue.Empty if none comes in time."""
        return self._said.get(timeout=limit)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._api.close()
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _open(self, request: Request) -> Answer:
        if request.headers.get("Authorization") != f"Bearer {self.app_token}":
            return Answer.of_json(HTTPStatus.OK, {"ok": False, "error": "invalid_auth"})
        address = f"ws://127.0.0.1:{self._listener.getsockname()[1]}/link"
        return Answer.of_json(HTTPStatus.OK, {"ok": True, "url": address})

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._threads.append(threading.Thread(target=self._serve, args=(connection,)))
            self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream:
            key = ""
            while line := stream.readline().strip():
                name, _, value = line.decode().partition(": ")
                key = value if name.lower() == "sec-websocket-key" else key
            accept = base64.b64encode(hashlib.sha1(f"{key}{_GUID}".encode()).digest()).decode()
            head = f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
            connection.sendall(f"HTTP/1.1 101 Switching Protocols\r\n{head}".encode())
            self._connection = connection
            self.opened += 1
            self._connected.set()
            while len(start := stream.read(2)) == 2 and (kind := start[0] & 15) != _CLOSE:
                length = start[1] & 127
                if length == 126:
                    (length,) = struct.unpack("!H", stream.read(2))
                mask = stream.read(4)
                data = bytes(byte ^ mask[n % 4] for n, byte in enumerate(stream.read(length)))
                if kind == _PING:
                    self._write(_PONG, data)
                elif kind == _TEXT:
                    self._said.put(json.loads(data))

    def _write(self, kind: int, data: bytes) -> None:
        assert self._connection
        size = bytes([len(data)]) if len(data) < 126 else b"\x7e" + struct.pack("!H", len(data))
        self._connection.sendall(bytes([0x80 | kind]) + size + data)
