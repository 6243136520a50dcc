"""Faults of the Slack stand-in: at which door, how often, and how the call fails."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated

from pydantic import Field

from local import faults
from local.http_message import Answer
from local.slack.refusal import Door, refusal


class Fault(faults.Fault, frozen=True, extra="forbid"):
    """One fault. An answer with `status` carries Slack's error code `error` and Retry-After, as the door does."""

    error: str = ""
    retry_after: Annotated[int | None, Field(ge=0)] = None

    def apply(self, answer: Answer, door: Door) -> Answer:
        """Return the answer that the app gets instead of `answer`."""
        if self.status is not None:
            answer = refusal(door, self.status, self.error, self.retry_after)
        return replace(answer, delay=self.delay, wire=self.wire)


RESPONSE_URL_ENDED = Fault(status=HTTPStatus.NOT_FOUND, error="expired_url")
THROTTLED = Fault(status=HTTPStatus.TOO_MANY_REQUESTS, error="ratelimited", retry_after=1)
