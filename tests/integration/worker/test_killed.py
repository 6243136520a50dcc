"""A recorder that is killed at any of its writes: what a redelivery finds, does and tells."""

from collections.abc import Iterator

import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from shared.attempts import Attempt, Started, StreamLock, Unknown
from shared.order_ids import new_order_id
from shared.orders import Order, Stop
from shared.recordings import RecordingState
from tests.builders import TIMETABLE, requests_of
from tests.integration.conftest import World, a_world
from tests.integration.interrupting import MOMENTS, Interruption, interrupting, run_twice

OF_A_START = ("claim", "settle", "begin to answer", "answered", "put the check")
OF_A_STOP = (
    "begin",
    "ask to stop",
    "end the recording",
    "settle",
    "begin to answer",
    "answered",
    "begin to show",
    "shown",
    "drawn",
)


@pytest.fixture
def world(aws: tuple[DynamoDBClient, SQSClient]) -> Iterator[World]:
    """A bot with a token, so that an answer that is given twice shows."""
    with a_world(aws, bot_token=True) as world:
        yield world


def test_the_writes_of_a_start_and_of_a_stop_are_these(aws: tuple[DynamoDBClient, SQSClient], world: World) -> None:
    """The tests below kill the recorder at each of them."""
    killer = Interruption()
    with interrupting(aws, killer):
        assert world.run(world.order()) is None
        assert len(killer.written) == len(OF_A_START)
        killer.written.clear()
        world.clock.tick(2)
        assert world.run(_stop(world)) is None
        assert len(killer.written) == len(OF_A_STOP)


@pytest.mark.drill
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("place", range(len(OF_A_START)), ids=OF_A_START)
def test_a_start_whose_recorder_is_killed_is_neither_lost_nor_doubled(
    aws: tuple[DynamoDBClient, SQSClient], world: World, place: int, moment: str
) -> None:
    """RTC is asked at most once; the answer is the outcome or "unknown"; the job has a recording that holds it."""
    order = world.order()
    run_twice(aws, world, order, place, moment)
    assert len(world.rtc.jobs()) == world.starts() == (0 if (place, moment) == (0, "after") else 1)
    attempt = world.attempt(order)
    assert isinstance(attempt.outcome, Started if _is_settled(place, moment) else Unknown)
    recording = world.ledger.recordings.read(order.order_id, 0)
    assert recording is not None
    assert (recording.state is RecordingState.UNKNOWN) == isinstance(attempt.outcome, Unknown)
    answers = [text for text in world.read() if "user001" in text]
    assert len(answers) == (2 if (place, moment) == (3, "before") else 1)
    assert isinstance(_claim_another(world), StreamLock)


@pytest.mark.drill
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("place", range(len(OF_A_STOP)), ids=OF_A_STOP)
def test_a_stop_whose_recorder_is_killed_is_carried_out_and_told(
    aws: tuple[DynamoDBClient, SQSClient], world: World, place: int, moment: str
) -> None:
    """The job is stopped, its recording over, its stream free, and the answer given, once or, at worst, twice."""
    start = world.order()
    assert world.run(start) is None
    world.clock.tick(2)
    run_twice(aws, world, _stop(world), place, moment)
    assert [job.state for job in world.rtc.jobs()] == ["STOPPED"]
    recording = world.ledger.recordings.read(start.order_id, 0)
    assert recording is not None
    assert recording.is_over
    assert isinstance(_claim_another(world), Attempt)
    answers = [text for text in world.read() if text.startswith("⏹️ Stopped")]
    assert len(answers) == (2 if (place, moment) == (5, "before") else 1)
    world.tick()
    assert [text.split(" · ")[0] for text in world.read() if "Recorded" in text] == ["⏹️ Recorded user001 in room 100"]


def _stop(world: World) -> Order:
    reply_to = world.order().reply_to
    action = Stop(room_id="100", user_id="user001")
    return Order(order_id=new_order_id(), actor=TIMETABLE, action=action, placed_at=world.clock(), reply_to=reply_to)


def _is_settled(place: int, moment: str) -> bool:
    """Whether the second recorder can know what RTC answered: to the first, in the ledger, or to itself."""
    return (place, moment) not in {(0, "after"), (1, "before")}


def _claim_another(world: World) -> object:
    order = world.order()
    return world.ledger.attempts.claim(order, 0, requests_of(order)[0], world.clock())
