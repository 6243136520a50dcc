"""A recorder that is interrupted at one of its writes: it is killed there, or another recorder does something then."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from shared.attempts import LEASE
from shared.orders import Order
from tests.integration.conftest import World
from tests.own_clients import Call, hearing

WRITES = ("TransactWriteItems", "SendMessage")
LONG = LEASE.total_seconds()
"""Seconds until another recorder may take over an attempt from a killed one."""
MOMENTS = ("before", "after")


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

    def before(self, call: Call) -> None:
        if call.operation not in WRITES:
            return
        if self.moment == "before" and len(self.written) == self.place:
            self._happen()
        self.written.append(call.operation)

    def after(self, call: Call) -> None:
        if call.operation in WRITES and self.moment == "after" and len(self.written) - 1 == self.place:
            self._happen()

    def _happen(self) -> None:
        self.place = None
        self.happens()


@contextmanager
def interrupting(aws: tuple[DynamoDBClient, SQSClient], interruption: Interruption) -> Iterator[None]:
    """Let the interruption hear of each write to the ledger and to the queue."""
    with ExitStack() as stack:
        for client in aws:
            stack.enter_context(hearing(client, before=interruption.before, after=interruption.after))
        yield


def run_twice(aws: tuple[DynamoDBClient, SQSClient], world: World, order: Order, place: int, moment: str) -> None:
    """Let the order be received by a recorder that is killed there, and then by one that lives."""
    killer = Interruption(place, moment)
    with interrupting(aws, killer), pytest.raises(Killed):
        world.run(order)
    world.clock.tick(LONG)
    assert world.run(order, 2) is None
