"""Fulfil an order: claim each of its streams, call RTC, settle, and answer once when all have an outcome.

A start is never blindly repeated. What is known not to have happened goes back to the queue; what may have happened is
settled as unknown and told. Whatever stops this half-way, a redelivery works only on what has no outcome yet.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.messages import replies
from bot.messages.blocks import Reply
from bot.messages.outcomes import outcome
from bot.posting import Messenger
from bot.slack_api import CannotDeliver, TryLater
from functions.aws.observability import Metric, count, logger
from functions.ledger.attempts import LedgerTable
from functions.worker.delivery import DELAYS, LONGEST_WAIT, Delivery, TryAgain
from shared.attempts import (
    OUT_OF_TIME,
    TOO_LATE,
    UNKNOWN_IS_HELD,
    Attempt,
    Busy,
    Claim,
    Duplicate,
    ErrorFacts,
    NotStarted,
    Started,
    StreamLock,
    Unknown,
)
from shared.orders import Order
from shared.rtc.client import RtcClient
from shared.rtc.errors import AuthFailed, NotFound, OutcomeUnknown, RtcError

TIME_FOR_A_CALL = timedelta(seconds=20)
"""What an operation of RTC's client may take, more than one address to try included, and the write after it."""
TIME_TO_TELL = timedelta(seconds=11)
"""What an answer may take where chat.postMessage is refused late and the response_url is slow as well."""
AT_ONCE = timedelta(seconds=1)
"""How soon another invocation takes over what this one has no time for."""
MAX_TELLINGS = 3
"""Answers begun before the last receive. Slack takes five posts to a response_url: one is kept for the last receive,
one for the news that it runs (functions/worker/check.py)."""


