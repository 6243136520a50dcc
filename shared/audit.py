"""The audit: what was done by whom, through what, where, when, and with which result.

A record is made of what happens in the ledger, so that it says no more than that: no content, no address, no secret.
Its key names what happened, so an order that is received twice makes it once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.actors import CLOCK, Actor, Through
from shared.attempts import Attempt, Duplicate, NotStarted, Started, State, Unknown
from shared.failures import Failure
from shared.orders import Check, Order, Settle, Start
from shared.recordings import End, Recording, RecordingState
from shared.refusals import Refusal
from shared.stops import StopRecord


class Deed(StrEnum):
    """What was done. The values are stable: they are in the audit's table."""

    ACCEPTED = "accepted"
    """The recorder has received an order that a door accepted."""
    REFUSED = "refused"
    """The recorder has refused an order, or a part of it, by the team's rules."""
    CALLING = "calling"
    """RTC is about to be called, to start a stream."""
    WAITING = "waiting"
    """The start did not happen, and is tried again."""
    STARTED = "started"
    NOT_STARTED = "not_started"
    OUTCOME_UNKNOWN = "outcome_unknown"
    ALREADY_RECORDING = "already_recording"
    PLANNED = "planned"
    MOVED = "moved"
    """A plan begins at another time."""
    LIMITED = "limited"
    """A recording ends at another time."""
    RUNS = "runs"
    """RTC has said RUNNING."""
    STOP_ASKED = "stop_asked"
    STOP_FAILED = "stop_failed"
    """The stop that somebody asked for failed for good."""
    STOP_DONE = "stop_done"
    """The order of a stop has its results."""
    ENDED = "ended"
    LOST = "lost"
    RELEASED = "released"
    FILES = "files"
    """Files have become known."""
    LINKED = "linked"
    """Somebody asked for links to the files."""
    GIVEN_UP = "given_up"
    """No try of an order was left."""
    CONFIGURED = "configured"
    """Another version of the team's configuration holds."""
    FORGOTTEN = "forgotten"
    """A person's id was replaced in ledger and audit."""


class AuditRecord(BaseModel):
    """One record."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    what: Deed
    who: Actor
    through: Through | None = None
    """None if an older door placed the order."""
    at: AwareDatetime
    channel_id: str | None = None
    room_id: str | None = None
    user_id: str | None = None
    """The RTC user of the room."""
    order_id: str | None = None
    """The order that did it; of a recording's own changes, the order that started the recording."""
    by_order: str | None = None
    """The order that changed the recording of another one."""
    recording: str | None = None
    job_id: str | None = None
    result: str = ""
    """The result in a few stable words, as `stopped` or `refused HTTP 400 RTC.00001007`."""
    request_id: str | None = None
    """X-request-Id of RTC's answer."""
    subject: str
    """What it is about, as `ORDER#id`: the records of a subject are stored together."""
    step: str
    """What happened to the subject. A subject has each step once."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Who changes the ledger, through what, and by which order."""

    actor: Actor = CLOCK
    through: Through | None = Through.CHECK
    order_id: str | None = None

    @classmethod
    def of(cls, order: Order) -> Self:
        """Return the cause of what the order's handler changes."""
        if isinstance(order.action, Check):
            return cls()
        return cls(order.actor, order.through, order.order_id)


NOBODY_ELSE = Cause()
"""recordbot itself, when it looks at recordings."""


def accepted(order: Order) -> AuditRecord | None:
    """Return the record that an order was accepted; None for what recordbot asks of itself."""
    action = order.action
    if action.right is None or order.through is Through.CHECK:
        return None
    streams = action.requests if isinstance(action, Start) else ()
    rooms: set[str | None] = {it.room_id for it in streams} or {getattr(action, "room_id", None)}
    users: list[str | None] = [it.user_id for it in streams] or [getattr(action, "user_id", None)]
    named = [getattr(action, "recording", None), *getattr(action, "recordings", ())]
    recordings = [it for it in named if it is not None]
    return _of_order(order, Deed.ACCEPTED, order.placed_at).model_copy(
        update={
            "room_id": rooms.pop() if len(rooms) == 1 else None,
            "user_id": users[0] if len(users) == 1 else None,
            "recording": recordings[0] if len(recordings) == 1 else None,
            "job_id": getattr(action, "job_id", None),
            "result": " ".join([action.kind, *(["dry_run"] if isinstance(action, Start) and action.dry_run else [])]),
        }
    )


