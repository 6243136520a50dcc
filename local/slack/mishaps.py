"""How the Slack stand-in is told to misbehave: at which door, how often, and in which of the ways a server can fail."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from local.http_message import Answer, Wire

type Door = Literal["response_url", "web_api"]


class Mishap(BaseModel, frozen=True, extra="forbid"):
    """One way to misbehave; nothing given: no mishap at all. Raises pydantic's ValidationError for an unfit value.

    `status` replaces the answer's, with Slack's word `error` in the form of the door and `retry_after` seconds in its
    header; without a status the answer is the true one. It comes `delay` seconds late, and on the wire it becomes what
    `wire` says. `made`: the call is carried out first (the message is posted); an answer that is only late is always a
    carried-out one's.
    """

    status: Annotated[int | None, Field(ge=200, le=599)] = None
    error: str = ""
    retry_after: Annotated[int | None, Field(ge=0)] = None
    delay: Annotated[float, Field(ge=0, le=3600)] = 0.0
    wire: Wire = Wire.WHOLE
    made: bool = False

    @property
    def carried_out(self) -> bool:
        """Whether the call has its effect."""
        return self.made or (self.status is None and self.wire is Wire.WHOLE)

    def befall(self, answer: Answer, door: Door) -> Answer:
        """Give what becomes of `answer`."""
        if self.status is not None:
            answer = refusal(door, self.status, self.error, self.retry_after)
        return replace(answer, delay=self.delay, wire=self.wire)


RESPONSE_URL_ENDED = Mishap(status=HTTPStatus.NOT_FOUND, error="expired_url")
TOO_FAST = Mishap(status=HTTPStatus.TOO_MANY_REQUESTS, error="ratelimited", retry_after=1)


def refusal(door: Door, status: int, error: str, retry_after: int | None = None) -> Answer:
    """Give the answer by which `door` says `error`: a response_url as plain text, the Web API as JSON."""
    headers = () if retry_after is None else (("Retry-After", str(retry_after)),)
    if door == "web_api" and error:
        return Answer.of_json(status, {"ok": False, "error": error}, headers)
    return Answer(status, (("Content-Type", "text/plain"), *headers), error.encode())


class Misbehaviour(BaseModel, frozen=True, extra="forbid"):
    """A mishap, for the next `times` calls of `door`; None: of either, and until told otherwise."""

    mishap: Mishap
    door: Door | None = None
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

    def take(self, door: Door) -> Mishap:
        """Give the mishap that this call is to have, one without effect if none, and count it."""
        for place, told in enumerate(self._told):
            if told.door in {None, door}:
                if told.times == 1:
                    del self._told[place]
                elif told.times is not None:
                    self._told[place] = told.model_copy(update={"times": told.times - 1})
                return told.mishap
        return Mishap()
