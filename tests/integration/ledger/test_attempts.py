"""The ledger's rules on DynamoDB (moto's): each step happens once, whoever else is at it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from hypothesis.strategies import integers, sampled_from
from mypy_boto3_dynamodb import DynamoDBClient

from functions.aws.away import Away
from functions.ledger.ledger import Ledger, open_ledger
from functions.ledger.table import Contended
from shared.actors import Actor
from shared.attempts import (
    LEASE,
    UNKNOWN_IS_HELD,
    Attempt,
    Busy,
    Claim,
    Duplicate,
    NotStarted,
    Started,
    State,
    StreamLock,
    Unknown,
)
from shared.failures import Failure, FailureKind
from shared.order_ids import new_order_id
from shared.orders import Order, Start, Stop
from shared.recording_news import Gone, News, Shown, Stopped
from shared.recordings import Recording, RecordingState
from shared.rtc.models import JobPublishParam, RecordingJob, RecordingRequest
from shared.slack_refs import ReplyTo
from tests.builders import requests_of
from tests.integration.outage import away, once
from tests.ledger_table import TABLE

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
REFUSED = NotStarted(failure=Failure(kind=FailureKind.REFUSED, status=400, error_code="RTC.00001007"))


@pytest.fixture
def ledger(dynamodb: DynamoDBClient) -> Ledger:
    """A ledger that knows nothing yet: locks are per app, and this app is new."""
    return open_ledger(dynamodb, TABLE, new_order_id())


def an_order(*users: str, by: str = "U1") -> Order:
    """An order for some users of room 100."""
    return Order(
        order_id=new_order_id(),
        actor=Actor(kind="slack_user", id=by),
        action=Start(requests=tuple(RecordingRequest(room_id="100", user_id=user) for user in users or ("user001",))),
        placed_at=NOW,
        reply_to=ReplyTo(channel_id="C1", response_url="https://hooks.slack.com/commands/x"),
    )


def claim(ledger: Ledger, order: Order, n: int, now: datetime) -> Claim:
    """Whatever a claim of the order's n-th stream gives."""
    return ledger.attempts.claim(order, n, requests_of(order)[n], now)


def claimed(ledger: Ledger, order: Order, n: int = 0, now: datetime = NOW) -> Attempt:
    """A claim that is ours."""
    attempt = claim(ledger, order, n, now)
    assert isinstance(attempt, Attempt)
    assert attempt.state is State.CALLING
    return attempt


def recording(ledger: Ledger, order: Order, n: int = 0) -> Recording:
    """The recording of the order's n-th stream."""
    found = ledger.recordings.read(order.order_id, n)
    assert found is not None
    return found


def settle(ledger: Ledger, attempt: Attempt, outcome: Started | NotStarted | Unknown, now: datetime) -> Attempt:
    """Store the outcome of a claimed call."""
    return ledger.attempts.store(attempt.settled(outcome, now), now)


def release(ledger: Ledger, attempt: Attempt, now: datetime) -> None:
    """Give back a claim whose call did not happen."""
    ledger.attempts.store(attempt.waiting(), now)


def started(job_id: str = "7") -> Started:
    """A job."""
    return Started(job=RecordingJob(job_id=job_id))


def test_a_claim_is_one_recorders_until_its_lease_is_over(ledger: Ledger) -> None:
    """The same message delivered twice at the same time: the second waits, and after the lease finds it unknown."""
    order = an_order()
    claimed(ledger, order)
    assert claim(ledger, order, 0, NOW) == Busy(until=NOW + LEASE)
    late = claim(ledger, order, 0, NOW + LEASE)
    assert isinstance(late, Attempt)
    assert late.outcome == Unknown(failure=None, held_until=NOW + LEASE + UNKNOWN_IS_HELD)


