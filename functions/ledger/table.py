"""The ledger's table in DynamoDB: consistent reads, and versioned writes in transactions.

A write names the version that it replaces, so if two recorders write at once, only one succeeds. Every such write is a
transaction, also of one item: so each conflict with another transaction is retried in the same way. An item of numbers
is changed by `update`, without a read.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
"""

import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from botocore.exceptions import ClientError
from pydantic import BaseModel

from functions.aws.away import Away, raising_away
from functions.ledger.audit import AuditTable
from functions.ledger.changes import KEPT, Change, Key, attributes, in_table
from shared.audit import AuditRecord

if TYPE_CHECKING:  # the stubs are a development dependency, absent in Lambda
    from mypy_boto3_dynamodb import DynamoDBClient

TRIES = 5
"""How often a write is tried after conflicts or throttling, and how often a change is computed again."""

MOST_READ = 1000
"""The most items that a query reads, many more than an order or a user's locks have."""


class Contended(Away):
    """Others changed the same items at each try. The order is tried again later."""


class Index(NamedTuple):
    """A sparse index: its name, and the attributes that it has as keys. It holds the items that have both."""

    name: str
    by: str
    order: str


class Table:
    """One table. Reads are consistent. Every method raises Away while DynamoDB can't be used."""

    def __init__(self, client: "DynamoDBClient", name: str, audit: AuditTable | None = None) -> None:
        """Without `audit`, as a door has it, no record is written: a door changes nothing."""
        self._client = client
        self._name = name
        self._audit = audit

    def read[M: BaseModel](self, key: Key, model: type[M]) -> M | None:
        """Return the item, or None."""
        with raising_away("DynamoDB"):
            answer = self._client.get_item(TableName=self._name, Key=attributes(key), ConsistentRead=True)
        return model.model_validate_json(answer["Item"]["data"]["S"]) if "Item" in answer else None

    def read_all(self, pk: str, prefix: str = "", *, most: int = MOST_READ) -> dict[str, str]:
        """Return the JSON of each item of the partition whose sort key begins with the prefix, by sort key.

        Return at most the first `most` items.
        """
        values: dict[str, Any] = {":pk": {"S": pk}, ":prefix": {"S": prefix}}
        with raising_away("DynamoDB"):
            answer = self._client.query(
                TableName=self._name,
                KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)" if prefix else "pk = :pk",
                ExpressionAttributeValues=values if prefix else {":pk": values[":pk"]},
                ConsistentRead=True,
                Limit=most,
            )
        return {item["sk"]["S"]: item["data"]["S"] for item in answer["Items"]}

    def newest(self, pk: str, prefix: str) -> Iterator[str]:
        """Give the JSON of each item of the partition whose sort key begins with the prefix, the last one first."""
        return self._query(
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={":pk": {"S": pk}, ":prefix": {"S": prefix}},
            ConsistentRead=True,
            ScanIndexForward=False,
        )

    def read_index(self, index: Index, value: str, *, up_to: str, most: int | None = None) -> list[str]:
        """Return the JSON of the items of the index with that value, in order, up to that order; at most `most`.

        An index lags behind the table, by seconds at worst. Act on an item only by a write over its version.
        """
        found = self._query(
            IndexName=index.name,
            KeyConditionExpression=f"{index.by} = :value AND {index.order} <= :up_to",
            ExpressionAttributeValues={":value": {"S": value}, ":up_to": {"S": up_to}},
        )
        return list(islice(found, most))

    def _query(self, **asked: Any) -> Iterator[str]:
        """Give the JSON of each item, and read a page when it is wanted."""
        while True:
            with raising_away("DynamoDB"):
                page = self._client.query(TableName=self._name, **asked)
            yield from (item["data"]["S"] for item in page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def write(self, *changes: Change) -> bool:
        """Write all the changes together. Write none and return False if an item has another version than expected.

        A record that the audit has already is left out. After Away they may be written: perhaps only the answer was
        lost.
        """
        with raising_away("DynamoDB"):
            return self._write(changes)

    def _write(self, changes: tuple[Change, ...]) -> bool:
        items = [in_table(change, self._name) for change in changes if not isinstance(change, AuditRecord)]
        records = [change for change in changes if isinstance(change, AuditRecord)]
        added = [] if self._audit is None else [{"Put": self._audit.put(record)} for record in records]
        tries = 0
        while items or added:
            try:
                self._client.transact_write_items(
                    TransactItems=cast("Any", [*items, *added]),
                    ClientRequestToken=secrets.token_hex(16),  # a try that got no answer is not repeated after it
                )
            except ClientError as refused:
                if refused.response["Error"]["Code"] != "TransactionCanceledException":
                    raise
                reasons = refused.response["CancellationReasons"]
                unmet = [it.get("Code") == "ConditionalCheckFailed" for it in reasons]
                if any(unmet[: len(items)]):
                    return False
                tries += 1
                if tries == TRIES:
                    raise
                if any(unmet):  # of records
                    added = [it for it, is_known in zip(added, unmet[len(items) :], strict=True) if not is_known]
                    continue
                # After another transaction on the same items, or throttling, the versions may still be the same.
                time.sleep(0.05 * 2**tries)
            else:
                return True
        return True

    def read_numbers(self, key: Key) -> dict[str, int]:
        """Return the numbers of an item that `update` changes."""
        with raising_away("DynamoDB"):
            answer = self._client.get_item(TableName=self._name, Key=attributes(key), ConsistentRead=True)
        return _numbers(answer.get("Item", {}))

    def update(
        self,
        key: Key,
        sets: Mapping[str, str],
        now: datetime,
        *,
        condition: str,
        removes: Sequence[str] = (),
        **values: int,
    ) -> tuple[bool, dict[str, int]]:
        """Change an item of numbers under a condition, in one write that reads nothing first.

        `sets` has an expression for each attribute; `values` are the numbers that the expressions name. Return whether
        the condition held, and the item's numbers: as they are now, or as they were found.
        """
        numbers = {**values, "expires_at": int((now + KEPT).timestamp())}
        change = ", ".join(f"{name} = {value}" for name, value in {**sets, "expires_at": ":expires_at"}.items())
        try:
            with raising_away("DynamoDB"):
                answer = self._client.update_item(
                    TableName=self._name,
                    Key=attributes(key),
                    UpdateExpression=f"SET {change}" + (f" REMOVE {', '.join(removes)}" if removes else ""),
                    ConditionExpression=condition,
                    ExpressionAttributeValues={f":{name}": {"N": str(number)} for name, number in numbers.items()},
                    ReturnValues="ALL_NEW",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
        except ClientError as refused:
            if refused.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            found = cast("Mapping[str, Any]", refused.response.get("Item", {}))
            return False, _numbers(found)
        return True, _numbers(answer["Attributes"])


def _numbers(item: Mapping[str, Any]) -> dict[str, int]:
    return {name: int(value["N"]) for name, value in item.items() if "N" in value}
