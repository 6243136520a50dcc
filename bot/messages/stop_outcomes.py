"""The outcome of a stop, from the ledger: two or three lines for one recording, a line for each of several."""

from collections.abc import Sequence
from datetime import datetime

from bot.messages.blocks import Audience, Line, Reply, clock_time, code, joined, person, plain, reply
from bot.messages.controls import Controls
from bot.messages.explanations import explain
from bot.messages.recording_controls import give_up
from bot.messages.refusals import refusal_text, refused
from bot.messages.wording import source
from shared.actors import Actor
from shared.failures import Failure, FailureKind
from shared.orders import Stop
from shared.refusals import Refusal
from shared.stops import StopRecord, StopTarget

_OURS = {
    FailureKind.JOB_UNKNOWN: "It may be recording, but RTC never named the job. It ends when the room is idle.",
    FailureKind.TOO_LATE: "This order waited too long. Ask again if you still need it.",
    FailureKind.GIVEN_UP: "Somebody ended the tries. It may still be recording.",
    FailureKind.NOT_OURS: "recordbot did not start this job. Check the job id, or stop it in RTC's console.",
    FailureKind.NOT_YOURS: "Somebody else started it. To stop it all the same, ask again with the word yes.",
}
_MAYBE_RECORDING = "It may still be recording."
_TRY_AGAIN = "Try again in a minute, or ask an operator."
_FOR_OPERATORS = {FailureKind.AUTH_FAILED, FailureKind.NOT_FOUND}
"""Failures that no second try changes: more tries with a wrong key can lock it."""


def stop_outcome(stop: Stop, stopped: StopRecord, *, given_up_by: Actor | None = None) -> Reply:
    """Return the message with the outcome of a settled stop. Only the asker gets it if other messages show the same."""
    gave_up: Line | None = None if given_up_by is None else ["given up by ", person(given_up_by)]
    by = joined(["by ", person(stopped.actor)], gave_up)
    to = Audience.ASKER if stopped.targets and all(it.is_shown for it in stopped.targets) else Audience.CHANNEL
    who = _named(stop)
    match stopped.targets:
        case ():
            return reply(Audience.CHANNEL, [f"⏹ Nothing to stop: {who or 'it is over already'}"], by)
        case (StopTarget(failure=Failure(refusal=Refusal() as refusal)),):
            return refused(refusal)
        case (target,):
            known = _stream(target) or who
            if target.failure is None:
                done = "Stopped" if target.job_id is not None else "Cancelled the plan:"
                return reply(to, [f"⏹ {done} {known}"], joined(_by(target) or by, _facts(target)))
            what, technical = _why(target.failure)
            return reply(
                Audience.CHANNEL, [f"⛔ Not stopped: {known}"], [what], joined(by, _facts(target), technical or None)
            )
        case targets:
            over = sum(target.failure is None for target in targets)
            of_whom = f" of {who}" if who else ""
            rows = [_row(target, None if who else _stream(target)) for target in targets]
            return reply(to, [f"⏹ Stopped {over} of {len(targets)} recordings{of_whom}"], by, *rows)


def stop_waits(stop: Stop, begun: StopRecord, why: Failure, until: datetime) -> Reply:
    """Return the message that the stop is tried again: what RTC answered, and until when."""
    again: Line = [f"{_MAYBE_RECORDING} It is tried again until about ", clock_time(until), "."]
    by = joined(["by ", person(begun.actor)], explain(why).technical or None)
    who = _of_all(stop, begun.targets) or f"{len(begun.targets)} recordings"
    return reply(Audience.CHANNEL, [f"⏳ Not stopped yet: {who}"], again, by, Controls([give_up(begun.order_id)]))


def _named(stop: Stop) -> str:
    """Return what the stop names, if that is one thing."""
    if stop.user_id is not None:
        return f"{stop.user_id} in room {stop.room_id}"
    return f"job {plain(stop.job_id)}" if stop.job_id is not None else ""


def _of_all(stop: Stop, targets: Sequence[StopTarget]) -> str | None:
    """Return what the stop names, or its only recording."""
    return _named(stop) or (_stream(targets[0]) if len(targets) == 1 else None)


def _stream(target: StopTarget) -> str | None:
    return f"{target.user_id} in room {target.room_id}" if target.user_id else None


def _by(target: StopTarget) -> Line | None:
    return None if target.stopped_by is None else ["stopped by ", person(target.stopped_by), " already"]


def _row(target: StopTarget, who: str | None) -> Line:
    if target.failure is None:
        return ["✅ ", *joined(who, _facts(target), _by(target))]
    what, technical = _why(target.failure)
    return ["⛔ ", *joined(who, _facts(target), what, technical or None)]


def _facts(target: StopTarget) -> Line:
    picture = source(target.video_type, audio=True).removesuffix(" + audio") if target.user_id else None
    return joined(["job ", code(target.job_id)] if target.job_id else None, picture)


def _why(failure: Failure) -> tuple[str, str]:
    if failure.refusal is not None:
        return refusal_text(failure.refusal), ""
    if failure.kind in _OURS:
        return _OURS[failure.kind], ""
    explanation = explain(failure)
    if failure.clock:
        return f"{explanation.what} {_MAYBE_RECORDING} {explanation.next_step}", explanation.technical
    next_step = explanation.next_step if failure.kind in _FOR_OPERATORS else _TRY_AGAIN
    return f"{_MAYBE_RECORDING} {next_step}", explanation.technical