@dataclass(frozen=True, slots=True)
class Recorder:
    """What it takes to fulfil orders: the ledger, RTC, a voice in Slack, and the wall clock."""

    ledger: LedgerTable
    rtc: RtcClient
    messenger: Messenger
    watch: Callable[[Order, Sequence[Attempt]], None]
    """Called when the answer was given, now or before: to look later whether what was started runs."""
    clock: Callable[[], datetime]
    sleep: Callable[[float], None] = time.sleep

    def fulfil(self, order: Order, delivery: Delivery) -> None:
        """Bring the order to its end. Raises TryAgain where that takes another receive."""
        if order.dry_run:
            self.tell(order, replies.preview(order, [self.rtc.preview(it) for it in order.requests]), delivery)
            return
        attempts: list[Attempt] = []
        delays: list[timedelta] = []
        for n in range(len(order.requests)):
            try:
                attempts.append(self._record(order, n, delivery))
            except TryAgain as again:
                delays.append(again.delay)
        if delays:
            raise TryAgain(max(delays))
        self.tell(order, outcome(order, attempts, self.clock()), delivery)
        self.watch(order, attempts)

    def _record(self, order: Order, n: int, delivery: Delivery) -> Attempt:
        """The order's n-th stream with its outcome."""
        claim = self.ledger.claim(order, n, self.clock())
        if isinstance(claim, Busy):
            self._wait(claim, delivery)
            claim = self.ledger.claim(order, n, self.clock())
        if isinstance(claim, StreamLock) and claim.job_id is not None:
            claim = self._shown(order, n, claim, claim.job_id, delivery)
        if isinstance(claim, Busy):
            raise TryAgain(claim.until - self.clock())
        if isinstance(claim, StreamLock):
            logger.info("already recording", extra={"attempt": n, "job_id": claim.job_id})
            return self.ledger.settle_uncalled(order, n, Duplicate(lock=claim), self.clock())
        return self._start(order, claim, delivery) if claim.outcome is None else claim

    def _wait(self, busy: Busy, delivery: Delivery) -> None:
        """Leave it to the next receive what another is at; on the last there is none, so it is waited for here."""
        left = busy.until - self.clock()
        if not delivery.last or left > delivery.time_left() - TIME_TO_TELL:
            raise TryAgain(left)
        self.sleep(left.total_seconds())

    def _shown(self, order: Order, n: int, lock: StreamLock, job_id: str, delivery: Delivery) -> Claim:
        """What claiming gives once RTC has said how the locked job stands: the ledger may not know that it is over."""
        if not _has_time(delivery):
            return self._not_now(order, n, ErrorFacts(family=OUT_OF_TIME), delivery, AT_ONCE)
        try:
            over = self._is_over(job_id)
        except RtcError as error:
            # Asking how a job stands changes nothing, so even an unknown outcome of that may be tried again.
            if error.may_retry or isinstance(error, OutcomeUnknown):
                return self._not_now(order, n, ErrorFacts.of(error), delivery, delivery.delay())
            count_refusal(error, Metric.NOT_STARTED)
            return self.ledger.settle_uncalled(order, n, NotStarted(error=ErrorFacts.of(error)), self.clock())
        if not over:
            return lock
        self.ledger.free(order.requests[n], lock)
        return self.ledger.claim(order, n, self.clock())

    def _is_over(self, job_id: str) -> bool:
        try:
            return self.rtc.show(job_id).state == "STOPPED"
        except NotFound as error:
            if not error.is_rtcs_own:
                raise
            return True

    def _not_now(self, order: Order, n: int, why: ErrorFacts, delivery: Delivery, delay: timedelta) -> Attempt:
        if not delivery.last:
            raise TryAgain(delay)
        return self.ledger.settle_uncalled(order, n, NotStarted(error=why, gave_up=True), self.clock())

    def _start(self, order: Order, attempt: Attempt, delivery: Delivery) -> Attempt:
        if self.clock() - order.placed_at > LONGEST_WAIT:
            return self.ledger.settle(attempt, NotStarted(error=ErrorFacts(family=TOO_LATE)), self.clock())
        if not _has_time(delivery):
            return self._not_begun(attempt, ErrorFacts(family=OUT_OF_TIME), delivery, AT_ONCE)
        logger.info("calling RTC", extra={"operation": "start", "attempt": attempt.n, "call": attempt.calls})
        began = time.monotonic()
        try:
            job = self.rtc.start(attempt.request)
        except OutcomeUnknown as error:
            logger.warning("outcome unknown", extra=_facts(error) | _took(began))
            count(Metric.OUTCOME_UNKNOWN)
            held_until = self.clock() + UNKNOWN_IS_HELD
            return self.ledger.settle(attempt, Unknown(error=ErrorFacts.of(error), held_until=held_until), self.clock())
        except RtcError as error:
            logger.warning("not started", extra=_facts(error) | _took(began))
            count_refusal(error, Metric.NOT_STARTED)
            if error.may_retry:
                return self._not_begun(attempt, ErrorFacts.of(error), delivery, delivery.delay())
            return self.ledger.settle(attempt, NotStarted(error=ErrorFacts.of(error)), self.clock())
        facts = {"job_id": job.job_id, "state": job.state, "request_id": self.rtc.last_request_id}
        logger.info("started", extra={**facts, **_took(began)})
        count(Metric.STARTED)
        return self.ledger.settle(attempt, Started(job=job, request_id=self.rtc.last_request_id), self.clock())

    def _not_begun(self, attempt: Attempt, why: ErrorFacts, delivery: Delivery, delay: timedelta) -> Attempt:
        """Give back a claim of which nothing happened; on the last receive, settle it as given up."""
        if delivery.last:
            return self.ledger.settle(attempt, NotStarted(error=why, gave_up=True), self.clock())
        self.ledger.release(attempt, self.clock())
        raise TryAgain(delay)

    def tell(self, order: Order, reply: Reply, delivery: Delivery) -> None:
        """Give the answer, at least once: where a crash comes between posting and noting it, twice."""
        turn = self.ledger.begin_telling(order.order_id, self.clock())
        if isinstance(turn, Busy):
            self._wait(turn, delivery)
            turn = self.ledger.begin_telling(order.order_id, self.clock())
        if turn is None:
            return
        if isinstance(turn, Busy):
            raise TryAgain(turn.until - self.clock())
        if turn > MAX_TELLINGS and not delivery.last:
            self.ledger.stop_telling(order.order_id)
            raise TryAgain(delivery.delay())
        try:
            to = order.reply_to
            posted = None if to is None else self.messenger.post(reply, to, order.order_id)
        except TryLater as later:
            self.ledger.stop_telling(order.order_id)
            if delivery.last:
                count(Metric.NOT_TOLD)
            asked = timedelta(seconds=min(later.retry_after or 0, DELAYS[-1]))
            raise TryAgain(max(delivery.delay(), asked)) from None
        except CannotDeliver as lost:
            # Nothing can bring the answer to Slack any more; the outcome stays in the ledger.
            logger.warning("answer not delivered", extra={"reason": str(lost)})
            count(Metric.NOT_TOLD)
            posted = None
        self.ledger.told(order.order_id, self.clock(), posted)


def _has_time(delivery: Delivery) -> bool:
    return delivery.time_left() >= TIME_FOR_A_CALL + TIME_TO_TELL


def count_refusal(error: RtcError, otherwise: Metric) -> None:
    """Count an error under what an operator has to know of it: that our key is refused, or what did not happen."""
    count(Metric.RTC_REFUSED_KEY if isinstance(error, AuthFailed) else otherwise)


def _facts(error: RtcError) -> dict[str, object]:
    return {
        "error": type(error).__name__,
        "status": error.status,
        "error_code": error.error_code,
        "error_msg": error.error_msg,
        "request_id": error.request_id,
    }


def _took(began: float) -> dict[str, int]:
    """RTC's latency, for the log and the dashboard that reads it."""
    return {"rtc_ms": round((time.monotonic() - began) * 1000)}
