"""Look at the recordings that are due, once a minute: what EventBridge's schedule asks for.

A tick is dropped when it is old, and it is never given back to the queue: the next one does the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.aws.observability import Metric, count, log_keys, logger
from functions.aws.queue import OrderQueue
from functions.ledger.recordings import Recordings
from functions.worker.delivery import Delivery
from functions.worker.follow import Follower
from shared.log_events import LogEvent
from shared.orders import Tick

MOST = 20
"""The most recordings that one tick takes."""
OLD = timedelta(minutes=2)
"""A tick older than this is dropped."""


@dataclass(frozen=True, slots=True)
class DueHandler:
    """Follows the recordings that are due."""

    recordings: Recordings
    follower: Follower
    queue: OrderQueue
    clock: Callable[[], datetime]

    def run(self, tick: Tick, delivery: Delivery) -> None:
        """Take some of the recordings that are due, the longest due first, and queue the rest."""
        now = self.clock()
        if now - tick.placed_at > OLD:
            logger.info(LogEvent.TICK_DROPPED)
            return
        due = self.recordings.due(now, MOST + 1)
        for number, recording in enumerate(due):
            if number == MOST or not delivery.has_time_for_a_call():
                self.queue.put_tick(tick)
                return
            with log_keys(order_id=recording.order_id):
                try:
                    self.follower.follow(recording)
                except Exception:
                    # One recording must not keep the others from being followed. It is due again in a minute.
                    logger.exception(LogEvent.FOLLOWING_FAILED)
                    count(Metric.RECORDER_FAILED)
