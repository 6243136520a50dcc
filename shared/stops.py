"""A stop as the ledger stores it.

A stop may be sent to RTC twice, so it needs no lease. Its targets are stored before the first call, and their results
after the last one.
"""

from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.actors import Actor
from shared.failures import Failure, FailureKind


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Ended(StrEnum):
    """How RTC says that a job is over."""

    STOPPED = "stopped"
    GONE = "gone"
    """RTC knows no such job, or no longer."""


class Target(_Stored):
    """One recording to stop, and why it was not stopped, if so. The stream is None if only a job id is known."""

    job_id: str | None
    room_id: str | None = None
    user_id: str | None = None
    video_type: str | None = None
    failure: Failure | None = None
    ended: Ended | None = None
    """What RTC answered to the stop; None before that, and after a failure."""


class StopRecord(_Stored):
    """A stop's targets, fixed when it was first received; none if nothing was being recorded."""

    order_id: str
    actor: Actor
    began_at: AwareDatetime
    targets: tuple[Target, ...]
    settled_at: AwareDatetime | None = None
    """When the last target was stopped, or given up."""

    @property
    def version(self) -> str:
        """Identify this version of the stop."""
        return "begun" if self.settled_at is None else "settled"

    def settled(self, targets: tuple[Target, ...], now: datetime) -> Self:
        """Return the stop with the results of its targets."""
        return self.model_copy(update={"targets": targets, "settled_at": now})

    def given_up(self, now: datetime, why: FailureKind = FailureKind.OUT_OF_TIME) -> Self:
        """Return the stop, settled because no try is left: a target that may not be stopped counts as not stopped."""
        failure = Failure(kind=why)
        known = (it if it.ended else it.model_copy(update={"failure": it.failure or failure}) for it in self.targets)
        return self.settled(tuple(known), now)
