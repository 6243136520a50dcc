"""The attempts of an order: claim, release and settle.

ORDER#id    attempt#n    an attempt: the n-th stream of the order, from 0
"""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Required, TypedDict, Unpack

from functions.aws.away import Away
from functions.ledger.audit import cause
from functions.ledger.changes import Change, Key, put
from functions.ledger.locks import Locks
from functions.ledger.recordings import Recordings
from functions.ledger.table import TRIES, Contended, Table
from shared.attempts import Attempt, Busy, Claim, Duplicate, Limit, NotStarted, Outcome, State, StreamLock
from shared.audit_changes import of_attempt
from shared.failures import Failure
from shared.orders import Order, Start
from shared.rtc.models import RecordingRequest
from shared.rtc.push_addresses import WITHOUT_KEYS

ATTEMPT = "attempt#"
"""The beginning of the sort keys of an order's attempts."""


class _Known(TypedDict, total=False):
    calls: Required[int]
    token: str
    outcome: Outcome
    last_failure: Failure
    settled_at: datetime
    limit: Limit | None


class PerhapsClaimed(Away):
    """DynamoDB answered neither a claim nor whether it is stored. Nothing was sent to RTC."""

    def __init__(self, attempt: Attempt) -> None:
        super().__init__(f"attempt {attempt.order_id}.{attempt.n}")
        self.attempt = attempt


