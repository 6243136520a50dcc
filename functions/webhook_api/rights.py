"""Check what an event asks for against the team's rules, and say where the event names what its caller may not use."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from functions.aws.refusal_log import note_refusal
from functions.webhook_api.events import RecordingStart, RecordingStop
from functions.webhook_api.problems import Problem, WrongField, wrong_fields
from shared.actors import Actor
from shared.permissions import may
from shared.questions import Person, Place, What
from shared.recordings import Recording
from shared.refusals import Lacking, Refusal
from shared.team import InForce, Right, Rule, Team

_NOT_YOURS = "is not yours to use"
_NAMES = {Lacking.ROOM: "rooms", Lacking.CHANNEL: "channels"}


@dataclass(frozen=True, slots=True)
class _Asked:
    """One stream or job that the event names: where it stands there, and what is asked about it."""

    pointer: str
    given: str
    what: What


def require_right(
    actor: Actor, event: RecordingStart | RecordingStop, recording: Recording | None, rules: InForce, now: datetime
) -> None:
    """Raise the problem if the caller may not do what the event asks for. A refusal is logged.

    `recording` is that of the job which a stop names. It is None if recordbot did not start the job: its room is
    unknown then. What takes counting is asked again by the recorder.
    """
    right = Right.START if isinstance(event, RecordingStart) else Right.STOP_ANY
    where = Place(event.notify.channel if event.notify else None)
    asked = _asked(event, recording, now)
    refusals = [_refusal(actor, right, where, it.what, rules) for it in asked]
    first = next(filter(None, refusals), None)
    if first is None:
        return
    note_refusal(actor, where, first)
    anywhere = [(it, _refusal(actor, right, Place(None), it.what, rules)) for it in asked]
    wrong = [
        _wrong_field(it.pointer, it.given, f"your {_NAMES[refusal.lacking]}: {_listed(refusal)}")
        for it, refusal in anywhere
        if refusal is not None and refusal.lacking in _NAMES
    ]
    channel = next((it for it in refusals if it is not None and it.lacking is Lacking.CHANNEL), None)
    if channel is not None and where.channel_id is not None:
        wrong.append(_wrong_field("/notify/channel", where.channel_id, f"your channels: {_listed(channel)}"))
    raise wrong_fields(wrong) if wrong else Problem(HTTPStatus.FORBIDDEN, first.text)


def rules_of(caller: str, team: Team) -> Sequence[Rule]:
    """Return the rules by which the caller may start something."""
    return [it for it in team.all_rules if f"caller:{caller}" in it.who and Right.START in it.may]


def _refusal(actor: Actor, right: Right, where: Place, what: What, rules: InForce) -> Refusal | None:
    verdict = may(actor, right, where, what, rules, None, Person())
    return verdict.refusal if verdict.is_refused else None


def _asked(event: RecordingStart | RecordingStop, recording: Recording | None, now: datetime) -> Sequence[_Asked]:
    if isinstance(event, RecordingStart):
        start = event.action()
        several = isinstance(event.data, list)
        return [
            _Asked(
                f"/data/{n}/room_id" if several else "/data/room_id",
                request.room_id,
                What.started(request, start.length_from(now)),
            )
            for n, request in enumerate(event.requests())
        ]
    stop = event.action()
    if stop.job_id is not None:
        return [_Asked("/data/job_id", stop.job_id, What() if recording is None else What.recorded(recording))]
    return [_Asked("/data/room_id", str(stop.room_id), What(stop.room_id))]


def _wrong_field(pointer: str, given: str, allowed: str) -> WrongField:
    return WrongField(pointer=pointer, detail=_NOT_YOURS, given=json.dumps(given), allowed=allowed)


def _listed(refusal: Refusal) -> str:
    return ", ".join(refusal.limit) or "none"
