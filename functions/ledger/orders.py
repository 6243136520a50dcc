"""What the ledger tells of an order and of a job: for the webhook's door to read, and the recorder to note what came.

The items are those of functions/ledger/attempts.py. Reads are consistent.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from functions.ledger.keys import Item, item_of, job_key, order_key
from shared.attempts import Asked, Attempt, KnownJob
from shared.orders import Order
from shared.stops import Stopping

if TYPE_CHECKING:  # the stubs are a development dependency, absent in Lambda
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """All that is known of an order that a caller's event made: its attempts in order, or its stop."""

    asked: Asked
    attempts: tuple[Attempt, ...]
    stopping: Stopping | None


class OrderRecords:
    """The orders and jobs in one table."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def is_first(self, order: Order, now: datetime) -> bool:
        """Note what the order asks for, if it came from a caller; whether no other body came before under its id.

        Two bodies under one webhook-id can both get on the queue: the door can't see what isn't in the ledger yet.
        """
        if order.body_digest is None:
            return True
        asked = Asked(
            body_digest=order.body_digest,
            requested_by=order.requested_by,
            placed_at=order.placed_at,
            requests=order.requests,
            stop=order.stop,
        )
        key = order_key(order.order_id, "asked")
        try:
            self._client.put_item(
                TableName=self._table, Item=item_of(key, asked, now), ConditionExpression="attribute_not_exists(pk)"
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            known = self.asked(order.order_id)
            return known is None or known.is_of(order)
        return True

    def asked(self, order_id: str) -> Asked | None:
        """What a caller's order asks for, or None as long as the recorder has not begun with it."""
        data = self._data(order_key(order_id, "asked"))
        return None if data is None else Asked.model_validate_json(data)

    def read(self, order_id: str) -> OrderRecord | None:
        """The order, or None as long as the recorder has not begun with it."""
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :order",
            ExpressionAttributeValues={":order": order_key(order_id, "")["pk"]},
            ConsistentRead=True,
        )
        found: dict[str, Any] = {item["sk"]["S"]: item["data"]["S"] for item in answer["Items"] if "data" in item}
        if "asked" not in found:
            return None
        stop = found.get("stop")
        return OrderRecord(
            asked=Asked.model_validate_json(found["asked"]),
            attempts=tuple(Attempt.model_validate_json(found[n]) for n in sorted(found) if n.isdecimal()),
            stopping=None if stop is None else Stopping.model_validate_json(stop),
        )

    def job(self, job_id: str) -> KnownJob | None:
        """The stream that a job records, if recordbot started it."""
        data = self._data(job_key(job_id))
        return None if data is None else KnownJob.model_validate_json(data)

    def _data(self, key: Item) -> str | None:
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return answer["Item"]["data"]["S"] if "Item" in answer else None
