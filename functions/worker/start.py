"""Start recordings: claim each stream of the order, call RTC, settle, and answer once when all have an outcome.

A start that may have happened is never repeated: it is settled as unknown. A start that is known not to have happened
goes back to the queue. After a crash, a redelivery processes only the streams without an outcome.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.messages import replies
from bot.messages.outcomes import Waiting, outcome
from functions.aws.observability import Metric, count, logger
from functions.ledger.attempts import PerhapsClaimed
from functions.ledger.ledger import Ledger
from functions.ledger.table import Contended
from functions.worker.check import Checks
from functions.worker.combining import View, state_of
from functions.worker.delivery import (
    AT_ONCE,
    LONGEST_WAIT,
    TIME_FOR_A_CALL,
    TIME_TO_SETTLE,
    Delivery,
    NoTurn,
    TryAgain,
    longest,
)
from functions.worker.differences import report_differences
from functions.worker.granting import Granting
from functions.worker.redrawing import Redrawing
from functions.worker.refusals import count_refusal
from functions.worker.results import NotStored, Results
from functions.worker.telling import Telling, wait_for
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
from shared.recording_news import Gone, ProbablyRuns, Shown, first_drawn
from shared.recordings import Recording, RecordingState
from shared.rtc.errors import AlreadyRunning, NotFound, OutcomeUnknown, RtcError
from shared.rtc.models import RecordingRequest

_TOO_LATE = NotStarted(failure=Failure(kind=FailureKind.TOO_LATE))


@dataclass(frozen=True, slots=True)
class StartHandler:
    """Starts recordings."""

    ledger: Ledger
    turns: Turns
    telling: Telling
    checks: Checks
    results: Results
    redrawing: Redrawing
    granting: Granting
    longest: timedelta
    """How long a recording lasts at most."""
    clock: Callable[[], datetime]
    sleep: Callable[[float], None] = time.sleep

    def run(self, order: Order, action: Start, delivery: Delivery, /) -> None:
        """Start the recordings and answer. Raises TryAgain if that takes another receive."""
        granted = self.granting.granted(order, action, delivery)
        if granted is not None:
            self._start(order.model_copy(update={"action": granted}), granted, delivery)
        if action.repeats:
            repeated, _, _ = action.repeats[0].partition(".")
            self.redrawing.draw_clicked(order, repeated, at_once=True)

    def _start(self, order: Order, action: Start, delivery: Delivery) -> None:
        if action.dry_run:
            previews = [self.turns.rtc().preview(it) for it in action.requests]
            self.telling.answer_once(order, View(replies.preview(action, previews), ""), delivery)
            return
        if action.start_at is not None and action.start_at > self.clock():
            self._plan(order, action, action.start_at, delivery)
            return
        self.granting.release(order, action, delivery)
        waits: list[TryAgain] = []
        streams: list[Attempt | Waiting] = []
        for n, request in enumerate(action.requests, action.first):
            if action.start_at is not None and self._is_off(order, n, action.start_at):
                continue
            try:
                streams.append(self._start_stream(order, n, request, delivery))
            except TryAgain as again:
                waits.append(again)
                streams.append(Waiting(n, request, again.why, delivery.tries_until(self.clock())))
            except NotStored as not_stored:
                self.results.hand_over(order, action, not_stored, delivery)
                return
        if waits:
            if not delivery.last:
                self._report_wait(order, streams)
            raise longest(waits)
        recordings = self._answer(order, delivery)
        if action.start_at is not None:  # the answer was posted when the plan was made
            self.redrawing.redraw(order, delivery)
        self.checks.put_next(order, recordings, 1, delivery)

    def _answer(self, order: Order, delivery: Delivery) -> Sequence[Recording]:
        """Answer the order. Return its recordings as the answer shows them."""
        record = self.ledger.orders.read(order.order_id)
        reply = outcome(order, record.attempts, record.recordings, self.clock(), self.telling.command)
        view = View(reply, state_of(record.attempts, record.recordings))
        self.telling.answer_once(order, view, delivery, record.answer)
        return record.recordings

    def _report_wait(self, order: Order, streams: Sequence[Attempt | Waiting]) -> None:
        """Say what RTC answered and until when it is tried again, and which streams are started."""
        if order.reply_to is not None and any(isinstance(it, Waiting) and it.failure for it in streams):
            recordings = self.ledger.orders.read(order.order_id).recordings
            reply = outcome(order, streams, recordings, self.clock(), self.telling.command)
            self.telling.report_wait(order, reply)

    def give_up(self, order: Order, action: Start, why: FailureKind, /) -> None:
        """Settle each stream without a call to RTC as not started, and report to the asker."""
        try:
            self.settle_rest(order, action, why)
        finally:
            self.telling.report_given_up(order, why)

    def settle_rest(self, order: Order, action: Start, why: FailureKind) -> None:
        """Settle each stream without a call to RTC as not started.

        A call that was begun stays as it is: its outcome is unknown when its lease is over.
        """
        gave_up = NotStarted(failure=Failure(kind=why), gave_up=True)
        for n, request in enumerate(action.requests, action.first):
            with suppress(Contended):  # a call was begun
                self._settle_uncalled(order, n, request, gave_up)

    def _plan(self, order: Order, action: Start, start_at: datetime, delivery: Delivery) -> None:
        now = self.clock()
        for n, request in enumerate(action.requests, action.first):
            planned = Recording(
                order_id=order.order_id,
                n=n,
                request=request,
                actor=order.actor,
                since=start_at,
                planned=True,
                state=RecordingState.PLANNED,
                channel_id=None if order.reply_to is None else order.reply_to.channel_id,
                is_public=order.reply_to is not None and order.reply_to.is_public,
                limit=limit_of(action, start_at, self.longest),
            )
            self.ledger.recordings.plan(first_drawn(planned, now), now)
        self._answer(order, delivery)

    def _is_off(self, order: Order, n: int, start_at: datetime) -> bool:
        """Return whether the plan was cancelled, or moved to another time."""
        recording = self.ledger.recordings.read(order.order_id, n)
        if recording is None:
            return False
        return recording.is_over or (recording.state is RecordingState.PLANNED and recording.since != start_at)

    def _start_stream(self, order: Order, n: int, request: RecordingRequest, delivery: Delivery) -> Attempt:
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
            return self._settle_uncalled(order, n, request, claim)
        if claim.outcome is not None:
            return claim
        # The ledger has the request without the keys of its push addresses; RTC needs them.
        return self._call(order, claim.model_copy(update={"request": request}), delivery)

    def _claim(self, order: Order, n: int, request: RecordingRequest, delivery: Delivery) -> Claim | Duplicate:
        claim: Claim | Duplicate = self._claim_once(order, n, request)
        if isinstance(claim, Busy):
            wait_for(claim, delivery, self.clock, self.sleep)
            claim = self._claim_once(order, n, request)
        if isinstance(claim, StreamLock) and claim.job_id is not None:
            claim = self._claim_after_showing(order, n, request, claim, claim.job_id, delivery)
        return claim

    def _claim_once(self, order: Order, n: int, request: RecordingRequest) -> Claim:
        now = self.clock()
        return self.ledger.attempts.claim(order, n, request, now, self._limit(order, now))

    def _settle_uncalled(
        self, order: Order, n: int, request: RecordingRequest, outcome: Duplicate | NotStarted
    ) -> Attempt:
        now = self.clock()
        return self.ledger.attempts.settle_uncalled(order, n, request, outcome, now, self._limit(order, now))

    def _limit(self, order: Order, now: datetime) -> Limit | None:
        return limit_of(order.action, now, self.longest) if isinstance(order.action, Start) else None

    def _claim_after_showing(
        self, order: Order, n: int, request: RecordingRequest, lock: StreamLock, job_id: str, delivery: Delivery
    ) -> Claim | Duplicate:
        """Ask RTC for the job that holds the stream, and claim again if it is over: the ledger may not know that."""
        if self._is_too_late(order):
            return self._settle_uncalled(order, n, request, _TOO_LATE)
        try:
            news = self._show(order, job_id, delivery)
        except RtcError as error:
            # Showing a job changes nothing, so it may be repeated after an unknown outcome too.
            if error.may_retry or isinstance(error, OutcomeUnknown):
                return self._postpone(order, n, request, error.failure(), delivery)
            count_refusal(error, Metric.NOT_STARTED)
            refused = NotStarted(failure=error.failure())
            return self._settle_uncalled(order, n, request, refused)
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
        except NotFound as error:
            if not error.is_rtcs_own:
                raise
            return Gone()

    def _postpone(self, order: Order, n: int, request: RecordingRequest, why: Failure, delivery: Delivery) -> Attempt:
        """Raise TryAgain, before any claim. Settle the stream as given up if no try is left in time."""
        delay = delivery.delay()
        if not delivery.last and not self._is_too_late(order, delay):
            self.ledger.attempts.wait(order, n, request, why, self.clock())  # so that it can be given up
            raise TryAgain(delay, why)
        gave_up = NotStarted(failure=why, gave_up=True)
        return self._settle_uncalled(order, n, request, gave_up)

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
