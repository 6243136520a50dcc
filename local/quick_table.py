"""moto's DynamoDB table, made quick enough for thousands of items: its own takes longer with every one of them."""

import copy
from collections import defaultdict
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

_query_all = Table.query


def make_quick() -> None:
    """Have every table of this process copied and queried by what is concerned, instead of as a whole."""
    Table.__deepcopy__ = _copied  # type: ignore[attr-defined] # it has none so far: copy looks for one
    Table.query = _query_partition  # type: ignore[assignment] # the same arguments, passed on


def _copied(table: Table, _: object) -> Table:
    """A copy to put back if a transaction fails. Put and delete change no item, so copying the keys will do."""
    copied = copy.copy(table)
    copied.items = defaultdict(dict, {key: copy.copy(found) for key, found in table.items.items()})
    return copied


def _query_partition(table: Table, hash_key: DynamoType | None, *arguments: Any, **more: Any) -> Any:
    """Moto sorts all that there is and then looks for the partition; an index is another matter."""
    if hash_key is not None and table.has_range_key and not table.all_indexes():
        one = copy.copy(table)
        one.items = defaultdict(dict, {hash_key: table.items[hash_key]} if hash_key in table.items else {})
        return _query_all(one, hash_key, *arguments, **more)
    return _query_all(table, hash_key, *arguments, **more)
