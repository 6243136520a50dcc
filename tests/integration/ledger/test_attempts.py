"""The ledger's rules on DynamoDB (moto's): each step happens once, whoever else is at it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from hypothesis.strategies import integers, sampled_from
from mypy_boto3_dynamodb import DynamoDBClient

from functions.ledger.attempts import TELLING_LEASE, Contended, LedgerTable
from shared.attempts import (
    LEASE,
    UNKNOWN_IS_HELD,
    Attempt,
    Busy,
    Duplicate,
    ErrorFacts,
    NotStarted,
    Started,
    State,
    StreamLock,
    Unknown,
)
from shared.orders import Order, new_order_id
from shared.rtc.models import RecordingJob, RecordingRequest
from shared.slack_refs import ReplyTo
from tests.integration.conftest import TABLE

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
REFUSED = NotStarted(error=ErrorFacts(family="Refused", status=400, error_code="RTC.00001007"))


@pytest.fixture
def ledger(dynamodb: DynamoDBClient) -> LedgerTable:
    """A ledger that knows nothing yet: locks are per app, and this app is new."""
    return LedgerTable(dynamodb, TABLE, new_order_id())


def an_order(*users: str, by: str = "U1") -> Order:
    """An order for some users of room 100."""
    return Order(
        order_id=new_order_id(),
        requests=tuple(RecordingRequest(room_id="100", user_id=user) for user in users or ("user001",)),
        requested_by=by,
        placed_at=NOW,
        reply_to=ReplyTo(channel_id="C1", response_url="https://hooks.slack.com/commands/x"),
    )


def claimed(ledger: LedgerTable, order: Order, n: int = 0, now: datetime = NOW) -> Attempt:
    """A claim that is ours."""
    claim = ledger.claim(order, n, now)
    assert isinstance(claim, Attempt)
    assert claim.state is State.CALLING
    return claim


def started(job_id: str = "7") -> Started:
    """A job."""
    return Started(job=RecordingJob(job_id=job_id))


def test_a_claim_is_one_recorders_until_its_lease_is_over(ledger: LedgerTable) -> None:
    """The same message delivered twice at the same time: the second waits, and after the lease finds it unknown."""
    order = an_order()
    claimed(ledger, order)
    assert ledger.claim(order, 0, NOW) == Busy(until=NOW + LEASE)
    late = ledger.claim(order, 0, NOW + LEASE)
    assert isinstance(late, Attempt)
    assert late.outcome == Unknown(error=None, held_until=NOW + LEASE + UNKNOWN_IS_HELD)


def test_what_is_settled_is_found_again_and_not_called_again(ledger: LedgerTable) -> None:
    """A redelivery finds the outcome."""
    order = an_order()
    settled = ledger.settle(claimed(ledger, order), started(), NOW)
    assert ledger.claim(order, 0, NOW) == settled
    assert settled.settled_at == NOW


def test_a_running_job_guards_its_stream_until_it_is_freed(ledger: LedgerTable) -> None:
    """Another order for the stream meets the lock, with who and which job; once freed, it can be claimed."""
    ledger.settle(claimed(ledger, an_order()), started(), NOW)
    other = an_order(by="U2")
    lock = ledger.claim(other, 0, NOW + timedelta(days=2))
    assert isinstance(lock, StreamLock)
    assert (lock.job_id, lock.requested_by, lock.since) == ("7", "U1", NOW)
    ledger.free(other.requests[0], lock)
    claimed(ledger, other)


def test_freeing_a_lock_that_has_changed_does_nothing(ledger: LedgerTable) -> None:
    """Two orders find the same job over: the one that frees too late does not take the other's lock away."""
    ledger.settle(claimed(ledger, an_order()), started(), NOW)
    one, other = an_order(), an_order()
    lock = ledger.claim(one, 0, NOW)
    assert isinstance(lock, StreamLock)
    ledger.free(one.requests[0], lock)
    claimed(ledger, one)
    ledger.free(other.requests[0], lock)
    assert isinstance(ledger.claim(other, 0, NOW), StreamLock)


