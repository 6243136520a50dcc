"""The loopback server, over real sockets."""

import http.client
import itertools
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
import requests

from local.http_message import Answer, Request, Wire
from local.loopback import BODY_LIMIT, PortTaken, Server
from tests.processes import PATIENCE_S, within

_ANSWERS: dict[str, Callable[[], Answer]] = {
    "/reset": lambda: Answer(wire=Wire.RESET),
    "/cut": lambda: Answer(body=b"0123456789", wire=Wire.CUT),
    "/closed": lambda: Answer(wire=Wire.NOTHING),
    "/silent": lambda: Answer(delay=600, wire=Wire.NOTHING),
    "/late": lambda: Answer(delay=0.2, body=b"late"),
    "/stream": lambda: Answer(headers=(("Content-Type", "text/event-stream"),), body=_events()),
    "/empty": lambda: Answer(204),
}


def _answer(request: Request) -> Answer:
    if request.path == "/fails":
        raise LookupError("a bug")
    if request.path in _ANSWERS:
        return _ANSWERS[request.path]()
    echo = {"method": request.method, "target": request.target, "length": len(request.body)}
    return Answer.of_json(200, echo | {"x": request.headers.get_all("X")})


def _events() -> Iterator[bytes]:
    for number in itertools.count():
        yield f"data: {number}\n\n".encode()
        time.sleep(0.01)


@pytest.fixture(name="server")
def _server() -> Iterator[Server]:
    with closing(Server(_answer)) as running:
        yield running


