"""The webhook's settings and secret: a slip in them opens nothing."""

import base64

import pytest

from functions.webhook_api.configuration import WebhookSecret
from tests.webhook_requests import KEY, OTHER_KEY

STATUS_KEYS = ["whsec_" + "c3Rh" * 10]


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
