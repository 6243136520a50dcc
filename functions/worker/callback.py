"""Take what RTC says when it calls back: note the files, and check the job. RTC's callbacks are only hints."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from functions.aws.observability import logger
from functions.ledger.ledger import Ledger
from functions.worker.delivery import LONGEST_WAIT, Delivery
from functions.worker.follow import Follower
from shared.failures import FailureKind
from shared.orders import Callback, Order
from shared.recording_news import Files
from shared.recordings import RecordingState
from shared.rtc.callbacks import NEW_FILE


@dataclass(frozen=True, slots=True)
class CallbackHandler:
    """Takes callbacks."""

    ledger: Ledger
    follower: Follower
    clock: Callable[[], datetime]

    def run(self, order: Order, action: Callback, delivery: Delivery, /) -> None:
        """Note what RTC says of the job's files, ask RTC how the job is, and show what is new.

        Raises TryAgain if that takes another receive. Twice, late or out of order, it comes to the same.
        """
        said = action.said
        recording = self.ledger.recordings.of_job(said.job_id or "")
        if recording is None:
            logger.info("RTC called back about a job that recordbot does not know", extra={"job_id": said.job_id})
            return
        file = said.file()
        news = Files(() if file is None else (file,), are_all=said.is_over)
        recording = self.ledger.recordings.note(recording, news, self.clock())
        is_old_news = said.event_type == NEW_FILE and recording.state is RecordingState.RECORDING
        if not is_old_news and not recording.is_over and self.clock() - order.placed_at <= LONGEST_WAIT:
            self.follower.look(recording, delivery)
        self.follower.redraw(recording, delivery)

    def give_up(self, order: Order, action: Callback, why: FailureKind, /) -> None:
        """Do nothing: the recording is followed without callbacks too."""
