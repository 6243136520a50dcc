"""How the RTC stand-in is told to misbehave: which calls, how often, and in which of the ways a server can fail."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from local.http_message import Answer, Wire
from local.rtc.refusal import error_body

type Operation = Literal["start", "show", "update", "stop", "token"]


class Mishap(BaseModel, frozen=True, extra="forbid"):
    """One way to misbehave; nothing given: no mishap at all. Raises pydantic's ValidationError for an unfit value.

    `status` replaces the answer's, with a body in the form of `error_code`, or else `body` as `content_type`; without a
    status the answer is the true one. It comes `delay` seconds late, and on the wire it becomes what `wire` says:
    silence is Wire.NOTHING after a long delay. `made`: the call is carried out all the same (the job is made), as it
    always is where the answer is only late.
    """

    status: Annotated[int | None, Field(ge=200, le=599)] = None
    error_code: str = ""
    body: str = ""
    content_type: Annotated[str, Field(pattern=r"^[ -~]*$")] = "text/html"
    delay: Annotated[float, Field(ge=0, le=3600)] = 0.0
    wire: Wire = Wire.WHOLE
    made: bool = False

    @property
    def carried_out(self) -> bool:
        """Whether the call has its effect."""
        return self.made or (self.status is None and self.wire is Wire.WHOLE)

    def befall(self, answer: Answer, request_id: str) -> Answer:
        """Give what becomes of `answer`."""
        if self.status is not None and self.error_code:
            answer = Answer.of_json(self.status, error_body(self.error_code, request_id, "as told to the stand-in"))
        elif self.status is not None:
            answer = Answer(self.status, (("Content-Type", self.content_type),), self.body.encode())
        return replace(answer, delay=self.delay, wire=self.wire)


NOT_CARRIED_OUT = Mishap(status=HTTPStatus.INTERNAL_SERVER_ERROR, error_code="RTC.00002000")
"""What stands for the true answer where a mishap keeps the call from being carried out."""


class Misbehaviour(BaseModel, frozen=True, extra="forbid"):
    """A mishap, for the next `times` calls of `operation`; None: of any, and until told otherwise."""

    mishap: Mishap
    operation: Operation | None = None
    times: Annotated[int | None, Field(ge=1)] = 1


class Mishaps:
    """What has been told and not yet happened, the oldest first. Not thread-safe: its owner has the lock."""

    def __init__(self) -> None:
        self._told: list[Misbehaviour] = []

    def tell(self, misbehaviour: Misbehaviour) -> None:
        """Add to what is told."""
        self._told.append(misbehaviour)

    def clear(self) -> None:
        """Forget all that was told."""
        self._told.clear()

    def take(self, operation: Operation | None) -> Mishap | None:
        """Give the mishap that this call is to have, if any, and count it."""
        for place, told in enumerate(self._told):
            if told.operation in {None, operation}:
                if told.times == 1:
                    del self._told[place]
                elif told.times is not None:
                    self._told[place] = told.model_copy(update={"times": told.times - 1})
                return told.mishap
        return None