@pytest.mark.parametrize("outcome", [REFUSED, None])
def test_what_did_not_happen_guards_nothing(ledger: LedgerTable, outcome: NotStarted | None) -> None:
    """After a refusal, or a claim given back, anyone may start the stream."""
    attempt = claimed(ledger, an_order())
    if outcome is None:
        ledger.release(attempt, NOW)
    else:
        ledger.settle(attempt, outcome, NOW)
    claimed(ledger, an_order())


def test_a_claim_that_was_given_back_is_claimed_again_by_its_order(ledger: LedgerTable) -> None:
    """What waits is tried again, and the attempts are counted."""
    order = an_order()
    ledger.release(claimed(ledger, order), NOW)
    assert claimed(ledger, order).calls == 2


def test_an_unknown_outcome_guards_for_a_quarter_of_an_hour(ledger: LedgerTable) -> None:
    """Until then nobody starts the stream again; after that anyone may."""
    held_until = NOW + UNKNOWN_IS_HELD
    ledger.settle(claimed(ledger, an_order()), Unknown(error=None, held_until=held_until), NOW)
    lock = ledger.claim(an_order(), 0, held_until - timedelta(seconds=1))
    assert isinstance(lock, StreamLock)
    assert lock.unknown_until() == held_until
    claimed(ledger, an_order(), now=held_until)


def test_a_caller_that_died_guards_for_as_long_as_an_unknown_outcome(ledger: LedgerTable) -> None:
    """Even if its message never comes back, the stream is free a quarter of an hour after the lease."""
    claimed(ledger, an_order())
    assert isinstance(ledger.claim(an_order(), 0, NOW + LEASE), StreamLock)
    claimed(ledger, an_order(), now=NOW + LEASE + UNKNOWN_IS_HELD)


def test_a_lock_that_another_has_taken_over_stays_theirs(ledger: LedgerTable) -> None:
    """A message that comes back after its stream was given to another order still gets its outcome, and only that."""
    order, other = an_order(), an_order()
    claimed(ledger, order)
    later = NOW + LEASE + UNKNOWN_IS_HELD
    ledger.settle(claimed(ledger, other, now=later), started(), later)
    late = ledger.claim(order, 0, later)
    assert isinstance(late, Attempt)
    assert isinstance(late.outcome, Unknown)
    lock = ledger.claim(an_order(), 0, later)
    assert isinstance(lock, StreamLock)
    assert lock.order_id == other.order_id


def test_what_is_known_late_replaces_unknown(ledger: LedgerTable) -> None:
    """A call that took longer than its lease still brings its job into the ledger."""
    order = an_order()
    attempt = claimed(ledger, order)
    ledger.claim(order, 0, NOW + LEASE)
    late = ledger.settle(attempt, started(), NOW + LEASE)
    assert ledger.claim(order, 0, NOW + LEASE) == late
    lock = ledger.claim(an_order(), 0, NOW + LEASE)
    assert isinstance(lock, StreamLock)
    assert lock.job_id == "7"


def test_two_cannot_settle_one_call_differently(ledger: LedgerTable) -> None:
    """What has been settled stays."""
    attempt = claimed(ledger, an_order())
    ledger.settle(attempt, started(), NOW)
    with pytest.raises(Contended):
        ledger.settle(attempt, REFUSED, NOW)


def test_camera_screen_and_audio_of_a_user_are_three_streams(ledger: LedgerTable) -> None:
    """The lock is per stream, not per user."""
    for video_type in ("CAMERASTREAM", "SCREENSTREAM", None):
        request = RecordingRequest(room_id="100", user_id="user001", video_type=video_type)
        order = an_order().model_copy(update={"requests": (request,)})
        ledger.settle(claimed(ledger, order), started(), NOW)


