"""Writes to moto's tables as DynamoDB makes them: all or nothing, and with the types that the keys of indexes have.

moto changes an item in place when it is updated, also in a transaction that is cancelled later. It copies the whole
table before each transaction. Here a stored item never changes, and a write that fails puts back what it replaced.
"""

import copy
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partialmethod
from typing import Any

from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from local.aws.index_lag import IndexLag, Place, item_at

_put, _delete = Table.put_item, Table.delete_item
_update, _transact, _keys_of = (
    DynamoDBBackend.update_item,
    DynamoDBBackend.transact_write_items,
    DynamoDBBackend.get_keys_value,
)
EMPTY_KEY = "The AttributeValue for a key attribute cannot contain an empty string value."
_transacting = ContextVar("_transacting", default=False)


class ValidationError(Exception):
    """The reason, under its class's name, for which a transaction is cancelled."""


def change_writes(lag: IndexLag) -> None:
    """Change moto in this process. `lag` gets what is replaced."""
    Table.__deepcopy__ = lambda table, _: table  # type: ignore[attr-defined] # moto copies it before each transaction
    Table.put_item = partialmethod(_put_item, lag)  # type: ignore[assignment, method-assign]
    Table.delete_item = partialmethod(_delete_item, lag)  # type: ignore[assignment, method-assign]
    DynamoDBBackend.update_item = partialmethod(_update_item, lag)  # type: ignore[assignment, method-assign]
    DynamoDBBackend.transact_write_items = _transact_write_items  # type: ignore[assignment, method-assign]
    DynamoDBBackend.get_keys_value = _checked_keys  # type: ignore[assignment, method-assign]


def _put_item(table: Table, lag: IndexLag, attributes: dict[str, Any], *arguments: Any, **named: Any) -> Item:
    with _refused():
        _check_index_keys(table, attributes)
        place = _place(table, attributes)
        if place is not None:
            lag.note(table, place)
        return _put(table, attributes, *arguments, **named)


def _delete_item(table: Table, lag: IndexLag, hash_key: DynamoType, range_key: DynamoType | None) -> Item | None:
    lag.note(table, (hash_key, range_key))
    return _delete(table, hash_key, range_key)


def _update_item(
    backend: DynamoDBBackend, lag: IndexLag, table_name: str, key: dict[str, Any], *arguments: Any, **named: Any
) -> Item:
    with _refused():
        table = backend.get_table(table_name)
        place = backend.get_keys_value(table, key)
        with _undone_if_it_fails([(table, place)]):
            lag.note(table, place)
            store(table, place, copy.deepcopy(item_at(table, place)))
            item = _update(backend, table_name, key, *arguments, **named)
            _check_index_keys(table, item.attrs)
            return item


def _transact_write_items(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    touched = []
    for action in transact_items:
        for fields in action.values():
            table = backend.get_table(fields["TableName"])
            place = _place(table, fields.get("Key") or fields["Item"])
            if place is not None:
                touched.append((table, place))
    token = _transacting.set(True)
    try:
        with _undone_if_it_fails(touched):
            _transact(backend, transact_items)
    finally:
        _transacting.reset(token)


def _checked_keys(backend: DynamoDBBackend, table: Table, keys: dict[str, Any]) -> Place:
    with _refused():
        place: Place = _keys_of(backend, table, keys)
        for key, kind in zip(place, (table.hash_key_type, table.range_key_type), strict=True):
            if key is not None and key.type != kind:
                raise MockValidationException("The provided key element does not match the schema")
            if key is not None and not key.value:
                raise MockValidationException(f"One or more parameter values are not valid. {EMPTY_KEY}")
        return place


@contextmanager
def _undone_if_it_fails(touched: Iterable[tuple[Table, Place]]) -> Iterator[None]:
    before = [(table, place, item_at(table, place)) for table, place in touched]
    try:
        yield
    except Exception:
        for table, place, item in before:
            store(table, place, item)
        raise


@contextmanager
def _refused() -> Iterator[None]:
    """Cancel the transaction, if it is one, for a value that is not valid. moto would refuse it without a reason."""
    try:
        yield
    except MockValidationException as error:
        if _transacting.get():
            raise ValidationError(error.exception_msg) from error
        raise


def store(table: Table, place: Place, item: Item | None) -> None:
    """Store the item in that place; None: leave it empty."""
    hash_key, range_key = place
    stored, key = (table.items, hash_key) if range_key is None else (table.items[hash_key], range_key)
    if item is None:
        stored.pop(key, None)
    else:
        stored[key] = item  # type: ignore[assignment] # moto's type knows no table without a range key


def _place(table: Table, attributes: Mapping[str, Any]) -> Place | None:
    keys = [DynamoType(attributes[name]) for name in table.table_key_attrs if name in attributes]
    if len(keys) < len(table.table_key_attrs):
        return None
    return (keys[0], keys[1] if table.has_range_key else None)


def _check_index_keys(table: Table, attributes: Mapping[str, Any]) -> None:
    types = {it["AttributeName"]: it["AttributeType"] for it in table.attr}
    for index in table.global_indexes:
        for name in index.schema_key_attrs:
            if name not in attributes:
                continue
            value = DynamoType(attributes[name])
            if value.type != types[name]:
                raise MockValidationException(
                    f"One or more parameter values were invalid: Type mismatch for Index Key {name} Expected: "
                    f"{types[name]} Actual: {value.type} IndexName: {index.name}"
                )
            if not value.value:
                raise MockValidationException(
                    "One or more parameter values are not valid. A value specified for a secondary index key is not "
                    f"supported. {EMPTY_KEY} IndexName: {index.name}, IndexKey: {name}"
                )
