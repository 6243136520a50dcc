"""Recordings that are planned: moved, limited, asked for by callers, pushed to addresses with keys."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from shared.attempts import Limit
from shared.order_ids import new_order_id
from shared.orders import Action, Move, Order, Start, Stop
from shared.recordings import End, Recording, RecordingState
from shared.stops import StopRecord, StopTarget
from tests.builders import BEN, TIMETABLE, a_request
from tests.integration.conftest import World, a_world
from tests.ledger_table import TABLE

KEY = "k3yPlanted"
URLS = [f"rtmp://live.example.com/app/{KEY}"]
HOUR = timedelta(hours=1)


@pytest.fixture(name="world")
def _world(aws: tuple[DynamoDBClient, SQSClient]) -> Iterator[World]:
    with a_world(aws, bot_token=True) as world:
        yield world


def recording(world: World, order: Order, n: int = 0) -> Recording:
    """The recording as the ledger has it."""
    found = world.ledger.recordings.read(order.order_id, n)
    assert found is not None
    return found


def planned(world: World, *users: str, order: Order | None = None, **fields: object) -> Order:
    """An order to start in ten minutes, which the recorder has planned."""
    order = order or world.order(*users)
    assert isinstance(order.action, Start)
    action = order.action.model_copy(update={"start_at": world.clock() + timedelta(minutes=10), **fields})
    order = order.model_copy(update={"action": action})
    assert world.run(order) is None
    return order


def by(world: World, action: Action, order: Order) -> Order:
    """An order of ben's about another order."""
    return Order(order_id=new_order_id(), actor=BEN, action=action, placed_at=world.clock(), reply_to=order.reply_to)


def begin(world: World, minutes: int = 12) -> None:
    """Let time pass, and let the recorder start what is due."""
    world.tick(minutes=minutes)
    while (order := world.next_message()) is not None:
        assert isinstance(order, Order)
        world.run(order)


def test_a_plan_that_is_moved_begins_then(world: World) -> None:
    """Once, and its message says so; a start that is on the queue for the old time does nothing."""
    order = planned(world)
    start_at = world.clock() + HOUR
    assert world.run(by(world, Move(recordings=(f"{order.order_id}.0",), start_at=start_at), order)) is None
    assert recording(world, order).since == start_at
    assert world.read()[-1].startswith("📅 user001 in room 100 starts ")
    begin(world)
    assert world.run(order) is None
    assert world.starts() == 0
    begin(world, minutes=50)
    assert world.starts() == 1


def test_a_plan_that_is_moved_lasts_as_long(world: World) -> None:
    """Its limit moves with it."""
    order = planned(world, max_duration=HOUR)
    ends_at = recording(world, order).since + HOUR
    assert recording(world, order).limit == Limit(ends_at=ends_at)
    start_at = world.clock() + 5 * HOUR
    world.run(by(world, Move(recordings=(f"{order.order_id}.0",), start_at=start_at), order))
    assert recording(world, order).limit == Limit(ends_at=start_at + HOUR)


def test_what_has_begun_is_not_moved(world: World) -> None:
    """Nor what was cancelled: who asks reads how it is."""
    order = planned(world)
    begin(world)
    move = Move(recordings=(f"{order.order_id}.0",), start_at=world.clock() + HOUR)
    before = recording(world, order)
    assert world.run(by(world, move, order)) is None
    assert recording(world, order).since == before.since
    assert "Nothing moved: only planned recordings can be moved" in world.read()[-1]


def test_two_moves_leave_the_last_one(world: World) -> None:
    """Each says what it did; a move that is received twice does nothing more."""
    order = planned(world)
    moves = [
        by(world, Move(recordings=(f"{order.order_id}.0",), start_at=world.clock() + n * HOUR), order) for n in (1, 2)
    ]
    for move in (*moves, moves[1]):
        assert world.run(move) is None
    assert isinstance(moves[1].action, Move)
    assert recording(world, order).since == moves[1].action.start_at


def test_a_limit_is_kept_from_the_plan(world: World) -> None:
    """It ends the recording, and the message says when from the start."""
    order = planned(world, end_at=world.clock() + timedelta(minutes=20))
    begin(world)
    assert recording(world, order).state in {RecordingState.STARTING, RecordingState.RECORDING}
    assert " or at " in world.read()[0]
    world.tick(minutes=12)
    assert recording(world, order).end is End.LIMIT


@pytest.mark.parametrize("cancels", [False, True])
def test_a_caller_s_plan_starts_or_is_cancelled_by_room_and_user(world: World, *, cancels: bool) -> None:
    """The ledger has what the event asked for; a plan has no lock and no job, and is found all the same."""
    order = world.order().model_copy(update={"actor": TIMETABLE, "body_digest": "d" * 64, "reply_to": None})
    world.ledger.orders.record_request(order, world.clock())
    order = planned(world, order=order)
    if cancels:
        stop = by(world, Stop(room_id="100", user_id="user001"), order)
        assert world.run(stop.model_copy(update={"actor": TIMETABLE})) is None
    begin(world)
    assert world.starts() == (not cancels)
    assert recording(world, order).is_over is cancels


@pytest.mark.parametrize(("video_type", "only_own"), [("SCREENSTREAM", False), (None, True)])
def test_a_stop_that_means_others_cancels_no_plan(world: World, video_type: str | None, *, only_own: bool) -> None:
    """Of another picture, or of what ben started himself: the plan is ann's camera."""
    order = planned(world)
    fields = {"room_id": "100", "user_id": "user001", "video_type": video_type, "only_own": only_own}
    assert world.run(by(world, Stop.model_validate(fields), order)) is None
    assert recording(world, order).state is RecordingState.PLANNED


def test_the_keys_of_push_addresses_are_kept_only_until_the_start(world: World, dynamodb: DynamoDBClient) -> None:
    """RTC gets them in full; afterwards the ledger has none. A plan that is cancelled keeps none either."""
    request = a_request(publish_param={"rtmp_urls": URLS})
    cancelled = a_request("user002", publish_param={"rtmp_urls": URLS})
    order = world.order().model_copy(update={"action": Start(requests=(request, cancelled))})
    order = order.model_copy(update={"body_digest": "d" * 64})
    world.ledger.orders.record_request(order, world.clock())
    order = planned(world, order=order)
    assert str(dynamodb.scan(TableName=TABLE)["Items"]).count(KEY) == 2
    assert world.run(by(world, Stop(recordings=(f"{order.order_id}.1",)), order)) is None
    assert str(dynamodb.scan(TableName=TABLE)["Items"]).count(KEY) == 1
    begin(world)
    (job,) = world.rtc.jobs()
    assert job.parameters.publish_param == {"rtmp_urls": URLS}
    assert KEY not in str(dynamodb.scan(TableName=TABLE)["Items"])


def test_a_plan_that_began_before_its_stop_was_made_is_stopped_and_told_as_that(world: World) -> None:
    """Who cancelled it reads of the job, and not that it never began."""
    order = planned(world)
    stop = by(world, Stop(recordings=(f"{order.order_id}.0",)), order)
    world.ledger.stops.begin(
        StopRecord(
            order_id=stop.order_id,
            actor=stop.actor,
            began_at=world.clock(),
            targets=(StopTarget.of_recording(recording(world, order)),),
        ),
        world.clock(),
    )
    begin(world)
    world.clock.tick(2)
    assert world.run(stop.model_copy(update={"placed_at": world.clock()})) is None
    assert [job.state for job in world.rtc.jobs()] == ["STOPPED"]
    assert "⏹️ Stopped user001 in room 100" in "\n".join(world.read())
