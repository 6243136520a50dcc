"""The webhook's settings and secret: a slip in them opens nothing."""

import base64

import pytest

from functions.aws.settings import SettingsError, read_settings
from functions.webhook_api.configuration import Limits, WebhookSecret, WebhookSettings
from tests.webhook_requests import KEY, OTHER_KEY

WEBHOOK = {
    "SECRET_ID": "webhook-secret",
    "LEDGER_TABLE": "ledger",
    "ORDER_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/orders",
    "RTC_APP_ID": "app1",
    "RECORD_RULE_ID": "",
    "WEBHOOK_CALLERS": '{"timetable": {"rooms": [100, "b"]}, "ci": {}}',
}
STATUS_KEYS = ["whsec_" + "c3Rh" * 10]


def test_callers_are_read_with_their_limits() -> None:
    """A room's number is its id."""
    callers = read_settings(WebhookSettings, WEBHOOK).webhook_callers
    assert callers == {"timetable": Limits(rooms=frozenset({"100", "b"})), "ci": Limits()}


@pytest.mark.parametrize(
    "callers",
    [
        "",
        "[]",
        '{"timetable": {"room": ["100"]}}',
        '{"timetable": {"rooms": "100"}}',
        '{"ci": {"channels": ["#x"]}}',
        '{"U1ANN": {}}',
        '{"a/b": {}}',
    ],
)
def test_an_error_in_the_callers_opens_nothing(callers: str) -> None:
    """A limit that is misspelt would be none, and a name like a Slack user's would be a mention."""
    with pytest.raises(SettingsError, match="WEBHOOK_CALLERS"):
        read_settings(WebhookSettings, WEBHOOK | {"WEBHOOK_CALLERS": callers})


def test_a_caller_may_have_several_keys_and_shows_none() -> None:
    """While one is rotated out; an unknown caller has none. Those of the links are keys like others."""
    secret = WebhookSecret.model_validate({"callers": {"ci": [KEY, OTHER_KEY + "\n"]}, "status_keys": STATUS_KEYS})
    assert secret.keys_of("ci") == (b"k" * 32, b"o" * 32)
    assert secret.keys_of("nobody") == ()
    assert secret.status_keys == (b"sta" * 10,)
    assert KEY not in repr(secret)
    assert STATUS_KEYS[0] not in repr(secret)


@pytest.mark.parametrize(
    ("callers", "status_keys"),
    [
        ({"ci": [KEY], "timetable": [OTHER_KEY, KEY]}, STATUS_KEYS),
        ({"ci": []}, STATUS_KEYS),
        ({"ci": ["s3cret"]}, STATUS_KEYS),
        ({"U1ANN": [KEY]}, STATUS_KEYS),
        ({"ci": [KEY]}, []),
        ({"ci": [KEY]}, ["short"]),
        ({"ci": [KEY]}, ["any text of sixteen or more characters"]),
        ({"ci": ["whsec_" + base64.b64encode(bytes([n]) * 32).decode() for n in range(5)]}, STATUS_KEYS),
    ],
)
def test_callers_keys_that_protect_nothing_are_refused(callers: object, status_keys: object) -> None:
    """Two callers with one key could pass for each other; a short key, or one that was thought up, can be guessed."""
    with pytest.raises(ValueError, match="WebhookSecret"):
        WebhookSecret.model_validate({"callers": callers, "status_keys": status_keys})
