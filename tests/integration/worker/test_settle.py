"""What RTC said while the ledger was away: it goes on the queue, is settled later, and the order goes on."""

from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from functions.aws.away import Away
from functions.ledger.attempts import PerhapsClaimed
from functions.worker.delivery import LONGEST_WAIT, TIME_TO_SETTLE, Delivery
from local.http_message import Wire
from local.rtc.faults import Fault
from shared.attempts import LEASE, State
from shared.failures import FailureKind
from shared.order_ids import new_order_id
from shared.orders import Order, Settle, Stop
from shared.recordings import RecordingState
from tests.builders import TIMETABLE, requests_of
from tests.integration.conftest import ENOUGH, World, a_world
from tests.integration.outage import away, once

QUOTA = Fault(status=400, error_code="RTC.00001007")
FAILED = Fault(status=500, error_code="RTC.00002001")
SILENT_AFTER = Fault(wire=Wire.NOTHING, delay=60, made=True)
DENIED = Fault(status=401, error_code="APIGW.0301")


@pytest.fixture
def world(aws: tuple[DynamoDBClient, SQSClient]) -> Iterator[World]:
    """A bot with a token, so that an answer can be updated."""
    with a_world(aws, bot_token=True) as world:
        yield world


def away_after(world: World, operation: str = "start") -> AbstractContextManager[list[str]]:
    """The ledger is away from RTC's answer on."""
    client = world.ledger.attempts._table._client
    return away(client, lambda _: any(call.operation == operation for call in world.rtc.calls()))


def next_settle(world: World) -> Order:
    """The settle on the queue, where checks may be before it."""
    while order := world.next_check():
        if isinstance(order.action, Settle):
            return order
    raise AssertionError("there is no settle on the queue")


@pytest.mark.parametrize(
    ("fault", "kind", "said"),
    [
        (None, "started", "🟡 Starting user001"),
        (QUOTA, "not_started", "JobExceed"),
        (SILENT_AFTER, "unknown", "may or may not be recording"),
    ],
)
def test_an_outcome_that_the_ledger_does_not_take_is_settled_later(
    world: World, fault: Fault | None, kind: str, said: str
) -> None:
    """The order's message is done; its settle stores the outcome and answers; RTC is asked once."""
    if fault is not None:
        world.rtc.misbehave(fault, operation="start")
    order = world.order()
    with away_after(world):
        assert world.run(order) is None
    assert world.read() == []
    assert world.run(next_settle(world)) is None
    outcome = world.attempt(order).outcome
    assert outcome is not None
    assert (outcome.kind, world.starts()) == (kind, 1)
    (message,) = world.read()
    assert said in message


def test_a_call_that_did_not_happen_is_made_again_after_its_settle(world: World) -> None:
    """RTC's 500 is known not to have started anything: without its settle that would be told as unknown."""
    world.rtc.misbehave(FAILED, operation="start")
    order = world.order()
    with away_after(world):
        assert world.run(order) is None
    world.clock.tick(LEASE.total_seconds())
    assert world.run(next_settle(world)) is None
    assert (world.starts(), len(world.rtc.jobs()), world.attempt(order).state) == (2, 1, State.SETTLED)


def test_a_settle_goes_on_with_the_other_streams(world: World) -> None:
    """The order's own message is done: nobody else would start them."""
    order = world.order("a", "b", "c")
    with away_after(world):
        assert world.run(order) is None
    assert world.starts() == 1
    assert world.run(next_settle(world)) is None
    assert [job.parameters.user_id for job in world.rtc.jobs()] == ["a", "b", "c"]
    assert len(world.read()) == 1


def test_a_settle_waits_for_the_ledger(world: World) -> None:
    """As long as an order waits for RTC: it raises Away, and the worker tries it again."""
    order = world.order()
    with away_after(world):
        assert world.run(order) is None
        settle = next_settle(world)
        with pytest.raises(Away):
            world.run(settle)
    assert world.run(settle, 2) is None
    assert world.attempt(order).state is State.SETTLED


