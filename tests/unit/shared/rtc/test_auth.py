"""The two ways of authentication."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from shared import transport
from shared.rtc.auth import AkSkAuth, IamLogin, TokenAuth
from shared.rtc.client import RtcClient
from shared.rtc.errors import AuthFailed, NotConnected, RtcError, Throttled
from shared.rtc.models import RecordingRequest
from tests.raw_server import RawServer, http

REQUEST = RecordingRequest(room_id="100", user_id="user001")


def token_answer(token: str, expires_at: str) -> bytes:
    """IAM's answer to a login."""
    body = json.dumps({"token": {"expires_at": expires_at}}).encode()
    return http(201, body, f"X-Subject-Token: {token}")


class Clock:
    now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def client_with_token(server: RawServer, clock: Clock) -> RtcClient:
    """A client whose IAM and RTC are the same server."""
    session = transport.new_session()
    login = IamLogin(server.endpoint, "domain", "user", "p4ssw0rd", "project1")
    auth = TokenAuth(login, session, clock=clock)
    return RtcClient(endpoint=server.endpoint, app_id="app1", auth=auth, session=session, clock=clock)


def client_with_key(server: RawServer, clock: Clock) -> RtcClient:
    """A client that signs by the clock."""
    auth = AkSkAuth("AK", "SK", "project1", clock=clock)
    return RtcClient(endpoint=server.endpoint, app_id="app1", auth=auth, clock=clock)


def serve(*answers: bytes) -> RawServer:
    """A server that gives these answers in this order."""
    left = list(answers)
    return RawServer(lambda sock: sock.sendall(left.pop(0)))


JOB = http(201, b'{"job_id": "7"}')
DENIED = http(401, b'{"error_code": "APIGW.0307"}')


def test_a_token_is_fetched_once_and_kept_until_shortly_before_its_end() -> None:
    """One login serves many calls; five minutes before the token ends there is a new one."""
    clock = Clock()
    with serve(
        token_answer("T1", "2026-01-02T00:00:00.000000Z"), JOB, JOB, token_answer("T2", "2026-01-03T00:00:00Z"), JOB
    ) as server:
        client = client_with_token(server, clock)
        client.start(REQUEST)
        client.start(REQUEST)
        clock.now += timedelta(hours=23, minutes=55)
        client.start(REQUEST)
    assert [b"X-Auth-Token: T1" in sent for sent in server.requests] == [False, True, True, False, False]
    assert b"X-Auth-Token: T2" in server.requests[4]


def test_a_401_fetches_one_new_token_once() -> None:
    """A token that RTC no longer takes is renewed, and the call made again with the new one."""
    with serve(
        token_answer("T1", "2026-01-02T00:00:00Z"), DENIED, token_answer("T2", "2026-01-02T00:00:00Z"), JOB
    ) as server:
        assert client_with_token(server, Clock()).start(REQUEST).job_id == "7"
    assert b"X-Auth-Token: T2" in server.requests[3]


def test_a_second_401_is_final() -> None:
    """A new token that is refused as well is the operator's to mend; nothing goes round in circles."""
    with serve(
        token_answer("T1", "2026-01-02T00:00:00Z"), DENIED, token_answer("T2", "2026-01-02T00:00:00Z"), DENIED
    ) as server:
        with pytest.raises(AuthFailed):
            client_with_token(server, Clock()).start(REQUEST)
        assert len(server.requests) == 4


@pytest.mark.parametrize("status", [302, 307, 308])
def test_a_login_follows_no_redirect(status: int) -> None:
    """Another server never gets the password."""
    token = token_answer("T1", "2026-01-02T00:00:00Z")
    with serve(token) as other, serve(http(status, b"", f"Location: {other.endpoint}/v3/auth/tokens")) as server:
        with pytest.raises(NotConnected):
            client_with_token(server, Clock()).start(REQUEST)
        assert (len(server.requests), other.connections) == (1, 0)


