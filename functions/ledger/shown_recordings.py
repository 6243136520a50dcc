"""What Slack's door shows of the recordings: they themselves, and the attempts to start them."""

from collections.abc import Sequence
from dataclasses import dataclass

from functions.ledger.ledger import Ledger
from shared.actors import Actor
from shared.attempts import Attempt, Duplicate
from shared.new_recordings import not_begun
from shared.recordings import Recording


@dataclass(frozen=True, slots=True)
class ShownRecordings:
    """Reads recordings as bot/commands/rights.py asks for them. Each method raises Away if they can't be read now."""

    ledger: Ledger

    def live(self) -> Sequence[Recording]:
        """Return the recordings that are not over. It may lag by seconds."""
        return self.ledger.recordings.live()

    def of_job(self, job_id: str) -> Recording | None:
        """Return the job's recording; None if recordbot did not start the job."""
        return self.ledger.recordings.of_job(job_id)

    def of_id(self, recording_id: str) -> Recording | None:
        """Return the recording with that id, or None."""
        return self.ledger.recordings.of_id(recording_id)

    def of_room(self, room_id: str) -> Sequence[Recording]:
        """Return the last recordings of the room, the newest first."""
        return self.ledger.recordings.of_room(room_id)

    def attempt_of(self, recording_id: str) -> Attempt | None:
        """Return the attempt to start the recording, with RTC's whole answer; None if it isn't begun yet."""
        order_id, _, n = recording_id.partition(".")
        return self.ledger.attempts.read(order_id, int(n))

    def last_of(self, actor: Actor, channel_id: str) -> Sequence[Recording]:
        """Return the recordings of the last start that this person asked for in this channel.

        For a stream that has none, because it was refused or isn't started yet, one stands that says so; for a stream
        that somebody else's start holds, the recording of that one.
        """
        order_id = self.ledger.recordings.last_order_of(actor, channel_id)
        if order_id is None:
            return []
        record = self.ledger.orders.read(order_id)
        found = {it.n: self._holder(it) or not_begun(it) for it in record.attempts}
        found |= {it.n: it for it in record.recordings}
        return [found[n] for n in sorted(found)]

    def _holder(self, attempt: Attempt) -> Recording | None:
        """Return the recording that holds the attempt's stream, if that is why it was not started."""
        if not isinstance(attempt.outcome, Duplicate):
            return None
        lock = attempt.outcome.lock
        holder = self.ledger.recordings.read(lock.order_id, lock.n)
        return None if holder is None or holder.is_over else holder
