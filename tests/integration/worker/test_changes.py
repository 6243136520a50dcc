"""What people change of recordings: they extend them, release what is unknown, and start it again."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from functions.aws.queue import read as read_message
from functions.ledger.shown_recordings import ShownRecordings
from local.rtc.faults import Fault
from local.slack.chat import CLASS_RECORDINGS
from local.slack.faults import THROTTLED
from shared.attempts import Duplicate, Limit, Started
from shared.failures import FailureKind
from shared.order_ids import new_order_id
from shared.orders import Action, Extend, Order, Release, Start, Stop
from shared.recordings import End, Recording, RecordingState
from tests.builders import BEN, requests_of
from tests.integration.conftest import World, a_world

NO_ANSWER = Fault(status=502)


@pytest.fixture
def world(aws: tuple[DynamoDBClient, SQSClient]) -> Iterator[World]:
    """A bot with a token, so that its messages can change."""
    with a_world(aws, bot_token=True) as world:
        yield world


def follow_up(world: World, order: Order, action: Action) -> Order:
    """Another order of the same person in the same channel, as the queue has it."""
    changes = {"order_id": new_order_id(), "action": action, "placed_at": world.clock()}
    read = read_message(order.model_copy(update=changes).model_dump_json())
    assert isinstance(read, Order)
    return read


def recording(world: World, order: Order, n: int = 0) -> Recording:
    """The order's n-th recording, as the ledger has it."""
    found = world.ledger.recordings.read(order.order_id, n)
    assert found is not None
    return found


def unknown(world: World) -> Order:
    """A start of which RTC gave no usable answer."""
    order = world.order()
    world.rtc.misbehave(NO_ANSWER, operation="start")
    assert world.run(order) is None
    world.rtc.behave()
    assert (
        "didn't start: /record again room=100 user=user001; if it did: /record release room=100 user=user001"
        in world.read()[-1]
    )
    assert recording(world, order).state is RecordingState.UNKNOWN
    return order


def test_an_extended_recording_ends_later(world: World) -> None:
    """Its message and the answer say when; nobody is reminded any more; then it ends."""
    order = world.order()
    assert isinstance(order.action, Start)
    order = order.model_copy(update={"action": order.action.model_copy(update={"max_duration": timedelta(minutes=5)})})
    assert world.run(order) is None
    ends_at = world.clock() + timedelta(minutes=65)
    extend = follow_up(world, order, Extend(recording=f"{order.order_id}.0", ends_at=ends_at))
    for receive in (1, 2):  # once more is the same
        assert world.run(extend, receive) is None
    message, answer = world.read()
    assert f"or at {ends_at:%H:%M} UTC" in message
    assert answer == f"⏰ user001 in room 100 ends at {ends_at:%H:%M} UTC"
    world.tick(minutes=60)
    assert recording(world, order).state is RecordingState.RECORDING
    world.tick(minutes=10)
    assert recording(world, order).end is End.LIMIT


def test_what_is_over_is_not_extended(world: World) -> None:
    """The answer says how it ended."""
    order = world.order()
    assert world.run(order) is None
    world.tick()
    world.client.stop("1")
    world.tick(minutes=2)
    ends_at = world.clock() + timedelta(hours=9)
    assert world.run(follow_up(world, order, Extend(recording=f"{order.order_id}.0", ends_at=ends_at))) is None
    assert world.read()[-1].startswith("Nothing extended: it is over\n⏹️ user001 · room 100 · over after ")


def test_what_is_unknown_can_be_released(world: World) -> None:
    """The stream is free at once, the message says so, and nothing is due any more."""
    order = unknown(world)
    release = follow_up(world, order, Release(recordings=(f"{order.order_id}.0",)))
    for receive in (1, 2):
        assert world.run(release, receive) is None
    assert recording(world, order).end is End.RELEASED
    assert recording(world, order).due_at is None
    assert world.ledger.locks.read(requests_of(order)[0]) is None
    message, answer = world.read()
    assert message.split("\n")[0] == "❓ user001 in room 100 may have been recorded"
    assert answer.startswith("⏹️ Released user001 in room 100")
    again = world.order()
    assert world.run(again) is None
    assert isinstance(world.attempt(again).outcome, Started)


def test_what_rtc_has_named_meanwhile_is_not_released(world: World) -> None:
    """It is followed as before, and the answer shows it."""
    order = world.order()
    assert world.run(order) is None
    assert world.run(follow_up(world, order, Release(recordings=(f"{order.order_id}.0",)))) is None
    assert not recording(world, order).is_over
    assert world.ledger.locks.read(requests_of(order)[0]) is not None
    assert world.read()[-1].startswith("⏹️ Released 0 of 1 recording\n")


def test_again_releases_what_did_not_start_and_starts_it(world: World) -> None:
    """In one order: without it, the stream is locked."""
    order = unknown(world)
    plain = world.order()
    assert world.run(plain) is None
    assert isinstance(world.attempt(plain).outcome, Duplicate)
    start = Start(requests=requests_of(order), releases=(f"{order.order_id}.0",))
    again = follow_up(world, order, start)
    assert world.run(again) is None
    assert isinstance(world.attempt(again).outcome, Started)
    assert recording(world, order).end is End.RELEASED
    lock = world.ledger.locks.read(requests_of(order)[0])
    assert lock is not None
    assert lock.order_id == again.order_id
    assert world.run(again, 2) is None  # a redelivery starts nothing
    assert world.starts() == 2


