"""The door: what comes from Slack is dispatched once it is verified, and nothing else is."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis.strategies import (
    DrawFn,
    binary,
    booleans,
    composite,
    dictionaries,
    integers,
    lists,
    none,
    recursive,
    sampled_from,
    text,
)

from bot.app import create_app
from bot.conversation import Conversation
from functions.aws.secrets import RETRY_AFTER, Secret, SecretUnreadable
from functions.http.slack_door import Door
from functions.http.slack_secret import SlackSecret
from shared.orders import Order
from shared.team import SHIPPED, InForce
from tests.clicks import a_click
from tests.known_recordings import NoRecordings
from tests.logs import loggers_restored
from tests.own_clients import an_account, connect
from tests.slack_requests import NOW, SIGNING_SECRET, a_form, an_event, signed

TYPED = "room 100 user001 hd"


@dataclass
class Around:
    """The door, what came through it, and what a test can change around it."""

    now: float = NOW
    orders: list[Order] = field(default_factory=list)
    reported: list[Exception] = field(default_factory=list)
    door: Door = field(init=False)

    def __post_init__(self) -> None:
        self.client = connect("secretsmanager")
        self.client.create_secret(Name="slack", SecretString=json.dumps({"signing_secrets": [SIGNING_SECRET]}))
        app = create_app(
            Conversation(
                command="/record",
                idle_default=300,
                recordings=NoRecordings,
                put=self.orders.append,
                report_away=self.reported.append,
                team=lambda: InForce(SHIPPED),
            ),
            report=self.reported.append,
            respond=lambda _url, _message: None,
        )
        self.door = Door(app, Secret(self.client, "slack", SlackSecret, self.clock), self.clock)

    def clock(self) -> float:
        return self.now

    def rotate(self, *secrets: str) -> None:
        self.client.put_secret_value(SecretId="slack", SecretString=json.dumps({"signing_secrets": secrets}))


@pytest.fixture(name="around")
def _around() -> Iterator[Around]:
    with an_account():
        yield Around()


@pytest.fixture(name="open_door", scope="module")
def _open_door() -> Door:
    """A door for the properties: its secret has been read."""
    with an_account():
        around = Around()
        around.door.answer(an_event(a_form("help")))
    return around.door


def _signed_event(body: bytes) -> dict[str, object]:
    return an_event(body, signed(body))


def test_a_signed_command_goes_through(around: Around) -> None:
    """As API Gateway delivers it, base64-encoded, and the person reads that it was accepted."""
    response = around.door.answer(an_event(a_form(TYPED)))
    assert (response.status, response.content_type.partition(";")[0]) == (200, "application/json")
    (order,) = around.orders
    assert order.order_id in response.body


def test_the_event_s_own_encoding_makes_no_difference(around: Around) -> None:
    """Text or base64, header names in any case: the same bytes are verified."""
    body = a_form(TYPED)
    event = {"headers": signed(body), "body": body.decode()}
    assert around.door.answer(event).status == 200
    assert len(around.orders) == 1


@pytest.mark.parametrize(
    "form",
    [
        a_form("room payload user001"),
        a_form("start payload user001"),
        a_form(TYPED, channel_name="payload-team"),
        a_form("100 payload hd", user_name="payload="),
    ],
)
def test_the_word_payload_loses_no_command(around: Around, form: bytes) -> None:
    """Bolt's own parsing takes such a form for a click on a button, and drops it."""
    assert around.door.answer(an_event(form)).status == 200
    assert len(around.orders) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Slack-Signature": "v0=" + "0" * 64},
        signed(a_form("other")),
        signed(a_form(TYPED), secret="another"),
        signed(a_form(TYPED), now=NOW - 301),
        signed(a_form(TYPED)) | {"X-Slack-Request-Timestamp": "yesterday"},
        signed(a_form(TYPED)) | {"X-Slack-Signature": "v0=é"},
    ],
)
def test_what_slack_did_not_sign_is_refused(around: Around, headers: dict[str, str]) -> None:
    """Absent, forged, stale or garbage: 401, and nothing has happened."""
    assert around.door.answer(an_event(a_form(TYPED), headers)).status == 401
    assert not around.orders


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Request-Timestamp": str(int(NOW))},
        {"X-Slack-Request-Timestamp": str(int(NOW)), "X-Slack-Signature": "secret"},
        signed(a_form(TYPED), now=NOW - 301),
    ],
)
def test_a_scanner_is_refused_without_the_secret(around: Around, headers: dict[str, str]) -> None:
    """Before the secret is filled, too: else whoever finds the address would page somebody."""
    around.client.delete_secret(SecretId="slack")
    assert around.door.answer(an_event(a_form(TYPED), headers)).status == 401
    with pytest.raises(SecretUnreadable):
        around.door.answer(an_event(a_form(TYPED)))


