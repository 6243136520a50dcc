"""A recorder that is interrupted at one of its writes: it is killed there, or another recorder does something then."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient


class Killed(BaseException):
    """The process is gone; nothing of it can catch this."""


def kill() -> None:
    """Kill the recorder."""
    raise Killed


@dataclass
class Interruption:
    """What happens at the recorder's n-th write, from 0: before it, or once it is done. None: nothing, ever."""

    place: int | None = None
    moment: str = "before"
    happens: Callable[[], None] = kill
    written: list[str] = field(default_factory=list)

    def before(self, model: Any, **_: object) -> None:
        if self.moment == "before" and len(self.written) == self.place:
            self._happen()
        self.written.append(model.name)

    def after(self, **_: object) -> None:
        if self.moment == "after" and len(self.written) - 1 == self.place:
            self._happen()

    def _happen(self) -> None:
        self.place = None
        self.happens()


@contextmanager
def interrupting(aws: tuple[DynamoDBClient, SQSClient], interruption: Interruption) -> Iterator[None]:
    """Let botocore call the interruption at each write to the ledger and to the queue."""
    dynamodb, sqs = aws
    writes = [(dynamodb, "dynamodb.TransactWriteItems"), (sqs, "sqs.SendMessage")]
    for client, write in writes:
        client.meta.events.register(f"before-call.{write}", interruption.before)
        client.meta.events.register(f"after-call.{write}", interruption.after)
    try:
        yield
    finally:
        for client, write in writes:
            client.meta.events.unregister(f"before-call.{write}", interruption.before)
            client.meta.events.unregister(f"after-call.{write}", interruption.after)
