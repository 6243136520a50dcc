"""What came of a stop, from the ledger: two or three lines for one recording, a line for each of several."""

from bot.messages.blocks import Audience, Line, Reply, code, joined, person, plain, reply
from bot.messages.explanations import explain
from bot.messages.wording import source
from shared.attempts import TOO_LATE, ErrorFacts
from shared.orders import Stop
from shared.stops import JOB_UNKNOWN, Stopping, Target

_OURS = {
    JOB_UNKNOWN: "It may be recording, but RTC never said as which job. It ends by itself, once it is idle.",
    TOO_LATE: "This waited too long to do it now. Ask again if you still need it.",
}
_NOT_STOPPED = "It may still be recording. Try again in a minute, or ask an operator."


def stop_outcome(stop: Stop, stopping: Stopping) -> Reply:
    """What came of the stop, once it is settled."""
    by: Line = ["by ", person(stopping.requested_by)]
    who = f"{stop.user_id} in room {stop.room_id}" if stop.user_id else f"job {plain(stop.job_id)}"
    match stopping.targets:
        case ():
            return reply(Audience.CHANNEL, [f"⏹ Nothing to stop: {who}"], by)
        case (target,):
            known = f"{target.user_id} in room {target.room_id}" if target.user_id else who
            if target.error is None:
                return reply(Audience.CHANNEL, [f"⏹ Stopped {known}"], joined(by, _facts(target)))
            what, technical = _why(target.error)
            return reply(
                Audience.CHANNEL, [f"⛔ Not stopped: {known}"], [what], joined(by, _facts(target), technical or None)
            )
        case targets:
            stopped = sum(target.error is None for target in targets)
            headline = f"⏹ Stopped {stopped} of {len(targets)} recordings of {who}"
            return reply(Audience.CHANNEL, [headline], by, *map(_row, targets))


def _row(target: Target) -> Line:
    if target.error is None:
        return ["✅ ", *_facts(target)]
    what, technical = _why(target.error)
    return ["⛔ ", *joined(_facts(target), what, technical or None)]


def _facts(target: Target) -> Line:
    picture = source(target.video_type, audio=True).removesuffix(" + audio") if target.user_id else None
    return joined(["job ", code(target.job_id)] if target.job_id else None, picture)


def _why(error: ErrorFacts) -> tuple[str, str]:
    if error.family in _OURS:
        return _OURS[error.family], ""
    return _NOT_STOPPED, explain(error).technical
