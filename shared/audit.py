"""The audit: what was done by whom, through what, where, when, and with which result.

A record is made of what happens in the ledger, so that it says no more than that: no content, no address, no secret.
Its key names what happened, so an order that is received twice makes it once. The records about attempts, recordings
and stops are made in shared/audit_changes.py.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import AwareDatetime

from shared.actors import CLOCK, Actor, Through
from shared.orders import Check, Order, Settle, Start
from shared.refusals import Refusal
from shared.stored import Stored

FORGET = "FORGET#"
"""The beginning of the subject of the records that persons were forgotten, and of the key of the ledger's item."""


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


class AuditRecord(Stored):
    """One record."""

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
"""recordbot itself, when it checks recordings."""


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
    return of_order(order, Deed.ACCEPTED, order.placed_at).model_copy(
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
    record = of_order(order, Deed.REFUSED, now, f"refused#{refusal.right}")
    return record.model_copy(update={"result": result})


def conflicting(order: Order, now: datetime) -> AuditRecord:
    """Return the record of an order that has another order's id."""
    return of_order(order, Deed.REFUSED, now, "refused#conflict").model_copy(update={"result": "conflict"})


def given_up(order: Order, why: str, now: datetime) -> AuditRecord:
    """Return the record of an order of which no try is left."""
    kind = f"settle_{order.action.action.kind}" if isinstance(order.action, Settle) else order.action.kind
    record = of_order(order, Deed.GIVEN_UP, now, f"given_up#{kind}")
    return record.model_copy(update={"result": f"{kind} {why}"})


def configured(subject: str, number: int, by: Actor, through: Through, now: datetime) -> AuditRecord:
    """Return the record that another version of the team's configuration holds."""
    step, result = f"version#{number}", f"version {number}"
    return AuditRecord(what=Deed.CONFIGURED, who=by, through=through, at=now, result=result, subject=subject, step=step)


def forgotten(app_id: str, by: Actor, instead: str, now: datetime) -> AuditRecord:
    """Return the record that a person was forgotten, with the id that stands for theirs."""
    subject = f"{FORGET}{app_id}"
    return AuditRecord(
        what=Deed.FORGOTTEN, who=by, through=Through.OPS, at=now, result=instead, subject=subject, step=instead
    )


def of_order(order: Order, deed: Deed, now: datetime, step: str = "") -> AuditRecord:
    """Return the record of what an order did; `step` is by default the deed."""
    return AuditRecord(
        what=deed,
        who=order.actor,
        through=order.through,
        at=now,
        channel_id=order.channel_id,
        order_id=order.order_id,
        subject=subject_of(order.order_id),
        step=step or deed,
    )


def subject_of(order_id: str) -> str:
    """Return the subject of an order's records."""
    return f"ORDER#{order_id}"
