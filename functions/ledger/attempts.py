"""The ledger in DynamoDB: every change is one conditional write, so of two recorders that meet one wins.

    pk                  sk               what
    ORDER#id            0 ... 9          an attempt: one stream of the order
    ORDER#id            told             whether, and how often, the order was answered
    ORDER#id            asked            what a caller's event asked for (functions/ledger/orders.py)
    ORDER#id            stop             what a stop has to stop (functions/ledger/stops.py)
    ROOM#app#room       user#video_type  the lock of a stream; one look-up gives all that is held of a room
    JOB#id              stream           the stream that a job records

Each item holds its model as JSON in `data`, and beside it what the conditions compare. Reads are consistent.
Conditions: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
"""

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from functions.ledger.keys import KEPT, Item, item_of, job_key, lock_key, number, order_key, version
from shared.attempts import Attempt, Busy, Claim, Duplicate, KnownJob, NotStarted, Started, State, StreamLock, Unknown
from shared.orders import Order
from shared.rtc.models import RecordingRequest
from shared.slack_refs import MessageRef

if TYPE_CHECKING:  # the stubs are a development dependency, absent in Lambda
    from mypy_boto3_dynamodb import DynamoDBClient

TELLING_LEASE = timedelta(seconds=15)
"""How long one recorder may take to answer an order before another does it."""
_TRIES = 5


class Contended(Exception):
    """Others changed the same items again and again; the order is tried again later."""


