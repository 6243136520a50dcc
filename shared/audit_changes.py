"""The audit's records about changes of attempts, recordings and stops, and about links to files."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from shared.actors import Actor
from shared.attempts import Attempt, Duplicate, NotStarted, Started, State, Unknown
from shared.audit import AuditRecord, Cause, Deed, of_order, subject_of
from shared.failures import Failure
from shared.orders import Order
from shared.recordings import End, Recording, RecordingState
from shared.stops import StopRecord


def linked(order: Order, recording: Recording, now: datetime) -> AuditRecord:
    """Return the record that somebody got links to the files of a recording."""
    about = _about(recording) | {"result": f"{len(recording.files)} files"}
    return of_order(order, Deed.LINKED, now).model_copy(update=about)


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
        subject=subject_of(attempt.order_id),
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
            subject=subject_of(after.order_id),
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
        subject=subject_of(stop.order_id),
        step="stop",
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
