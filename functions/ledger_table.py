"""The ledger in DynamoDB: every change is one conditional write, so of two recorders that meet one wins.

    pk                  sk               what
    ORDER#id            0 ... 9          an entry: one stream of the order
    ORDER#id            told             whether, and how often, the order was answered
    ORDER#id            asked            what a caller's event asked for (functions/order_records.py)
    ORDER#id            stop             what a stop has to stop (functions/stop_table.py)
    ROOM#app#room       user#video_type  the guard of a stream; one look-up gives all that is held of a room
    JOB#id              stream           the stream that a job records

Each item holds its model as JSON in `data`, and beside it what the conditions compare. Reads are consistent.
Conditions: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
"""

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from bot.messenger import Posted
from functions.ledger_items import KEPT, Item, guard_key, item_of, job_key, number, order_key, version
from shared.ledger import Busy, Claim, Duplicate, Entry, Guard, KnownJob, NotStarted, Started, State, Unknown
from shared.order import Order
from shared.recording import RecordingRequest

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
        """Take the order's n-th stream for a call, with a lease, and guard it.

        Gives the entry, CALLING and ours, or with the outcome it has already; Busy while its call is somebody else's;
        the Guard where another entry holds the stream. An entry whose lease is over gets its outcome: Unknown.
        """
        request = order.requests[n]
        for _ in range(_TRIES):
            entry = self._entry(order.order_id, n)
            if entry is not None and entry.outcome is not None:
                return entry
            if entry is not None and entry.state is State.CALLING:
                if now < entry.lease_until:
                    return Busy(until=entry.lease_until)
                if self._move(entry, abandoned := entry.given_up_by_its_caller(now), now):
                    return abandoned
                continue
            guard = self._guard(request)
            if guard is not None and not guard.is_over(now):
                return guard
            claimed = Entry(
                order_id=order.order_id,
                n=n,
                request=request,
                requested_by=order.requested_by,
                state=State.CALLING,
                attempts=1 if entry is None else entry.attempts + 1,
                began_at=now,
            )
            if self._write(
                self._put_entry(claimed, now, over=entry), self._put_guard(request, claimed.guard(), now, over=guard)
            ):
                return claimed
        raise Contended(f"entry {order.order_id}.{n}")

    def settle(self, entry: Entry, outcome: Started | NotStarted | Unknown, now: datetime) -> Entry:
        """Write down what came of the call that was claimed; the guard stays, changes or goes with it.

        Where the lease ran out meanwhile and the entry was given up as unknown, what is known now replaces that.
        """
        for _ in range(_TRIES):
            if self._move(entry, settled := entry.settled(outcome, now), now):
                return settled
            current = self._entry(entry.order_id, entry.n)
            if current is None or current.attempts != entry.attempts or current.state is State.SETTLED:
                break
            entry = current
        raise Contended(f"entry {entry.order_id}.{entry.n}")

    def settle_uncalled(self, order: Order, n: int, outcome: Duplicate | NotStarted, now: datetime) -> Entry:
        """Write down why no call is made: another entry holds the stream, or nothing can be tried any more."""
        waiting = self._entry(order.order_id, n)
        if waiting is not None and waiting.outcome is not None:
            return waiting
        if waiting is not None and waiting.state is State.CALLING:
            raise Contended(f"entry {order.order_id}.{n}")
        entry = Entry(
            order_id=order.order_id,
            n=n,
            request=order.requests[n],
            requested_by=order.requested_by,
            state=State.SETTLED,
            attempts=0 if waiting is None else waiting.attempts,
            began_at=now,
            outcome=outcome,
            settled_at=now,
        )
        if not self._write(self._put_entry(entry, now, over=waiting)):
            raise Contended(f"entry {order.order_id}.{n}")
        return entry

    def release(self, entry: Entry, now: datetime) -> None:
        """Give back a claim whose call is known not to have happened: the entry waits, and guards nothing."""
        if not self._move(entry, entry.model_copy(update={"state": State.WAITING}), now):
            raise Contended(f"entry {entry.order_id}.{entry.n}")

    def free(self, request: RecordingRequest, guard: Guard) -> None:
        """Remove a guard whose job turned out to be over, unless it has changed: then the next claim sees who it is."""
        self._write({"Delete": {"TableName": self._table, "Key": self._guard_key(request), **_unchanged(guard)}})

    def entries(self, order_id: str) -> list[Entry]:
        """All entries of an order, in its order."""
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"ORDER#{order_id}"}},
            ConsistentRead=True,
        )
        return [Entry.model_validate_json(item["data"]["S"]) for item in answer["Items"] if item["sk"]["S"].isdecimal()]

    def observe(self, before: Entry, after: Entry, now: datetime) -> None:
        """Write down what is new of the job of a settled entry."""
        self._write(self._put_entry(after, now, over=before))

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

    def told(self, order_id: str, now: datetime, posted: Posted | None = None) -> None:
        """Write down that the answer was given, and where it stands, or can never be: it is not given again."""
        where = {"M": {"channel_id": {"S": posted.channel_id}, "ts": {"S": posted.ts}}} if posted else {"NULL": True}
        self._client.update_item(
            TableName=self._table,
            Key=order_key(order_id, "told"),
            UpdateExpression="SET told_at = :now, posted = :posted REMOVE telling_until",
            ExpressionAttributeValues={":now": number(now), ":posted": cast("Any", where)},
        )

    def posted(self, order_id: str) -> Posted | None:
        """Where the answer stands; None where it can't be changed any more."""
        item = cast(
            "Item", self._client.get_item(TableName=self._table, Key=order_key(order_id, "told"), ConsistentRead=True)
        )
        where = item.get("Item", {}).get("posted", {}).get("M")
        return None if where is None else Posted(where["channel_id"]["S"], where["ts"]["S"])

    def stop_telling(self, order_id: str) -> None:
        """Let the next one answer at once: this one could not."""
        self._client.update_item(
            TableName=self._table, Key=order_key(order_id, "told"), UpdateExpression="REMOVE telling_until"
        )

    def _entry(self, order_id: str, n: int) -> Entry | None:
        data = self._data(order_key(order_id, str(n)))
        return None if data is None else Entry.model_validate_json(data)

    def _guard(self, request: RecordingRequest) -> Guard | None:
        data = self._data(self._guard_key(request))
        return None if data is None else Guard.model_validate_json(data)

    def _data(self, key: Item) -> str | None:
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return answer["Item"]["data"]["S"] if "Item" in answer else None

    def _move(self, before: Entry, after: Entry, now: datetime) -> bool:
        """Whether the entry was as expected and now is as given, its guard along with it."""
        puts = [self._put_entry(after, now, over=before)]
        if isinstance(after.outcome, Started):
            puts.append(self._put_job(after.request, after.outcome.job.job_id, now))
        guard = before.guard()
        if guard is None:
            return self._write(*puts)
        if self._write(*puts, self._put_guard(before.request, after.guard(), now, over=guard)):
            return True
        # A guard whose time was over may belong to another entry by now: then it stays as it is.
        current = self._guard(before.request)
        return (current is None or version(current) != version(guard)) and self._write(*puts)

    def _put_entry(self, entry: Entry, now: datetime, *, over: Entry | None) -> Item:
        item = item_of(order_key(entry.order_id, str(entry.n)), entry, now) | {"step": {"S": version(entry)}}
        return {"Put": {"TableName": self._table, "Item": item, **_unchanged(over)}}

    def _put_job(self, request: RecordingRequest, job_id: str, now: datetime) -> Item:
        job = KnownJob(job_id=job_id, room_id=request.room_id, user_id=request.user_id, video_type=request.video_type)
        return {"Put": {"TableName": self._table, "Item": item_of(job_key(job_id), job, now)}}

    def _put_guard(self, request: RecordingRequest, guard: Guard | None, now: datetime, *, over: Guard | None) -> Item:
        key = self._guard_key(request)
        if guard is None:
            return {"Delete": {"TableName": self._table, "Key": key, **_unchanged(over)}}
        item = item_of(key, guard, now) | {"step": {"S": version(guard)}}
        return {"Put": {"TableName": self._table, "Item": item, **_unchanged(over)}}

    def _guard_key(self, request: RecordingRequest) -> Item:
        return guard_key(self._app_id, request.room_id, request.user_id, request.video_type)

    def _write(self, *items: Item) -> bool:
        """Whether the items were written, all together; False where one of them was not as it was expected to be."""
        attempt = 0
        while True:
            try:
                self._client.transact_write_items(TransactItems=cast("Any", items))
            except self._client.exceptions.TransactionCanceledException as refused:
                reasons = {reason.get("Code") for reason in refused.response["CancellationReasons"]}
                if "ConditionalCheckFailed" in reasons:
                    return False
                attempt += 1
                if attempt == _TRIES:
                    raise
                # Another transaction on the same items, or a throttle: neither says that anything has changed.
                time.sleep(0.05 * 2**attempt)
            else:
                return True


def _unchanged(item: Entry | Guard | None) -> Any:
    if item is None:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    return {"ConditionExpression": "step = :seen", "ExpressionAttributeValues": {":seen": {"S": version(item)}}}
