"""moto, made quick enough for thousands of items and messages: by itself it takes longer with every one of them."""

import copy
import time
from collections import defaultdict
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table
from moto.sqs.models import Message, SQSBackend

_query_all = Table.query


def make_quick() -> None:
    """Have this process look only at what is concerned, where it would look at all there is."""
    Table.__deepcopy__ = _copied  # type: ignore[attr-defined] # it has none so far: copy looks for one
    Table.query = _query_partition  # type: ignore[assignment] # the same arguments, passed on
    SQSBackend.is_message_valid_based_on_retention_period = _is_kept  # type: ignore[assignment, method-assign]


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


def _is_kept(backend: SQSBackend, queue_name: str, message: Message) -> bool:
    """Moto counts the queue's messages anew for each one that is received, on its way to this one attribute."""
    kept_for: int = backend.get_queue(queue_name).message_retention_period  # type: ignore[attr-defined] # set by name
    return bool(time.time() < kept_for + message.sent_timestamp / 1000)  # type: ignore[operator] # it has been sent