def refused(order: Order, refusal: Refusal, now: datetime) -> AuditRecord:
    """Return the record of a refusal by the team's rules."""
    result = " ".join(filter(None, (refusal.right, refusal.lacking, refusal.rule)))
    record = _of_order(order, Deed.REFUSED, now, f"refused#{refusal.right}")
    return record.model_copy(update={"result": result})


def conflicting(order: Order, now: datetime) -> AuditRecord:
    """Return the record of an order that has another order's id."""
    return _of_order(order, Deed.REFUSED, now, "refused#conflict").model_copy(update={"result": "conflict"})


def given_up(order: Order, why: str, now: datetime) -> AuditRecord:
    """Return the record of an order of which no try is left."""
    kind = f"settle_{order.action.action.kind}" if isinstance(order.action, Settle) else order.action.kind
    record = _of_order(order, Deed.GIVEN_UP, now, f"given_up#{kind}")
    return record.model_copy(update={"result": f"{kind} {why}"})


def linked(order: Order, recording: Recording, now: datetime) -> AuditRecord:
    """Return the record that somebody got links to the files of a recording."""
    about = _about(recording) | {"result": f"{len(recording.files)} files"}
    return _of_order(order, Deed.LINKED, now).model_copy(update=about)


def of_attempt(attempt: Attempt, cause: Cause, now: datetime) -> AuditRecord:
    """Return the record of an attempt's new state."""
    request, outcome, job_id, request_id = attempt.request, attempt.outcome, None, None
    step = f"attempt#{attempt.n}#{attempt.version}"
    match outcome:
        case Started(job=job):
            deed, result, job_id, request_id = Deed.STARTED, job.state or "", job.job_id, outcome.request_id
        case NotStarted(failure=failure, gave_up=gave_up):
            deed = Deed.NOT_STARTED
            result, request_id = _failed(failure, "gave_up" if gave_up else ""), failure.request_id
        case Unknown(failure=failure):
            deed, result = Deed.OUTCOME_UNKNOWN, "abandoned" if failure is None else _failed(failure)
            request_id = None if failure is None else failure.request_id
            step += "" if failure is None else "#answered"
        case Duplicate(lock=lock):
            deed, result, job_id = Deed.ALREADY_RECORDING, f"held by {lock.recording_id}", lock.job_id
        case _ if attempt.state is State.CALLING:
            deed, result = Deed.CALLING, f"call {attempt.calls}"
        case _:
            why = attempt.last_failure
            deed, result = Deed.WAITING, "not called" if why is None else _failed(why)
            request_id = None if why is None else why.request_id
    return AuditRecord(
        what=deed,
        who=cause.actor,
        through=cause.through,
        at=now,
        channel_id=attempt.channel_id,
        room_id=request.room_id,
        user_id=request.user_id,
        order_id=attempt.order_id,
        by_order=_other(cause, attempt.order_id),
        recording=attempt.id,
        job_id=job_id,
        result=result,
        request_id=request_id,
        subject=_order(attempt.order_id),
        step=step,
    )


def of_recording(before: Recording | None, after: Recording, cause: Cause, now: datetime) -> list[AuditRecord]:
    """Return the records of what changed of a recording. What its attempt says already is not said again."""
    return [
        AuditRecord(
            what=deed,
            who=who or cause.actor,
            through=cause.through,
            at=now,
            order_id=after.order_id,
            by_order=_other(cause, after.order_id),
            result=result,
            subject=_order(after.order_id),
            step=f"recording#{after.n}#{after.revision}#{deed}",
            **_about(after),
        )
        for deed, result, who in _changes(before, after)
    ]


