"""The Slack stand-in's faults: what they do to an answer, and which calls they meet."""

import json

import pytest
from pydantic import ValidationError

from local.http_message import Answer, Wire
from local.slack.faults import RESPONSE_URL_ENDED, THROTTLED, Fault

TRUE = Answer(body=b"ok")


def test_a_fault_without_a_status_keeps_the_true_answer() -> None:
    """It is only late, or lost on the wire."""
    assert Fault(delay=2).apply(TRUE, "web_api") == Answer(body=b"ok", delay=2)
    assert Fault(wire=Wire.RESET).apply(TRUE, "web_api").wire is Wire.RESET


def test_each_door_words_an_error_in_its_own_form() -> None:
    """A response_url in plain text, the Web API in JSON; 429 says when to come again."""
    ended = RESPONSE_URL_ENDED.apply(TRUE, "response_url")
    assert (ended.status, ended.body) == (404, b"expired_url")
    limited = THROTTLED.apply(TRUE, "web_api")
    assert isinstance(limited.body, bytes)
    assert (limited.status, json.loads(limited.body)) == (429, {"ok": False, "error": "ratelimited"})
    assert ("Retry-After", "1") in limited.headers
    assert Fault(status=500).apply(TRUE, "web_api").body == b""


def test_an_unfit_fault_is_refused() -> None:
    """A typing error in a switch shows at once."""
    for unfit in ({"status": 42}, {"delay": -1}, {"reason": "x"}):
        with pytest.raises(ValidationError):
            Fault.model_validate(unfit)
