"""End the tries of an order that waits, because somebody clicked on Give up."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.messages.changes import nothing_waits
from bot.messages.stop_outcomes import stop_outcome
from functions.ledger.ledger import Ledger
from functions.ledger.table import Contended
from functions.worker.delivery import AT_ONCE, Delivery, NoTurn
from functions.worker.rights import OrderRights
from functions.worker.stop import StopHandler
from functions.worker.telling import Telling
from functions.worker.views import View, view_of
from shared.actors import Actor
from shared.attempts import Attempt, NotStarted, State
from shared.failures import Failure, FailureKind
from shared.new_recordings import not_begun
from shared.orders import Action, GiveUp, Order, Start, Stop
from shared.questions import What
from shared.stops import StopRecord
from shared.team import Right


@dataclass(frozen=True, slots=True)
class GiveUpHandler:
    """Ends tries."""

    ledger: Ledger
    stop: StopHandler
    telling: Telling
    rights: OrderRights
    clock: Callable[[], datetime]

    def run(self, order: Order, action: GiveUp, delivery: Delivery, /) -> None:
        """Settle what waits, and answer the order that is given up.

        Raises NoTurn while RTC is being called for it, and TryAgain if Slack can't take the answer now.
        """
        record = self.ledger.orders.read(action.order)
        if any(it.state is State.CALLING and self.clock() < it.lease_until for it in record.attempts):
            raise NoTurn(AT_ONCE)  # RTC's answer decides whether it waits any more
        stop = record.stop
        if stop is not None and (stop.settled_at is None or (_is_given_up(stop) and record.answer.answered_at is None)):
            self._end_stop(order, stop, delivery)
        elif any(it.state is State.WAITING or _gave_up(order.actor, it) for it in record.attempts):
            self._end_start(order, record.attempts, delivery)
        else:
            self.telling.answer_once(order, View(nothing_waits(action.order), ""), delivery)

    def give_up(self, order: Order, action: GiveUp, why: FailureKind, /) -> None:  # noqa: ARG002 - as in each handler
        """Report to the asker: the other order is tried again as before."""
        self.telling.report_given_up(order, why)

    def _end_start(self, order: Order, attempts: Sequence[Attempt], delivery: Delivery) -> None:
        """Settle what still waits, and answer. An earlier receive of the click may have settled a part or all."""
        waiting = [it for it in attempts if it.state is State.WAITING]
        if self._refuse(order, [What.recorded(not_begun(it)) for it in waiting], delivery):
            return
        first = attempts[0]
        start = _given_up(order, first.order_id, Start(requests=tuple(it.request for it in attempts)), first)
        for it in waiting:
            gave_up = NotStarted(failure=Failure(kind=FailureKind.GIVEN_UP), given_up_by=order.actor)
            try:
                self.ledger.attempts.settle_uncalled(start, it.n, it.request, gave_up, self.clock())
            except Contended:  # it is being called just now
                raise NoTurn(AT_ONCE) from None
        record = self.ledger.orders.read(first.order_id)
        self.telling.answer_once(start, view_of(start, record, self.clock(), self.telling.command), delivery)

    def _end_stop(self, order: Order, stop: StopRecord, delivery: Delivery) -> None:
        left = [it for it in stop.targets if it.failure is None and it.ended is None]
        if self._refuse(order, map(self.stop.targets.what, left), delivery):
            return
        settled = self.stop.settle_rest(stop, stop, FailureKind.GIVEN_UP)
        ids = [it.recording for it in stop.targets if it.recording is not None]
        action = Stop(recordings=tuple(ids)) if ids else Stop(job_id=stop.targets[0].job_id)
        given_up = _given_up(order, stop.order_id, action, stop)
        self.telling.answer_once(given_up, View(stop_outcome(action, settled, given_up_by=order.actor), ""), delivery)
        self.stop.redraw(settled, delivery)

    def _refuse(self, order: Order, asked: Iterable[What], delivery: Delivery) -> bool:
        """Refuse all of it if the rules refuse any of it, and say so to the asker. Return whether it is refused."""
        refusals = (self.rights.refusal(order, Right.STOP_ANY, what, delivery) for what in asked)
        refusal = next(filter(None, refusals), None)
        if refusal is not None:
            self.rights.note(order, refusal)
            self.rights.tell(order, refusal, delivery)
        return refusal is not None


def _gave_up(actor: Actor, attempt: Attempt) -> bool:
    return isinstance(attempt.outcome, NotStarted) and attempt.outcome.given_up_by == actor


def _is_given_up(stop: StopRecord) -> bool:
    return any(it.failure is not None and it.failure.kind is FailureKind.GIVEN_UP for it in stop.targets)


def _given_up(click: Order, order_id: str, action: Action, of: Attempt | StopRecord) -> Order:
    """Return the order that is given up. Its answer replaces the message that was clicked on."""
    reply_to = click.reply_to and click.reply_to.model_copy(update={"replaces": True})
    return Order(order_id=order_id, actor=of.actor, action=action, placed_at=of.began_at, reply_to=reply_to)
