"""The recordings that a door can read, in memory: for tests of what is said about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from shared.actors import Actor
from shared.attempts import Attempt
from shared.order_ids import new_order_id
from shared.recordings import Recording, RecordingState
from tests.builders import ANN, NOW, a_job, a_request


@dataclass(frozen=True)
class KnownRecordings:
    """These recordings, the last one the newest."""

    all: Sequence[Recording] = ()
    attempts: Sequence[Attempt] = ()

    def live(self) -> list[Recording]:
        return [it for it in self.all if not it.is_over]

    def of_job(self, job_id: str) -> Recording | None:
        return next((it for it in self.all if it.job_id == job_id), None)

    def of_id(self, recording_id: str) -> Recording | None:
        return next((it for it in self.all if it.id == recording_id), None)

    def attempt_of(self, recording_id: str) -> Attempt | None:
        return next((it for it in self.attempts if it.id == recording_id), None)

    def last_of(self, actor: Actor, channel_id: str) -> list[Recording]:
        mine = [it for it in self.all if (it.actor, it.channel_id) == (actor, channel_id)]
        return [it for it in mine if it.order_id == mine[-1].order_id]

    def of_room(self, room_id: str) -> list[Recording]:
        return [it for it in reversed(self.all) if it.request.room_id == room_id]


NoRecordings = KnownRecordings


def a_known(job_id: str | None, **changes: Any) -> Recording:
    """A recording that runs for 24 minutes: ann's, asked for in C1; fields of its request may be changed as well."""
    asked = {name: changes.pop(name) for name in ("room_id", "user_id", "video_type") if name in changes}
    request = a_request(**{"user_id": "user001"} | asked)
    fields = {
        "order_id": new_order_id(),
        "n": 0,
        "request": request,
        "actor": ANN,
        "channel_id": "C1",
        "is_public": str(changes.get("channel_id", "C1")).startswith("C"),
        "since": NOW - timedelta(minutes=24),
        "state": RecordingState.RECORDING,
        "job": None if job_id is None else a_job(request, job_id=job_id, state="RUNNING"),
    }
    return Recording.model_validate(fields | changes)
