"""Give up an order that goes to the dead letters: what has no outcome in the ledger gets one.

So whoever reads a caller's order by its link learns that nobody is at it any more.
"""

from datetime import datetime

from functions.aws.observability import logger
from functions.ledger.attempts import Contended, LedgerTable
from functions.ledger.stops import StopTable
from shared.attempts import OUT_OF_TIME, ErrorFacts, NotStarted
from shared.orders import Order, Stop
from shared.stops import Stopping


def give_up_starts(order: Order, ledger: LedgerTable, now: datetime) -> None:
    """Settle the streams that nobody has called RTC for as not started.

    A call that was begun is left as it is: when its lease is over it is unknown what came of it.
    """
    for n in range(len(order.requests)):
        try:
            ledger.settle_uncalled(order, n, NotStarted(error=ErrorFacts(family=OUT_OF_TIME), gave_up=True), now)
        except Contended:
            logger.warning("a call was begun and has no outcome", extra={"attempt": n})


def give_up_stop(order: Order, stop: Stop, stops: StopTable, now: datetime) -> None:
    """Settle what isn't known to be stopped as not stopped."""
    stopping = stops.read(order.order_id) or Stopping.of(order.order_id, order.requested_by, stop, now)
    if stopping.settled_at is None:
        stops.settle(stopping.given_up(now), now)
