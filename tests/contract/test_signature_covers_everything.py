"""What the client signs is what the stand-in verifies, and nothing of it can be changed on the way."""

from dataclasses import replace as changed

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.http_message import Answer, Headers, Request
from local.rtc.api import RtcApi
from shared import transport
from shared.rtc.auth import AkSkAuth
from shared.rtc.client import RtcClient
from shared.rtc.models import RecordingRequest
from shared.rtc.signing import sign
from tests.in_memory import InMemory
from tests.settable_clock import SettableClock

SIGNED = ("content-type", "host", "x-project-id", "x-security-token", "x-sdk-date", "authorization")


def a_signed_start(clock: SettableClock) -> Request:
    """A start as our client signs it, with a temporary key, as the far end receives it."""
    api = RtcApi(clock=clock)
    received: list[Request] = []

    def answer(request: Request) -> Answer:
        received.append(request)
        return api.answer(request)

    made_up = api.credentials
    auth = AkSkAuth(
        made_up.temporary_access_key, made_up.temporary_secret_key, made_up.project_id, made_up.security_token, clock
    )
    session = transport.new_session()
    session.mount("http://", InMemory(answer))
    client = RtcClient(
        endpoint="http://rtc.invalid:8080", app_id=made_up.app_id, auth=auth, session=session, clock=clock
    )
    client.start(RecordingRequest(room_id="100", user_id="user001"))
    assert len(api.jobs()) == 1
    return received[0]


def a_signed_show_with_a_query(clock: SettableClock) -> Request:
    """The job of that start asked for with a query, which our client never sends and the signer can."""
    made_up = RtcApi().credentials
    target = f"/v2/apps/{made_up.app_id}/individual-stream-jobs/1?a=1&b=2%20c"
    signed = sign(
        "GET",
        f"http://rtc.invalid:8080{target}",
        {"X-Project-Id": made_up.project_id},
        b"",
        access_key=made_up.access_key,
        secret_key=made_up.secret_key,
        now=clock(),
    )
    return Request("GET", target, Headers(tuple(signed.headers.items())))


CLOCK = SettableClock()
START = a_signed_start(CLOCK)
SHOW = a_signed_show_with_a_query(CLOCK)


def refused(request: Request) -> bool:
    """Whether a fresh stand-in answers 4xx and makes no job."""
    api = RtcApi(clock=CLOCK)
    return 400 <= api.answer(request).status < 500 and api.jobs() == []


def status_of_show(request: Request) -> int:
    """What a stand-in that has the job answers."""
    api = RtcApi(clock=CLOCK)
    api.answer(START)
    return api.answer(request).status


def flipped(value: str, at: int, bit: int) -> str:
    """The value with one bit of one character changed."""
    at %= len(value)
    return value[:at] + chr(ord(value[at]) ^ (1 << bit)) + value[at + 1 :]


def test_the_request_that_nobody_touched_is_accepted() -> None:
    """The rule below means something: unchanged, the same request makes a job."""
    assert RtcApi(clock=CLOCK).answer(START).status == 201


def test_the_query_that_nobody_touched_is_accepted() -> None:
    """Signer and stand-in agree on a query's canonical form, and the job is shown."""
    assert status_of_show(SHOW) == 200


@given(st.integers(0, 10_000), st.integers(0, 7))
def test_no_bit_of_the_body_can_be_flipped(at: int, bit: int) -> None:
    """The payload's hash is signed."""
    at %= len(START.body)
    body = START.body[:at] + bytes([START.body[at] ^ (1 << bit)]) + START.body[at + 1 :]
    assert refused(changed(START, body=body))


@given(st.integers(0, 10_000), st.integers(0, 6))
def test_no_bit_of_the_path_can_be_flipped(at: int, bit: int) -> None:
    """The path is signed."""
    assert refused(changed(START, target="/" + flipped(START.target[1:], at, bit)))


@given(st.integers(0, 10_000), st.integers(0, 6))
def test_no_bit_of_the_query_can_be_flipped(at: int, bit: int) -> None:
    """Names, values and the marks between them are signed."""
    assert status_of_show(changed(SHOW, target=f"{SHOW.path}?{flipped(SHOW.query, at, bit)}")) == 401


@pytest.mark.parametrize("query", ["", "a=1", "b=2%20c", "a=1&b=2%20c&c=3", "a=1&b=2%2520c", "a=1&a=1&b=2%20c"])
def test_no_part_of_the_query_can_be_taken_away_or_added(query: str) -> None:
    """The whole of it is signed."""
    assert status_of_show(changed(SHOW, target=f"{SHOW.path}?{query}")) == 401


@given(st.from_regex(r"[a-z]{1,5}(=[a-z0-9]{0,5})?", fullmatch=True))
def test_no_query_can_be_added(query: str) -> None:
    """The query is signed, even where there is none."""
    assert refused(changed(START, target=f"{START.target}?{query}"))


@pytest.mark.parametrize("method", ["PUT", "GET", "DELETE", "PATCH"])
def test_the_method_cannot_be_changed(method: str) -> None:
    """The method is signed."""
    assert refused(changed(START, method=method))


@given(st.sampled_from(SIGNED), st.integers(0, 10_000), st.integers(0, 6))
def test_no_bit_of_a_signed_header_can_be_flipped(name: str, at: int, bit: int) -> None:
    """Type, host, project, token, date and the signature itself: each is covered."""
    pairs = []
    for key, value in START.headers:
        new = flipped(value, at, bit) if key.lower() == name else value
        if new.strip() == value.strip() or (name == "authorization" and new.lower() == value.lower()):
            # White space at the ends and the case of a hex digit are the same value to the gateway.
            new = value + "x" if key.lower() == name else value
        pairs.append((key, new))
    assert refused(changed(START, headers=Headers(tuple(pairs))))


@pytest.mark.parametrize("name", SIGNED)
def test_no_signed_header_can_be_taken_away(name: str) -> None:
    """Without one of them the signature does not hold."""
    assert name in {key.lower() for key, _ in START.headers}
    assert refused(changed(START, headers=Headers(tuple(it for it in START.headers if it[0].lower() != name))))
