"""How a stand-in is told to misbehave: what happens to a call, to which calls, and how often."""

from typing import Annotated

from pydantic import BaseModel, Field

from local.http_message import Wire


class Fault(BaseModel, frozen=True, extra="forbid"):
    """What both stand-ins can do to an answer. Raises pydantic's ValidationError for an unfit value.

    `status` replaces the answer's; without one the answer is the true one. It comes `delay` seconds late, and on the
    wire it becomes what `wire` says: silence is Wire.NOTHING after a long delay. `made`: the call is carried out all
    the same, as it always is where the answer is only late.
    """

    status: Annotated[int | None, Field(ge=200, le=599)] = None
    delay: Annotated[float, Field(ge=0, le=3600)] = 0.0
    wire: Wire = Wire.WHOLE
    made: bool = False

    @property
    def carried_out(self) -> bool:
        """Whether the call has its effect."""
        return self.made or (self.status is None and self.wire is Wire.WHOLE)


class Faults[Which, What: Fault]:
    """What has been told and not yet happened, the oldest first. Not thread-safe: its owner has the lock."""

    def __init__(self) -> None:
        self._told: list[tuple[What, Which | None, int | None]] = []

    def tell(self, fault: What, which: Which | None, times: int | None) -> None:
        """Let it happen to the next `times` calls of `which`; None: of any, and until told otherwise."""
        self._told.append((fault, which, times))

    def clear(self) -> None:
        """Forget all that was told."""
        self._told.clear()

    def take(self, which: Which) -> What | None:
        """The fault that this call is to have, if any; it is counted."""
        for place, (fault, told, times) in enumerate(self._told):
            if told in {None, which}:
                if times == 1:
                    del self._told[place]
                elif times is not None:
                    self._told[place] = (fault, told, times - 1)
                return fault
        return None
