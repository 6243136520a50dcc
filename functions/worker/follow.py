"""Follow recordings until they are over: check them, end them in time, and keep their messages true.

A recorder claims a recording before it checks it, so it doesn't matter that two do so at once. What fails is due again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from functions.aws.observability import Metric, count, logger
from functions.ledger.ledger import Ledger
from functions.worker.adoption import Adoption, Clue
from functions.worker.delivery import Delivery, NoTurn, TryAgain
from functions.worker.differences import report_differences
from functions.worker.file_search import FileSearch
from functions.worker.outbox import Outbox
from functions.worker.redrawing import Redrawing
from functions.worker.refusals import count_refusal
from functions.worker.turns import Turns
from shared.actors import CLOCK
from shared.file_news import CannotList, Listed
from shared.log_events import LogEvent
from shared.orders import Check, Order, Start, Stop
from shared.recorded_files import RecordedFile
from shared.recording_changes import AskedToStop, Released
from shared.recording_clock import lists_bucket
from shared.recording_news import Gone, News, NotShown, Shown, Stopped
from shared.recordings import FilesBy, Recording, RecordingState
from shared.rtc.errors import RtcError


@dataclass(frozen=True, slots=True)
class Follower:
    """Does what is due about recordings."""

    ledger: Ledger
    turns: Turns
    redrawing: Redrawing
    search: FileSearch
    adoption: Adoption
    outbox: Outbox
    put: Callable[[Order], None]
    """Puts the start of a planned recording on the queue."""
    clock: Callable[[], datetime]

    def follow(self, recording: Recording, delivery: Delivery) -> None:
        """Do what is due about the recording, unless somebody else does. Raises NoTurn if RTC has no turn for it.

        What Slack can't take now stays due.
        """
        claimed = self.ledger.recordings.claim(recording, self.clock())
        if claimed is None:
            return
        try:
            self.check(claimed, delivery)
        finally:
            self._redraw(claimed, delivery)

    def _redraw(self, recording: Recording, delivery: Delivery) -> None:
        """Show the recording as it is, unless Slack can't take that now. Then it is due again in a minute."""
        try:
            self.redrawing.redraw(Order.about(recording, Check()), delivery)
        except TryAgain as again:  # a busy channel must not keep other recordings from their checks
            logger.info("the message is due again in a minute", extra={"reason": str(again)})

    def check(self, recording: Recording, delivery: Delivery) -> Recording:
        """Learn how the recording is, do what its time asks for, and send its events. Return it as it is then.

        Raises NoTurn if RTC has no turn for it.
        """
        return self.outbox.send(self._check(recording, delivery))

    def _check(self, recording: Recording, delivery: Delivery) -> Recording:
        now = self.clock()
        if recording.is_over:
            if lists_bucket(recording) and (found := self.search.find(recording)):
                return self.ledger.recordings.note(recording, found, now)
            return recording
        match recording.state:
            case RecordingState.PLANNED:
                if now >= recording.since:
                    # Its order id and place are those of the plan.
                    start = Start(requests=(recording.request,), first=recording.n, start_at=recording.since)
                    self.put(Order.about(recording, start))
            case RecordingState.UNKNOWN:
                return self._search_job(recording, delivery)
            case _:
                is_time = recording.limit is not None and now >= recording.limit.ends_at
                news = self._end(recording, delivery) if is_time else self._show(recording, delivery)
                return self._note(recording, news)
        return recording

    def _search_job(self, recording: Recording, delivery: Delivery) -> Recording:
        """Look in the bucket for a file that names the job. When the hold is over, nothing more is done."""
        if recording.files_by is FilesBy.LISTING:
            found = self.search.jobs_of(recording)
            adopted = found and not isinstance(found, CannotList) and self._adopt(recording, found, delivery)
            if adopted:
                return adopted
            news = found if isinstance(found, CannotList) else Listed(())
            recording = self.ledger.recordings.note(recording, news, self.clock())
        now = self.clock()
        is_over = recording.held_until is None or now >= recording.held_until
        return self.ledger.recordings.note(recording, Released(), now) if is_over else recording

    def _adopt(self, recording: Recording, files: Mapping[str, RecordedFile], delivery: Delivery) -> Recording | None:
        """Return the recording of the job that one of the files names; None if none fits, or more than one."""
        asked = recording.request
        clues = [
            Clue(job_id, f"s_{job_id}_{asked.room_id}_{asked.user_id}", at=file.ended_at)
            for job_id, file in files.items()
        ]
        fitting = [it for it in clues if it.fits(recording) and self.ledger.recordings.of_job(it.job_id) is None]
        if len(fitting) != 1:
            return None
        try:
            return self.adoption.adopt(Order.about(recording, Check()), fitting[0], delivery)
        except NoTurn:
            raise
        except TryAgain:  # the next check tries again
            return None

    def _end(self, recording: Recording, delivery: Delivery) -> News:
        asked = self.ledger.recordings.note(recording, AskedToStop(CLOCK), self.clock())
        try:
            with self.turns.take(Order.about(asked, Stop(recordings=(asked.id,))), delivery) as rtc:
                rtc.stop(asked.job_id or "")
        except RtcError as error:
            if error.says_no_job:
                return Gone()
            logger.warning(LogEvent.NOT_STOPPED, extra={"job_id": asked.job_id, "error": str(error)})
            count_refusal(error, Metric.NOT_STOPPED)
            return NotShown()
        count(Metric.STOPPED)
        return Stopped()

    def _show(self, recording: Recording, delivery: Delivery) -> News:
        try:
            with self.turns.take(Order.about(recording, Check()), delivery) as rtc:
                return Shown(rtc.show(recording.job_id or ""))
        except RtcError as error:
            if error.says_no_job:
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