def test_a_settle_that_comes_twice_changes_nothing(world: World, dynamodb: DynamoDBClient) -> None:
    """SQS delivers at least once; and its own answer to the ledger's write may be lost."""
    order = world.order()
    with away_after(world):
        world.run(order)
    settle = next_settle(world)
    with away(dynamodb, once("TransactWriteItems"), after=True), pytest.raises(Away):
        world.run(settle)
    for receive in (2, 3):
        assert world.run(settle, receive) is None
    assert (world.starts(), len(world.read())) == (1, 1)


def test_without_time_to_settle_the_outcome_goes_on_the_queue_at_once(world: World) -> None:
    """The ledger might be slow, and Lambda ends the recorder without asking."""
    order = world.order()
    left = iter([ENOUGH, TIME_TO_SETTLE / 2])
    handler = world.handlers[type(order.action)]
    handler.run(order, order.action, Delivery(1, last=False, time_left=lambda: next(left)))
    assert world.run(next_settle(world)) is None
    assert (world.starts(), len(world.read())) == (1, 1)


def test_an_answer_that_said_unknown_is_corrected(world: World) -> None:
    """The order was received again while its settle waited: the message is updated with what RTC said."""
    world.rtc.misbehave(QUOTA, operation="start")
    order = world.order()
    with away_after(world):
        world.run(order)
    world.clock.tick(LEASE.total_seconds())
    assert world.run(order, 2) is None
    assert "may or may not" in world.read()[0]
    assert world.run(next_settle(world)) is None
    (message,) = world.read()
    assert "JobExceed" in message


@pytest.mark.parametrize("users", [["user001"], ["user001", "user002"]], ids=["one", "another is known"])
def test_an_answer_is_corrected_only_when_all_is_known(
    world: World, dynamodb: DynamoDBClient, users: list[str]
) -> None:
    """The call is made again after the settle, and its outcome needs a settle of its own."""
    world.rtc.misbehave(FAILED, operation="start")
    order = world.order(*users)
    with away_after(world):
        world.run(order)
    world.clock.tick(LEASE.total_seconds())
    assert world.run(order, 2) is None
    before = world.read()[0]
    starts = world.starts()
    with away(dynamodb, lambda operation: operation == "TransactWriteItems" and world.starts() > starts):
        assert world.run(next_settle(world)) is None
    assert world.read()[0] == before
    assert "may or may not" in before
    world.clock.tick(2)
    assert world.run(next_settle(world)) is None
    (message,) = world.read()
    assert all(f"{user}" in message for user in users)
    assert "may or may not" not in message


def test_with_ledger_and_queue_away_the_message_names_the_job(world: World) -> None:
    """Nothing remembers the job, so the asker has to read it; the order is received again, and is unknown."""
    order = world.order()
    world.sqs.delete_queue(QueueUrl=world.queue_url)
    with away_after(world):
        assert world.run(order) is not None
    (message,) = world.read()
    assert "may or may not be recording" in message
    assert "job 1 · s_1_100_user001" in message
    world.clock.tick(LEASE.total_seconds())
    assert world.run(order, 2) is None
    assert (world.attempt(order).state, world.starts()) == (State.UNKNOWN, 1)


def test_a_settle_that_is_given_up_names_the_job(world: World) -> None:
    """It lies in the dead letters, and the asker reads what RTC said."""
    order = world.order()
    with away_after(world):
        world.run(order)
        settle = next_settle(world)
        handler = world.handlers[Settle]
        with pytest.raises(Away):
            handler.give_up(settle, settle.action, FailureKind.AWS_AWAY)
    assert "job 1 · s_1_100_user001" in world.read()[0]


def test_a_settle_of_a_stop_that_is_given_up_says_what_rtc_said(world: World) -> None:
    """A stop has no streams to give up: its message is enough."""
    order = world.running()
    stop = Order(
        order_id=new_order_id(),
        actor=order.actor,
        action=Stop(room_id="100", user_id="user001"),
        placed_at=world.clock(),
        reply_to=order.reply_to,
    )
    with away_after(world, "stop"):
        assert world.run(stop) is None
        settle = next_settle(world)
        world.handlers[Settle].give_up(settle, settle.action, FailureKind.AWS_AWAY)
    assert "Stopped user001" in world.read()[-1]


