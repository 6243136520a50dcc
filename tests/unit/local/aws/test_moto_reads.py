"""What a query of moto's tables reads."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

from local.aws.index_lag import IndexLag
from local.aws.moto_reads import query

OVER = ("pk", "sk")
LIVE = ("live", "due_at")


def _schema(hash_key: str, range_key: str) -> Any:
    return [{"AttributeName": hash_key, "KeyType": "HASH"}, {"AttributeName": range_key, "KeyType": "RANGE"}]


def _table(over: int, live: int) -> Table:
    """A table with so many items that are not in its index, and so many that are."""
    names = [{"AttributeName": name, "AttributeType": "S"} for name in OVER + LIVE]
    index = {"IndexName": "live", "KeySchema": _schema(*LIVE), "Projection": {"ProjectionType": "ALL"}}
    table = Table("table", "123456789012", "eu-central-1", _schema(*OVER), names, global_indexes=[index])  # type: ignore[abstract]
    for n in range(over + live):
        keys = {"pk": {"S": f"p{n}"}, "sk": {"S": "s"}}
        table.put_item(keys | ({"live": {"S": "app"}, "due_at": {"S": f"{n:05}"}} if n >= over else {}))
    return table


def _query(table: Table, name: str, value: str, index: str | None) -> int:
    key = DynamoType({"S": value})
    found, *_ = query(
        table,
        IndexLag(),
        *(key, None, [], 10, None, True, None, index),
        hash_key_conditions=[(name, key)],
        range_key_conditions=[],
    )
    return len(found)


@pytest.fixture(name="compared")
def _compared(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often values were compared."""
    counts: Counter[str] = Counter()

    def counting(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
        def counted(one: Any, other: Any) -> bool:
            counts["compared"] += 1
            return compare(one, other)

        return counted

    for compare in ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"):
        monkeypatch.setattr(DynamoType, compare, counting(getattr(DynamoType, compare)))
    return counts


@pytest.mark.parametrize(
    ("name", "value", "index", "expected"), [("pk", "p3", None, 1), ("live", "app", "live", 10), ("pk", "p", None, 0)]
)
def test_a_query_compares_no_item_with_another_hash_key(
    compared: Counter[str], name: str, value: str, index: str | None, expected: int
) -> None:
    """However many there are, in the table or left out of a sparse index."""
    costs = []
    for over in (10, 1000):
        table = _table(over, live=20)
        compared.clear()
        assert _query(table, name, value, index) == expected
        costs.append(compared["compared"])
    assert costs[0] == costs[1]
