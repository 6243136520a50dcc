"""The first checks of a start, soon after it. A job counts as recording only after RTC has said RUNNING.

While jobs of an answered order are being set up, the order is put back on the queue, a few times. After that, the
recordings are followed once a minute (functions/worker/due.py). If the answer was posted by the Web API, its message
is drawn again with the news. Otherwise one more message is posted, at the end.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from functions.aws.observability import logger
from functions.aws.queue import Queues
from functions.ledger.ledger import Ledger
from functions.worker.delivery import LONGEST_WAIT, Delivery, NoTurn, TryAgain
from functions.worker.follow import Follower
from shared.failures import FailureKind
from shared.orders import Check, NotQueued, Order, PerhapsQueued
from shared.recordings import Recording, RecordingState

DELAYS = (2, 5, 15, 60)
"""Seconds from the answer to the first check, and from each to the next."""
MOST_DELAY = 120
"""The most seconds that a caller's order waits for its next check."""


@dataclass(frozen=True, slots=True)
class Checks:
    """Puts the next check of an order on the queue."""

    queues: Queues
    clock: Callable[[], datetime]

    def put_next(self, order: Order, recordings: Sequence[Recording], number: int, delivery: Delivery) -> None:
        """Queue the order's check with this number, unless no job is being set up or no check is left.

        Raises TryAgain if the queue doesn't take it, but not on the last receive.
        """
        if number > len(DELAYS) or not any(map(_is_being_set_up, recordings)):
            return
        try:
            self.queues.put(order.next_check(number), delay=self._delay(order, number))
        except (NotQueued, PerhapsQueued):
            logger.warning("the queue did not take the next check", exc_info=True)
            if not delivery.last:
                raise TryAgain(delivery.delay()) from None

    def _delay(self, order: Order, number: int) -> int:
        """Return the delay. An order of a caller that waited long is one of many: its check must not hold up others."""
        waited = (self.clock() - order.placed_at).total_seconds()
        return DELAYS[number - 1] if order.actor.is_person else max(DELAYS[number - 1], round(min(waited, MOST_DELAY)))


@dataclass(frozen=True, slots=True)
class CheckHandler:
    """Checks recordings."""

    ledger: Ledger
    follower: Follower
    checks: Checks
    clock: Callable[[], datetime]

    def run(self, order: Order, action: Check, delivery: Delivery, /) -> None:
        """Ask RTC for the jobs that are being set up, and show what is new.

        Raises TryAgain if Slack can't take it now, or if a job or the message did not get its turn. The ledger says
        what the message shows. So news that was not posted is news again at the next check.
        """
        no_turn: NoTurn | None = None
        recordings = list(self.ledger.orders.read(order.order_id).recordings)
        for place, recording in enumerate(recordings):
            if not _is_being_set_up(recording):
                continue
            try:
                recordings[place] = self.follower.check(recording, delivery)
            except NoTurn as wait:
                no_turn = wait
                break
        is_last = no_turn is None and (action.number >= len(DELAYS) or not any(map(_is_being_set_up, recordings)))
        others: Sequence[Recording] = ()
        try:
            others = self.follower.redrawing.redraw(order, delivery, post=is_last, leaves_to_first=True)
        except NoTurn as wait:
            no_turn = no_turn or wait
        is_in_time = self.clock() - order.placed_at <= LONGEST_WAIT
        if no_turn is not None and is_in_time:
            raise no_turn
        number = action.number + 1
        if any(map(_is_being_set_up, others)) and is_in_time:
            number = min(number, len(DELAYS))  # the message must still show what the checks of the others find
        self.checks.put_next(order, [*recordings, *others], number, delivery)

    def give_up(self, order: Order, action: Check, why: FailureKind, /) -> None:
        """Do nothing: the order is answered, and the news is due in a minute."""


def _is_being_set_up(recording: Recording) -> bool:
    return recording.state is RecordingState.STARTING
