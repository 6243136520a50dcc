"""The end of a cold start: the parts are wired, and what fails is logged and left to the first invocation."""

import gc
import logging

import pytest

from functions.aws.cold_start import end_cold_start
from tests.logs import loggers_restored


@pytest.fixture(autouse=True)
def in_lambda(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in Lambda."""
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "recordbot-SlackFunction")


def test_what_cannot_be_wired_is_logged_in_one_line_without_its_secrets(caplog: pytest.LogCaptureFixture) -> None:
    """An operator reads why, also if nobody calls the function; the function is imported all the same."""

    def wire() -> None:
        raise ValueError("no way to https://hooks.slack.com/commands/s3cret with xoxb-1234-s3cret")

    with loggers_restored():
        end_cold_start(wire)
    [(name, level, message)] = caplog.record_tuples
    assert (name, level) == ("recordbot", logging.WARNING)
    assert "ValueError: no way to https://hooks.slack.com" in message
    assert "s3cret" not in message
    assert gc.isenabled()


def test_what_is_wired_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Wiring has one call, and the collector runs again afterwards."""
    wired: list[str] = []
    gc.disable()
    end_cold_start(lambda: wired.append("once"))
    assert (wired, caplog.record_tuples, gc.isenabled()) == (["once"], [], True)


def test_what_is_imported_outside_lambda_is_not_wired(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its settings are not there, and importing does no input or output."""
    monkeypatch.delenv("AWS_LAMBDA_FUNCTION_NAME")
    wired: list[str] = []
    end_cold_start(lambda: wired.append("once"))
    assert wired == []
