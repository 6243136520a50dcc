"""Process the messages of a batch: call each order's handler, and leave what fails to the next receive."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.messages import replies
from functions.aws.away import Away
from functions.aws.observability import Metric, count, log_keys, logger
from functions.aws.queue import Queues, UnreadableOrder, read
from functions.ledger.audit import acting
from functions.ledger.orders import Orders
from functions.worker.actions import Handlers
from functions.worker.delivery import Delivery, KeyRefused, NoTurn, TryAgain
from functions.worker.due import DueHandler
from functions.worker.results import Results
from functions.worker.telling import Telling
from shared.audit import Cause, given_up
from shared.failures import FailureKind
from shared.log_events import LogEvent
from shared.orders import NotQueued, Order, PerhapsQueued, Tick
from shared.rtc.client import RtcClient


@dataclass(frozen=True, slots=True)
class Worker:
    """Processes messages."""

    orders: Orders
    queues: Queues
    handlers: Handlers
    due: DueHandler
    telling: Telling
    results: Results
    rtc: Callable[[], RtcClient]
    """Returns the client for the current keys. Raises SecretUnreadable or Away while there are none."""
    max_receives: int
    clock: Callable[[], datetime]

    def process(self, record: Mapping[str, Any], time_left: Callable[[], timedelta]) -> bool:
        """Process one message. Return False if it must be received again or go to the dead-letter queue."""
        receive = int(record["attributes"]["ApproximateReceiveCount"])
        delivery = Delivery(receive, receive >= self.max_receives, time_left, self.max_receives)
        try:
            order = read(record["body"])
        except UnreadableOrder as error:
            # A newer version of a door may have sent it. A newer version of the recorder will read it.
            logger.exception(LogEvent.ORDER_UNREADABLE, extra={"wrong": str(error)})
            self.queues.delay(record, delivery.delay().total_seconds())
            return False
        if isinstance(order, Tick):
            self._check_due(order, delivery)
            return True
        with log_keys(order_id=order.order_id, receive=str(receive)):
            with acting(Cause.of(order)):
                delay = self._process_order(self.results.kept(order), delivery)
            if delay is None:
                self.results.forget(order)
                self.results.put_kept()
                return True
            self.queues.delay(record, delay.total_seconds())
            return False

    def _check_due(self, tick: Tick, delivery: Delivery) -> None:
        try:
            self.due.run(tick, delivery)
        except Away as away:
            logger.warning(LogEvent.AWS_AWAY, extra={"reason": str(away)})
        except Exception:
            logger.exception(LogEvent.FOLLOWING_FAILED)
            count(Metric.RECORDER_FAILED)

    def _process_order(self, order: Order, delivery: Delivery) -> timedelta | None:
        """Return None if the order is done, else the delay before the next try."""
        try:
            # This comes first and needs only the ledger, so an order that can't be processed has a status as well.
            if not self.orders.record_request(order, self.clock()):
                logger.warning(LogEvent.ORDER_CONFLICTS)
                return None
            # This comes before any claim, because a claim without a call would count as a call of unknown outcome.
            self.rtc()
            self.handlers[type(order.action)].run(order, order.action, delivery)
        except TryAgain as again:
            if isinstance(again, NoTurn) and self._put_back(order, again):
                _log_waiting(again.delay)
                return None
            delay, why = again.delay, FailureKind.OUT_OF_TIME
            _log_waiting(delay)
        except Away as away:
            logger.warning(LogEvent.AWS_AWAY, extra={"reason": str(away)})
            delay, why = delivery.delay(), FailureKind.AWS_AWAY
            _log_waiting(delay)
        except Exception:
            # No error may stop the rest of the batch, and the next receive may succeed.
            logger.exception(LogEvent.ORDER_FAILED)
            count(Metric.RECORDER_FAILED)
            delay, why = delivery.delay(), FailureKind.OUT_OF_TIME
        else:
            return None
        if delivery.last:
            self._give_up(order, why)
        return delay

    def _put_back(self, order: Order, wait: NoTurn) -> bool:
        """Put the order on the queue as a new message, which has all its receives. Return whether that worked."""
        known = order.model_copy(update={"body_digest": None})  # what it asks for is stored, and was compared
        if isinstance(wait, KeyRefused) and order.action.kind != "check":
            self.telling.report_wait(order, replies.key_refused(order, wait.until))
        try:
            self.queues.put(known, delay=math.ceil(wait.delay.total_seconds()))
        except (NotQueued, PerhapsQueued):
            logger.warning("the queue did not take the order back", exc_info=True)
            return False
        return True

    def _give_up(self, order: Order, why: FailureKind) -> None:
        logger.error(LogEvent.ORDER_GIVEN_UP)
        try:
            self.handlers[type(order.action)].give_up(order, order.action, why)
            self.orders.note(given_up(order, why, self.clock()))
        except Exception:
            # The order's status still ends, LATEST_END after the order was placed.
            logger.exception("the ledger does not know that the order was given up")


def _log_waiting(delay: timedelta) -> None:
    logger.info(LogEvent.ORDER_WAITS, extra={"seconds": round(delay.total_seconds(), 1)})
