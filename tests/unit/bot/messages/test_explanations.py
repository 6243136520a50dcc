"""Errors explained: what happened, what to do next, and a line to quote; never more than is known."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.messages.explanations import explain
from shared.failures import Failure, FailureKind
from shared.rtc.error_codes import ERROR_CODES
from tests.builders import a_failure


def test_a_known_code_is_explained_by_the_table() -> None:
    """What the table says of a code is what a person reads."""
    said = {code: explain(a_failure(error_code=code, error_msg=None)) for code in ERROR_CODES}
    assert {code: (it.what, it.next_step, it.technical) for code, it in said.items()} == {
        code: (row.what, row.next_step, f"{code} {row.name} · HTTP 400 · request 3f2a")
        for code, row in ERROR_CODES.items()
    }


def test_an_unknown_code_is_shown_as_it_came() -> None:
    """A code that nobody wrote down is shown, with RTC's words for it and a general next step."""
    said = explain(a_failure(error_code="RTC.00009999", error_msg="QuotaOfMoon"))
    assert said.technical == "RTC.00009999 QuotaOfMoon · HTTP 400 · request 3f2a"
    assert said.next_step == "Check room, user and options, or ask an operator."


@pytest.mark.parametrize("kind", [FailureKind.NOT_FOUND, FailureKind.AUTH_FAILED])
def test_the_status_says_more_than_a_code_used_for_several_things(kind: FailureKind) -> None:
    """RTC.00001003 under 404 or 401 is not about the values that somebody typed."""
    said = explain(a_failure(kind, error_code="RTC.00001003", error_msg=None))
    assert "values" not in said.what
    assert "operator" in said.next_step


def test_an_unknown_outcome_is_never_said_to_be_known() -> None:
    """A code in a 502 proves nothing: neither that something was started nor that nothing was."""
    for code in [*ERROR_CODES, "RTC.00002001", None]:
        said = explain(a_failure(FailureKind.OUTCOME_UNKNOWN, status=502, error_code=code))
        assert (code, said.what, said.next_step) == (
            code,
            "RTC gave no usable answer.",
            "Ask an operator, or try again when the stream is free.",
        )


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (-1200, "recordbot's clock is 20 minutes behind RTC's"),
        (61, "recordbot's clock is 61 seconds ahead of RTC's"),
        (-86_400, "recordbot's clock is 24 hours behind RTC's"),
    ],
)
def test_a_clock_that_is_off_is_named(ahead: int, words: str) -> None:
    """By how much, with the advice to set it; checking the keys would help nobody."""
    said = explain(a_failure(FailureKind.AUTH_FAILED, status=401, error_code="APIGW.0301", clock_ahead=ahead))
    assert said.what == f"RTC refused the request: {words}."
    assert "set the clock" in said.next_step
    assert "key" not in said.next_step


def test_a_request_timeout_did_not_reach_rtc() -> None:
    """408 is a refusal that has nothing to do with what was asked."""
    assert explain(a_failure(status=408, error_code=None)).what == "The request did not reach RTC in time."


def test_a_call_whose_maker_was_gone_is_explained_without_an_error() -> None:
    """Where a recorder died there is no error, and nothing to quote."""
    assert explain(None).technical == ""


@given(
    st.builds(
        Failure,
        kind=st.sampled_from(FailureKind),
        status=st.none() | st.integers(),
        error_code=st.none() | st.sampled_from(list(ERROR_CODES)) | st.text(),
        error_msg=st.none() | st.text(),
        request_id=st.none() | st.text(),
    )
)
@example(a_failure(FailureKind.TOO_LATE))
@example(a_failure(FailureKind.OUT_OF_TIME))
@example(a_failure(error_code="x" * 999, error_msg="<!channel>\n\u202e" * 99, request_id="y" * 999))
def test_whatever_the_error_there_are_two_sentences_and_one_short_line(error: Failure) -> None:
    """Both sentences end in a full stop; the technical line is printable and bounded."""
    said = explain(error)
    assert said.what.endswith(".")
    assert said.next_step.endswith(".")
    assert said.technical.isprintable()
    assert len(said.technical) < 350
