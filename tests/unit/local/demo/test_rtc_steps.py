"""The rules of the calls to RTC that stop a job; test_steps.py has those that start one."""

from typing import Any

import pytest

from local.demo.rtc_steps import rtc_steps
from local.demo.step import Step
from shared.log_events import LogEvent
from tests.scene import BEGIN, START, Scene, an_event_s_order

STOP = {"job_id": "7"}


def _stop(*told: tuple[str, dict[str, Any]]) -> list[Step]:
    """Return the steps of a receive that began at 0.03 and logged these lines, 10 ms apart."""
    scene = Scene(order=an_event_s_order(requests=(), stop=STOP))
    scene.sent(START)
    scene.placed(function="WebhookFunction")
    scene.received(0.03, 0.1)
    for number, (message, fields) in enumerate(told, 1):
        scene.log(0.03 + number / 100, message, receive="1", **fields)
    return rtc_steps(scene.traces()[0].receives[0])


def _answered(status: int) -> tuple[str, dict[str, Any]]:
    return LogEvent.RTC_ANSWERED, {"operation": "stop", "status": status, "request_id": "rtc1", "ms": 4}


@pytest.mark.parametrize(
    ("told", "note"),
    [
        ([_answered(204)], "HTTP 204"),
        ([_answered(400)], "HTTP 400: it was over already"),
        ([_answered(404)], "HTTP 404: it was over already"),
    ],
)
def test_a_stop_that_comes_to_what_was_asked_is_well(told: list[tuple[str, dict[str, Any]]], note: str) -> None:
    """A stop succeeds if the job ends or was over already, whatever RTC's status."""
    [step] = _stop(*told, (LogEvent.STOPPED, {"job_id": "7"}))
    assert (step.title, step.state, step.note, step.job_id) == ("RTC is asked to stop", "ok", note, "7")
    assert step.seconds == pytest.approx(0.004)


def test_a_stop_that_rtc_refuses_failed() -> None:
    """A stop that RTC refuses has RTC's error, time and request id."""
    [step] = _stop(_answered(400), (LogEvent.NOT_STOPPED, {"job_id": "7", "error": "stop: RTC.00001022 JobNotReady"}))
    assert (step.state, step.note, step.request_id) == ("failed", "RTC.00001022 JobNotReady", "rtc1")


def test_a_stop_without_an_answer_is_unknown() -> None:
    """A stop without an answer began at the line before it, and is unknown."""
    first, silent = _stop(
        _answered(204),
        (LogEvent.STOPPED, {"job_id": "6"}),
        (LogEvent.NOT_STOPPED, {"job_id": "7", "error": "stop: no answer in time"}),
    )
    assert (first.state, first.job_id) == ("ok", "6")
    assert (silent.state, silent.note, silent.job_id, silent.request_id) == ("unknown", "no answer in time", "7", "")
    assert silent.at == pytest.approx(BEGIN + 0.05)
    assert silent.seconds == pytest.approx(0.01)