class LedgerTable:
    """The ledger of one app, in one table."""

    def __init__(self, client: "DynamoDBClient", table: str, app_id: str) -> None:
        self._client = client
        self._table = table
        self._app_id = app_id

    def claim(self, order: Order, n: int, now: datetime) -> Claim:
        """Take the order's n-th stream for a call, with a lease, and lock it.

        Gives the attempt, CALLING and ours, or with the outcome it has already; Busy while its call is somebody else's;
        the StreamLock where another attempt holds the stream. An attempt whose lease is over gets its outcome: Unknown.
        """
        request = order.requests[n]
        for _ in range(_TRIES):
            attempt = self._attempt(order.order_id, n)
            if attempt is not None and attempt.outcome is not None:
                return attempt
            if attempt is not None and attempt.state is State.CALLING:
                if now < attempt.lease_until:
                    return Busy(until=attempt.lease_until)
                if self._move(attempt, abandoned := attempt.given_up_by_its_caller(now), now):
                    return abandoned
                continue
            lock = self._lock(request)
            if lock is not None and not lock.is_over(now):
                return lock
            claimed = Attempt(
                order_id=order.order_id,
                n=n,
                request=request,
                requested_by=order.requested_by,
                state=State.CALLING,
                calls=1 if attempt is None else attempt.calls + 1,
                began_at=now,
            )
            if self._write(
                self._put_attempt(claimed, now, over=attempt), self._put_lock(request, claimed.lock(), now, over=lock)
            ):
                return claimed
        raise Contended(f"attempt {order.order_id}.{n}")

    def settle(self, attempt: Attempt, outcome: Started | NotStarted | Unknown, now: datetime) -> Attempt:
        """Write down what came of the call that was claimed; the lock stays, changes or goes with it.

        Where the lease ran out meanwhile and the attempt was given up as unknown, what is known now replaces that.
        """
        for _ in range(_TRIES):
            if self._move(attempt, settled := attempt.settled(outcome, now), now):
                return settled
            current = self._attempt(attempt.order_id, attempt.n)
            if current is None or current.calls != attempt.calls or current.state is State.SETTLED:
                break
            attempt = current
        raise Contended(f"attempt {attempt.order_id}.{attempt.n}")

    def settle_uncalled(self, order: Order, n: int, outcome: Duplicate | NotStarted, now: datetime) -> Attempt:
        """Write down why no call is made: another attempt holds the stream, or nothing can be tried any more."""
        waiting = self._attempt(order.order_id, n)
        if waiting is not None and waiting.outcome is not None:
            return waiting
        if waiting is not None and waiting.state is State.CALLING:
            raise Contended(f"attempt {order.order_id}.{n}")
        attempt = Attempt(
            order_id=order.order_id,
            n=n,
            request=order.requests[n],
            requested_by=order.requested_by,
            state=State.SETTLED,
            calls=0 if waiting is None else waiting.calls,
            began_at=now,
            outcome=outcome,
            settled_at=now,
        )
        if not self._write(self._put_attempt(attempt, now, over=waiting)):
            raise Contended(f"attempt {order.order_id}.{n}")
        return attempt

    def release(self, attempt: Attempt, now: datetime) -> None:
        """Give back a claim whose call is known not to have happened: the attempt waits, and locks nothing."""
        if not self._move(attempt, attempt.model_copy(update={"state": State.WAITING}), now):
            raise Contended(f"attempt {attempt.order_id}.{attempt.n}")

    def free(self, request: RecordingRequest, lock: StreamLock) -> None:
        """Remove a lock whose job turned out to be over, unless it has changed: then the next claim sees who it is."""
        self._write({"Delete": {"TableName": self._table, "Key": self._lock_key(request), **_unchanged(lock)}})

    def attempts(self, order_id: str) -> list[Attempt]:
        """All attempts of an order, in its order."""
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"ORDER#{order_id}"}},
            ConsistentRead=True,
        )
        return [
            Attempt.model_validate_json(item["data"]["S"]) for item in answer["Items"] if item["sk"]["S"].isdecimal()
        ]

    def observe(self, before: Attempt, after: Attempt, now: datetime) -> None:
        """Write down what is new of the job of a settled attempt."""
        self._write(self._put_attempt(after, now, over=before))

    def begin_telling(self, order_id: str, now: datetime) -> int | Busy | None:
        """How many answers were begun for the order, this one included; Busy while another is at it; None if told."""
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=order_key(order_id, "told"),
                UpdateExpression="SET telling_until = :until, expires_at = :expires ADD posts :one",
                ConditionExpression="attribute_not_exists(told_at)"
                " AND (attribute_not_exists(telling_until) OR telling_until <= :now)",
                ExpressionAttributeValues={
                    ":until": number(now + TELLING_LEASE),
                    ":expires": number(now + KEPT),
                    ":now": number(now),
                    ":one": {"N": "1"},
                },
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as refused:
            found = cast("Item", refused.response)["Item"]
            if "told_at" in found:
                return None
            return Busy(until=datetime.fromtimestamp(float(found["telling_until"]["N"]), tz=now.tzinfo))
        return int(answer["Attributes"]["posts"]["N"])

    def told(self, order_id: str, now: datetime, posted: MessageRef | None = None) -> None:
        """Write down that the answer was given, and where it stands, or can never be: it is not given again."""
        where = {"M": {"channel_id": {"S": posted.channel_id}, "ts": {"S": posted.ts}}} if posted else {"NULL": True}
        self._client.update_item(
            TableName=self._table,
            Key=order_key(order_id, "told"),
            UpdateExpression="SET told_at = :now, posted = :posted REMOVE telling_until",
            ExpressionAttributeValues={":now": number(now), ":posted": cast("Any", where)},
        )

    def posted(self, order_id: str) -> MessageRef | None:
        """Where the answer stands; None where it can't be changed any more."""
        item = cast(
            "Item", self._client.get_item(TableName=self._table, Key=order_key(order_id, "told"), ConsistentRead=True)
        )
        where = item.get("Item", {}).get("posted", {}).get("M")
        return None if where is None else MessageRef(channel_id=where["channel_id"]["S"], ts=where["ts"]["S"])

    def stop_telling(self, order_id: str) -> None:
        """Let the next one answer at once: this one could not."""
        self._client.update_item(
            TableName=self._table, Key=order_key(order_id, "told"), UpdateExpression="REMOVE telling_until"
        )

    def _attempt(self, order_id: str, n: int) -> Attempt | None:
        data = self._data(order_key(order_id, str(n)))
        return None if data is None else Attempt.model_validate_json(data)

    def _lock(self, request: RecordingRequest) -> StreamLock | None:
        data = self._data(self._lock_key(request))
        return None if data is None else StreamLock.model_validate_json(data)

    def _data(self, key: Item) -> str | None:
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return answer["Item"]["data"]["S"] if "Item" in answer else None

    def _move(self, before: Attempt, after: Attempt, now: datetime) -> bool:
        """Whether the attempt was as expected and now is as given, its lock along with it."""
        puts = [self._put_attempt(after, now, over=before)]
        if isinstance(after.outcome, Started):
            puts.append(self._put_job(after.request, after.outcome.job.job_id, now))
        lock = before.lock()
        if lock is None:
            return self._write(*puts)
        if self._write(*puts, self._put_lock(before.request, after.lock(), now, over=lock)):
            return True
        # A lock whose time was over may belong to another attempt by now: then it stays as it is.
        current = self._lock(before.request)
        return (current is None or version(current) != version(lock)) and self._write(*puts)

    def _put_attempt(self, attempt: Attempt, now: datetime, *, over: Attempt | None) -> Item:
        item = item_of(order_key(attempt.order_id, str(attempt.n)), attempt, now) | {"step": {"S": version(attempt)}}
        return {"Put": {"TableName": self._table, "Item": item, **_unchanged(over)}}

    def _put_job(self, request: RecordingRequest, job_id: str, now: datetime) -> Item:
        job = KnownJob(job_id=job_id, room_id=request.room_id, user_id=request.user_id, video_type=request.video_type)
        return {"Put": {"TableName": self._table, "Item": item_of(job_key(job_id), job, now)}}

    def _put_lock(
        self, request: RecordingRequest, lock: StreamLock | None, now: datetime, *, over: StreamLock | None
    ) -> Item:
        key = self._lock_key(request)
        if lock is None:
            return {"Delete": {"TableName": self._table, "Key": key, **_unchanged(over)}}
        item = item_of(key, lock, now) | {"step": {"S": version(lock)}}
        return {"Put": {"TableName": self._table, "Item": item, **_unchanged(over)}}

    def _lock_key(self, request: RecordingRequest) -> Item:
        return lock_key(self._app_id, request.room_id, request.user_id, request.video_type)

    def _write(self, *items: Item) -> bool:
        """Whether the items were written, all together; False where one of them was not as it was expected to be."""
        tries = 0
        while True:
            try:
                self._client.transact_write_items(TransactItems=cast("Any", items))
            except self._client.exceptions.TransactionCanceledException as refused:
                reasons = {reason.get("Code") for reason in refused.response["CancellationReasons"]}
                if "ConditionalCheckFailed" in reasons:
                    return False
                tries += 1
                if tries == _TRIES:
                    raise
                # Another transaction on the same items, or a throttle: neither says that anything has changed.
                time.sleep(0.05 * 2**tries)
            else:
                return True


def _unchanged(item: Attempt | StreamLock | None) -> Any:
    if item is None:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    return {"ConditionExpression": "step = :seen", "ExpressionAttributeValues": {":seen": {"S": version(item)}}}