@pytest.mark.parametrize(
    "body",
    [
        b"text=\xff",
        b"text=%ff",
        b"payload=",
        b"payload={",
        b"payload=[1]",
        b"payload=" + b"[" * 100_000,
        b"payload=" + b"9" * 5000,
        b"payload=" + b'{"type": "block_actions", "x": "\\ud800"}',
        b"payload=" + b'{"type": "block_actions", "type": "view_submission"}',
        b"payload=" + b'{"type": "block_actions", "x": NaN}',
        b"command=%2Frecord&user_id=U1&user_id=U2",
        b"&".join(b"f%d=1" % n for n in range(101)),
    ],
)
def test_what_is_signed_and_cannot_be_read_is_refused(around: Around, body: bytes) -> None:
    """It is not Slack's to send, so it is 400, and no mistake of ours."""
    assert around.door.answer(_signed_event(body)).status == 400
    assert not around.reported


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "view_submission", "user": {"id": "U1ANN"}, "view": False},
        {"type": "view_submission", "user": {"id": "U1ANN"}, "view": {}, "response_urls": ">"},
        {"type": "shortcut", "callback_id": "record", "user": 5},
    ],
)
def test_no_exception_is_named_to_a_sender(around: Around, payload: dict[str, object]) -> None:
    """Where Bolt fails at a payload, the answer says what is wrong with it."""
    response = around.door.answer(_signed_event(urlencode({"payload": json.dumps(payload)}).encode()))
    assert (response.status, response.body) == (400, "the payload is nothing that Slack sends")


@pytest.mark.parametrize("name", ["user_id", "channel_id", "response_url"])
def test_what_the_queue_would_refuse_is_refused_before(around: Around, name: str) -> None:
    """SQS takes no message with some characters: that is the sender's doing, and no failure of the queue."""
    for value in ("", "U1\uffff", "https://h/\ufffe", "U1\x0b", "U1 ANN", "a" * 2001):
        assert around.door.answer(_signed_event(a_form(TYPED, **{name: value}))).status == 400, value
    assert not around.orders


def test_a_long_body_that_nobody_signed_is_not_parsed(around: Around) -> None:
    """A check of our certificate is short; anything else is refused by its missing signature alone."""
    assert around.door.answer(an_event(b"ssl_check=1&token=" + b"x" * 1000, {})).status == 401


@pytest.mark.parametrize("event", [None, [], "event", {"body": 5}, {"body": "*", "isBase64Encoded": True}])
def test_what_is_no_event_is_refused(around: Around, event: object) -> None:
    """Before anything is asked of it."""
    assert around.door.answer(event).status == 400


def test_a_click_is_dispatched_by_its_payload(around: Around) -> None:
    """The form's JSON reaches the interaction that its action_id names; an unsigned one reaches nothing."""
    body = urlencode({"payload": json.dumps(a_click("run", "100 user001"))}).encode()
    unsigned = around.door.answer(an_event(body, {}))
    assert (unsigned.status, around.orders) == (401, [])
    response = around.door.answer(_signed_event(body))
    assert (response.status, response.body, around.reported) == (200, "", [])
    (order,) = around.orders
    assert order.action.kind == "start"