class Attempts:
    """The attempts in one table."""

    def __init__(self, table: Table, locks: Locks, recordings: Recordings) -> None:
        self._table = table
        self._locks = locks
        self._recordings = recordings

    def claim(
        self, order: Order, n: int, request: RecordingRequest, now: datetime, limit: Limit | None = None
    ) -> Claim:
        """Claim the order's n-th stream for a call, with a lease, and lock the stream.

        Return the attempt: CALLING if the claim is ours, or with the outcome that it has. Return Busy while another
        recorder makes its call, and the StreamLock if another attempt holds the stream. An attempt whose lease is over
        becomes Unknown. A claim that was stored though its answer was lost is recognised by its token. Raises
        Contended or PerhapsClaimed.
        """
        token = secrets.token_hex(8)
        for tried in range(TRIES):
            # Most claims are the first of their attempt, of a free stream: the write shows that as well as two reads.
            attempt = self.read(order.order_id, n) if tried else None
            if attempt is not None and attempt.outcome is not None:
                return attempt
            if attempt is not None and attempt.state is State.CALLING:
                if attempt.token == token:
                    return attempt
                if now < attempt.lease_until:
                    return Busy(until=attempt.lease_until)
                if self._move(attempt, abandoned := attempt.abandoned(now), now):
                    return abandoned
                continue
            lock = self._locks.read(request) if tried else None
            if lock is not None and not lock.is_over(now):
                return lock
            calls = 1 if attempt is None else attempt.calls + 1
            claimed = _attempt(order, n, request, State.CALLING, now, calls=calls, token=token, limit=limit)
            asked = self._asked_for(order, claimed, now) if attempt is None else []
            if self._write_claim(claimed, now, asked, over=attempt, over_lock=lock):
                return claimed
        raise Contended(f"attempt {order.order_id}.{n}")

    def store(self, after: Attempt, now: datetime) -> Attempt:
        """Store what became of a claimed call, and change or remove the lock to match: an outcome, or that it waits.

        The same transaction writes the recording of the job, if RTC named one. If the lease ended meanwhile and the
        attempt became Unknown, this replaces it. What is stored already is not stored again. Raises Contended, also
        for an attempt that has another outcome.
        """
        before = after.calling()
        for tried in range(TRIES):
            if self._move(before, after, now, is_new=tried == 0):
                return after
            current = self.read(after.order_id, after.n)
            if current is None or not current.is_same_call(after):
                if after.outcome is None:
                    return after  # nobody holds this claim
                break
            if (current.state, _stored(current.outcome)) == (after.state, _stored(after.outcome)):
                return current
            if current.state not in {State.CALLING, State.UNKNOWN}:
                break
            before = current
        raise Contended(f"attempt {after.order_id}.{after.n}")

    def settle_uncalled(
        self,
        order: Order,
        n: int,
        request: RecordingRequest,
        outcome: Duplicate | NotStarted,
        now: datetime,
        limit: Limit | None = None,
    ) -> Attempt:
        """Store why no call is made: another attempt holds the stream, or no try is left. Raises Contended."""
        waiting = self.read(order.order_id, n)
        if waiting is not None and waiting.outcome is not None:
            return waiting
        if waiting is not None and waiting.state is State.CALLING:
            raise Contended(f"attempt {order.order_id}.{n}")
        calls, began_at = (0, now) if waiting is None else (waiting.calls, waiting.began_at)
        attempt = _attempt(
            order, n, request, State.SETTLED, began_at, calls=calls, outcome=outcome, settled_at=now, limit=limit
        )
        asked = self._asked_for(order, attempt, now) if waiting is None else []
        if not self._table.write(*_put(attempt, now, over=waiting), *self._recordings.settled(attempt, now), *asked):
            raise Contended(f"attempt {order.order_id}.{n}")
        return attempt

    def wait(self, order: Order, n: int, request: RecordingRequest, why: Failure, now: datetime) -> None:
        """Store that the stream waits for another try. If it has an attempt, that says so already."""
        waiting = _attempt(order, n, request, State.WAITING, now, calls=0, last_failure=why)
        self._table.write(*_put(waiting, now, over=None), *self._asked_for(order, waiting, now))

    def read(self, order_id: str, n: int) -> Attempt | None:
        """Return the order's n-th attempt, or None."""
        return self._table.read(_key(order_id, n), Attempt)

    def _asked_for(self, order: Order, attempt: Attempt, now: datetime) -> list[Change]:
        """Return the change that makes the order the last one of its asker; a plan was that when it was made."""
        is_planned = isinstance(order.action, Start) and order.action.start_at is not None
        return [] if is_planned or attempt.n else self._recordings.asked_for(attempt, now)

    def _write_claim(
        self,
        claimed: Attempt,
        now: datetime,
        also: list[Change],
        *,
        over: Attempt | None,
        over_lock: StreamLock | None,
    ) -> bool:
        lock = self._locks.change(claimed.request, claimed.lock(), now, over=over_lock)
        try:
            return self._table.write(*_put(claimed, now, over=over), *lock, *also)
        except Away as no_answer:
            try:
                current = self.read(claimed.order_id, claimed.n)
            except Away:
                raise PerhapsClaimed(claimed) from no_answer
            if current is None or not current.is_same_call(claimed):
                raise
            return True

    def _move(self, before: Attempt, after: Attempt, now: datetime, *, is_new: bool = False) -> bool:
        """Write the attempt over the version before, with its lock and recording. Return False if it has changed.

        `is_new`: a recording that begins is written without reading whether there is one.
        A lock whose time is over may belong to another attempt by now. Then it stays as it is.
        """
        changes = _put(after, now, over=before)
        if after.outcome is not None:
            changes += self._recordings.settled(after, now, is_new=is_new)
        lock = before.lock()
        if lock is None:
            return self._table.write(*changes)
        if self._table.write(*changes, *self._locks.change(before.request, after.lock(), now, over=lock)):
            return True
        if is_new:
            return False
        current = self._locks.read(before.request)
        return (current is None or current.version != lock.version) and self._table.write(*changes)


def _attempt(
    order: Order, n: int, request: RecordingRequest, state: State, began_at: datetime, **known: Unpack[_Known]
) -> Attempt:
    return Attempt(
        order_id=order.order_id,
        n=n,
        request=request,
        actor=order.actor,
        state=state,
        began_at=began_at,
        channel_id=order.channel_id,
        is_public=order.is_public,
        **known,
    )


def _stored(outcome: Outcome | None) -> str | None:
    """Return the outcome as it is stored, without the keys of push addresses, to compare it with another."""
    return None if outcome is None else outcome.model_dump_json(context=WITHOUT_KEYS)


def among(items: Mapping[str, str]) -> tuple[Attempt, ...]:
    """Return the attempts among an order's items, by their place in the order."""
    return tuple(Attempt.model_validate_json(items[sk]) for sk in sorted(items) if sk.startswith(ATTEMPT))


def _put(attempt: Attempt, now: datetime, *, over: Attempt | None) -> list[Change]:
    return [put(_key(attempt.order_id, attempt.n), attempt, now, over=over), of_attempt(attempt, cause(), now)]


def _key(order_id: str, n: int) -> Key:
    return Key(f"ORDER#{order_id}", f"{ATTEMPT}{n}")
