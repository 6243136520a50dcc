"""Mishaps: what they do to an answer, and which calls they meet."""

import json

import pytest
from pydantic import ValidationError

from local.http_message import Answer, Wire
from local.rtc.mishaps import Misbehaviour, Mishap, Mishaps

TRUE = Answer.of_json(201, {"job_id": "1"})


def test_a_mishap_without_a_status_keeps_the_true_answer() -> None:
    """It is only late, or lost on the wire."""
    late = Mishap(delay=2.5).befall(TRUE, "id")
    assert (late.status, late.body, late.delay, late.wire) == (201, TRUE.body, 2.5, Wire.WHOLE)
    assert Mishap(wire=Wire.CUT).befall(TRUE, "id").wire is Wire.CUT


def test_a_mishap_s_status_comes_with_a_code_a_body_or_nothing() -> None:
    """A code makes the error's form; any body goes as it is; neither is an empty body."""
    coded = Mishap(status=400, error_code="RTC.00001007").befall(TRUE, "id")
    assert (coded.status, coded.body) == (400, b'{"error_code": "RTC.00001007", "error_msg": "JobExceed"}')
    gateway = Mishap(status=429, error_code="APIGW.0308").befall(TRUE, "id").body
    assert isinstance(gateway, bytes)
    assert json.loads(gateway)["request_id"] == "id"
    html = Mishap(status=502, body="<html>Bad gateway</html>").befall(TRUE, "id")
    assert (html.headers, html.body) == ((("Content-Type", "text/html"),), b"<html>Bad gateway</html>")
    assert Mishap(status=503).befall(TRUE, "id").body == b""


@pytest.mark.parametrize(
    ("mishap", "carried_out"),
    [
        (Mishap(), True),
        (Mishap(delay=1), True),
        (Mishap(status=500), False),
        (Mishap(status=500, made=True), True),
        (Mishap(wire=Wire.RESET), False),
        (Mishap(wire=Wire.RESET, made=True), True),
        (Mishap(wire=Wire.NOTHING, delay=60), False),
    ],
)
def test_a_call_is_carried_out_if_told_or_if_only_late(mishap: Mishap, *, carried_out: bool) -> None:
    """By default what fails has made nothing; `made` is the case where it has."""
    assert mishap.carried_out is carried_out


@pytest.mark.parametrize(
    "fields", [{"status": 100}, {"status": 600}, {"delay": -1}, {"content_type": "\r\nb"}, {"x": 1}]
)
def test_an_unfit_mishap_is_refused(fields: dict[str, object]) -> None:
    """What no server could do, and what nobody knows, is an error of the one who tells it."""
    with pytest.raises(ValidationError):
        Mishap.model_validate(fields)


def test_mishaps_meet_the_calls_they_were_told_for_and_as_often() -> None:
    """One for two starts leaves other calls alone, and is used up after two."""
    mishaps, failing = Mishaps(), Mishap(status=500)
    mishaps.tell(Misbehaviour(mishap=failing, operation="start", times=2))
    assert [mishaps.take(operation) for operation in ("show", "start", "stop", "start", "start")] == [
        None,
        failing,
        None,
        failing,
        None,
    ]


def test_a_mishap_for_any_call_lasts_until_cleared_and_others_queue_behind() -> None:
    """The oldest that fits is taken; without a number of times it stays."""
    mishaps, first, lasting = Mishaps(), Mishap(status=500), Mishap(status=503)
    mishaps.tell(Misbehaviour(mishap=first))
    mishaps.tell(Misbehaviour(mishap=lasting, times=None))
    assert [mishaps.take(operation) for operation in ("start", None, "token")] == [first, lasting, lasting]
    mishaps.clear()
    assert mishaps.take("start") is None
