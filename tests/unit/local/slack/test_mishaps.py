"""The Slack stand-in's mishaps: what they do to an answer, and which calls they meet."""

import json

import pytest
from pydantic import ValidationError

from local.http_message import Answer, Wire
from local.slack.mishaps import RESPONSE_URL_ENDED, TOO_FAST, Mishap

TRUE = Answer(body=b"ok")


def test_a_mishap_without_a_status_keeps_the_true_answer() -> None:
    """It is only late, or lost on the wire."""
    assert Mishap(delay=2).befall(TRUE, "web_api") == Answer(body=b"ok", delay=2)
    assert Mishap(wire=Wire.RESET).befall(TRUE, "web_api").wire is Wire.RESET


def test_each_door_words_an_error_in_its_own_form() -> None:
    """A response_url in plain text, the Web API in JSON; 429 says when to come again."""
    ended = RESPONSE_URL_ENDED.befall(TRUE, "response_url")
    assert (ended.status, ended.body) == (404, b"expired_url")
    limited = TOO_FAST.befall(TRUE, "web_api")
    assert isinstance(limited.body, bytes)
    assert (limited.status, json.loads(limited.body)) == (429, {"ok": False, "error": "ratelimited"})
    assert ("Retry-After", "1") in limited.headers
    assert Mishap(status=500).befall(TRUE, "web_api").body == b""


def test_an_unfit_mishap_is_refused() -> None:
    """A typing error in a switch shows at once."""
    for unfit in ({"status": 42}, {"delay": -1}, {"reason": "x"}):
        with pytest.raises(ValidationError):
            Mishap.model_validate(unfit)