def _raw(server: Server, sent: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_a_request_arrives_as_it_was_sent(server: Server) -> None:
    """Method, undecoded target, repeated headers and body come through untouched."""
    sent = b"PATCH //a%2fb?q=%20+ HTTP/1.1\r\nx: 1 \r\nX: \xe9\r\nContent-Length: 3\r\n\r\n{ }"
    document = json.loads(_raw(server, sent).partition(b"\r\n\r\n")[2])
    assert document == {"method": "PATCH", "target": "//a%2fb?q=%20+", "length": 3, "x": ["1", "\xe9"]}


def test_connections_are_kept_and_many_are_served_at_once(server: Server) -> None:
    """Eight connections, each with 50 posts."""
    seen: list[int] = []

    def post() -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", server.port)) as connection:
            connection.connect()
            sock = connection.sock
            for _ in range(50):
                connection.request("POST", "/", b"x" * 5000)
                seen.append(json.load(connection.getresponse())["length"])
            assert connection.sock is sock

    threads = [threading.Thread(target=post) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [5000] * 400


def test_an_answer_waits_for_no_acknowledgement(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nagle's algorithm is off: it would hold the rest of an answer back for 40 ms."""
    options: list[tuple[object, ...]] = []
    monkeypatch.setattr(socket.socket, "setsockopt", lambda _, *option: options.append(option))
    _raw(server, b"GET / HTTP/1.1\r\n\r\n")
    assert (socket.IPPROTO_TCP, socket.TCP_NODELAY, True) in options


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET / HTTP/2.0\r\n\r\n", 400),
        (b"GET /\r\n\r\n", 400),
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nX: folded\r\n value\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        (b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (BODY_LIMIT + 1) + b"x" * 200_000, 413),
        (b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n", 413),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 101 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nX: " + b"y" * 70_000 + b"\r\n\r\n", 431),
    ],
    ids=lambda value: value[:30] if isinstance(value, bytes) else value,
)
def test_what_is_no_request_of_ours_is_refused_and_hung_up(server: Server, sent: bytes, status: int) -> None:
    """Malformed, chunked and oversized requests get their 4xx, never 5xx, and the connection ends."""
    answered = _raw(server, sent)
    assert answered.startswith(b"HTTP/1.1 %d " % status)
    assert b"Connection: close" in answered


def test_a_body_that_ends_early_is_no_request(server: Server) -> None:
    """A client that hangs up within its body is not answered."""
    assert _raw(server, b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc") == b""


def test_answers_without_a_body_have_none_on_the_wire(server: Server) -> None:
    """A 204 has no length; a HEAD has the length of what it doesn't send."""
    assert _raw(server, b"GET /empty HTTP/1.1\r\n\r\n") == b"HTTP/1.1 204 No Content\r\n\r\n"
    head = _raw(server, b"HEAD / HTTP/1.1\r\n\r\n")
    assert head.endswith(b"\r\n\r\n")
    assert b"Content-Length: " in head


def test_a_failing_answer_is_500_and_logged_and_the_server_lives(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """A stand-in's bug is seen in the log, told to the client, and ends nothing."""
    with caplog.at_level(logging.ERROR):
        assert requests.get(f"{server.endpoint}/fails", timeout=PATIENCE_S).status_code == 500
    assert "a bug" in caplog.text
    assert requests.get(server.endpoint, timeout=PATIENCE_S).ok


def test_misbehaviour_reaches_the_client_as_what_it_is(server: Server) -> None:
    """A reset is a reset, a close is a close, a cut body is too short, and a late answer is late."""
    with pytest.raises(requests.ConnectionError, match="reset by peer"):
        requests.get(f"{server.endpoint}/reset", timeout=PATIENCE_S)
    with pytest.raises(requests.ConnectionError, match="without response"):
        requests.get(f"{server.endpoint}/closed", timeout=PATIENCE_S)
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="5 bytes read, 5 more expected"):
        requests.get(f"{server.endpoint}/cut", timeout=PATIENCE_S)
    with pytest.raises(requests.ReadTimeout):
        requests.get(f"{server.endpoint}/silent", timeout=0.1)
    assert requests.get(f"{server.endpoint}/late", timeout=PATIENCE_S).elapsed.total_seconds() >= 0.2


def test_an_iterable_is_streamed_as_it_comes(server: Server) -> None:
    """The first event is there long before the last one (there is no last one)."""
    with requests.get(f"{server.endpoint}/stream", stream=True, timeout=PATIENCE_S) as response:
        lines = response.iter_lines()
        assert [next(lines) for _ in range(3)] == [b"data: 0", b"", b"data: 1"]


def test_a_stream_ends_when_its_reader_has_hung_up() -> None:
    """Also while it has nothing to send: a page that was closed costs nothing any more."""
    ended = threading.Event()

    def nothing() -> Iterator[bytes]:
        try:
            while True:
                yield b""
                time.sleep(0.01)
        finally:
            ended.set()

    with closing(Server(lambda _: Answer(body=nothing()))) as server:
        with requests.get(server.endpoint, stream=True, timeout=PATIENCE_S):
            assert not ended.is_set()
        assert ended.wait(PATIENCE_S)


def test_closing_ends_silence_streams_and_idle_connections_and_leaves_no_thread() -> None:
    """After close nobody is held, nothing listens, and no thread is left that wasn't there before."""
    before = set(threading.enumerate())
    server = Server(_answer)
    with (
        closing(socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S)) as idle,
        closing(socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S)) as silent,
        closing(socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S)) as streamed,
    ):
        silent.sendall(b"GET /silent HTTP/1.1\r\n\r\n")
        streamed.sendall(b"GET /stream HTTP/1.1\r\n\r\n")
        assert streamed.recv(10)
        server.close()
        assert idle.recv(1) == b""
        assert silent.recv(1) == b""
    assert within(PATIENCE_S, lambda: set(threading.enumerate()) <= before)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S)


def test_a_port_that_cannot_be_had_is_one_clear_error(server: Server) -> None:
    """The error names the port and the way out."""
    with pytest.raises(PortTaken, match=rf"port {server.port} on .* is in use: give another one, or 0"):
        Server(_answer, server.port)
    with pytest.raises(PortTaken, match=r"port 70000 on .* can't be used"):
        Server(_answer, 70000)
