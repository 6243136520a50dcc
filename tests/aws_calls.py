"""Count the calls of AWS."""

from collections import Counter
from collections.abc import Callable

from mypy_boto3_dynamodb import DynamoDBClient


def calls_of(dynamodb: DynamoDBClient, act: Callable[[], object]) -> Counter[str]:
    """How often each operation of DynamoDB is called meanwhile."""
    calls: Counter[str] = Counter()

    def note(model: object, **_: object) -> None:
        calls[str(getattr(model, "name", ""))] += 1

    dynamodb.meta.events.register("before-call.dynamodb", note)
    try:
        act()
    finally:
        dynamodb.meta.events.unregister("before-call.dynamodb", note)
    return calls
