"""Faults of a stand-in: what happens to a call, to which calls, and how often."""

from typing import Annotated

from pydantic import BaseModel, Field

from local.http_message import Wire


class Fault(BaseModel, frozen=True, extra="forbid"):
    """What both stand-ins can do to an answer. Raises pydantic's ValidationError for an invalid value.

    `status` replaces the status of the answer. The answer is sent `delay` seconds late, and `wire` says what happens to
    it on the connection: Wire.NOTHING after a long delay is silence. `made`: the call is carried out nevertheless, as
    it is whenever the answer is only late.
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
    """The faults that are still to be applied, the oldest first. Not thread-safe: its owner has the lock."""

    def __init__(self) -> None:
        self._pending: list[tuple[What, Which | None, int | None]] = []

    def add(self, fault: What, which: Which | None, times: int | None) -> None:
        """Apply the fault to the next `times` calls of `which`. None means any call, and until `clear`."""
        self._pending.append((fault, which, times))

    def clear(self) -> None:
        """Remove all faults."""
        self._pending.clear()

    def take(self, *names: Which) -> What | None:
        """Return the fault for the call that has these names, if any, and count it."""
        for place, (fault, wanted, times) in enumerate(self._pending):
            if wanted is None or wanted in names:
                if times == 1:
                    del self._pending[place]
                elif times is not None:
                    self._pending[place] = (fault, wanted, times - 1)
                return fault
        return None
