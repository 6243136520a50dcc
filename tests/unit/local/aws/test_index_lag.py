"""An index that lags has what its table had so many seconds ago."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from local.aws.index_lag import IndexLag, item_at
from local.aws.moto_writes import store

LAG = 10
_SCHEMA: Any = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
_NAMES = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")]

_steps = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3), st.none() | st.text("ab", max_size=2)), max_size=20)
"""After how many seconds, to which item, what is written: None removes it."""


def _content(items: Any) -> dict[str, str]:
    return {item.range_key.value: item.attrs["data"].value for item in items}


@given(_steps, _steps)
def test_it_has_what_was_there_so_many_seconds_ago(before: Any, after: Any) -> None:
    """Since it lags; what was written before that, it has at once."""
    now = [-1.0]
    lag = IndexLag(lambda: now[0])
    table = Table("t", "1", "eu-central-1", _SCHEMA, _NAMES)  # type: ignore[abstract]
    history = [(-1.0, dict[str, str]())]

    def write(n: int, data: str | None) -> None:
        place = DynamoType({"S": f"p{n % 2}"}), DynamoType({"S": str(n)})
        lag.note(table, place)
        store(table, place, None if data is None else Item(*place, {"data": {"S": data}}))
        found = (item_at(table, (DynamoType({"S": f"p{k % 2}"}), DynamoType({"S": str(k)}))) for k in range(4))
        history.append((now[0], _content(item for item in found if item)))

    for _, n, data in before:
        write(n, data)
        assert _content(lag.items(table)) == history[-1][1]
    lag.set(LAG)
    now[0] = 0
    for seconds, n, data in after:
        now[0] += seconds
        assert _content(lag.items(table)) == next(it for at, it in reversed(history) if at <= max(now[0] - LAG, -1))
        write(n, data)
    lag.set(0)
    assert _content(lag.items(table)) == history[-1][1]
