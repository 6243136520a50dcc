"""The changes of items in the ledger's table: each writes or removes one item, most only over a known version.

An item holds its model as JSON in `data`, its `version`, and `expires_at`. Table.write carries changes out.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from pydantic import BaseModel

from shared.audit import AuditRecord
from shared.rtc.push_addresses import WITHOUT_KEYS

KEPT = timedelta(days=30)
"""How long an item is kept after it was written (DynamoDB's TTL)."""


class Key(NamedTuple):
    """An item's key."""

    pk: str
    sk: str


type _Write = dict[str, Any]
type Change = _Write | AuditRecord
"""One item of a transaction, made by a function of this file; or a record of the audit."""


def put(
    key: Key,
    content: BaseModel,
    now: datetime,
    *,
    over: BaseModel | None,
    index: Mapping[str, str] | None = None,
    data: str | None = None,
    kept: timedelta | None = KEPT,
) -> Change:
    """Return the change that writes the item over the version in `over`; with None, only if there is no item yet.

    `index` has the attributes by which an index of the table finds the item. `data` is the content as it is stored, if
    that is not all of it. `kept` is None for an item that stays.
    """
    return _put(key, content, now, index or {}, data, kept) | _condition(over)


def put_over_any(key: Key, content: BaseModel, now: datetime, *, kept: timedelta | None = KEPT) -> Change:
    """Return the change that writes the item over any version, or none."""
    return _put(key, content, now, {}, None, kept)


def remove(key: Key, over: BaseModel) -> Change:
    """Return the change that removes the item if it has the version in `over`."""
    return {"Delete": {"Key": attributes(key)}} | _condition(over)


def remove_any(key: Key) -> Change:
    """Return the change that removes the item if there is one."""
    return {"Delete": {"Key": attributes(key)}}


def in_table(change: _Write, name: str) -> _Write:
    """Return the change as a part of a transaction on the table of that name."""
    condition = change.get("condition", {})
    return {verb: {"TableName": name, **fields, **condition} for verb, fields in change.items() if verb != "condition"}


def attributes(key: Key) -> dict[str, Any]:
    """Return the key as an item has it."""
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}


def _put(
    key: Key,
    content: BaseModel,
    now: datetime,
    index: Mapping[str, str],
    data: str | None,
    kept: timedelta | None,
) -> _Write:
    expires_at = {} if kept is None else {"expires_at": {"N": str(int((now + kept).timestamp()))}}
    found_by = {name: {"S": value} for name, value in index.items()}
    data = data or content.model_dump_json(context=dict(WITHOUT_KEYS))
    item = {**attributes(key), "data": {"S": data}, **expires_at, **found_by}
    return {"Put": {"Item": item | {"version": {"S": _version(content)}}}}


def _condition(over: BaseModel | None) -> _Write:
    if over is None:
        return {"condition": {"ConditionExpression": "attribute_not_exists(pk)"}}
    seen = {":seen": {"S": _version(over)}}
    return {"condition": {"ConditionExpression": "version = :seen", "ExpressionAttributeValues": seen}}


def _version(content: BaseModel) -> str:
    """Return the model's `version`. A model without one never changes."""
    return str(getattr(content, "version", "1"))