def test_each_stream_of_an_order_has_an_entry_of_its_own(ledger: LedgerTable) -> None:
    """One stream's outcome says nothing of the next."""
    order = an_order("a", "b")
    ledger.settle(claimed(ledger, order, 0), REFUSED, NOW)
    claimed(ledger, order, 1)


def test_a_duplicate_is_remembered_and_guards_nothing_itself(ledger: LedgerTable) -> None:
    """A redelivered duplicate is still a duplicate, also when the job is over by then."""
    ledger.settle(claimed(ledger, an_order()), started(), NOW)
    order = an_order()
    lock = ledger.claim(order, 0, NOW)
    assert isinstance(lock, StreamLock)
    attempt = ledger.settle_uncalled(order, 0, Duplicate(lock=lock), NOW)
    ledger.free(order.requests[0], lock)
    assert ledger.claim(order, 0, NOW) == attempt


def test_a_call_that_is_being_made_cannot_be_settled_as_not_made(ledger: LedgerTable) -> None:
    """Giving up leaves a call alone that somebody is making at this moment."""
    order = an_order()
    claimed(ledger, order)
    with pytest.raises(Contended):
        ledger.settle_uncalled(order, 0, REFUSED, NOW)


def test_an_answer_is_given_by_one_at_a_time_and_once(ledger: LedgerTable) -> None:
    """Answers are counted; while one is at it others wait; what was told is not told again."""
    assert ledger.begin_telling("A", NOW) == 1
    assert ledger.begin_telling("A", NOW) == Busy(until=NOW + TELLING_LEASE)
    ledger.stop_telling("A")
    assert ledger.begin_telling("A", NOW) == 2
    assert ledger.begin_telling("A", NOW + TELLING_LEASE) == 3
    ledger.told("A", NOW)
    assert ledger.begin_telling("A", NOW + timedelta(days=1)) is None


class LedgerUnderAnything(RuleBasedStateMachine):
    """Three orders for one stream, in any order of steps and crashes."""

    def __init__(self, ledger: LedgerTable) -> None:
        super().__init__()
        self.ledger = ledger
        self.now = NOW
        self.orders = [an_order() for _ in range(3)]
        self.calling: dict[int, Attempt] = {}
        self.jobs: set[str] = set()

    @rule(which=integers(0, 2))
    def claim(self, which: int) -> None:
        claim = self.ledger.claim(self.orders[which], 0, self.now)
        if isinstance(claim, Attempt) and claim.state is State.CALLING:
            assert not self.jobs, "a stream that is being recorded was claimed"
            self.calling[which] = claim

    @precondition(lambda self: self.calling)
    @rule(outcome=sampled_from(["job", "refused", "released"]))
    def finish(self, outcome: str) -> None:
        which, attempt = self.calling.popitem()
        if self.now >= attempt.lease_until:
            return  # whoever called is gone: a crash
        if outcome == "job":
            self.ledger.settle(attempt, started(f"j{which}"), self.now)
            self.jobs.add(f"j{which}")
        elif outcome == "refused":
            self.ledger.settle(attempt, REFUSED, self.now)
        else:
            self.ledger.release(attempt, self.now)

    @rule(seconds=sampled_from([1, 20, 60, 900]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @invariant()
    def one_call_at_a_time(self) -> None:
        live = [attempt for attempt in self.calling.values() if self.now < attempt.lease_until]
        assert len(live) + len(self.jobs) <= 1


def test_at_most_one_call_or_job_holds_a_stream(dynamodb: DynamoDBClient) -> None:
    """Whatever the order of claims, outcomes, crashes and time, a stream is never asked for twice at once."""
    run_state_machine_as_test(
        lambda: LedgerUnderAnything(LedgerTable(dynamodb, TABLE, new_order_id())),  # type: ignore[arg-type] # takes any factory
        settings=settings(max_examples=20, stateful_step_count=15, deadline=None),
    )
