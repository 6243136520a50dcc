"""No object that holds a secret shows it: a repr gets into logs, tracebacks and the output of a failing test."""

import pytest

from bot.asker import Asker
from bot.payloads import Clicked
from bot.posting import Messenger
from bot.slack_api import SlackApi
from functions.http.api_gateway import HttpRequest
from functions.http.slack_secret import SlackSecret
from functions.webhook_api.configuration import WebhookSecret
from functions.worker.configuration import RecorderSecret
from local.aws.lambda_pool import Invocation
from local.hook import Sender
from local.http_message import Request
from local.rtc.signature import Key
from local.slack.chat import ANN, CLASS_RECORDINGS
from local.slack.delivery import Delivery
from local.socket_mode import SlackAccount
from local.system import Account, Caller
from shared.attempts import Started
from shared.new_recordings import begun
from shared.orders import Order, PlacedOrder
from shared.rtc.answers import Answer
from shared.rtc.auth import AkSkAuth, IamLogin, TokenAuth
from shared.rtc.client import RtcClient
from shared.rtc.signing import sign
from shared.slack_refs import ReplyTo
from shared.transport import new_session
from tests.builders import NOW, TIMETABLE, a_job, a_request, a_start, an_attempt, an_order
from tests.clicks import a_click

PLANTED = "s3cretPlanted1"
_URL = f"https://hooks.slack.com/commands/{PLANTED}"
_WHSEC = "whsec_" + "czNjcmV0UGxhbnRlZDFzM2NyZXRQbGFudGVkMQ=="
_PUSHED = a_request(publish_param={"rtmp_urls": [f"rtmp://h/{PLANTED}"]})
_AK_SK = AkSkAuth(PLANTED, PLANTED + "sk", "p1", PLANTED + "token")
_LOGIN = IamLogin("https://iam.example.com", "d", "u", PLANTED, "p1")
_RTC = RtcClient(app_id="app1", auth=_AK_SK)
_SLACK = SlackApi(api_url="https://slack.com/api/", bot_token=PLANTED, response_url_prefix="https://hooks.slack.com/")

HOLDERS: tuple[object, ...] = (
    SlackSecret(signing_secrets=(PLANTED,), bot_token=PLANTED),
    WebhookSecret.model_validate({"callers": {"a": [_WHSEC]}, "status_keys": [_WHSEC]}),
    RecorderSecret(access_key=PLANTED, secret_key=PLANTED, security_token=PLANTED, bot_token=PLANTED),
    RecorderSecret(domain_name="d", user_name="u", password=PLANTED),
    _AK_SK,
    _LOGIN,
    TokenAuth(_LOGIN, new_session()),
    _RTC,
    _RTC.preview(_PUSHED),
    sign("POST", "https://h/", {"x-security-token": PLANTED}, b"", access_key=PLANTED, secret_key="sk", now=NOW),
    Answer(400, None, PLANTED.encode(), secrets=(PLANTED,)),
    _SLACK,
    Messenger(_SLACK),
    _PUSHED,
    ReplyTo(channel_id="C1", response_url=_URL),
    Asker(user_id="U1", channel_id="C1", response_url=_URL),
    Clicked.model_validate(a_click("stop", response_url=_URL)),
    an_order(_PUSHED, reply_to=ReplyTo(channel_id="C1", response_url=_URL)),
    PlacedOrder(body_digest="d", actor=TIMETABLE, placed_at=NOW, action=a_start(_PUSHED)),
    begun(an_attempt(Started(job=a_job(_PUSHED)), request=_PUSHED)),
    HttpRequest("POST", "/slack", {"x-slack-signature": PLANTED}, PLANTED.encode(), PLANTED),
    Caller("demo", PLANTED),
    Account("https://rtc.example.com", "app1", "p1", {"secret_key": PLANTED}),
    SlackAccount(PLANTED, PLANTED),
    Sender("https://h/hooks/demo", PLANTED, print),
    Key(PLANTED, PLANTED),
    Invocation("SlackFunction", "1", PLANTED.encode(), 0.0),
    Delivery(ANN, CLASS_RECORDINGS, Request("POST", "/slack"), _URL, 0.0, 0.0, None),
)


def test_a_repr_shows_no_secret() -> None:
    """Not as repr and not as text."""
    shown = [(type(holder).__name__, f"{holder!r} {holder}") for holder in HOLDERS]
    secrets = (PLANTED, _WHSEC, "s3cretPlanted")
    assert [kind for kind, text in shown if any(secret in text for secret in secrets)] == []


@pytest.mark.parametrize(
    "wrong", [{"order_id": 5}, {"actor": None}, {"reply_to": {"response_url": _URL}}, {"action": 1}]
)
def test_an_error_of_reading_shows_no_secret(wrong: dict[str, object]) -> None:
    """An order that can't be read says what is wrong with it, not what is in it."""
    fields = an_order(_PUSHED, reply_to=ReplyTo(channel_id="C1", response_url=_URL)).model_dump(mode="json") | wrong
    with pytest.raises(ValueError, match="validation error") as caught:
        Order.model_validate(fields)
    assert PLANTED not in str(caught.value)
