"""Faults of the RTC stand-in: which calls, how often, and how they fail."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from local import faults
from local.http_message import Answer
from local.rtc.refusal import error_body

type Operation = Literal[
    "start", "show", "update", "stop", "token", "list", "show rule", "show callback", "set callback"
]


class Fault(faults.Fault, frozen=True, extra="forbid"):
    """One fault. An answer with `status` has an error body with `error_code`, or else `body` with `content_type`."""

    error_code: str = ""
    body: str = ""
    content_type: Annotated[str, Field(pattern=r"^[ -~]*$")] = "text/html"

    def apply(self, answer: Answer, request_id: str) -> Answer:
        """Return the answer that the client gets instead of `answer`."""
        if self.status is not None and self.error_code:
            answer = Answer.of_json(self.status, error_body(self.error_code, request_id, "as set in the stand-in"))
        elif self.status is not None:
            answer = Answer(self.status, (("Content-Type", self.content_type),), self.body.encode())
        return replace(answer, delay=self.delay, wire=self.wire)


NOT_CARRIED_OUT = Fault(status=HTTPStatus.INTERNAL_SERVER_ERROR, error_code="RTC.00002000")
"""The answer to a call that a fault keeps from being carried out."""


class Misbehaviour(BaseModel, frozen=True, extra="forbid"):
    """A fault for the next `times` calls of `operation`, as JSON. None means any operation, and until removed."""

    fault: Fault
    operation: Operation | None = None
    times: Annotated[int | None, Field(ge=1)] = 1
