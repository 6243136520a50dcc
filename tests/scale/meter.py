"""Counts what AWS bills of the calls to it: requests, DynamoDB's units by item size, and events.

A write costs a unit for each KB of the item as it was or is, whichever is larger; twice that in a transaction, also if
it is refused. An index costs a unit for each KB of an entry that goes, comes or changes; an entry that moves is both.
A read costs a unit for each 4 KB. A query of an index is only counted: what it reads depends on all recordings.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from mypy_boto3_dynamodb import DynamoDBClient

from tests.template import of_type

type Item = Mapping[str, Mapping[str, str]]
_WRITE_BYTES, _READ_BYTES, _EVENT_BYTES = 1024, 4096, 65536


class Index(NamedTuple):
    """An index of a table: its name, its keys, and all attributes that an entry has."""

    name: str
    keys: Sequence[str]
    attributes: Sequence[str]

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> list["Index"]:
        """Return the indexes of a table of template.yaml."""
        own = [it["AttributeName"] for it in table["KeySchema"]]
        found = []
        for index in table["GlobalSecondaryIndexes"]:
            keys = [it["AttributeName"] for it in index["KeySchema"]]
            found.append(cls(index["IndexName"], keys, [*own, *keys, *index["Projection"]["NonKeyAttributes"]]))
        return found

    def entry(self, item: Item | None) -> Item | None:
        """Return the item's entry; None if it has none."""
        if item is None or any(key not in item for key in self.keys):
            return None
        return {name: item[name] for name in self.attributes if name in item}

    def units(self, old: Item | None, new: Item | None) -> int:
        """Return the write units of a change of an item."""
        before, after = self.entry(old), self.entry(new)
        if before == after:
            return 0
        if before and after and all(before[key] == after[key] for key in self.keys):
            return max(_units(before, _WRITE_BYTES), _units(after, _WRITE_BYTES))
        return sum(_units(entry, _WRITE_BYTES) for entry in (before, after) if entry)


def size(item: Item) -> int:
    """Return the bytes of an item as DynamoDB counts them: names and values; a number takes half its digits."""
    return sum(
        len(name.encode()) + (len(text) // 2 + 2 if kind == "N" else len(text.encode()))
        for name, value in item.items()
        for kind, text in value.items()
    )


def _units(item: Item, unit: int) -> int:
    return math.ceil(max(size(item), 1) / unit)


@dataclass
class Meter:
    """Counts by kind, such as `sqs SendMessage` or `write units`, and write units by partition."""

    plain: DynamoDBClient
    """Reads the items as they are before a write, and is not counted."""
    indexes: Mapping[str, Sequence[Index]]
    """Of each table, by its name."""
    spent: Counter[str] = field(default_factory=Counter)
    partitions: Counter[str] = field(default_factory=Counter)
    """Write units by table or index, and the key of the partition."""
    _writes: list[tuple[str, Item | None, Item | None]] = field(default_factory=list)
    _is_of_index: bool = False

    @contextmanager
    def measuring(self, *clients: Any) -> Iterator[None]:
        """Count what these clients of boto3 call inside the block."""
        for client in clients:
            client.meta.events.register("provide-client-params", self._note_call)
            client.meta.events.register("after-call", self._note_answer)
        yield
        for client in clients:
            client.meta.events.unregister("provide-client-params", self._note_call)
            client.meta.events.unregister("after-call", self._note_answer)

    def _note_call(self, params: Mapping[str, Any], model: Any, **_: object) -> None:
        service = model.service_model.service_name
        self.spent[f"{service} {model.name}"] += 1
        match model.name:
            case "TransactWriteItems":
                self._writes = [self._change(kind, it) for part in params["TransactItems"] for kind, it in part.items()]
            case "UpdateItem":
                self._writes = [self._change("Update", params)]
            case "Query":
                self._is_of_index = "IndexName" in params
            case "PutEvents":
                sizes = [len(str(it["Detail"]).encode()) for it in params["Entries"]]
                self.spent["events"] += sum(math.ceil(it / _EVENT_BYTES) for it in sizes)

    def _change(self, kind: str, change: Mapping[str, Any]) -> tuple[str, Item | None, Item | None]:
        """Return the table, and the item before and after."""
        table = change["TableName"]
        if kind == "Update":  # an item of numbers, in no index
            return table, change["Key"], change["Key"]
        key = change["Key"] if kind == "Delete" else {name: change["Item"][name] for name in ("pk", "sk")}
        old: Any = self.plain.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
        return table, old or (key if kind == "Delete" else None), change.get("Item")

    def _note_answer(self, parsed: Mapping[str, Any], model: Any, **_: object) -> None:
        match model.name:
            case "TransactWriteItems" | "UpdateItem":
                self._note_writes(2 if model.name == "TransactWriteItems" else 1, is_done="Error" not in parsed)
            case "GetItem":
                self.spent["read units"] += _units(parsed.get("Item", {}), _READ_BYTES)
            case "Query" if self._is_of_index:
                self.spent["index queries"] += 1
            case "Query":
                total = sum(size(item) for item in parsed["Items"])
                self.spent["read units"] += math.ceil(max(total, 1) / _READ_BYTES)

    def _note_writes(self, times: int, *, is_done: bool) -> None:
        for table, old, new in self._writes:
            units = times * max(_units(it, _WRITE_BYTES) for it in (old, new) if it)
            self._spend("write units of tables", table, new or old, "pk", units)
            for index in self.indexes[table] if is_done else ():
                units = index.units(old, new)
                if units:
                    self._spend(
                        "write units of indexes",
                        f"{table}/{index.name}",
                        index.entry(new) or index.entry(old),
                        index.keys[0],
                        units,
                    )
        self._writes = []

    def _spend(self, kind: str, place: str, item: Item | None, key: str, units: int) -> None:
        assert item is not None
        self.spent[kind] += units
        self.partitions[f"{place} {item[key]['S']}"] += units


def indexes_of(names: Mapping[str, str]) -> dict[str, Sequence[Index]]:
    """Return the indexes of template.yaml's tables, by the names that the tables have here."""
    return {names[table]: Index.of(it) for table, it in of_type("AWS::DynamoDB::Table").items()}
