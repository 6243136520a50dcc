"""Take what RTC says when it calls back: note the files, and check the job. RTC's callbacks are only hints."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from functions.aws.observability import log_keys, logger
from functions.ledger.ledger import Ledger
from functions.worker.adoption import Adoption, Clue
from functions.worker.delivery import LONGEST_WAIT, Delivery, NoTurn, TryAgain
from functions.worker.follow import Follower
from shared.failures import FailureKind
from shared.file_news import Files
from shared.orders import Callback, Check, Order
from shared.recordings import Recording, RecordingState
from shared.rtc.callbacks import NEW_FILE, RtcCallback


@dataclass(frozen=True, slots=True)
class CallbackHandler:
    """Takes callbacks."""

    ledger: Ledger
    follower: Follower
    adoption: Adoption
    clock: Callable[[], datetime]

    def run(self, order: Order, action: Callback, delivery: Delivery, /) -> None:
        """Note what RTC says of the job's files, ask RTC how the job is, and show what is new.

        Raises TryAgain if that takes another receive. Twice, late or out of order, it comes to the same.
        """
        said = action.said
        recording = self.ledger.recordings.of_job(said.job_id or "")
        if recording is None:
            recording = self._adopt(order, said, delivery)
        if recording is None:
            logger.info("RTC called back about a job that recordbot does not know", extra={"job_id": said.job_id})
            return
        # Who looks for the order in the logs finds what was done about it here too.
        with log_keys(order_id=recording.order_id, callback=order.order_id):
            self._take(said, recording, order, delivery)

    def _take(self, said: RtcCallback, recording: Recording, order: Order, delivery: Delivery) -> None:
        file = said.file()
        news = Files(() if file is None else (file,), are_all=said.is_over)
        recording = self.follower.outbox.send(self.ledger.recordings.note(recording, news, self.clock()))
        is_old_news = said.event_type == NEW_FILE and recording.state is RecordingState.RECORDING
        if not is_old_news and not recording.is_over and self.clock() - order.placed_at <= LONGEST_WAIT:
            self.follower.check(recording, delivery)
        self._redraw(recording, order, delivery)

    def _redraw(self, recording: Recording, order: Order, delivery: Delivery) -> None:
        """Show what is new. Raises NoTurn while others post to the channel: a tick would show it a minute later."""
        try:
            self.follower.redrawing.redraw(Order.about(recording, Check()), delivery)
        except TryAgain as again:
            if isinstance(again, NoTurn) and self.clock() - order.placed_at <= LONGEST_WAIT:
                raise
            logger.info("the message is due again in a minute", extra={"reason": str(again)})

    def _adopt(self, order: Order, said: RtcCallback, delivery: Delivery) -> Recording | None:
        if said.job_id is None or said.stream_name is None:
            return None
        try:
            clue = Clue(said.job_id, said.stream_name, said.room_id, said.start_time)
            return self.adoption.adopt(order, clue, delivery)
        except TryAgain:
            if delivery.last or self.clock() - order.placed_at > LONGEST_WAIT:
                return None  # a later callback, or the file, names the job again
            raise

    def give_up(self, order: Order, action: Callback, why: FailureKind, /) -> None:
        """Do nothing: the recording is followed without callbacks too."""
