"""The calls to RTC that one receive of an order made, as the recorder's log tells of them."""

from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus

from local.demo.event_log import Line
from local.demo.step import State, Step
from local.demo.trace import Receive

_ASKED = {"start": "to start", "show": "how a job stands", "stop": "to stop", "update": "to change a job"}


def rtc_steps(receive: Receive) -> list[Step]:
    """Give the steps so far, in the order in which they began."""
    steps: list[Step] = []
    since = receive.call.began_at
    for line in receive.lines:
        match line.message:
            case "calling RTC":
                attempt = int(line.fields["attempt"])
                steps.append(Step("rtc", "RTC is asked to start", line.at, None, "active", attempt=attempt))
            case "RTC answered":
                steps[len(steps) - _is_open(steps) :] = [_answered(line, steps[-1] if _is_open(steps) else None)]
            case "outcome unknown" | "not started" if steps:
                steps[-1] = _ended(steps[-1], line)
            case "stopped" if steps:
                steps[-1] = _over(steps[-1], line)
            case "not stopped":
                steps[len(steps) - _is_unexplained(steps) :] = [_not_stopped(line, steps, since)]
            case _:
                pass
        since = line.at
    if _is_open(steps) and receive.call.seconds is not None:
        end = receive.call.began_at + receive.call.seconds
        left = replace(steps[-1], seconds=max(end - steps[-1].at, 0), state="unknown", note="the recorder is gone")
        steps[-1] = left
    return steps


def _is_open(steps: Sequence[Step]) -> bool:
    return bool(steps) and steps[-1].seconds is None


def _is_unexplained(steps: Sequence[Step]) -> bool:
    """Whether the last call is a stop that RTC answered and of which the log has not told more."""
    return bool(steps) and steps[-1].title == _title("stop") and not steps[-1].job_id


def _title(operation: str) -> str:
    return f"RTC is asked {_ASKED[operation]}"


def _answered(line: Line, asked: Step | None) -> Step:
    took, status = line.fields["ms"] / 1000, int(line.fields["status"])
    return Step(
        station="rtc",
        title=_title(line.fields["operation"]),
        at=line.at - took,
        seconds=took,
        state="ok" if status < HTTPStatus.BAD_REQUEST else "failed",
        note=f"HTTP {status}",
        request_id=str(line.fields.get("request_id") or ""),
        attempt=asked.attempt if asked else None,
    )


def _ended(step: Step, line: Line) -> Step:
    """Give the start with what the recorder made of it."""
    state: State = "unknown" if line.message == "outcome unknown" else "failed"
    seconds = line.at - step.at if step.seconds is None else step.seconds
    words = (step.note, line.fields.get("error_code"), line.fields.get("error_msg"))
    return replace(step, seconds=seconds, state=state, note=" ".join(str(word) for word in words if word))


def _over(step: Step, line: Line) -> Step:
    """Give the stop of a job that is over now, or was already, which RTC tells by an error."""
    note = f"{step.note}: it was over already" if step.state == "failed" else step.note
    return replace(step, state="ok", note=note, job_id=str(line.fields["job_id"]))


def _not_stopped(line: Line, steps: Sequence[Step], since: float) -> Step:
    """Give the stop that did not do it; one without an answer began when the recorder had logged its last line."""
    why, job_id = str(line.fields["error"]).removeprefix("stop: "), str(line.fields["job_id"])
    if _is_unexplained(steps):
        return replace(steps[-1], state="failed", note=why, job_id=job_id)
    return Step("rtc", _title("stop"), since, max(line.at - since, 0), "unknown", why, job_id=job_id)
