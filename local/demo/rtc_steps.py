"""The calls to RTC during one receive of an order, as the recorder's log tells them."""

from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus

from local.demo.event_log import Line
from local.demo.step import State, Step
from local.demo.trace import Receive
from shared.log_events import LogEvent

_TITLES = {
    "start": "RTC is asked to start",
    "show": "RTC is asked for a job's state",
    "stop": "RTC is asked to stop",
    "update": "RTC is asked to change a job",
}


def rtc_steps(receive: Receive) -> list[Step]:
    """Return the steps so far, in the order in which they began."""
    steps: list[Step] = []
    since = receive.call.began_at
    for line in receive.lines:
        match line.message:
            case LogEvent.CALLING_RTC:
                attempt = int(line.fields["attempt"])
                steps.append(Step("rtc", _TITLES["start"], line.at, None, "active", attempt=attempt))
            case LogEvent.RTC_ANSWERED:
                steps[len(steps) - _is_open(steps) :] = [_answered(line, steps[-1] if _is_open(steps) else None)]
            case LogEvent.OUTCOME_UNKNOWN | LogEvent.NOT_STARTED if steps:
                steps[-1] = _not_started(steps[-1], line)
            case LogEvent.STOPPED if steps:
                steps[-1] = _stopped(steps[-1], line)
            case LogEvent.NOT_STOPPED:
                steps[len(steps) - _is_unresolved_stop(steps) :] = [_not_stopped(line, steps, since)]
            case _:
                pass
        since = line.at
    if _is_open(steps) and receive.call.seconds is not None:
        end = receive.call.began_at + receive.call.seconds
        seconds = max(end - steps[-1].at, 0)
        steps[-1] = replace(steps[-1], seconds=seconds, state="unknown", note="the recorder ended before RTC answered")
    return [replace(step, check=receive.check) for step in steps]


def _is_open(steps: Sequence[Step]) -> bool:
    return bool(steps) and steps[-1].seconds is None


def _is_unresolved_stop(steps: Sequence[Step]) -> bool:
    """Return whether the last step is a stop that RTC answered, and of which the log has no result yet."""
    return bool(steps) and steps[-1].title == _TITLES["stop"] and not steps[-1].job_id


def _answered(line: Line, asked: Step | None) -> Step:
    seconds, status = line.fields["ms"] / 1000, int(line.fields["status"])
    return Step(
        station="rtc",
        title=_TITLES[line.fields["operation"]],
        at=line.at - seconds,
        seconds=seconds,
        state="ok" if status < HTTPStatus.BAD_REQUEST else "failed",
        note=f"HTTP {status}",
        request_id=str(line.fields.get("request_id") or ""),
        attempt=asked.attempt if asked else None,
    )


def _not_started(step: Step, line: Line) -> Step:
    state: State = "unknown" if line.message == LogEvent.OUTCOME_UNKNOWN else "failed"
    seconds = line.at - step.at if step.seconds is None else step.seconds
    notes = (step.note, line.fields.get("error_code"), line.fields.get("error_msg"))
    return replace(step, seconds=seconds, state=state, note=" ".join(str(note) for note in notes if note))


def _stopped(step: Step, line: Line) -> Step:
    """Return the stop of a job that is over. If the job was over before, RTC answered with an error."""
    note = f"{step.note}: it was over already" if step.state == "failed" else step.note
    return replace(step, state="ok", note=note, job_id=str(line.fields["job_id"]))


def _not_stopped(line: Line, steps: Sequence[Step], since: float) -> Step:
    """Return the stop that failed. One without an answer began when the recorder logged the line before, at `since`."""
    reason, job_id = str(line.fields["error"]).removeprefix("stop: "), str(line.fields["job_id"])
    if _is_unresolved_stop(steps):
        return replace(steps[-1], state="failed", note=reason, job_id=job_id)
    return Step("rtc", _TITLES["stop"], since, max(line.at - since, 0), "unknown", reason, job_id=job_id)
