"""The Slack stand-in's mishaps: what they do to an answer, and which calls they meet."""

import json

import pytest
from pydantic import ValidationError

from local.http_message import Answer, Wire
from local.slack.mishaps import RESPONSE_URL_ENDED, TOO_FAST, Misbehaviour, Mishap, Mishaps

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


@pytest.mark.parametrize(
    ("mishap", "carried_out"),
    [
        (Mishap(), True),
        (Mishap(delay=1), True),
        (Mishap(status=500), False),
        (Mishap(status=500, made=True), True),
        (Mishap(wire=Wire.RESET), False),
        (Mishap(wire=Wire.RESET, made=True), True),
    ],
)
def test_a_call_is_carried_out_if_told_or_if_only_late(mishap: Mishap, *, carried_out: bool) -> None:
    """By default what fails has posted nothing."""
    assert mishap.carried_out is carried_out


def test_mishaps_are_met_by_their_door_as_often_as_told() -> None:
    """The oldest first, None for always, and cleared at a word."""
    mishaps = Mishaps()
    mishaps.tell(Misbehaviour(mishap=TOO_FAST, door="web_api", times=2))
    mishaps.tell(Misbehaviour(mishap=RESPONSE_URL_ENDED, times=None))
    assert [mishaps.take("web_api") for _ in range(3)] == [TOO_FAST, TOO_FAST, RESPONSE_URL_ENDED]
    assert [mishaps.take("response_url") for _ in range(2)] == [RESPONSE_URL_ENDED] * 2
    mishaps.clear()
    assert mishaps.take("web_api") == Mishap()


def test_an_unfit_mishap_is_refused() -> None:
    """A typing error in a switch shows at once."""
    for unfit in ({"status": 42}, {"delay": -1}, {"reason": "x"}):
        with pytest.raises(ValidationError):
            Mishap.model_validate(unfit)
