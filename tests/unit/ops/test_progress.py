"""What a word says while it works."""

import io
import threading
from contextlib import suppress

import pytest

from ops import progress
from tests.processes import PATIENCE_S, within


def _said(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What is said on standard error, a hundred times a second. pytest puts its own there before each test."""
    said = io.StringIO()
    monkeypatch.setattr("sys.stderr", said)
    monkeypatch.setattr(progress, "EVERY_S", 0.01)
    return said


def _says(said: io.StringIO, line: str) -> bool:
    """Whether the line is said from now on."""
    before = len(said.getvalue())
    return within(PATIENCE_S, lambda: f"{line}\n" in said.getvalue()[before:])


def test_what_is_under_way_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """The innermost: how many things were given, or what is waited for."""
    said = _said(monkeypatch)
    with progress.saying():
        assert _says(said, "still working ...")
        with progress.counting("things") as counter:
            assert _says(said, "0 things ...")
            for number, _ in enumerate(counter.of("abc"), start=1):
                assert _says(said, f"{number} things ...")
                with progress.waiting_for("RTC"):
                    assert _says(said, "waiting for RTC ...")
        assert _says(said, "still working ...")


def test_nothing_is_said_while_an_operator_is_asked_and_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line would stand between the question and the answer."""
    said = _said(monkeypatch)
    ticks: list[object] = []

    def silent() -> str:
        ticks.append(None)
        return ""

    with progress.silence():
        assert progress._under_way[-1]() == ""
    with progress.saying(), progress.at(silent):
        assert within(PATIENCE_S, lambda: len(ticks) > 0)
        before = said.getvalue()
        assert within(PATIENCE_S, lambda: len(ticks) > 3)
        assert said.getvalue() == before
    assert not any("_speak" in it.name for it in threading.enumerate())


def test_a_failure_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was under way is forgotten: the next word says its own."""
    said = _said(monkeypatch)
    with suppress(ZeroDivisionError), progress.saying(), progress.counting("things"):
        raise ZeroDivisionError
    with progress.saying():
        assert _says(said, "still working ...")