def of_stop(stop: StopRecord, cause: Cause, now: datetime) -> AuditRecord:
    """Return the record of a stop that has its results."""
    targets = stop.targets
    results = [it.ended or (it.failure.kind if it.failure else "") for it in targets]
    counted = [f"{results.count(it)} {it}" for it in dict.fromkeys(results)]
    one = targets[0] if len(targets) == 1 else None
    rooms = {it.room_id for it in targets}
    return AuditRecord(
        what=Deed.STOP_DONE,
        who=cause.actor,
        through=cause.through,
        at=now,
        room_id=rooms.pop() if len(rooms) == 1 else None,
        user_id=one.user_id if one else None,
        order_id=stop.order_id,
        by_order=_other(cause, stop.order_id),
        recording=one.recording if one else None,
        job_id=one.job_id if one else None,
        result=", ".join(counted) or "nothing was recorded",
        request_id=one.failure.request_id if one and one.failure else None,
        subject=_order(stop.order_id),
        step="stop",
    )


def configured(subject: str, number: int, by: Actor, through: Through, now: datetime) -> AuditRecord:
    """Return the record that another version of the team's configuration holds."""
    step, result = f"version#{number}", f"version {number}"
    return AuditRecord(what=Deed.CONFIGURED, who=by, through=through, at=now, result=result, subject=subject, step=step)


def forgotten(app_id: str, by: Actor, instead: str, now: datetime) -> AuditRecord:
    """Return the record that a person was forgotten, with the id that stands for theirs."""
    subject = f"FORGET#{app_id}"
    return AuditRecord(
        what=Deed.FORGOTTEN, who=by, through=Through.OPS, at=now, result=instead, subject=subject, step=instead
    )


def _changes(before: Recording | None, after: Recording) -> Iterator[tuple[Deed, str, Actor | None]]:
    """Give what changed: what, with which result, and who did it, if the recording says so."""
    is_planned = after.state is RecordingState.PLANNED
    if before is None:
        if is_planned:
            yield Deed.PLANNED, _moment(after.since), None
        return
    if is_planned and before.since != after.since:
        yield Deed.MOVED, _moment(after.since), None
    elif before.limit != after.limit and after.limit is not None:
        yield Deed.LIMITED, _moment(after.limit.ends_at), None
    if after.stop_asked is not None and before.stop_asked != after.stop_asked:
        yield Deed.STOP_ASKED, "", after.stop_asked.by
    if after.stop_asked is None and before.stop_asked is not None:
        yield Deed.STOP_FAILED, "", None
    if after.state is RecordingState.RECORDING and before.state is not RecordingState.RECORDING:
        yield Deed.RUNS, "RUNNING", None
    if after.is_over and not before.is_over and after.end is not End.NOT_STARTED:
        by = after.stop_asked.by if after.stop_asked is not None and after.end is End.STOPPED else None
        yield _ENDS.get(after.end, Deed.ENDED), after.end or "", by
    if len(after.files) > len(before.files):
        yield Deed.FILES, f"{len(after.files)} files", None


_ENDS: dict[End | None, Deed] = {End.RELEASED: Deed.RELEASED, End.GONE: Deed.LOST, End.UNSEEN: Deed.LOST}


def _of_order(order: Order, deed: Deed, now: datetime, step: str = "") -> AuditRecord:
    return AuditRecord(
        what=deed,
        who=order.actor,
        through=order.through,
        at=now,
        channel_id=order.channel_id,
        order_id=order.order_id,
        subject=_order(order.order_id),
        step=step or deed,
    )


def _about(recording: Recording) -> dict[str, str | None]:
    return {
        "channel_id": recording.channel_id,
        "room_id": recording.request.room_id,
        "user_id": recording.request.user_id,
        "recording": recording.id,
        "job_id": recording.job_id,
    }


def _failed(failure: Failure, *also: str) -> str:
    status = None if failure.status is None else f"HTTP {failure.status}"
    lacking = None if failure.refusal is None else failure.refusal.lacking
    parts: Sequence[str | None] = (failure.kind, status, failure.error_code, lacking, *also)
    return " ".join(filter(None, parts))


def _other(cause: Cause, order_id: str) -> str | None:
    return None if cause.order_id in {None, order_id} else cause.order_id


def _moment(time: datetime) -> str:
    return time.isoformat(timespec="seconds")


def _order(order_id: str) -> str:
    return f"ORDER#{order_id}"
