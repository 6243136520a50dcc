"""Keep what RTC said: a result that the ledger doesn't take goes on the queue, as an order to settle it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from bot.messages import outcomes
from bot.messages.stop_outcomes import stop_outcome
from functions.aws.observability import Metric, count, logger
from functions.aws.queue import Queues
from functions.worker.delivery import LONGEST_WAIT, Delivery, TryAgain
from functions.worker.telling import Telling
from shared.attempts import Attempt, Started
from shared.log_events import LogEvent
from shared.orders import NotQueued, Order, PerhapsQueued, Start, Stop
from shared.stops import StopRecord

_DELAY = 2
"""Seconds before the result is settled: the ledger has just failed."""


class NotStored(Exception):
    """The ledger did not take what RTC said."""

    def __init__(self, result: Attempt | StopRecord) -> None:
        super().__init__(result.order_id)
        self.result = result


@dataclass(frozen=True, slots=True)
class Results:
    """Puts results on the queue. The settle that carries one goes on with the order, so the order's message is done.

    A settle that the queue doesn't take is kept in this process, until the order comes back or the queue takes it.
    """

    queues: Queues
    telling: Telling
    clock: Callable[[], datetime]

    def hand_over(self, order: Order, action: Start | Stop, not_stored: NotStored, delivery: Delivery) -> None:
        """Put the result on the queue. Raises TryAgain if the queue doesn't surely have it.

        Then the asker reads what RTC said, because only this process remembers it.
        """
        result = not_stored.result
        logger.warning(LogEvent.NOT_STORED, exc_info=not_stored, extra=_facts(result))
        made_no_call = isinstance(result, Attempt) and result.outcome is None
        if made_no_call and self.clock() - order.placed_at > LONGEST_WAIT:
            raise TryAgain(delivery.delay())  # a claim that fails again and again must not be handed on for ever
        settle = order.settling(action, result)
        try:
            self.queues.put(settle, delay=_DELAY)
        except (NotQueued, PerhapsQueued):
            self.queues.kept[order.order_id] = settle
            if not made_no_call:
                self.report_lost(order, action, result)
            raise TryAgain(delivery.delay()) from None

    def kept(self, order: Order) -> Order:
        """Return the settle of what RTC said to the order, if this process keeps it; else the order."""
        return self.queues.kept.get(order.order_id, order)

    def forget(self, order: Order) -> None:
        """Forget the settle of an order that is done."""
        self.queues.kept.pop(order.order_id, None)

    def put_kept(self) -> None:
        """Try again to put what is kept on the queue, because another recorder may receive the orders."""
        with suppress(NotQueued, PerhapsQueued):
            for order_id, settle in list(self.queues.kept.items()):
                self.queues.put(settle, delay=_DELAY)
                self.queues.kept.pop(order_id, None)

    def report_lost(self, order: Order, action: Start | Stop, result: Attempt | StopRecord) -> None:
        """Tell the asker what RTC said, though it isn't stored. This never raises an error."""
        logger.error(LogEvent.RESULT_LOST, extra=_facts(result))
        count(Metric.OUTCOME_UNKNOWN)
        if isinstance(result, Attempt):
            self.telling.report(order, outcomes.not_stored(order, result, self.clock(), self.telling.command))
        elif isinstance(action, Stop):
            self.telling.report(order, stop_outcome(action, result.given_up(self.clock())))


def _facts(result: Attempt | StopRecord) -> dict[str, object]:
    if isinstance(result, StopRecord):
        ended = [target.job_id for target in result.targets if target.ended]
        return {"result": "stopped" if ended else "not_stopped", "job_id": ", ".join(filter(None, ended)) or None}
    job_id = result.outcome.job.job_id if isinstance(result.outcome, Started) else None
    return {"attempt": result.n, "result": result.outcome.kind if result.outcome else result.state, "job_id": job_id}
