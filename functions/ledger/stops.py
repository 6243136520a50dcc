"""Stops in the ledger: what there is to stop, what came of it, and the locks that go.

The items are those of functions/ledger/attempts.py.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from functions.ledger.keys import Item, item_of, job_key, lock_key, order_key, version
from shared.attempts import Busy, ErrorFacts, KnownJob, StreamLock
from shared.orders import Stop
from shared.stops import JOB_UNKNOWN, Stopping, Target

if TYPE_CHECKING:  # the stubs are a development dependency, absent in Lambda
    from mypy_boto3_dynamodb import DynamoDBClient

_AUDIO = "AUDIO"
"""Where a lock's key has a video_type, of a recording without video."""


class StopTable:
    """The stops of one app, in the ledger's table. Reads are consistent."""

    def __init__(self, client: "DynamoDBClient", table: str, app_id: str) -> None:
        self._client = client
        self._table = table
        self._app_id = app_id

    def read(self, order_id: str) -> Stopping | None:
        """A stop that was begun."""
        data = self._data(order_key(order_id, "stop"))
        return None if data is None else Stopping.model_validate_json(data)

    def targets(self, stop: Stop, now: datetime) -> tuple[Target, ...] | Busy:
        """What is recorded of what the stop names; Busy while a start of it is under way, which has to end first.

        A job that recordbot didn't start is a target as well: RTC may know it.
        """
        if stop.job_id is not None:
            data = self._data(job_key(stop.job_id))
            if data is None:
                return (Target(job_id=stop.job_id),)
            job = KnownJob.model_validate_json(data)
            lock = self._lock(job)
            held = lock if lock is not None and lock.job_id == job.job_id else None
            return (Target(**job.model_dump(), lock=held),)
        targets = []
        for video_type, lock in self._locks(stop):
            if lock.calling_until is not None and now < lock.calling_until:
                return Busy(until=lock.calling_until)
            if lock.is_over(now):
                continue
            unknown = ErrorFacts(family=JOB_UNKNOWN) if lock.job_id is None else None
            stream = {"room_id": stop.room_id, "user_id": stop.user_id, "video_type": video_type}
            targets.append(Target(job_id=lock.job_id, **stream, lock=lock, error=unknown))
        return tuple(targets)

    def begin(self, stopping: Stopping, now: datetime) -> Stopping:
        """Write down what is to be stopped; gives what another recorder wrote before."""
        item = item_of(order_key(stopping.order_id, "stop"), stopping, now)
        try:
            self._client.put_item(TableName=self._table, Item=item, ConditionExpression="attribute_not_exists(pk)")
        except self._client.exceptions.ConditionalCheckFailedException:
            return self.read(stopping.order_id) or stopping
        return stopping

    def settle(self, stopping: Stopping, now: datetime) -> None:
        """Write down what came of it."""
        self._client.put_item(TableName=self._table, Item=item_of(order_key(stopping.order_id, "stop"), stopping, now))

    def free(self, target: Target) -> None:
        """Remove the lock of a recording that is over, unless it has changed: then it is another's."""
        if target.lock is None or target.room_id is None or target.user_id is None:
            return
        try:
            self._client.delete_item(
                TableName=self._table,
                Key=lock_key(self._app_id, target.room_id, target.user_id, target.video_type),
                ConditionExpression="step = :seen",
                ExpressionAttributeValues={":seen": {"S": version(target.lock)}},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return

    def _lock(self, job: KnownJob) -> StreamLock | None:
        data = self._data(lock_key(self._app_id, job.room_id, job.user_id, job.video_type))
        return None if data is None else StreamLock.model_validate_json(data)

    def _locks(self, stop: Stop) -> list[tuple[str | None, StreamLock]]:
        """Each lock of the stop's user, with its video_type."""
        key = lock_key(self._app_id, stop.room_id or "", stop.user_id or "", stop.video_type or "")
        wanted = {"S": key["sk"]["S"].removesuffix(_AUDIO) if stop.video_type is None else key["sk"]["S"]}
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :room AND begins_with(sk, :user)",
            ExpressionAttributeValues={":room": key["pk"], ":user": wanted},
            ConsistentRead=True,
        )
        found = []
        for item in answer["Items"]:
            kind = item["sk"]["S"].rpartition("#")[2]
            found.append((None if kind == _AUDIO else kind, StreamLock.model_validate_json(item["data"]["S"])))
        return found

    def _data(self, key: Item) -> str | None:
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return answer["Item"]["data"]["S"] if "Item" in answer else None