def last(world: World) -> Sequence[Recording]:
    """What `again` and `status` alone find of ann in the channel."""
    return ShownRecordings(world.ledger).last_of(world.order().actor, CLASS_RECORDINGS.channel_id)


def test_the_last_start_is_the_last_that_was_asked_for_and_not_the_last_that_began(world: World) -> None:
    """`again` repeats what RTC refused, with its time: nobody means what they recorded before that."""
    assert world.run(world.order("user001")) is None
    world.rtc.misbehave(Fault(status=400, error_code="RTC.00001007"), operation="start")
    order = world.order("user002", "user003")
    assert isinstance(order.action, Start)
    action = order.action.model_copy(update={"max_duration": timedelta(minutes=90)})
    assert world.run(order.model_copy(update={"action": action})) is None
    refused, runs = last(world)
    assert (refused.request.user_id, refused.is_over, refused.end) == ("user002", True, End.NOT_STARTED)
    assert refused.limit == Limit(ends_at=refused.since + timedelta(minutes=90))
    assert runs == recording(world, order, 1)


def test_a_start_that_is_tried_again_is_not_started_again_meanwhile(world: World) -> None:
    """It isn't over; what was recorded before it is not meant."""
    assert world.run(world.order("user001")) is None
    world.rtc.misbehave(Fault(status=429), operation="start")
    order = world.order("user002")
    assert world.run(order) is not None
    (starting,) = last(world)
    assert (starting.request.user_id, starting.is_over) == ("user002", False)
    assert world.run(order, 2) is None
    assert last(world) == [recording(world, order)]


def test_of_a_start_that_another_holds_the_other_one_is_found_while_it_lasts(world: World) -> None:
    """`again` says that it isn't over, and by whom; afterwards it starts what was asked for."""
    held = world.order("user001").model_copy(update={"actor": BEN})
    assert world.run(held) is None
    order = world.order("user001")
    assert world.run(order) is None
    assert last(world) == [recording(world, held)]
    world.rtc.fail("1")
    world.tick(minutes=2)
    (asked,) = last(world)
    assert (asked.order_id, asked.end, asked.limit is not None) == (order.order_id, End.NOT_STARTED, True)


def test_again_does_not_release_what_rtc_has_named(world: World) -> None:
    """A recording that runs stays locked, so the start is answered as a duplicate."""
    order = world.order()
    assert world.run(order) is None
    again = follow_up(world, order, Start(requests=requests_of(order), releases=(f"{order.order_id}.0",)))
    assert world.run(again) is None
    assert isinstance(world.attempt(again).outcome, Duplicate)
    assert not recording(world, order).is_over


def test_a_stop_for_ones_own_leaves_alone_what_others_started(world: World) -> None:
    """The door could not see it, so nobody has confirmed that."""
    order = world.order()
    assert world.run(order) is None
    own = Stop(room_id="100", user_id="user001", only_own=True)
    bens = follow_up(world, order, own).model_copy(update={"actor": BEN})
    assert world.run(bens) is None
    assert not recording(world, order).is_over
    assert "Somebody else started it." in world.read()[-1]
    assert world.run(follow_up(world, order, own)) is None
    assert recording(world, order).end is End.STOPPED


def test_a_stop_for_ones_own_leaves_alone_what_others_planned(world: World) -> None:
    """Somebody may have planned it in a direct message, which others don't see. One's own plan is cancelled."""
    order = world.order()
    assert isinstance(order.action, Start)
    later = order.action.model_copy(update={"start_at": world.clock() + timedelta(hours=1)})
    planned = order.model_copy(update={"action": later})
    assert world.run(planned) is None
    own = Stop(room_id="100", user_id="user001", only_own=True)
    assert world.run(follow_up(world, order, own).model_copy(update={"actor": BEN})) is None
    assert recording(world, order).state is RecordingState.PLANNED
    assert world.run(follow_up(world, order, own)) is None
    assert recording(world, order).end is End.STOPPED


@pytest.mark.parametrize("kind", ["extend", "release"])
def test_what_slack_does_not_take_now_is_tried_again(world: World, kind: str) -> None:
    """The change is stored by then; the answer comes later, and once."""
    order = unknown(world) if kind == "release" else world.order()
    if kind == "extend":
        assert world.run(order) is None
    recording_id = f"{order.order_id}.0"
    action: Action = Release(recordings=(recording_id,))
    if kind == "extend":
        action = Extend(recording=recording_id, ends_at=world.clock() + timedelta(hours=1))
    before = world.read()
    change = follow_up(world, order, action)
    world.slack.misbehave(THROTTLED, times=None)
    assert world.run(change) is not None
    world.slack.behave()
    assert world.run(change, 2) is None
    assert len(world.read()) == len(before) + 1


@pytest.mark.parametrize("kind", ["extend", "release"])
def test_a_change_that_is_given_up_is_told(world: World, kind: str) -> None:
    """And changes nothing."""
    order = unknown(world)
    recording_id = f"{order.order_id}.0"
    action: Action = Release(recordings=(recording_id,))
    if kind == "extend":
        action = Extend(recording=recording_id, ends_at=world.clock() + timedelta(hours=1))
    change = follow_up(world, order, action)
    world.handlers[type(action)].give_up(change, action, FailureKind.OUT_OF_TIME)
    assert "That was our mistake" in world.read()[-1]
    assert recording(world, order).state is RecordingState.UNKNOWN
