"""Start recordings, or plan them: attempt each stream of the order, and answer once when all have an outcome.

After a crash, a redelivery processes only the streams without an outcome.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from bot.messages import replies
from bot.messages.outcomes import Waiting, outcome
from functions.ledger.ledger import Ledger
from functions.ledger.table import Contended
from functions.worker.attempting import Attempting
from functions.worker.check import Checks
from functions.worker.delivery import (
    Delivery,
    TryAgain,
    longest,
)
from functions.worker.granting import Granting
from functions.worker.redrawing import Redrawing
from functions.worker.results import NotStored, Results
from functions.worker.telling import Telling
from functions.worker.views import View, view_of
from shared.attempts import (
    Attempt,
    NotStarted,
)
from shared.failures import Failure, FailureKind
from shared.limits import limit_of
from shared.new_recordings import first_drawn
from shared.orders import Order, Start
from shared.recordings import Recording, RecordingState


@dataclass(frozen=True, slots=True)
class StartHandler:
    """Starts recordings."""

    ledger: Ledger
    attempting: Attempting
    telling: Telling
    checks: Checks
    results: Results
    redrawing: Redrawing
    granting: Granting
    clock: Callable[[], datetime]

    def run(self, order: Order, action: Start, delivery: Delivery, /) -> None:
        """Start the recordings and answer. Raises TryAgain if that takes another receive."""
        granted = self.granting.grant(order, action, delivery)
        if granted is not None:
            self._start(order.model_copy(update={"action": granted}), granted, delivery)
        if action.repeats:
            repeated, _, _ = action.repeats[0].partition(".")
            self.redrawing.draw_clicked(order, repeated, at_once=True)

    def _start(self, order: Order, action: Start, delivery: Delivery) -> None:
        if action.dry_run:
            previews = [self.attempting.turns.rtc().preview(it) for it in action.requests]
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
                streams.append(self.attempting.attempt(order, n, request, delivery))
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
        view = view_of(order, record, self.clock(), self.telling.command)
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
                self.attempting.settle_uncalled(order, n, request, gave_up)

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
                channel_id=order.channel_id,
                is_public=order.is_public,
                limit=limit_of(action, start_at, self.attempting.longest),
            )
            self.ledger.recordings.plan(first_drawn(planned, now), now)
        self._answer(order, delivery)

    def _is_off(self, order: Order, n: int, start_at: datetime) -> bool:
        """Return whether the plan was cancelled, or moved to another time."""
        recording = self.ledger.recordings.read(order.order_id, n)
        if recording is None:
            return False
        return recording.is_over or (recording.state is RecordingState.PLANNED and recording.since != start_at)
