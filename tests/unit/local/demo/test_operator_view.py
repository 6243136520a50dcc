"""What doctor prints, as the page reads it."""

from local.demo.operator_view import printed

DOCUMENT = '{"findings": [], "ok": 0, "wrong": 0, "unknown": 0}'


def test_the_document_is_found_among_the_lines() -> None:
    """A line about progress may come before it."""
    assert printed(["waiting for RTC ...", DOCUMENT])["findings"] == []


def test_without_a_document_the_last_line_is_the_problem() -> None:
    """An error is one line, and a process that was killed prints none."""
    assert printed(["waiting ...", "recordbot: AWS can't be used"]) == {"problem": "recordbot: AWS can't be used"}
    assert printed([]) == {"problem": "doctor has printed nothing"}
