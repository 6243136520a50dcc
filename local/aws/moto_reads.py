"""Queries of moto's tables as DynamoDB answers them: from an index that may lag, refused where DynamoDB refuses.

moto sorts a table and compares all its items for each query. Here a query reads only the items with its hash key.
"""

import copy
import inspect
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import partialmethod
from typing import Any

from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import SecondaryIndex, Table

from local.aws.index_lag import IndexLag
from local.aws.moto_writes import store

_query_all, _scan_all = Table.query, Table.scan
_QUERY, _SCAN = inspect.signature(_query_all), inspect.signature(_scan_all)


def change_reads(lag: IndexLag) -> None:
    """Change moto in this process: its global indexes have the items that `lag` gives them."""
    Table.query = partialmethod(query, lag)  # type: ignore[assignment, method-assign]
    Table.scan = partialmethod(_scan, lag)  # type: ignore[assignment, method-assign]
    SecondaryIndex.project = project  # type: ignore[assignment, method-assign]


def query(table: Table, lag: IndexLag, *arguments: Any, **named: Any) -> Any:
    """Answer a query, with the arguments of moto's Table.query. Raises moto's MockValidationException."""
    given = _QUERY.bind(table, *arguments, **named).arguments
    index = _index(table, given)
    (name, value), *_ = given["hash_key_conditions"]
    _check_types(table, {name: [value], **{name: values for name, _, values in given["range_key_conditions"]}})
    if index in table.global_indexes:
        _check_projection(index, given["projection_expressions"] or ())
        items: Iterable[Item] = (item for item in lag.items(table) if name in item.attrs and item.attrs[name] == value)
    else:
        items = _partition(table, value)
    return _query_all(_with_only(table, items), *arguments, **named)


def project(index: SecondaryIndex, item: Item) -> Item:
    """Return the item with what the index has of it. moto converts each of its values four times."""
    projected = copy.copy(item)
    if index.projection["ProjectionType"] != "ALL":
        projected.attrs = LimitedSizeDict()
        dict.update(projected.attrs, {name: item.attrs[name] for name in _projected(index) if name in item.attrs})
    return projected


def _projected(index: SecondaryIndex) -> set[str]:
    return {*index.table_key_attrs, *index.schema_key_attrs, *index.projection.get("NonKeyAttributes", ())}


def _scan(table: Table, lag: IndexLag, *arguments: Any, **named: Any) -> Any:
    index = _index(table, _SCAN.bind(table, *arguments, **named).arguments)
    known = _with_only(table, lag.items(table)) if index in table.global_indexes else table
    return _scan_all(known, *arguments, **named)


def _index(table: Table, given: Mapping[str, Any]) -> SecondaryIndex | None:
    return next((index for index in table.all_indexes() if index.name == given.get("index_name")), None)


def _partition(table: Table, hash_key: DynamoType) -> Iterable[Item]:
    found: Any = table.items.get(hash_key)
    if found is None:
        return ()
    return list(found.values()) if table.has_range_key else [found]


def _with_only(table: Table, items: Iterable[Item]) -> Table:
    part = copy.copy(table)
    part.items = defaultdict(dict)
    for item in items:
        store(part, (item.hash_key, item.range_key), item)
    return part


def _check_types(table: Table, conditions: Mapping[str, Iterable[DynamoType]]) -> None:
    types = {it["AttributeName"]: it["AttributeType"] for it in table.attr}
    for name, values in conditions.items():
        for value in values:
            if value.type != types[name]:
                raise MockValidationException(
                    "One or more parameter values were invalid: Condition parameter type does not match schema type"
                )
            if not value.value:
                raise MockValidationException(
                    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain "
                    f"an empty string value. Key: {name}"
                )


def _check_projection(index: SecondaryIndex, wanted: Iterable[list[str]]) -> None:
    absent = [path[0] for path in wanted if path[0] not in _projected(index)]
    if absent and index.projection["ProjectionType"] != "ALL":
        raise MockValidationException(
            "One or more parameter values were invalid: Global secondary index "
            f"{index.name} does not project [{', '.join(absent)}]"
        )
