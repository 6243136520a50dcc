"""The targets of a stop: the recordings that it names, and whether the asker may stop them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from functions.ledger.ledger import Ledger
from functions.worker.delivery import Delivery
from functions.worker.rights import OrderRights
from shared.attempts import Busy
from shared.failures import Failure, FailureKind
from shared.orders import Order, Stop
from shared.questions import What
from shared.recordings import Recording, RecordingState
from shared.stops import StopTarget
from shared.team import Right


@dataclass(frozen=True, slots=True)
class Targets:
    """Finds targets."""

    ledger: Ledger
    rights: OrderRights

    def find(self, order: Order, action: Stop, now: datetime) -> tuple[StopTarget, ...] | Busy:
        """Return the recordings that the stop names; Busy while one of them is being started.

        What began after the stop was asked for is not stopped by it.
        """
        if action.recordings:
            named = (self.ledger.recordings.of_id(recording_id) for recording_id in action.recordings)
            return tuple(StopTarget.of_recording(recording) for recording in named if recording is not None)
        if action.job_id is not None:
            found = self.ledger.recordings.of_job(action.job_id)
            return (action.target(FailureKind.NOT_OURS) if found is None else StopTarget.of_recording(found),)
        targets = []
        for video_type, lock in self.ledger.locks.of(action):
            if lock.since > order.placed_at or lock.is_over(now):
                continue
            if lock.calling_until is not None and now < lock.calling_until:
                return Busy(until=lock.calling_until)
            failure = Failure(kind=FailureKind.JOB_UNKNOWN) if lock.job_id is None else None
            if action.only_own and lock.actor != order.actor:
                failure = Failure(kind=FailureKind.NOT_YOURS)
            target = StopTarget(
                job_id=lock.job_id,
                room_id=action.room_id,
                user_id=action.user_id,
                video_type=video_type,
                failure=failure,
                recording=lock.recording_id,
            )
            targets.append(target)
        return (*targets, *map(StopTarget.of_recording, self._planned(order, action)))

    def check_right(self, order: Order, target: StopTarget, delivery: Delivery) -> StopTarget:
        """Return the target. If the team's rules don't let the asker stop it, record that: it has a failure then."""
        if target.failure is not None:
            return target
        refusal = self.rights.refusal(order, Right.STOP_ANY, self.what(target), delivery)
        if refusal is None:
            return target
        self.rights.note(order, refusal)
        return target.model_copy(update={"failure": Failure.not_allowed(refusal)})

    def recording_of(self, target: StopTarget) -> Recording | None:
        """Return the target's recording; None if there is none of ours."""
        if target.recording is not None:
            return self.ledger.recordings.of_id(target.recording)
        return None if target.job_id is None else self.ledger.recordings.of_job(target.job_id)

    def recordings_of(self, targets: Iterable[StopTarget]) -> list[Recording]:
        """Return the recordings of those targets that have one."""
        return [it for it in map(self.recording_of, targets) if it is not None]

    def what(self, target: StopTarget) -> What:
        """Return what the asker needs the right to stop."""
        recording = self.recording_of(target)
        return What(target.room_id) if recording is None else What.recorded(recording)

    def _planned(self, order: Order, action: Stop) -> list[Recording]:
        """Return the recordings of the stream that are planned. They have no lock until they start."""
        found = [it for it in self.ledger.recordings.live() if it.state is RecordingState.PLANNED]
        named = [it for it in found if (it.request.room_id, it.request.user_id) == (action.room_id, action.user_id)]
        meant = [it for it in named if action.video_type in {None, it.request.video_type}]
        return [it for it in meant if not action.only_own or it.actor == order.actor]
