"""The client against servers that misbehave: a job or an RtcError comes out, nothing is sent twice, nothing hangs."""

import ssl
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from socket import create_server, socket
from types import SimpleNamespace

import pytest
import requests

from shared import transport
from shared.rtc import client as client_module
from shared.rtc.auth import AkSkAuth, IamLogin, TokenAuth
from shared.rtc.client import RtcClient
from shared.rtc.errors import NotConnected, NotReady, OutcomeUnknown, RtcError
from shared.rtc.models import RecordingRequest
from tests.processes import PATIENCE_S, within
from tests.raw_server import RawServer, Reply, http, resets, sends

AUTH = AkSkAuth("AK", "SK-s3cret", "project1")
REQUEST = RecordingRequest(room_id="100", user_id="user001")
JOB = http(201, b'{"job_id": "7", "state": "INIT"}', "X-request-Id: 3f2a")


def client_of(
    endpoint: str, *, connect: float = 60.0, limit: float = 60.0, clock: Callable[[], datetime] | None = None
) -> RtcClient:
    """A client with limits to connect and for the whole answer, in seconds."""
    now = clock or (lambda: datetime.now(UTC))
    return RtcClient(
        endpoint=endpoint, app_id="app1", auth=replace(AUTH, clock=now), clock=now, limits=(connect, limit)
    )


def failure(reply: Reply, *, limit: float = 60.0) -> RtcError:
    """What a start raises at a server that replies so; the server saw one request."""
    with RawServer(reply) as server:
        with pytest.raises(RtcError) as caught:
            client_of(server.endpoint, limit=limit).start(REQUEST)
        assert within(PATIENCE_S, lambda: bool(server.requests))
        assert server.connections == len(server.requests) == 1
    return caught.value


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status: int) -> None:
    """Another server gets neither the signature nor the push keys, and the start is not made a second time."""
    with RawServer(lambda sock: sock.sendall(JOB)) as other:
        error = failure(sends(http(status, b"", f"Location: {other.endpoint}/")))
        assert isinstance(error, OutcomeUnknown)
        assert other.connections == 0


def test_a_start_is_one_signed_post_of_the_bodys_json() -> None:
    """What goes out is the page's request line, its mandatory headers and the whole body."""
    with RawServer(lambda sock: sock.sendall(JOB)) as server:
        job = client_of(server.endpoint).start(REQUEST)
    head, _, body = server.requests[0].decode().partition("\r\n\r\n")
    names = [line.partition(":")[0].lower() for line in head.split("\r\n")[1:]]
    assert head.startswith("POST /v2/apps/app1/individual-stream-jobs HTTP/1.1\r\n")
    assert {"content-type", "x-project-id", "x-sdk-date", "authorization", "host"} <= set(names)
    assert "SK-s3cret" not in head + body
    assert RecordingRequest.model_validate_json(body) == REQUEST
    assert (job.job_id, job.room_id, job.user_id) == ("7", "100", "user001")


def test_interim_answers_are_no_answers() -> None:
    """Each start gets its own job: an answer that is left on the connection would be taken for the next start's."""
    numbers = iter("12")

    def reply(sock: socket) -> None:
        interim = "".join(f"HTTP/1.1 {status} X\r\nLink: x\r\n\r\n" for status in (100, 102, 103))
        sock.sendall(interim.encode() + http(201, b'{"job_id": "%s"}' % next(numbers).encode()))

    with RawServer(reply) as server:
        client = client_of(server.endpoint)
        assert [client.start(REQUEST).job_id, client.start(REQUEST).job_id] == ["1", "2"]


def test_no_connection_means_that_nothing_was_sent() -> None:
    """A refused connection may be tried again: RTC has seen nothing."""
    with pytest.raises(NotConnected) as caught:
        client_of("http://127.0.0.1:1").start(REQUEST)
    assert caught.value.may_retry
    assert caught.value.error_msg == "Connection refused"


def test_a_failed_tls_handshake_means_that_nothing_was_sent() -> None:
    """A far end that takes the connection but speaks no TLS has not seen the request."""
    with closing(create_server(("127.0.0.1", 0))) as listener, pytest.raises(NotConnected):
        client_of(f"https://127.0.0.1:{listener.getsockname()[1]}", connect=0.5).start(REQUEST)


def test_an_unknown_host_means_that_nothing_was_sent() -> None:
    """A name that does not resolve is NotConnected, not unknown."""
    with pytest.raises(NotConnected):
        client_of("http://rtc.invalid").start(REQUEST)


