"""Follow recordings until they are over: look at them, end them in time, and keep their messages true.

Whoever looks at a recording claims it first, so it doesn't matter that two do so at once. What fails is due again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.slack_api import TryLater
from functions.aws.observability import Metric, count, logger
from functions.ledger.ledger import Ledger
from functions.worker.differences import report_differences
from functions.worker.redrawing import Redrawing
from functions.worker.refusals import count_refusal
from shared.actors import CLOCK
from shared.log_events import LogEvent
from shared.orders import Order, Start
from shared.recording_news import AskedToStop, Gone, News, NotShown, Released, Shown, Stopped
from shared.recordings import Recording, RecordingState
from shared.rtc.client import RtcClient
from shared.rtc.errors import NotFound, RtcError
from shared.slack_refs import ReplyTo


@dataclass(frozen=True, slots=True)
class Follower:
    """Does what is due about recordings."""

    ledger: Ledger
    rtc: Callable[[], RtcClient]
    """Returns the client for the current keys."""
    redrawing: Redrawing
    put: Callable[[Order], None]
    """Puts the start of a planned recording on the queue."""
    clock: Callable[[], datetime]

    def follow(self, recording: Recording) -> None:
        """Do what is due about the recording, unless somebody else does."""
        claimed = self.ledger.recordings.claim(recording, self.clock())
        if claimed is None:
            return
        self.look(claimed)
        try:
            self.redrawing.redraw(claimed.order_id)
        except TryLater as error:
            logger.warning(LogEvent.NOT_ANSWERED, extra={"reason": str(error)})

    def look(self, recording: Recording) -> Recording:
        """Learn how the recording is, and do what its time asks for. Return it with what is new."""
        now = self.clock()
        if recording.is_over:
            return recording
        match recording.state:
            case RecordingState.PLANNED:
                if now >= recording.since:
                    self.put(_start_of(recording))
                return recording
            case RecordingState.UNKNOWN:
                is_held = recording.held_until is not None and now < recording.held_until
                return recording if is_held else self.ledger.recordings.note(recording, Released(), now)
            case _:
                is_time = recording.limit is not None and now >= recording.limit.ends_at
                news = self._end(recording) if is_time else self._show(recording)
                return self._note(recording, news)

    def _end(self, recording: Recording) -> News:
        asked = self.ledger.recordings.note(recording, AskedToStop(CLOCK), self.clock())
        try:
            self.rtc().stop(asked.job_id or "")
        except RtcError as error:
            if isinstance(error, NotFound) and error.is_rtcs_own:
                return Gone()
            logger.warning(LogEvent.NOT_STOPPED, extra={"job_id": asked.job_id, "error": str(error)})
            count_refusal(error, Metric.NOT_STOPPED)
            return NotShown()
        count(Metric.STOPPED)
        return Stopped()

    def _show(self, recording: Recording) -> News:
        try:
            return Shown(self.rtc().show(recording.job_id or ""))
        except RtcError as error:
            if isinstance(error, NotFound) and error.is_rtcs_own:
                return Gone()
            logger.info("RTC did not show the job", extra={"job_id": recording.job_id, "error": str(error)})
            return NotShown()

    def _note(self, recording: Recording, news: News) -> Recording:
        after = self.ledger.recordings.note(recording, news, self.clock())
        if after.job is not None:
            report_differences(after.request, after.job, after.app_id, before=recording.job)
        if after.is_over:
            logger.info(LogEvent.ENDED, extra={"job_id": after.job_id, "end": after.end, "order_id": after.order_id})
        return after


def _start_of(recording: Recording) -> Order:
    """Return the order that starts a planned recording now. Its order id and place are those of the plan."""
    reply_to = None if recording.channel_id is None else ReplyTo(channel_id=recording.channel_id)
    return Order(
        order_id=recording.order_id,
        actor=recording.actor,
        action=Start(requests=(recording.request,), first=recording.n, start_at=recording.since),
        placed_at=recording.since,
        reply_to=reply_to,
    )
