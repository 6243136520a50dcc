"""What RTC answered, told apart by who is to blame."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from shared.rtc.answers import Answer, error_in, job_in
from shared.rtc.errors import (
    AlreadyDone,
    AlreadyRunning,
    AuthFailed,
    Blame,
    NotFound,
    NotReady,
    OutcomeUnknown,
    Refused,
    RtcError,
    ServerError,
    Throttled,
)
from shared.rtc.models import RecordingJob


def answer(status: int, body: JsonValue | bytes = b"") -> Answer:
    """An answer as it would come from RTC."""
    return Answer(status, "3f2a", body if isinstance(body, bytes) else json.dumps(body).encode())


@pytest.mark.parametrize(
    ("status", "code", "family"),
    [
        (400, "RTC.00001003", Refused),
        (400, "RTC.00001006", AlreadyRunning),
        (400, "RTC.00001007", Refused),
        (400, "RTC.00001009", AlreadyDone),
        (400, "RTC.00001022", NotReady),
        (400, "RTC.00009999", Refused),
        (401, "RTC.00001003", AuthFailed),
        (401, "APIGW.0301", AuthFailed),
        (403, "RTC.00001021", AuthFailed),
        (404, "RTC.00001003", NotFound),
        (409, None, Refused),
        (429, None, Throttled),
        (429, "APIGW.0308", Throttled),
        (403, "APIG.0308", Throttled),
        (500, "RTC.00002001", ServerError),
        (500, "RTC.00002xxx", ServerError),
        (500, None, OutcomeUnknown),
        (500, "APIGW.0201", OutcomeUnknown),
        (502, "RTC.00002001", OutcomeUnknown),
        (503, None, OutcomeUnknown),
        (504, None, OutcomeUnknown),
        (302, None, OutcomeUnknown),
        (201, None, OutcomeUnknown),
    ],
)
def test_status_and_code_decide_the_family(status: int, code: str | None, family: type[RtcError]) -> None:
    """The status decides, but for the codes with a meaning of their own; neither yes nor no is unknown."""
    error = error_in("start", answer(status, {"error_code": code, "error_msg": "Name"}))
    assert type(error) is family
    assert (error.status, error.error_code, error.error_msg, error.request_id) == (status, code, "Name", "3f2a")


def test_only_what_surely_did_not_happen_may_be_retried() -> None:
    """Throttled, failed by RTC's own word, or still being set up: these and no other answer may be tried again."""
    retried = {
        type(error)
        for status in range(300, 600)
        for code in (None, "RTC.00001003", "RTC.00001006", "RTC.00001022", "RTC.00002001", "APIGW.0308")
        if (error := error_in("start", answer(status, {"error_code": code}))).may_retry
    }
    assert retried == {Throttled, ServerError, NotReady}


def test_a_wrong_key_is_the_operators_to_mend_and_never_retried() -> None:
    """Five wrong signatures lock the key, so a 401 is final and names the operator."""
    error = error_in("start", answer(401))
    assert (error.blame, error.may_retry) == (Blame.OPERATOR, False)


@pytest.mark.parametrize(
    ("status", "ahead", "told"),
    [(401, 1200, 1200), (401, -60, -60), (401, 59, None), (401, 0, None), (403, 1200, None), (400, 1200, None)],
)
def test_a_clock_that_is_off_is_told_where_it_may_be_the_cause(status: int, ahead: int, told: int | None) -> None:
    """Only a 401 is about a signature, and some seconds are the answer's own way."""
    error = error_in("start", Answer(status, None, b"", timedelta(seconds=ahead)))
    assert error.failure().clock_ahead == told
    assert ("clock is" in str(error)) == (told is not None)


def test_the_gateways_request_id_is_found_in_the_body() -> None:
    """Where the header is missing the gateway's own request_id is shown."""
    error = error_in("show", Answer(401, None, b'{"error_code":"APIGW.0301","request_id":"abc"}'))
    assert error.request_id == "abc"


def test_a_201_with_a_job_is_a_job_completed_by_what_was_asked() -> None:
    """Room and user that the answer leaves out are those of the request."""
    job = job_in("start", answer(201, {"job_id": 1, "room_id": None}), room_id="100", user_id="user001")
    assert (job.job_id, job.room_id, job.user_id) == ("1", "100", "user001")


@pytest.mark.parametrize(
    "body", [b"", b"<html>ok</html>", b"[]", b"null", b'{"job_id":', b'{"room_id": 1}', b"\xff", b"[" * 60000]
)
def test_a_201_without_a_job_is_an_unknown_outcome(body: bytes) -> None:
    """A 2xx that carries no job says nothing about whether one runs."""
    with pytest.raises(OutcomeUnknown):
        job_in("start", Answer(201, None, body))


@pytest.mark.parametrize("job_id", ["9" * 129, "two words", "..", "\u20001"])
def test_a_job_id_that_cannot_be_used_is_kept_with_the_unknown_outcome(job_id: str) -> None:
    """An operator may find the job by it."""
    with pytest.raises(OutcomeUnknown) as caught:
        job_in("start", answer(201, {"job_id": job_id}))
    assert caught.value.failure().job_id == job_id


@given(st.integers(100, 599), st.binary(max_size=200))
def test_any_answer_makes_a_job_or_an_rtc_error(status: int, body: bytes) -> None:
    """No status and no bytes make anything else."""
    try:
        outcome: object = job_in("start", Answer(status, None, body))
    except RtcError as error:
        outcome = error
        str(error)
    assert isinstance(outcome, RecordingJob | RtcError)


json_texts = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5)


@given(st.integers(200, 599), json_texts, json_texts)
def test_codes_and_messages_of_any_type_stay_one_printable_line(
    status: int, code: JsonValue, message: JsonValue
) -> None:
    """RTC's words are shown as they came, but cut and never able to break a line."""
    error = error_in("start", answer(status, {"error_code": code, "error_msg": message}))
    assert len(str(error)) < 500
    assert str(error).isprintable()


def test_an_error_reads_as_one_line_for_a_log() -> None:
    """Operation, code, name, status and request id, in this order."""
    error = error_in("start", answer(400, {"error_code": "RTC.00001007"}))
    assert str(error) == "start: RTC.00001007 JobExceed · HTTP 400 · request 3f2a"
