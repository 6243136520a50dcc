"""How the Slack stand-in is told to misbehave: at which door, how often, and in which of the ways a server can fail."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Literal

from pydantic import Field

from local import faults
from local.http_message import Answer

type Door = Literal["response_url", "web_api"]


class Fault(faults.Fault, frozen=True, extra="forbid"):
    """One way to misbehave: a `status` has Slack's word `error` in the form of the door, and Retry-After."""

    error: str = ""
    retry_after: Annotated[int | None, Field(ge=0)] = None

    def apply(self, answer: Answer, door: Door) -> Answer:
        """Give what becomes of `answer`."""
        if self.status is not None:
            answer = refusal(door, self.status, self.error, self.retry_after)
        return replace(answer, delay=self.delay, wire=self.wire)


RESPONSE_URL_ENDED = Fault(status=HTTPStatus.NOT_FOUND, error="expired_url")
THROTTLED = Fault(status=HTTPStatus.TOO_MANY_REQUESTS, error="ratelimited", retry_after=1)


def refusal(door: Door, status: int, error: str, retry_after: int | None = None) -> Answer:
    """Give the answer by which `door` says `error`: a response_url as plain text, the Web API as JSON."""
    headers = () if retry_after is None else (("Retry-After", str(retry_after)),)
    if door == "web_api" and error:
        return Answer.of_json(status, {"ok": False, "error": error}, headers)
    return Answer(status, (("Content-Type", "text/plain"), *headers), error.encode())
