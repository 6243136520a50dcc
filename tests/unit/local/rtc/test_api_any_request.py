"""The RTC stand-in and requests put together by hand: too many, incomplete, or anything at all."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from local.http_message import Headers, Request
from local.rtc.api import CALLS_KEPT, RtcApi
from local.rtc.credentials import MADE_UP
from shared.rtc import signing
from tests.settable_clock import SettableClock

JOBS = f"/v2/apps/{MADE_UP.app_id}/individual-stream-jobs"


def _signed(
    clock: SettableClock, method: str, path: str, body: bytes = b"", project: str = MADE_UP.project_id
) -> Request:
    signed = signing.sign(
        method,
        f"http://rtc.example{path}",
        {"Content-Type": "application/json"} | ({"X-Project-Id": project} if project else {}),
        body,
        access_key=MADE_UP.access_key,
        secret_key=MADE_UP.secret_key,
        now=clock(),
    )
    return Request(method, path, Headers(tuple(signed.headers.items())), body)


def test_a_record_is_kept_of_the_last_thousand_calls() -> None:
    """It can't grow without end."""
    api = RtcApi()
    for number in range(CALLS_KEPT + 1):
        api.answer(Request("GET", f"/{number}"))
    assert len(api.calls()) == CALLS_KEPT
    assert api.calls()[0].request.path == "/1"


def test_more_than_ten_calls_within_a_second_are_throttled() -> None:
    """429 with the gateway's code; a second after the first of the ten there is room again."""
    clock = SettableClock()
    api = RtcApi(clock=clock)
    statuses = []
    for _ in range(13):
        statuses.append(api.answer(_signed(clock, "GET", f"{JOBS}/1")).status)
        clock.tick(0.09)
    assert statuses == [404] * 10 + [429] * 2 + [404]
    throttled = api.calls()[10].answer.body
    assert isinstance(throttled, bytes)
    assert json.loads(throttled)["error_code"] == "APIGW.0308"


def test_a_signature_without_a_project_lacks_a_parameter() -> None:
    """X-Project-Id is mandatory with AK/SK: without it a well signed request is 1005."""
    clock = SettableClock()
    answer = RtcApi(clock=clock).answer(_signed(clock, "GET", f"{JOBS}/1", project=""))
    assert answer.status == 400
    assert answer.body == b'{"error_code": "RTC.00001005", "error_msg": "MissingParameter"}'


_LATIN = st.text(st.characters(max_codepoint=255))
_TARGETS = st.sampled_from([JOBS, f"{JOBS}/1", "/v3/auth/tokens", "/v2/apps/x/individual-stream-jobs"])


@settings(deadline=None)
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE"]) | _LATIN,
    target=_TARGETS | st.tuples(_TARGETS, _LATIN).map("".join) | _LATIN,
    headers=st.lists(
        st.tuples(st.sampled_from(["Authorization", "X-Auth-Token", "X-Sdk-Date", "Content-Type"]) | _LATIN, _LATIN)
    ),
    body=st.binary(),
)
def test_any_request_whatever_is_refused_and_never_5xx(
    method: str, target: str, headers: list[tuple[str, str]], body: bytes
) -> None:
    """Who isn't let in gets a 4xx, however odd the request."""
    assert 400 <= RtcApi().answer(Request(method, target, Headers(tuple(headers)), body)).status < 500


@settings(deadline=None)
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    path=_TARGETS | st.text("ab01-_~%/").map(lambda rest: f"{JOBS}/{rest}"),
    body=st.binary()
    | st.dictionaries(st.text(), st.text() | st.floats() | st.none()).map(lambda it: json.dumps(it).encode()),
)
def test_any_well_signed_request_whatever_is_never_5xx(method: str, path: str, body: bytes) -> None:
    """Who is let in can't break it either."""
    clock = SettableClock()
    api = RtcApi(clock=clock)
    api.answer(_signed(clock, "POST", JOBS, b'{"room_id": "100", "user_id": "user001"}'))
    clock.tick(1)
    assert api.answer(_signed(clock, method, path, body)).status < 500
