"""The recordings that a door can read, in memory: for tests of what is said about them."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.actors import Actor
from shared.recordings import Recording


@dataclass(frozen=True)
class KnownRecordings:
    """These recordings, the last one the newest."""

    all: Sequence[Recording] = ()

    def live(self) -> list[Recording]:
        return [it for it in self.all if not it.is_over]

    def of_job(self, job_id: str) -> Recording | None:
        return next((it for it in self.all if it.job_id == job_id), None)

    def last_of(self, actor: Actor, channel_id: str) -> list[Recording]:
        mine = [it for it in self.all if (it.actor, it.channel_id) == (actor, channel_id)]
        return [it for it in mine if it.order_id == mine[-1].order_id]


NoRecordings = KnownRecordings
