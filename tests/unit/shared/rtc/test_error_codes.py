"""The table of error codes."""

import pytest

from shared.rtc.error_codes import ERROR_CODES, look_up


def test_every_row_has_a_meaning_and_a_next_step_that_are_sentences() -> None:
    """Each code gives a person two short sentences."""
    for row in ERROR_CODES.values():
        for sentence in (row.what, row.next_step):
            assert sentence[0].isupper()
            assert sentence.endswith(".")
            assert len(sentence) < 100


def test_every_500_of_rtc_is_an_internal_error() -> None:
    """RTC.00002 and anything after it says that nothing was started."""
    row = look_up("RTC.00002042")
    assert row is not None
    assert (row.code, row.name) == ("RTC.00002042", "InternalError")


def test_the_gateways_older_prefix_means_the_same() -> None:
    """APIG. codes are explained like APIGW. codes."""
    assert look_up("APIG.0301") == look_up("APIGW.0301") is not None


@pytest.mark.parametrize("code", ["RTC.00009999", "", "APIGW.", "whatever"])
def test_a_code_that_is_not_in_the_table_has_no_row(code: str) -> None:
    """Nothing is made up about a code that is not known."""
    assert look_up(code) is None
