"""Count the calls of AWS."""

from collections import Counter
from collections.abc import Callable

from mypy_boto3_dynamodb import DynamoDBClient

from tests.own_clients import hearing


def calls_of(dynamodb: DynamoDBClient, act: Callable[[], object]) -> Counter[str]:
    """How often each operation of DynamoDB is called meanwhile."""
    calls: Counter[str] = Counter()

    with hearing(dynamodb, before=lambda call: calls.update([call.operation])):
        act()
    return calls
