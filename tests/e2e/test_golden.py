"""The golden record holds what the whole system says, logs, counts and calls."""

from difflib import unified_diff

import pytest

from tests.golden.record import FOLDER, record


@pytest.mark.drill
def test_the_golden_record_is_what_the_system_does() -> None:
    """A change of replies, answers, logs, metrics, or calls of RTC and AWS is seen in the record's diff."""
    for name, text in record().items():
        kept = (FOLDER / name).read_text(encoding="utf-8")
        diff = "\n".join(unified_diff(kept.splitlines(), text.splitlines(), name, "what it does now", n=1, lineterm=""))
        assert kept == text, f"python -m tests.golden.record writes it anew\n{diff}"
