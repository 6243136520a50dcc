"""Adopt jobs of starts whose outcome is unknown: RTC never named them, but a callback or a file does.

A stream's name is s_JOB_ROOM_USER. So what names a job and such a stream shows which unknown start made it, if it is
from after that start was called, and fits no other unknown start.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.aws.observability import logger
from functions.ledger.ledger import Ledger
from functions.worker.delivery import Delivery, TryAgain
from functions.worker.turns import Turns
from shared.attempts import Started
from shared.log_events import LogEvent
from shared.orders import Order
from shared.recordings import Recording
from shared.rtc.errors import NotFound, RtcError
from shared.rtc.models import RecordingJob, expected_stream_name

_CLOCKS = timedelta(minutes=1)
"""How much RTC's clock may differ from ours."""
_LONGEST_ROOM = 64
"""The most characters of a room's id (shared/rtc/models.py)."""


@dataclass(frozen=True, slots=True)
class Clue:
    """What names the job of an unknown start: the names of the job and the stream, and a time at which it existed."""

    job_id: str
    stream_name: str
    room_id: str | None = None
    """None if only the stream's name has it."""
    at: datetime | None = None

    @property
    def rooms(self) -> Sequence[str]:
        """The rooms that the stream may be of. An id may have underscores, so its name can be read in several ways."""
        if self.room_id is not None:
            return [self.room_id]
        prefix = f"s_{self.job_id}_"
        parts = self.stream_name.removeprefix(prefix).split("_") if self.stream_name.startswith(prefix) else []
        rooms = ["_".join(parts[:end]) for end in range(1, len(parts))]
        return [room for room in rooms if 0 < len(room) <= _LONGEST_ROOM]

    def fits(self, recording: Recording) -> bool:
        """Return whether the recording may be that of the job."""
        asked = recording.request
        name = expected_stream_name(self.job_id, asked.room_id, asked.user_id)
        is_later = self.at is None or self.at >= recording.since - _CLOCKS
        return recording.job is None and name == self.stream_name and is_later


@dataclass(frozen=True, slots=True)
class Adoption:
    """Finds the unknown start of a job, and follows the job as its recording."""

    ledger: Ledger
    turns: Turns
    clock: Callable[[], datetime]

    def adopt(self, order: Order, clue: Clue, delivery: Delivery) -> Recording | None:
        """Return the recording that the job is now; None if the clue fits no unknown start, or more than one.

        `order` says at which pace RTC is asked. Raises TryAgain while a start of the stream is being called, whose
        answer may name the job, or if RTC can't show the job now.
        """
        if any(self._is_calling(clue, room) for room in clue.rooms):
            raise TryAgain(delivery.delay())
        fitting = [it for room in clue.rooms for it in self.ledger.recordings.without_job(room) if clue.fits(it)]
        if len(fitting) != 1:
            facts = {"job_id": clue.job_id, "unknown_starts": len(fitting)}
            logger.info("no single start of unknown outcome fits the job", extra=facts)
            return None
        (recording,) = fitting
        job = self._show(order, clue, delivery)
        if job is None or not _is_of(job, recording):
            return None
        attempt = self.ledger.attempts.read(recording.order_id, recording.n)
        if attempt is None:
            return None
        now = self.clock()
        started = Started(job=job, app_id=self.turns.rtc().app_id)
        self.ledger.attempts.store(attempt.settled(started, now), now)
        logger.info(LogEvent.ADOPTED, extra={"job_id": job.job_id, "order_id": recording.order_id})
        return self.ledger.recordings.of_id(recording.id)

    def _is_calling(self, clue: Clue, room_id: str) -> bool:
        def is_named(user_id: str) -> bool:
            return expected_stream_name(clue.job_id, room_id, user_id) == clue.stream_name

        return self.ledger.locks.is_calling(room_id, is_named, self.clock())

    def _show(self, order: Order, clue: Clue, delivery: Delivery) -> RecordingJob | None:
        try:
            with self.turns.take(order, delivery) as rtc:
                return rtc.show(clue.job_id)
        except RtcError as error:
            if isinstance(error, NotFound):
                return None
            logger.info("RTC did not show the job", extra={"job_id": clue.job_id, "error": str(error)})
            raise TryAgain(delivery.delay()) from None


def _is_of(job: RecordingJob, recording: Recording) -> bool:
    """Return whether RTC says that the job records this stream, and was made after its start was called."""
    asked = recording.request
    created = job.create_time or job.start_time
    is_later = created is None or created >= recording.since - _CLOCKS
    is_stream = job.room_id in {None, asked.room_id} and job.user_id in {None, asked.user_id}
    return is_later and is_stream and job.video_type in {None, asked.video_type}