def test_what_is_settled_is_found_again_and_not_called_again(ledger: Ledger) -> None:
    """A redelivery finds the outcome."""
    order = an_order()
    settled = settle(ledger, claimed(ledger, order), started(), NOW)
    assert claim(ledger, order, 0, NOW) == settled
    assert settled.settled_at == NOW


def test_a_job_locks_its_stream_until_its_recording_is_over(ledger: Ledger) -> None:
    """Another order for the stream meets the lock, with who and which job; afterwards it can be claimed."""
    first = an_order()
    settle(ledger, claimed(ledger, first), started(), NOW)
    other = an_order(by="U2")
    lock = claim(ledger, other, 0, NOW + timedelta(days=2))
    assert isinstance(lock, StreamLock)
    assert (lock.job_id, lock.actor.id, lock.since) == ("7", "U1", NOW)
    ledger.recordings.note(recording(ledger, first), Stopped(), NOW)
    claimed(ledger, other)


@pytest.mark.parametrize("news", [Stopped(), Gone(), Shown(RecordingJob(job_id="7", state="STOPPED"))])
def test_a_recording_that_ends_again_leaves_the_lock_of_another(ledger: Ledger, news: News) -> None:
    """Two find the same job over: the one that is late does not take the lock of the next start away."""
    first, other = an_order(), an_order()
    settle(ledger, claimed(ledger, first), started(), NOW)
    seen = recording(ledger, first)
    ledger.recordings.note(seen, Gone(), NOW)
    claimed(ledger, other)
    over = ledger.recordings.note(seen, news, NOW)
    assert over.state is RecordingState.LOST
    assert isinstance(claim(ledger, an_order(), 0, NOW), StreamLock)


def test_a_job_leads_to_its_recording(ledger: Ledger, dynamodb: DynamoDBClient) -> None:
    """And the job of somebody else leads nowhere."""
    order = an_order("a", "b")
    settle(ledger, claimed(ledger, order, 1), started(), NOW)
    assert ledger.recordings.of_job("7") == recording(ledger, order, 1)
    assert ledger.recordings.of_job("8") is None
    assert open_ledger(dynamodb, TABLE, new_order_id()).recordings.of_job("7") is None, "the job of another app"


def test_news_that_came_before_the_settling_is_merged(ledger: Ledger) -> None:
    """A recording that is there already is never the reason that the job of a start is lost."""
    order = an_order()
    attempt = claimed(ledger, order)
    settled = settle(ledger, attempt, started(), NOW)
    ledger.recordings.note(recording(ledger, order), Shown(RecordingJob(job_id="7", state="RUNNING")), NOW)
    forgotten = ledger.recordings.settled(settled, NOW)
    assert ledger.attempts._table.write(*forgotten)
    assert recording(ledger, order).state is RecordingState.RECORDING