def test_a_claim_whose_answer_was_lost_is_ones_own(world: World, dynamodb: DynamoDBClient) -> None:
    """Its token says so: the call is made, and nothing is told as cut off."""
    order = world.order()
    with away(dynamodb, once("TransactWriteItems"), after=True) as lost:
        assert world.run(order) is None
    assert len(lost) == 1
    assert (world.starts(), world.attempt(order).state, len(world.read())) == (1, State.SETTLED, 1)


@pytest.mark.parametrize("after", [True, False], ids=["stored", "not stored"])
def test_a_claim_of_which_nothing_is_known_is_given_back(world: World, dynamodb: DynamoDBClient, after: bool) -> None:
    """Nothing was sent, so its settle gives it back and the order goes on."""
    order = world.order()
    lost = iter([True, True])  # the write; the question what came of it

    with away(dynamodb, lambda _: next(lost, False), after=after):
        assert world.run(order) is None
    assert world.starts() == 0
    assert world.run(next_settle(world)) is None
    assert (world.starts(), world.attempt(order).state) == (1, State.SETTLED)


def test_a_claim_in_doubt_is_not_handed_on_for_ever(world: World, dynamodb: DynamoDBClient) -> None:
    """An order that waited too long stays on the queue as it is, until it is given up."""
    order = world.order()
    world.clock.tick(LONGEST_WAIT.total_seconds() + 1)
    lost = iter([True, True])
    with away(dynamodb, lambda _: next(lost, False)):
        assert world.run(order) is not None
    assert world.next_check() is None


def test_two_claims_of_one_call_are_told_apart(world: World, dynamodb: DynamoDBClient) -> None:
    """A claim that was never stored can't give back the claim that another recorder made meanwhile."""
    order = world.order()
    lost = iter([True, True])
    with away(dynamodb, lambda _: next(lost, False)), pytest.raises(PerhapsClaimed) as doubt:
        world.ledger.attempts.claim(order, 0, requests_of(order)[0], world.clock())
    world.ledger.attempts.claim(order, 0, requests_of(order)[0], world.clock())
    world.ledger.attempts.store(doubt.value.attempt.waiting(), world.clock())
    stored = world.ledger.attempts.read(order.order_id, 0)
    assert stored is not None
    assert stored.state is State.CALLING


@pytest.mark.parametrize(
    ("fault", "state", "said"),
    [
        (None, RecordingState.ENDED, "⏹️ Stopped user001"),
        (Fault(status=404, error_code="RTC.00001003"), RecordingState.ENDED, "⏹️ Stopped user001"),
        (DENIED, RecordingState.STARTING, "⛔ Not stopped"),
    ],
)
def test_what_rtc_said_to_a_stop_is_settled_later_too(
    world: World, fault: Fault | None, state: RecordingState, said: str
) -> None:
    """RTC is asked once: a second stop could find the job gone, and a refused key could be locked."""
    start = world.order()
    world.run(start)
    world.clock.tick(2)
    while world.next_check():
        pass
    if fault is not None:
        world.rtc.misbehave(fault, operation="stop")
    stop = Order(
        order_id=new_order_id(),
        actor=TIMETABLE,
        action=Stop(room_id="100", user_id="user001"),
        placed_at=world.clock(),
        reply_to=start.reply_to,
    )
    with away_after(world, "stop"):
        assert world.run(stop) is None
        settle = next_settle(world)
        with pytest.raises(Away):
            world.run(settle)
    assert world.next_check() is None, "one settle is enough, however long the ledger is away"
    while delay := world.run(settle, 2):  # the channel has one turn a second
        world.clock.tick(delay.total_seconds())
    recording = world.ledger.recordings.read(start.order_id, 0)
    assert recording is not None
    assert recording.state is state
    assert sum(call.operation == "stop" for call in world.rtc.calls()) == 1
    assert said in world.read()[-1]
