"""DynamoDB that is away, for the clients of a test in this process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from botocore.exceptions import ReadTimeoutError
from mypy_boto3_dynamodb import DynamoDBClient

from tests.own_clients import Call, hearing


def always(_: str) -> bool:
    """Every call."""
    return True


@contextmanager
def away(client: DynamoDBClient, when: Callable[[str], bool] = always, *, after: bool = False) -> Iterator[list[str]]:
    """Let the calls for whose operation `when` is true get no answer; with `after`, they are carried out all the same.

    Gives the operations that were lost.
    """
    lost: list[str] = []

    def lose(call: Call) -> None:
        if when(call.operation):
            lost.append(call.operation)
            raise ReadTimeoutError(endpoint_url="the table")

    with hearing(client, after=lose) if after else hearing(client, before=lose):
        yield lost


def once(operation: str) -> Callable[[str], bool]:
    """The next call of this operation."""
    seen: list[str] = []

    def when(name: str) -> bool:
        if name == operation and not seen:
            seen.append(name)
            return True
        return False

    return when
