"""A stop as the ledger stores it.

A stop may be sent to RTC twice, so it needs no lease. Its targets are stored before the first call, and their results
after the last one.
"""

from datetime import datetime
from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.actors import Actor
from shared.failures import Failure, FailureKind
from shared.orders import Order, Stop


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Target(_Stored):
    """One recording to stop, and why it was not stopped, if so. The stream is None if only a job id is known."""

    job_id: str | None
    room_id: str | None = None
    user_id: str | None = None
    video_type: str | None = None
    failure: Failure | None = None

    @classmethod
    def of(cls, stop: Stop, failure: FailureKind | None = None) -> Self:
        """Return the job or stream that the stop names, as one target."""
        named = stop.model_dump(exclude={"kind"})
        return cls(**named, failure=None if failure is None else Failure(kind=failure))


class StopRecord(_Stored):
    """A stop's targets, fixed when it was first received; none if nothing was being recorded."""

    order_id: str
    actor: Actor
    began_at: AwareDatetime
    targets: tuple[Target, ...]
    settled_at: AwareDatetime | None = None
    """When the last target was stopped, or given up."""

    @classmethod
    def of(cls, order: Order, targets: tuple[Target, ...], began_at: datetime) -> Self:
        """Return the record of a new stop."""
        return cls(order_id=order.order_id, actor=order.actor, began_at=began_at, targets=targets)

    @property
    def version(self) -> str:
        """Identify this version of the stop."""
        return "begun" if self.settled_at is None else "settled"

    def settled(self, targets: tuple[Target, ...], now: datetime) -> Self:
        """Return the stop with the results of its targets."""
        return self.model_copy(update={"targets": targets, "settled_at": now})

    def given_up(self, now: datetime) -> Self:
        """Return the stop, settled because no try is left: a target that may not be stopped counts as not stopped."""
        out_of_time = Failure(kind=FailureKind.OUT_OF_TIME)
        return self.settled(
            tuple(it.model_copy(update={"failure": it.failure or out_of_time}) for it in self.targets), now
        )