def test_news_that_comes_while_the_job_is_settled_is_not_overwritten(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The settling is refused, and computed again from what is stored by then."""
    order = an_order()
    settled = settle(ledger, claimed(ledger, order), started(), NOW)
    before = recording(ledger, order)
    ledger.recordings.note(before, Shown(RecordingJob(job_id="7", state="RUNNING")), NOW)
    with monkeypatch.context() as patch:
        patch.setattr(ledger.recordings, "read", lambda *_: before)
        changes = ledger.recordings.settled(settled, NOW + timedelta(seconds=1))
    assert not ledger.attempts._table.write(*changes)


@pytest.mark.parametrize("outcome", [REFUSED, None])
def test_what_did_not_happen_locks_nothing(ledger: Ledger, outcome: NotStarted | None) -> None:
    """After a refusal, or a claim given back, anyone may start the stream."""
    attempt = claimed(ledger, an_order())
    if outcome is None:
        release(ledger, attempt, NOW)
    else:
        settle(ledger, attempt, outcome, NOW)
    claimed(ledger, an_order())


def test_a_claim_that_was_given_back_is_claimed_again_by_its_order(ledger: Ledger) -> None:
    """What waits is tried again, and the attempts are counted."""
    order = an_order()
    release(ledger, claimed(ledger, order), NOW)
    assert claimed(ledger, order).calls == 2


def test_a_call_that_did_not_happen_is_given_back_after_its_lease_too(ledger: Ledger) -> None:
    """The attempt became unknown meanwhile; what is known now replaces that, and frees the stream, however often."""
    order, other = an_order(), an_order()
    attempt = claimed(ledger, order)
    claim(ledger, order, 0, NOW + LEASE)
    release(ledger, attempt, NOW + LEASE)
    claimed(ledger, other, now=NOW + LEASE)
    release(ledger, attempt, NOW + LEASE)
    assert claim(ledger, other, 0, NOW + LEASE) == Busy(until=NOW + 2 * LEASE)


def test_an_unknown_outcome_locks_for_a_quarter_of_an_hour(ledger: Ledger) -> None:
    """Until then nobody starts the stream again; after that anyone may."""
    held_until = NOW + UNKNOWN_IS_HELD
    assert held_until == NOW + timedelta(minutes=15)
    settle(ledger, claimed(ledger, an_order()), Unknown(failure=None, held_until=held_until), NOW)
    lock = claim(ledger, an_order(), 0, held_until - timedelta(seconds=1))
    assert isinstance(lock, StreamLock)
    assert lock.unknown_until() == held_until
    claimed(ledger, an_order(), now=held_until)


def test_a_recorder_that_died_locks_for_as_long_as_an_unknown_outcome(ledger: Ledger) -> None:
    """Even if its message never comes back, the stream is free a quarter of an hour after the lease."""
    claimed(ledger, an_order())
    assert isinstance(claim(ledger, an_order(), 0, NOW + LEASE), StreamLock)
    claimed(ledger, an_order(), now=NOW + LEASE + UNKNOWN_IS_HELD)


def test_a_lock_that_another_has_taken_over_stays_theirs(ledger: Ledger) -> None:
    """A message that comes back after its stream was given to another order still gets its outcome, and only that."""
    order, other = an_order(), an_order()
    claimed(ledger, order)
    later = NOW + LEASE + UNKNOWN_IS_HELD
    settle(ledger, claimed(ledger, other, now=later), started(), later)
    late = claim(ledger, order, 0, later)
    assert isinstance(late, Attempt)
    assert isinstance(late.outcome, Unknown)
    lock = claim(ledger, an_order(), 0, later)
    assert isinstance(lock, StreamLock)
    assert lock.order_id == other.order_id


def test_a_lock_that_another_had_and_gave_back_is_no_obstacle(ledger: Ledger) -> None:
    """The attempt gets its outcome though there is no lock any more."""
    order = an_order()
    claimed(ledger, order)
    later = NOW + LEASE + UNKNOWN_IS_HELD
    release(ledger, claimed(ledger, an_order(), now=later), later)
    late = claim(ledger, order, 0, later)
    assert isinstance(late, Attempt)
    assert ledger.attempts.read(order.order_id, 0) == late
    assert late.state is State.UNKNOWN


def test_what_is_known_late_replaces_unknown(ledger: Ledger) -> None:
    """A call that took longer than its lease still brings its job into the ledger."""
    order = an_order()
    attempt = claimed(ledger, order)
    claim(ledger, order, 0, NOW + LEASE)
    late = settle(ledger, attempt, started(), NOW + LEASE)
    assert claim(ledger, order, 0, NOW + LEASE) == late
    lock = claim(ledger, an_order(), 0, NOW + LEASE)
    assert isinstance(lock, StreamLock)
    assert lock.job_id == "7"


def test_what_is_settled_already_can_be_settled_again(ledger: Ledger) -> None:
    """The answer to the first time was lost. The keys of push addresses, which the ledger drops, are no difference."""
    attempt = claimed(ledger, an_order())
    push = JobPublishParam(rtmp_urls=["rtmp://live.example.com/app/k3y"])
    outcome = Started(job=RecordingJob(job_id="7", publish_param=push))
    settle(ledger, attempt, outcome, NOW)
    again = settle(ledger, attempt, outcome, NOW + timedelta(seconds=2))
    assert again.settled_at == NOW


def test_two_cannot_settle_one_call_differently(ledger: Ledger) -> None:
    """What has been settled stays."""
    attempt = claimed(ledger, an_order())
    settle(ledger, attempt, started(), NOW)
    with pytest.raises(Contended):
        settle(ledger, attempt, REFUSED, NOW)


def test_camera_screen_and_audio_of_a_user_are_three_streams(ledger: Ledger) -> None:
    """The lock is per stream, not per user."""
    for video_type in ("CAMERASTREAM", "SCREENSTREAM", None):
        request = RecordingRequest(room_id="100", user_id="user001", video_type=video_type)
        order = an_order().model_copy(update={"action": Start(requests=(request,))})
        settle(ledger, claimed(ledger, order), started(), NOW)
    locks = ledger.locks.of(Stop(room_id="100", user_id="user001"))
    assert {video_type for video_type, _ in locks} == {"CAMERASTREAM", "SCREENSTREAM", None}


def test_each_stream_of_an_order_has_its_own_attempt(ledger: Ledger) -> None:
    """One stream's outcome says nothing of the next."""
    order = an_order("a", "b")
    settle(ledger, claimed(ledger, order, 0), REFUSED, NOW)
    claimed(ledger, order, 1)


def test_a_duplicate_is_stored_and_locks_nothing_itself(ledger: Ledger) -> None:
    """A redelivered duplicate is still a duplicate, also when the job is over by then."""
    first, order = an_order(), an_order()
    settle(ledger, claimed(ledger, first), started(), NOW)
    lock = claim(ledger, order, 0, NOW)
    assert isinstance(lock, StreamLock)
    duplicate = Duplicate(lock=lock)
    attempt = ledger.attempts.settle_uncalled(order, 0, requests_of(order)[0], duplicate, NOW)
    ledger.recordings.note(recording(ledger, first), Stopped(), NOW)
    assert claim(ledger, order, 0, NOW) == attempt


def test_a_call_that_is_being_made_cannot_be_settled_as_not_made(ledger: Ledger) -> None:
    """Giving up leaves a call alone that somebody is making at this moment."""
    order = an_order()
    claimed(ledger, order)
    with pytest.raises(Contended):
        ledger.attempts.settle_uncalled(order, 0, requests_of(order)[0], REFUSED, NOW)


def test_giving_up_is_refused_if_somebody_claims_at_that_moment(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a call that is being made would count as not made."""
    order = an_order()
    attempt = claimed(ledger, order)
    with monkeypatch.context() as patch:
        patch.setattr(ledger.attempts, "read", lambda *_: None)  # it read the attempt before the claim
        with pytest.raises(Contended):
            ledger.attempts.settle_uncalled(order, 0, requests_of(order)[0], REFUSED, NOW)
    assert ledger.attempts.read(order.order_id, 0) == attempt


def test_giving_up_keeps_when_the_last_call_was_begun(ledger: Ledger) -> None:
    """Of a stream that was called in vain the time is the call's; of one that never was, the settling's."""
    order = an_order("a", "b")
    release(ledger, claimed(ledger, order, 0), NOW)
    later = NOW + timedelta(minutes=18)
    began = [
        ledger.attempts.settle_uncalled(order, n, requests_of(order)[n], REFUSED, later).began_at for n in range(2)
    ]
    assert began == [NOW, later]


def test_giving_up_replaces_no_outcome(ledger: Ledger) -> None:
    """A stream that was started stays started."""
    order = an_order()
    settled = settle(ledger, claimed(ledger, order), started(), NOW)
    assert ledger.attempts.settle_uncalled(order, 0, requests_of(order)[0], REFUSED, NOW) == settled
    assert ledger.attempts.read(order.order_id, 0) == settled


def test_a_claim_that_another_made_meanwhile_is_not_ones_own(ledger: Ledger, dynamodb: DynamoDBClient) -> None:
    """The write of the first claim is lost, and a second recorder claims: only that one may call."""
    order = an_order()
    first_write = once("TransactWriteItems")
    others: list[Attempt] = []

    def lose_and_claim(operation: str) -> bool:
        if first_write(operation):
            others.append(claimed(ledger, order))
            return True
        return False

    with away(dynamodb, lose_and_claim), pytest.raises(Away):
        claim(ledger, order, 0, NOW)
    assert ledger.attempts.read(order.order_id, 0) == others[0]


class LedgerUnderAnything(RuleBasedStateMachine):
    """Three orders for one stream, in any order of steps and crashes."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self.ledger = ledger
        self.now = NOW
        self.orders = [an_order() for _ in range(3)]
        self.calling: dict[int, Attempt] = {}
        self.jobs: dict[str, int] = {}
        """RTC's jobs that run, and whose they are."""
        self.over: set[str] = set()

    @rule(which=integers(0, 2))
    def claim(self, which: int) -> None:
        taken = claim(self.ledger, self.orders[which], 0, self.now)
        if isinstance(taken, Attempt) and taken.state is State.CALLING:
            assert not self.jobs, "a stream that is being recorded was claimed"
            self.calling[which] = taken

    @precondition(lambda self: self.calling)
    @rule(outcome=sampled_from(["job", "refused", "released"]))
    def finish(self, outcome: str) -> None:
        which, attempt = self.calling.popitem()
        if self.now >= attempt.lease_until:
            return  # whoever called is gone: a crash
        if outcome == "job":
            settle(self.ledger, attempt, started(f"j{which}"), self.now)
            self.jobs[f"j{which}"] = which
        elif outcome == "refused":
            settle(self.ledger, attempt, REFUSED, self.now)
        else:
            release(self.ledger, attempt, self.now)

    @precondition(lambda self: self.jobs)
    @rule(news=sampled_from(["RUNNING", "STOPPED", "stopped", "gone"]))
    def hear(self, news: str) -> None:
        job_id, which = next(iter(self.jobs.items()))
        ends: dict[str, News] = {"stopped": Stopped(), "gone": Gone()}
        seen = ends.get(news, Shown(RecordingJob(job_id=job_id, state=news)))
        self.ledger.recordings.note(recording(self.ledger, self.orders[which]), seen, self.now)
        if news != "RUNNING":
            del self.jobs[job_id]
            self.over.add(job_id)

    @rule(seconds=sampled_from([1, 20, 60, 900]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @invariant()
    def one_call_at_a_time(self) -> None:
        live = [attempt for attempt in self.calling.values() if self.now < attempt.lease_until]
        assert len(live) + len(self.jobs) <= 1

    @invariant()
    def every_job_has_a_recording_and_they_end_together(self) -> None:
        for job_id in (*self.jobs, *self.over):
            found = self.ledger.recordings.of_job(job_id)
            assert found is not None
            assert found.is_over == (job_id in self.over)
        lock = self.ledger.locks.read(requests_of(self.orders[0])[0])
        holds = None if lock is None else lock.job_id
        assert holds in {None, *self.jobs}
        assert holds is not None or not self.jobs


@pytest.mark.hypothesis
def test_at_most_one_call_or_job_holds_a_stream(dynamodb: DynamoDBClient) -> None:
    """Whatever the order of claims, outcomes, ends, crashes and time, a stream is never asked for twice at once.

    Every job that RTC named has a recording, and the lock ends with it.
    """
    run_state_machine_as_test(
        lambda: LedgerUnderAnything(open_ledger(dynamodb, TABLE, new_order_id())),  # type: ignore[arg-type] # takes any factory
        settings=settings(max_examples=max(1, settings().max_examples // 2), stateful_step_count=15, deadline=None),
    )
