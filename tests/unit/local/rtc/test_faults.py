"""What a fault does to an answer of RTC's."""

import json

import pytest
from pydantic import ValidationError

from local.http_message import Answer, Wire
from local.rtc.faults import Fault

TRUE = Answer.of_json(201, {"job_id": "1"})


def test_a_fault_without_a_status_keeps_the_true_answer() -> None:
    """It is only late, or lost on the wire."""
    late = Fault(delay=2.5).apply(TRUE, "id")
    assert (late.status, late.body, late.delay, late.wire) == (201, TRUE.body, 2.5, Wire.WHOLE)
    assert Fault(wire=Wire.CUT).apply(TRUE, "id").wire is Wire.CUT


def test_a_fault_s_status_comes_with_a_code_a_body_or_nothing() -> None:
    """A code makes the error's form; any body goes as it is; neither is an empty body."""
    coded = Fault(status=400, error_code="RTC.00001007").apply(TRUE, "id")
    assert (coded.status, coded.body) == (400, b'{"error_code": "RTC.00001007", "error_msg": "JobExceed"}')
    gateway = Fault(status=429, error_code="APIGW.0308").apply(TRUE, "id").body
    assert isinstance(gateway, bytes)
    assert json.loads(gateway)["request_id"] == "id"
    html = Fault(status=502, body="<html>Bad gateway</html>").apply(TRUE, "id")
    assert (html.headers, html.body) == ((("Content-Type", "text/html"),), b"<html>Bad gateway</html>")
    assert Fault(status=503).apply(TRUE, "id").body == b""


@pytest.mark.parametrize(
    "fields", [{"status": 100}, {"status": 600}, {"delay": -1}, {"content_type": "\r\nb"}, {"x": 1}]
)
def test_an_unfit_fault_is_refused(fields: dict[str, object]) -> None:
    """What no server could do, and what nobody knows, is an error of the one who tells it."""
    with pytest.raises(ValidationError):
        Fault.model_validate(fields)
