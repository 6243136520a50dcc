"""slack_sdk and slack_bolt against our door: which signatures are good, wherever they have an answer.

Their own test cases are tried (python-slack-sdk: tests/slack_sdk/signature; bolt-python: the tests of its middleware
request_verification and ssl_check), and then whatever hypothesis finds.
"""

from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis.strategies import binary, dictionaries, integers, just, one_of, sampled_from, text
from slack_bolt import BoltRequest, BoltResponse
from slack_bolt.middleware import RequestVerification, SslCheck
from slack_sdk.signature import SignatureVerifier

from bot.app import create_app
from bot.conversation import Conversation
from functions.aws.secrets import Secret
from functions.http.slack_door import Door
from functions.http.slack_secret import SlackSecret
from functions.http.slack_signature import is_signed
from shared.orders import Order
from shared.team import SHIPPED, InForce
from tests.known_recordings import NoRecordings
from tests.own_clients import an_account, connect
from tests.slack_requests import NOW, SIGNING_SECRET, FixedClock, a_form, an_event, signed

SDK_NOW = 1531420618
SDK_BODY = (
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
    "&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com"
    "%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
SDK_HEADERS = {
    "X-Slack-Request-Timestamp": str(SDK_NOW),
    "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
}
FORM = a_form("room 100 user001 hd")


def _ours(body: bytes, headers: dict[str, str], now: float = NOW) -> bool:
    return is_signed(body, {name.lower(): value for name, value in headers.items()}, [SIGNING_SECRET], now)


def _theirs(body: bytes, headers: dict[str, str], now: float = NOW) -> bool | None:
    """slack_sdk's verdict; None where it fails to reach one."""
    try:
        return SignatureVerifier(SIGNING_SECRET, FixedClock(now)).is_valid_request(body, headers)
    except (ValueError, TypeError, OverflowError):
        return None


@pytest.mark.parametrize(
    ("body", "headers", "now", "good"),
    [
        (SDK_BODY, SDK_HEADERS, SDK_NOW, True),
        (SDK_BODY + "------", SDK_HEADERS, SDK_NOW, False),
        (SDK_BODY, SDK_HEADERS, NOW, False),
        (SDK_BODY, {}, SDK_NOW, False),
        ("", SDK_HEADERS, SDK_NOW, False),
        (SDK_BODY, {"X-Slack-Signature": SDK_HEADERS["X-Slack-Signature"]}, SDK_NOW, False),
        (SDK_BODY, {"X-Slack-Request-Timestamp": str(SDK_NOW)}, SDK_NOW, False),
    ],
    ids=["valid", "body changed", "expired", "no headers", "no body", "no timestamp", "no signature"],
)
def test_slack_sdk_s_own_cases(body: str, headers: dict[str, str], now: float, good: bool) -> None:
    """Slack's published example, and what slack_sdk's tests make of it."""
    assert _theirs(body.encode(), headers, now) is good
    assert _ours(body.encode(), headers, now) is good


HEADERS = one_of(
    dictionaries(sampled_from([*SDK_HEADERS]), text()),
    integers(-400, 400).map(lambda age: signed(FORM, now=NOW + age)),
    sampled_from([SIGNING_SECRET, "another", SIGNING_SECRET.upper()]).map(lambda secret: signed(FORM, secret=secret)),
)


@given(body=one_of(just(FORM), binary()), headers=HEADERS, age=sampled_from([-300.5, -300, -1, 0, 0.5, 300, 300.5]))
@example(FORM, signed(FORM) | {"X-Slack-Signature": "v0=é"}, 0)
@example(FORM, signed(FORM) | {"X-Slack-Request-Timestamp": f" {int(NOW)}"}, 0)
@example(FORM, signed(FORM) | {"X-Slack-Request-Timestamp": "1_772_447_400"}, 0)
@example(FORM, signed(FORM) | {"X-Slack-Request-Timestamp": "soon"}, 0)
@example(b"\xff", signed(b"\xff"), 0)
def test_slack_sdk_and_the_door_agree(body: bytes, headers: dict[str, str], age: float) -> None:
    """Whatever slack_sdk calls good or bad. Where it fails on headers, ours calls them bad."""
    theirs = _theirs(body, headers, NOW + age)
    if theirs is not None:
        assert _ours(body, headers, NOW + age) is theirs


@given(integers(-400, 400), sampled_from(["{}", " {}", "+{}", "{:_}", "0{}"]))
def test_they_agree_on_how_a_time_is_written(age: int, form: str) -> None:
    """Signed with the text as it stands, odd as it is."""
    timestamp = form.format(int(NOW) + age)
    signature = SignatureVerifier(SIGNING_SECRET).generate_signature(timestamp=timestamp, body=FORM)
    assert signature is not None
    headers = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature}
    assert _ours(FORM, headers) is _theirs(FORM, headers)


@pytest.fixture(name="door", scope="module")
def _door() -> Iterator[Door]:
    """The whole door. What it lets through goes nowhere."""
    orders: list[Order] = []
    clock = FixedClock()
    app = create_app(
        Conversation(
            command="/record",
            idle_default=300,
            recordings=NoRecordings,
            put=orders.append,
            report_away=lambda _: None,
            team=lambda: InForce(SHIPPED),
        ),
        report=lambda _: None,
        respond=lambda _url, _message: None,
    )
    with an_account():
        client = connect("secretsmanager")
        client.create_secret(Name="slack", SecretString=f'{{"signing_secrets": ["{SIGNING_SECRET}"]}}')
        yield Door(app, Secret(client, "slack", SlackSecret, clock.now), clock.now)


def _bolt(body: bytes, headers: dict[str, str]) -> int:
    """The status of Bolt's own middleware, ssl_check and then verification, in the order of its App."""
    verification = RequestVerification(SIGNING_SECRET)
    verification._verifier = SignatureVerifier(SIGNING_SECRET, FixedClock())
    request = BoltRequest(body=body.decode(), headers={"Content-Type": "application/x-www-form-urlencoded", **headers})
    response = BoltResponse(status=200)
    for middleware in (SslCheck(), verification):
        went_on: list[BoltResponse] = []

        def go_on(went_on: list[BoltResponse] = went_on, response: BoltResponse = response) -> BoltResponse:
            went_on.append(response)
            return response

        answered = middleware.process(req=request, resp=response, next=go_on)
        if not went_on:
            return answered.status
    return response.status


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"payload={}", signed(b"payload={}")),
        (b"payload={}", {}),
        (FORM, signed(FORM)),
        (FORM, signed(FORM, secret="another")),
        (FORM, signed(FORM, now=NOW - 301)),
        (FORM, signed(b"another")),
        (b"ssl_check=1&token=xyzz", {}),
        (b"ssl_check=1&token=xyzz", signed(b"ssl_check=1&token=xyzz")),
        (b"ssl_check=2", {}),
        (b"", {}),
        (b"", signed(b"")),
    ],
)
def test_bolt_and_the_door_agree(door: Door, body: bytes, headers: dict[str, str]) -> None:
    """Bolt's own cases and some more: 200 where it goes on or answers so, 401 where it says that."""
    assert door.answer(an_event(body, headers)).status == _bolt(body, headers)