@pytest.mark.parametrize(
    ("answer", "family"),
    [
        (http(401, b'{"error": {"code": 401, "message": "The username or password is wrong."}}'), AuthFailed),
        (http(201, b"{}"), NotConnected),
        (http(503), NotConnected),
        (http(429), Throttled),
        (b"nonsense\r\n\r\n", NotConnected),
    ],
)
def test_without_a_token_rtc_is_not_asked(answer: bytes, family: type[RtcError]) -> None:
    """A login that fails says who has to act, and since RTC saw nothing, no outcome is unknown."""
    with serve(answer) as server:
        with pytest.raises(RtcError) as caught:
            client_with_token(server, Clock()).start(REQUEST)
        assert len(server.requests) == 1
    assert type(caught.value) is family
    assert caught.value.operation == "token"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"error": {"code": 401, "message": "The account is locked."}}', "The account is locked."),
        (b'{"error": {"message": "The account\\nis locked.\\u0007"}}', "The account is locked."),
        (b'{"error_code": "IAM.0011", "error_msg": "The account is locked."}', "IAM.0011 The account is locked."),
        (b'{"error": {"message": "user u, password p4ssw0rd: wrong"}}', "user u, password ***: wrong"),
        (b'{"error": "locked"}', "IAM gave no token"),
        (b'{"error": {"message": {"a": 1}}}', "IAM gave no token"),
        (b'{"error": {"message": "' + b"x" * 5000 + b'"}}', "x" * 300),
        (b"<html>", "IAM gave no token"),
        (b"[" * 60_000, "IAM gave no token"),
    ],
)
def test_iams_own_words_reach_the_operator(body: bytes, words: str) -> None:
    """In its own form of an error as well as in that of the gateway, as one line for the log."""
    with serve(http(401, body)) as server, pytest.raises(AuthFailed) as caught:
        client_with_token(server, Clock()).start(REQUEST)
    assert str(caught.value) == f"token: {words} · HTTP 401"


@pytest.mark.parametrize("seconds", [-1200, 1200])
def test_a_401_says_how_far_the_clock_is_off(seconds: int) -> None:
    """By RTC's own Date, because a signature is valid only around its time."""
    clock = Clock()
    clock.now += timedelta(seconds=seconds)
    denied = http(401, b'{"error_code": "APIGW.0301"}', "Date: Thu, 01 Jan 2026 00:00:00 GMT")
    with serve(denied) as server, pytest.raises(AuthFailed) as caught:
        client_with_key(server, clock).start(REQUEST)
    assert caught.value.failure().clock_ahead == seconds
    assert f"recordbot's clock is 20 minutes {'ahead of' if seconds > 0 else 'behind'} RTC's" in str(caught.value)


@pytest.mark.parametrize("date", ["", "Date: yesterday", "Date: Thu, 01 Jan 2026 00:00:30 GMT", "Date: Thu, 01 Jan"])
def test_a_clock_that_is_right_or_not_known_is_not_told(date: str) -> None:
    """Then the keys are to be checked."""
    clock = Clock()
    with serve(http(401, b"{}", *filter(None, [date]))) as server, pytest.raises(AuthFailed) as caught:
        client_with_key(server, clock).start(REQUEST)
    assert caught.value.failure().clock is None


def test_a_token_depends_on_no_clock() -> None:
    """A token that RTC refuses is not refused for the time."""
    denied = http(401, b"{}", "Date: Thu, 01 Jan 2020 00:00:00 GMT")
    token = token_answer("T1", "2026-01-02T00:00:00Z")
    with serve(token, denied, token, denied) as server, pytest.raises(AuthFailed) as caught:
        client_with_token(server, Clock()).start(REQUEST)
    assert caught.value.failure().clock is None


def test_a_token_without_a_readable_end_is_used_once() -> None:
    """Where IAM does not say when the token ends, the next call fetches its own."""
    first, second = token_answer("T1", "soon"), token_answer("T2", "0001-01-01T00:00:00+14:00")
    with serve(first, JOB, second, JOB) as server:
        client = client_with_token(server, Clock())
        client.start(REQUEST)
        client.start(REQUEST)
    assert b"X-Auth-Token: T2" in server.requests[3]


@pytest.mark.parametrize("key", ["", "a b", "a\n", "ä"])
def test_a_key_that_was_pasted_wrongly_is_found_at_once_and_not_shown(key: str) -> None:
    """A key with a blank or a line end in it fails when it is given, in words without it."""
    with pytest.raises(
        ValueError, match=r"^secret_key is empty or has characters that no such value has; check how it"
    ):
        AkSkAuth("AK", key, "project1")


def test_no_secret_shows() -> None:
    """Key, security token and password are not in any repr."""
    assert "s3cret" not in repr(AkSkAuth("AK", "s3cret", "p", security_token="s3cret-too"))
    assert "s3cret" not in repr(IamLogin("https://iam.example", "d", "u", "s3cret", "p"))


def test_a_temporary_keys_token_is_sent_and_signed() -> None:
    """X-Security-Token goes with the request and is among the signed headers."""
    with serve(JOB) as server:
        auth = AkSkAuth("AK", "SK", "project1", security_token="ST")
        RtcClient(endpoint=server.endpoint, app_id="app1", auth=auth).start(REQUEST)
    assert b"X-Security-Token: ST" in server.requests[0]
    assert b"x-sdk-date;x-security-token," in server.requests[0]
