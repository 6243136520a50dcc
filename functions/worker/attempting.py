"""Attempt to start one stream: claim it, call RTC, and settle the outcome.

A call that may have happened is never repeated: its outcome is unknown. A call that is known not to have happened goes
back to the queue.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.aws.observability import Metric, count, logger
from functions.ledger.attempts import PerhapsClaimed
from functions.ledger.ledger import Ledger
from functions.worker.delivery import (
    AT_ONCE,
    LONGEST_WAIT,
    TIME_FOR_A_CALL,
    TIME_TO_SETTLE,
    Delivery,
    NoTurn,
    TryAgain,
)
from functions.worker.differences import report_differences
from functions.worker.refusals import count_refusal
from functions.worker.results import NotStored
from functions.worker.turns import Turns
from shared.attempts import (
    UNKNOWN_IS_HELD,
    Attempt,
    Busy,
    Claim,
    Duplicate,
    Limit,
    NotStarted,
    Started,
    StreamLock,
    Unknown,
)
from shared.failures import Failure, FailureKind
from shared.limits import limit_of
from shared.log_events import LogEvent
from shared.orders import Order, Start
from shared.recording_news import Gone, ProbablyRuns, Shown
from shared.rtc.errors import AlreadyRunning, OutcomeUnknown, RtcError
from shared.rtc.models import RecordingRequest

_TOO_LATE = NotStarted(failure=Failure(kind=FailureKind.TOO_LATE))


@dataclass(frozen=True, slots=True)
class Attempting:
    """Makes attempts."""

    ledger: Ledger
    turns: Turns
    longest: timedelta
    """How long a recording lasts at most."""
    clock: Callable[[], datetime]
    sleep: Callable[[float], None] = time.sleep

    def attempt(self, order: Order, n: int, request: RecordingRequest, delivery: Delivery) -> Attempt:
        """Return the attempt of the order's n-th stream, with its outcome. Raises TryAgain or NotStored."""
        try:
            claim = self._claim(order, n, request, delivery)
        except PerhapsClaimed as claim_in_doubt:
            # Nothing was sent: without this, a claim that is stored would count as a call of unknown outcome.
            raise NotStored(claim_in_doubt.attempt.uncalled()) from claim_in_doubt
        if isinstance(claim, Busy):
            raise TryAgain(claim.until - self.clock())
        if isinstance(claim, StreamLock):
            claim = Duplicate(lock=claim)
        if isinstance(claim, Duplicate):
            logger.info(LogEvent.ALREADY_RECORDING, extra={"attempt": n, "job_id": claim.lock.job_id})
            return self.settle_uncalled(order, n, request, claim)
        if claim.outcome is not None:
            return claim
        # The ledger has the request without the keys of its push addresses; RTC needs them.
        return self._call(order, claim.model_copy(update={"request": request}), delivery)

    def _claim(self, order: Order, n: int, request: RecordingRequest, delivery: Delivery) -> Claim | Duplicate:
        claim: Claim | Duplicate = self._claim_once(order, n, request)
        if isinstance(claim, Busy):
            delivery.wait_for(claim, self.clock, self.sleep)
            claim = self._claim_once(order, n, request)
        if isinstance(claim, StreamLock) and claim.job_id is not None:
            claim = self._claim_after_showing(order, n, request, claim, claim.job_id, delivery)
        return claim

    def _claim_once(self, order: Order, n: int, request: RecordingRequest) -> Claim:
        now = self.clock()
        return self.ledger.attempts.claim(order, n, request, now, self._limit(order, now))

    def settle_uncalled(
        self, order: Order, n: int, request: RecordingRequest, outcome: Duplicate | NotStarted
    ) -> Attempt:
        """Store why no call is made for the order's n-th stream. Raises Contended."""
        now = self.clock()
        return self.ledger.attempts.settle_uncalled(order, n, request, outcome, now, self._limit(order, now))

    def _limit(self, order: Order, now: datetime) -> Limit | None:
        return limit_of(order.action, now, self.longest) if isinstance(order.action, Start) else None

    def _claim_after_showing(
        self, order: Order, n: int, request: RecordingRequest, lock: StreamLock, job_id: str, delivery: Delivery
    ) -> Claim | Duplicate:
        """Ask RTC for the job that holds the stream, and claim again if it is over: the ledger may not know that."""
        if self._is_too_late(order):
            return self.settle_uncalled(order, n, request, _TOO_LATE)
        try:
            news = self._show(order, job_id, delivery)
        except RtcError as error:
            # Showing a job changes nothing, so it may be repeated after an unknown outcome too.
            if error.may_retry or isinstance(error, OutcomeUnknown):
                return self._postpone(order, n, request, error.failure(), delivery)
            count_refusal(error, Metric.NOT_STARTED)
            refused = NotStarted(failure=error.failure())
            return self.settle_uncalled(order, n, request, refused)
        if isinstance(news, Shown) and news.job.state != "STOPPED":
            return Duplicate(lock=lock, job=news.job)
        recording = self.ledger.recordings.read(lock.order_id, lock.n)
        if recording is None:
            self.ledger.locks.free(request, lock)  # the recording's item has expired
        else:
            self.ledger.recordings.note(recording, news, self.clock())
        return self._claim_once(order, n, request)

    def _show(self, order: Order, job_id: str, delivery: Delivery) -> Shown | Gone:
        try:
            with self.turns.take(order, delivery) as rtc:
                return Shown(rtc.show(job_id))
        except RtcError as error:
            if not error.says_no_job:
                raise
            return Gone()

    def _postpone(self, order: Order, n: int, request: RecordingRequest, why: Failure, delivery: Delivery) -> Attempt:
        """Store that the stream waits, and raise TryAgain. Settle it as given up if no try is left in time."""
        delay = delivery.delay()
        if not delivery.last and not self._is_too_late(order, delay):
            self.ledger.attempts.wait(order, n, request, why, self.clock())  # so that it can be given up
            raise TryAgain(delay, why)
        gave_up = NotStarted(failure=why, gave_up=True)
        return self.settle_uncalled(order, n, request, gave_up)

    def _call(self, order: Order, attempt: Attempt, delivery: Delivery) -> Attempt:
        if self._is_too_late(order):
            return self._store(attempt.uncalled().settled(_TOO_LATE, self.clock()))
        facts: dict[str, object] = {"operation": "start", "attempt": attempt.n, "call": attempt.calls}
        began = time.monotonic()
        is_sent = False
        try:
            with self.turns.take(order, delivery) as rtc:
                self._require_time(attempt)
                is_sent = True
                logger.info(LogEvent.CALLING_RTC, extra=facts | {"turn_ms": _ms_since(began)})
                began = time.monotonic()
                job = rtc.start(attempt.request)
        except OutcomeUnknown as error:
            logger.warning(LogEvent.OUTCOME_UNKNOWN, extra=_facts(error) | _took(began))
            count(Metric.OUTCOME_UNKNOWN)
            unknown = Unknown(failure=error.failure(), held_until=self.clock() + UNKNOWN_IS_HELD)
            return self._settle(attempt, unknown, delivery)
        except RtcError as error:
            logger.warning(LogEvent.NOT_STARTED, extra=_facts(error) | _took(began))
            count_refusal(error, Metric.NOT_STARTED)
            if error.may_retry:
                return self._give_back(order, attempt, error.failure(), delivery)
            refused = self._settle(attempt, NotStarted(failure=error.failure()), delivery)
            if isinstance(error, AlreadyRunning):
                self._note_running(attempt.request)
            return refused
        except Exception:
            if not is_sent:  # no turn, or the ledger or the secret failed: the claim must not count as a call
                self._store(attempt.uncalled())
            raise
        facts = {"job_id": job.job_id, "state": job.state, "request_id": rtc.last_request_id}
        logger.info(LogEvent.STARTED, extra=facts | _took(began))
        count(Metric.STARTED)
        report_differences(attempt.request, job, rtc.app_id)
        started = Started(job=job, request_id=rtc.last_request_id, app_id=rtc.app_id)
        return self._settle(attempt, started, delivery)

    def _note_running(self, request: RecordingRequest) -> None:
        """Note that a start of the stream whose outcome is unknown has probably made the job that runs."""
        for recording in self.ledger.recordings.without_job(request.room_id):
            known = recording.request
            if (known.user_id, known.video_type) == (request.user_id, request.video_type):
                self.ledger.recordings.note(recording, ProbablyRuns(), self.clock())

    def _require_time(self, attempt: Attempt) -> None:
        """Raise NoTurn if the call may outlive its lease, as when DynamoDB is slow: it would count as abandoned."""
        if attempt.lease_until - self.clock() < TIME_FOR_A_CALL - TIME_TO_SETTLE:
            raise NoTurn(AT_ONCE)

    def _is_too_late(self, order: Order, delay: timedelta = timedelta(0)) -> bool:
        """Return whether it is too late to begin the order after the delay. A put-back gives it all receives anew."""
        return self.clock() + delay - order.placed_at > LONGEST_WAIT

    def _give_back(self, order: Order, attempt: Attempt, why: Failure, delivery: Delivery) -> Attempt:
        """Release a claim whose call did not happen. Settle it as given up if no try is left in time."""
        delay = delivery.delay()
        if delivery.last or self._is_too_late(order, delay):
            return self._store(attempt.settled(NotStarted(failure=why, gave_up=True), self.clock()))
        self._store(attempt.waiting(why))
        raise TryAgain(delay, why)

    def _settle(self, attempt: Attempt, outcome: Started | NotStarted | Unknown, delivery: Delivery) -> Attempt:
        """Store what RTC said. Raises NotStored if the ledger doesn't take it, or no time is left for it."""
        settled = attempt.settled(outcome, self.clock())
        if delivery.time_left() < TIME_TO_SETTLE:
            raise NotStored(settled)
        return self._store(settled)

    def _store(self, attempt: Attempt) -> Attempt:
        try:
            return self.ledger.attempts.store(attempt, self.clock())
        except Exception as error:  # whatever it is, what RTC said must not be lost
            raise NotStored(attempt) from error


def _facts(error: RtcError) -> dict[str, object]:
    return {**error.failure().model_dump(), "error": str(error)}


def _took(began: float) -> dict[str, object]:
    """Return RTC's latency, for the log and the dashboard that reads it."""
    return {"rtc_ms": _ms_since(began)}


def _ms_since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