@pytest.mark.parametrize("headers", [{}, signed(b"ssl_check=1&token=xyzz0")])
def test_slack_may_look_at_our_certificate(around: Around, headers: dict[str, str]) -> None:
    """Signed or not, it gets an empty 200."""
    response = around.door.answer(an_event(b"ssl_check=1&token=xyzz0", headers))
    assert (response.status, response.body) == (200, "")


def test_a_command_that_says_ssl_check_still_has_to_be_signed(around: Around) -> None:
    """All that it gets unsigned is the empty answer."""
    response = around.door.answer(an_event(a_form(TYPED, ssl_check="1"), {}))
    assert (response.status, response.body, around.orders) == (200, "", [])


def test_a_secret_that_was_read_at_the_cold_start_is_not_read_for_the_first_person(around: Around) -> None:
    """The first answer doesn't wait for Secrets Manager."""
    with loggers_restored():
        around.door.read_secret()
    around.client.delete_secret(SecretId="slack")
    assert around.door.answer(an_event(a_form(TYPED))).status == 200


def test_a_rotated_secret_is_noticed_with_the_first_request(around: Around) -> None:
    """The request that no kept secret fits has them read anew; the one rotated out is refused from then on."""
    form = a_form(TYPED)
    assert around.door.answer(an_event(form)).status == 200
    around.rotate("new")
    around.now += RETRY_AFTER
    assert around.door.answer(an_event(form, signed(form, secret="new"))).status == 200
    assert around.door.answer(an_event(form)).status == 401


def test_both_secrets_hold_while_one_is_rotated_out(around: Around) -> None:
    """Slack changes over when it likes."""
    around.rotate("new", SIGNING_SECRET)
    form = a_form(TYPED)
    for secret in ("new", SIGNING_SECRET):
        assert around.door.answer(an_event(form, signed(form, secret=secret))).status == 200


JSON = recursive(
    none() | booleans() | integers() | text(),
    lambda inner: lists(inner, max_size=3) | dictionaries(text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
HEADERS = dictionaries(
    sampled_from(["X-Slack-Signature", "x-slack-request-timestamp", "content-type"]), text() | JSON, max_size=3
)


@composite
def events(draw: DrawFn) -> object:
    """Events that look like API Gateway's to some degree."""
    event = {"headers": draw(HEADERS | JSON), "body": draw(binary().map(_base64) | text() | JSON)}
    event |= draw(dictionaries(sampled_from(["isBase64Encoded", "requestContext", "rawPath"]), JSON | booleans()))
    return draw(sampled_from([event, draw(JSON)]))


def _base64(body: bytes) -> str:
    return base64.b64encode(body).decode()


@given(event=events())
def test_any_event_is_refused_or_passed_over(open_door: Door, event: object) -> None:
    """401 for what isn't Slack's, 400 for what can't be read; never an exception, and never through."""
    assert open_door.answer(event).status in {400, 401}


@given(body=binary(), headers=dictionaries(text(), text()))
def test_any_bytes_and_headers_are_refused(open_door: Door, body: bytes, headers: dict[str, str]) -> None:
    """Whatever the internet sends."""
    assert open_door.answer(an_event(body, headers)).status in {400, 401}


PAYLOADS = dictionaries(
    sampled_from(["type", "view", "actions", "user", "team", "channel", "command", "text", "event", "response_urls"]),
    JSON | sampled_from(["block_actions", "view_submission", "event_callback", "/record"]),
)


@given(
    body=binary()
    | dictionaries(text(), text()).map(lambda form: urlencode(form, errors="surrogatepass").encode())
    | dictionaries(sampled_from(["command", "text", "user_id", "payload", "ssl_check"]), text()).map(
        lambda form: urlencode(form, errors="surrogatepass").encode()
    )
    | PAYLOADS.map(lambda payload: urlencode({"payload": json.dumps(payload)}).encode())
)
def test_signed_garbage_is_answered_or_refused(open_door: Door, body: bytes) -> None:
    """With a 200 or a 400, also where Bolt stumbles over it."""
    assert open_door.answer(_signed_event(body)).status in {200, 400}