@pytest.mark.parametrize(
    "reply",
    [
        resets,
        sends(b""),
        sends(b"HTTP/1.1 201"),
        sends(http(201, b'{"job_id": "7"}')[:-5]),
        sends(b"HTTP/1.1 201 X\r\nContent-Length: -1\r\n\r\n{}"),
        sends(b"HTTP/1.1 201 X\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        sends(b"HTTP/1.1 201 X\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope"),
        sends(b"HTTP/1.1 201 X\r\nX: " + b"y" * 100_000),
        sends(b"".join((b"HTTP/1.1 201 X\r\n", b"A: b\r\n" * 200, b"\r\n"))),
        sends(http(302, b"", "Location: http://127.0.0.1:1/")),
        sends(http(201, b" " * 200_000)),
        sends(ssl.OPENSSL_VERSION.encode()),
    ],
)
def test_a_broken_answer_leaves_the_outcome_unknown_and_nothing_is_repeated(reply: Reply) -> None:
    """Once the request may have arrived, whatever goes wrong is unknown, and one request was sent."""
    error = failure(reply)
    assert isinstance(error, OutcomeUnknown)
    assert not error.may_retry


def drips(data: bytes) -> Reply:
    """A reply of one byte every 50 ms, for ever."""

    def reply(sock: socket) -> None:
        sock.sendall(data)
        while True:
            time.sleep(0.05)
            sock.sendall(b"x")

    return reply


@pytest.mark.parametrize(
    "data", [b"HTTP/1.1 201 X\r\nX-Drip: ", b"HTTP/1.1 201 X\r\nContent-Length: 9999\r\n\r\n", b"HTTP/1.1 20"]
)
def test_the_limit_bounds_the_whole_answer_not_each_read(data: bytes) -> None:
    """A far end that drips byte after byte is given up when the limit is over."""
    assert isinstance(failure(drips(data), limit=0.4), OutcomeUnknown)


def says_nothing(sock: socket) -> None:
    """No answer until the connection is closed."""
    sock.recv(1)


def test_silence_ends_at_the_limit_and_says_so() -> None:
    """A far end that never answers costs the limit and no more."""
    assert failure(says_nothing, limit=0.3).error_msg == "no answer in time"


def test_a_login_and_its_call_share_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """IAM and RTC each within their limits, again and again: the operation ends when its own time is over."""
    now = 0.0
    monkeypatch.setattr(transport, "time", SimpleNamespace(monotonic=lambda: now))
    monkeypatch.setattr(client_module, "_FOR_AUTHENTICATION", 200.0)

    def slowly(answer: bytes) -> Reply:
        def reply(sock: socket) -> None:
            nonlocal now
            now += 90
            sock.sendall(answer)

        return reply

    token = http(201, b'{"token": {"expires_at": "soon"}}', "X-Subject-Token: T")
    with RawServer(slowly(http(401))) as rtc, RawServer(slowly(token)) as iam:
        session = transport.new_session()
        auth = TokenAuth(IamLogin(iam.endpoint, "d", "u", "p", "project1"), session, limits=(10.0, 100.0))
        client = RtcClient(endpoint=rtc.endpoint, app_id="app1", auth=auth, session=session, limits=(10.0, 100.0))
        with pytest.raises(NotConnected):
            client.start(REQUEST)
        assert len(rtc.requests) == 1, "a start is sent with its whole limit left, or not at all"


def test_when_no_time_is_left_nothing_is_sent() -> None:
    """A deadline that is over stops a request before it begins."""
    with RawServer(lambda sock: sock.sendall(JOB)) as server:
        session = transport.new_session()
        transport.set_deadline(session, 0)
        with pytest.raises(transport.NotConnected):
            session.get(server.endpoint, timeout=(60, 60))
        assert server.connections == 0


def test_a_request_that_cannot_be_put_together_was_not_sent() -> None:
    """What fails before the transport is reached is no unknown outcome."""

    class Broken(AkSkAuth):
        def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
            raise ValueError(f"broken, not {request.method}")

    with pytest.raises(NotConnected):
        RtcClient(app_id="app1", auth=Broken("AK", "SK", "project1")).start(REQUEST)


def test_connections_are_kept_alive() -> None:
    """Two calls use one connection."""
    with RawServer(lambda sock: sock.sendall(JOB)) as server:
        client = client_of(server.endpoint)
        client.start(REQUEST)
        client.show("7")
    assert (server.connections, len(server.requests)) == (1, 2)


def test_a_start_never_goes_into_a_connection_that_stood_idle() -> None:
    """After more than 10 s without traffic a start opens a new connection; a show, which may be repeated, does not."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    with RawServer(lambda sock: sock.sendall(JOB)) as server:
        client = client_of(server.endpoint, clock=lambda: now)
        client.start(REQUEST)
        now += timedelta(seconds=11)
        client.show("7")
        assert server.connections == 1
        now += timedelta(seconds=11)
        client.start(REQUEST)
        assert server.connections == 2


def test_a_stop_is_done_when_rtc_says_204_or_that_it_was_done_before() -> None:
    """The second stop of a job succeeds like the first; one that comes too early may be repeated."""
    answers = [
        http(204),
        http(400, b'{"error_code": "RTC.00001009"}'),
        http(400, b'{"error_code": "RTC.00001022"}'),
        http(200, b"<html>welcome to this hotel's network</html>"),
    ]
    with RawServer(lambda sock: sock.sendall(answers.pop(0))) as server:
        client = client_of(server.endpoint)
        client.stop("7")
        client.stop("7")
        with pytest.raises(NotReady):
            client.stop("7")
        with pytest.raises(OutcomeUnknown):
            client.stop("7")
