"""What the client sends: nothing that was not meant, whatever its settings and arguments are."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from socket import socket
from typing import override

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared import transport
from shared.rtc.auth import AkSkAuth
from shared.rtc.client import RtcClient
from shared.rtc.errors import RtcError
from shared.rtc.models import PublishParam, RecordingJob, RecordingRequest
from tests.processes import PATIENCE_S, within
from tests.raw_server import RawServer, http, resets, sends

AUTH = AkSkAuth("AK", "SK-s3cret", "project1")
REQUEST = RecordingRequest(room_id="100", user_id="user001")
JOB = http(201, b'{"job_id": "7", "state": "INIT"}', "X-request-Id: 3f2a")


def client_of(endpoint: str) -> RtcClient:
    """A client of the server there."""
    return RtcClient(endpoint=endpoint, app_id="app1", auth=AUTH)


def test_a_job_id_is_one_piece_of_the_path() -> None:
    """An id with a slash or a question mark does not address something else."""
    with RawServer(lambda sock: sock.sendall(JOB)) as server:
        client_of(server.endpoint).show("a/b?c")
    assert server.requests[0].startswith(b"GET /v2/apps/app1/individual-stream-jobs/a%2Fb%3Fc HTTP/1.1")


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "rtc.example",
        "ftp://x",
        "https://",
        "https://h/path",
        "https://h?q",
        "https://u:p@h",
        "https://h:99999",
        "https://h:x",
        "https://h:0",
        "https://a b",
        "https://h\n",
    ],
)
def test_an_endpoint_is_a_scheme_and_a_host(endpoint: str) -> None:
    """A wrong setting is found when the client is made, and the message names it."""
    with pytest.raises(ValueError, match="RTC's endpoint"):
        client_of(endpoint)


@pytest.mark.parametrize("app_id", ["", "a/b", "..", "{app_id}"])
def test_an_app_id_is_a_plain_name(app_id: str) -> None:
    """An app_id that would change the path is found when the client is made."""
    with pytest.raises(ValueError, match="app_id"):
        RtcClient(app_id=app_id, auth=AUTH)


heads = st.sampled_from(
    [
        b"",
        b"HTTP/1.1 201 X\r\n\r\n",
        b"HTTP/1.1 500 X\r\nContent-Length: 5\r\n\r\n",
        b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n",
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(head=heads, rest=st.binary(max_size=300))
def test_any_bytes_make_a_job_or_an_rtc_error(head: bytes, rest: bytes) -> None:
    """No answer whatever makes the client raise anything but an RtcError."""
    with RawServer(sends(head + rest)) as server:
        try:
            outcome: object = client_of(server.endpoint).start(REQUEST)
        except RtcError as error:
            outcome = error
    assert isinstance(outcome, RecordingJob | RtcError)


CALLS: dict[str, Callable[[RtcClient], object]] = {
    "start": lambda client: client.start(REQUEST),
    "show": lambda client: client.show("7"),
    "update": lambda client: client.update("7", publish_param=PublishParam(rtmp_urls=["rtmp://live.example/app/k3y"])),
    "stop": lambda client: client.stop("7"),
}


class Unready(RawServer):
    """Resets each connection before it has read anything."""

    @override
    def _serve(self, sock: socket) -> None:
        resets(sock)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "server",
    [
        lambda: Unready(resets),
        lambda: RawServer(resets),
        lambda: RawServer(sends(b"")),
        lambda: RawServer(lambda sock: sock.sendall(http(429, b"", "Retry-After: 0"))),
        lambda: RawServer(lambda sock: sock.sendall(http(503, b"", "Retry-After: 0"))),
    ],
    ids=["reset before it is read", "reset after it is read", "closed", "429", "503"],
)
def test_the_transport_repeats_no_call(server: Callable[[], RawServer], call: str) -> None:
    """A repeated call would carry an old signature and miss its turn, and a repeated start could record twice."""
    with server() as rtc:
        with pytest.raises(RtcError):
            CALLS[call](client_of(rtc.endpoint))
        assert within(PATIENCE_S, lambda: rtc.connections > 0)
        assert (rtc.connections, len(rtc.requests)) == (1, 0 if isinstance(rtc, Unready) else 1)


def test_a_session_keeps_no_cookies() -> None:
    """What RTC's gateway sets does not come back to it: every request stands alone."""
    with RawServer(lambda sock: sock.sendall(http(201, b'{"job_id": 1}', "Set-Cookie: a=b"))) as server:
        client = client_of(server.endpoint)
        client.start(REQUEST)
        client.start(REQUEST)
    assert b"cookie" not in server.requests[1].lower()


def test_a_header_for_the_log_is_short_and_printable() -> None:
    """A request id cannot break a line or flood one."""
    assert transport.header({"X": "a\x00b" + "c" * 500}, "X") == "ab" + "c" * 126
    assert transport.header({}, "X") is None


def test_a_preview_is_what_a_start_sends_with_its_secrets_masked() -> None:
    """A dry run shows URL, headers, body and canonical request of the real thing, and sends nothing."""
    push = {"rtmp_urls": ["rtmp://live.example/app/stream-k3y"]}
    request = RecordingRequest.model_validate({"room_id": "100", "user_id": "user001", "publish_param": push})
    with RawServer(lambda sock: sock.sendall(JOB)) as server:
        now = datetime.now(UTC)
        auth = replace(AUTH, clock=lambda: now, security_token="t0ken")
        client = RtcClient(endpoint=server.endpoint, app_id="app1", auth=auth)
        preview = client.preview(request)
        assert server.requests == []
        client.start(request)
    sent = server.requests[0].decode()
    for name, value in preview.headers.items():
        assert f"{name}: {value.partition('***')[0]}" in sent
    assert preview.canonical_request is not None
    assert hashlib.sha256(sent.partition("\r\n\r\n")[2].encode()).hexdigest() in preview.canonical_request
    assert preview.body == {**request.body(), "publish_param": {"rtmp_urls": ["rtmp://live.example/***"]}}
    shown = repr(preview)
    assert not any(
        secret in shown for secret in ("SK-s3cret", "t0ken", "stream-k3y", sent.partition("Signature=")[2][:64])
    )
