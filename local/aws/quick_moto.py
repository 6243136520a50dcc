"""Make moto fast with thousands of items and messages: without this, each call takes longer the more there are."""

import copy
import time
from collections import defaultdict
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table
from moto.sqs.models import Message, SQSBackend

_query_all = Table.query


def make_quick() -> None:
    """Change moto in this process, so that a call reads only the items or messages that it is about."""
    Table.__deepcopy__ = _copied  # type: ignore[attr-defined] # it has none so far: copy looks for one
    Table.query = _query_partition  # type: ignore[assignment] # the same arguments, passed on
    SQSBackend.is_message_valid_based_on_retention_period = _is_kept  # type: ignore[assignment, method-assign]


def _copied(table: Table, _: object) -> Table:
    """Return a copy to restore if a transaction fails. Put and delete replace items, so a shallow copy is enough."""
    copied = copy.copy(table)
    copied.items = defaultdict(dict, {key: copy.copy(found) for key, found in table.items.items()})
    return copied


def _query_partition(table: Table, hash_key: DynamoType | None, *arguments: Any, **more: Any) -> Any:
    """Query one partition. moto sorts the whole table first; an index still works that way."""
    if hash_key is not None and table.has_range_key and not table.all_indexes():
        one = copy.copy(table)
        one.items = defaultdict(dict, {hash_key: table.items[hash_key]} if hash_key in table.items else {})
        return _query_all(one, hash_key, *arguments, **more)
    return _query_all(table, hash_key, *arguments, **more)


def _is_kept(backend: SQSBackend, queue_name: str, message: Message) -> bool:
    """Return whether a message is within its retention period. moto counts all messages to read this one attribute."""
    kept_for: int = backend.get_queue(queue_name).message_retention_period  # type: ignore[attr-defined] # set by name
    return bool(time.time() < kept_for + message.sent_timestamp / 1000)  # type: ignore[operator] # it has been sent
