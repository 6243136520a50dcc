"""Let a start begin only as the team's rules allow it: with which limit, and after which notice."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.messages.notices import notice_before
from functions.ledger.ledger import Ledger
from functions.ledger.table import Contended
from functions.worker.delivery import Delivery
from functions.worker.redrawing import Redrawing
from functions.worker.rights import OrderRights
from functions.worker.views import view_of
from shared.attempts import NotStarted
from shared.failures import Failure
from shared.orders import Order, Start
from shared.permissions import Verdict
from shared.questions import What
from shared.recording_changes import Limited, Released
from shared.recordings import Recording
from shared.refusals import Lacking, Refusal
from shared.team import Right


@dataclass(frozen=True, slots=True)
class Granting:
    """Grants starts."""

    ledger: Ledger
    rights: OrderRights
    redrawing: Redrawing
    clock: Callable[[], datetime]

    def grant(self, order: Order, action: Start, delivery: Delivery) -> Start | None:
        """Return the start as the rules allow it, after its notice. If they don't, settle it, say so, and return None.

        A plan is asked about twice: when it is made, and when its time comes. Raises TryAgain or Away.
        """
        now = self.clock()
        is_later = action.start_at is not None and action.start_at > now
        planned = self._planned(order, action) if action.start_at is not None and not is_later else {}
        asked = [
            What.started(request, _length_of(planned[n]) if n in planned else action.length_from(now))
            for n, request in enumerate(action.requests, action.first)
        ]
        if action.dry_run or is_later:
            verdicts = self.rights.of_start(order, asked, delivery)
        else:
            verdicts = self.rights.of_counted_start(order, action.first, asked, delivery)
        refusal = next((verdict.refusal for verdict in verdicts if verdict.refusal is not None), None)
        if refusal is None and not (action.dry_run or is_later):
            refusal = self._post_notice(order, action, verdicts, delivery)
        if refusal is not None:
            self._refuse(order, action, refusal, delivery)
            return None
        lengths = [verdict.longest for verdict in verdicts if verdict.longest is not None]
        if not lengths:
            return action
        for recording in planned.values():
            if recording.limit is None or recording.limit.ends_at > now + min(lengths):
                self.ledger.recordings.note(recording, Limited(now + min(lengths)), now)
        lengths += [] if action.max_duration is None else [action.max_duration]
        return action.model_copy(update={"max_duration": min(lengths)})

    def _post_notice(
        self, order: Order, action: Start, verdicts: Sequence[Verdict], delivery: Delivery
    ) -> Refusal | None:
        """Post the notice that a rule demands before the start. Return the refusal if it can't be posted."""
        demanding = next((it for it in verdicts if it.notice is not None and it.notice.before_start), None)
        if demanding is None or demanding.notice is None:
            return None
        reply = notice_before(order.actor, action.requests, demanding.notice.wording)
        if self.redrawing.telling.notify(order, action.first, reply, delivery):
            return None
        return Refusal(right=Right.START, lacking=Lacking.NOTICE, rule=demanding.rule)

    def release(self, order: Order, action: Start, delivery: Delivery) -> None:
        """Free the streams of unknown outcome that are said not to have started, as far as the asker may."""
        for recording in filter(None, map(self.ledger.recordings.of_id, action.releases)):
            if self.rights.refusal(order, Right.STOP_ANY, What.recorded(recording), delivery) is None:
                self.ledger.recordings.note(recording, Released(order.actor), self.clock())

    def _planned(self, order: Order, action: Start) -> dict[int, Recording]:
        places = range(action.first, action.first + len(action.requests))
        found = {n: self.ledger.recordings.read(order.order_id, n) for n in places}
        return {n: recording for n, recording in found.items() if recording is not None}

    def _refuse(self, order: Order, action: Start, refusal: Refusal, delivery: Delivery) -> None:
        """Settle each stream that isn't begun as not allowed, and show that: to the asker only if nothing was begun."""
        self.rights.note(order, refusal)
        if action.dry_run:
            self.rights.tell(order, refusal, delivery)
            return
        failure = Failure.not_allowed(refusal)
        for n, request in enumerate(action.requests, action.first):
            with suppress(Contended):  # a call was begun
                self.ledger.attempts.settle_uncalled(order, n, request, NotStarted(failure=failure), self.clock())
        record = self.ledger.orders.read(order.order_id)
        if any(it.is_at_rtc for it in record.recordings):
            telling = self.redrawing.telling
            telling.answer_once(order, view_of(order, record, self.clock(), telling.command), delivery)
        else:
            self.rights.tell(order, refusal, delivery)
        self.redrawing.redraw(order, delivery)  # the message of a plan, and of what was begun before


def _length_of(planned: Recording) -> timedelta | None:
    """Return how long a planned recording is to last, if somebody has said so."""
    limit = planned.limit
    return None if limit is None or limit.is_default else limit.ends_at - planned.since
