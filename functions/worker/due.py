"""Check the recordings that are due, once a minute: what EventBridge's schedule asks for.

A tick is dropped when it is old, and it is never given back to the queue: the next one does the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.aws.observability import Metric, count, log_keys, logger, measure
from functions.aws.queue import Queues
from functions.ledger.recordings import Recordings
from functions.worker.delivery import TIME_FOR_A_CALL, TIME_TO_ANSWER, Delivery, NoTurn
from functions.worker.follow import Follower
from shared.log_events import LogEvent
from shared.orders import Tick
from shared.recordings import Recording

MOST = 20
"""The most recordings that one message takes."""
READ = 200
"""The most recordings that are read to choose from: what ends or begins now comes before what is only checked."""
LONGEST = timedelta(seconds=15)
"""After this time the rest is put on the queue again, so that the recorder takes other orders between."""
OLD = timedelta(minutes=2)
"""A tick older than this is dropped."""


@dataclass(frozen=True, slots=True)
class DueHandler:
    """Follows the recordings that are due."""

    recordings: Recordings
    follower: Follower
    queues: Queues
    clock: Callable[[], datetime]

    def run(self, tick: Tick, delivery: Delivery) -> None:
        """Take some of the recordings that are due, and queue the rest.

        If RTC has no turn for a check, it is needed for starts and stops. Then the other checks wait for a minute.
        """
        now = self.clock()
        if now - tick.placed_at > OLD:
            logger.info(LogEvent.TICK_DROPPED)
            return
        found = self.recordings.due(now, READ)
        measure(Metric.CHECK_LATE, max((now - it.due_at for it in found if it.due_at), default=timedelta()))
        due = sorted(found, key=lambda it: it.only_needs_a_check(now))
        may_check = True
        for taken, recording in enumerate(due):
            if recording.only_needs_a_check(now) and not may_check:
                return
            no_time = delivery.time_left() < TIME_FOR_A_CALL + TIME_TO_ANSWER or self.clock() - now > LONGEST
            if taken == MOST or no_time:
                self.queues.people.put_tick(tick)
                return
            may_check = self._follow(recording, delivery) and may_check

    def _follow(self, recording: Recording, delivery: Delivery) -> bool:
        """Do what is due about the recording. Return whether there was a turn for it."""
        with log_keys(order_id=recording.order_id):
            try:
                self.follower.follow(recording, delivery)
            except NoTurn as wait:
                logger.info("the recording is due again in a minute", extra={"reason": str(wait)})
                return False
            except Exception:
                # One recording must not keep the others from being followed. It is due again in a minute.
                logger.exception(LogEvent.FOLLOWING_FAILED)
                count(Metric.RECORDER_FAILED)
            return True
