"""Starts of unknown outcome: what names their job makes them recordings under watch; what fits two resolves neither."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from functions.worker.delivery import LONGEST_WAIT
from local.http_message import Wire
from local.rtc.credentials import MADE_UP
from local.rtc.faults import Fault
from shared.actors import RTC
from shared.attempts import Started
from shared.order_ids import new_order_id
from shared.orders import Callback, Order, Start
from shared.recordings import End, FilesBy, RecordingState
from shared.rtc.buckets import Bucket
from shared.rtc.callbacks import RtcCallback
from shared.rtc.models import RecordingRequest
from tests.integration.conftest import World, a_world

SILENT = Fault(wire=Wire.NOTHING, delay=60, made=True)
"""RTC makes the job, and no answer comes."""
LOST = Fault(status=502)
"""RTC makes no job, and nobody knows."""
BUCKET = Bucket(MADE_UP.bucket, MADE_UP.region, f"{MADE_UP.app_id}/mp4/{{stream}}")


@pytest.fixture
def world(aws: tuple[DynamoDBClient, SQSClient]) -> Iterator[World]:
    """A bot that RTC calls back."""
    with a_world(aws, bot_token=True, files_by=FilesBy.CALLBACKS) as world:
        world.rtc.call_back("http://door.invalid/rtc/callbacks", "k" * 32)
        yield world


def unknown(world: World, fault: Fault = SILENT, **stream: Any) -> Order:
    """A start of ann's with an unknown outcome."""
    order = world.order()
    request = RecordingRequest(**{"room_id": "100", "user_id": "user001"} | stream)
    order = order.model_copy(update={"action": Start(requests=(request,))})
    world.rtc.misbehave(fault, operation="start")
    assert world.run(order) is None
    assert world.recording(order).state is RecordingState.UNKNOWN
    return order


def called_back(world: World, job_id: str = "1", receive: int = 1, **changes: Any) -> timedelta | None:
    """Let RTC say that the job has begun a file; how long until that is to be received again."""
    said = {"event_type": "RECORD_NEW_FILE_START", "job_id": job_id, "room_id": "100"}
    said |= {"stream_name": f"s_{job_id}_100_user001", **changes}
    action = Callback(said=RtcCallback.model_validate(said))
    order = Order(order_id=new_order_id(), actor=RTC, action=action, placed_at=world.clock())
    return world.run(order, receive)


def test_a_callback_names_the_job_and_the_message_becomes_true(world: World) -> None:
    """The recording is followed to its end like any other, and its stream is locked by its job."""
    order = unknown(world)
    assert world.read()[0].startswith("❓ user001 in room 100 may or may not be recording")
    world.clock.tick(2)
    world.call_back()
    adopted = world.recording(order)
    assert (adopted.state, adopted.job_id) == (RecordingState.RECORDING, "1")
    assert isinstance(world.attempt(order).outcome, Started)
    assert world.read()[0].startswith("🔴 Recording user001 in room 100")
    lock = world.ledger.locks.read(adopted.request)
    assert lock is not None
    assert lock.job_id == "1"
    world.client.stop("1")
    world.clock.tick(2)
    world.call_back()
    assert world.recording(order).is_over
    assert world.read()[-1].startswith("🎬")


def test_a_callback_that_comes_after_the_hold_still_names_it(world: World) -> None:
    """Only the file is complete hours later. Until then people read that it seems not to have started."""
    order = unknown(world)
    world.tick(minutes=17)
    assert world.recording(order).end is End.RELEASED
    assert world.read()[0].startswith("❓ user001 in room 100 seems not to have been recorded")
    assert world.read()[1].startswith("❓ @ann, user001 in room 100 seems not to have been recorded.")
    world.clock.tick(3600)
    world.client.stop("1")
    world.clock.tick(2)
    world.call_back()
    assert world.recording(order).state is RecordingState.ENDED
    assert world.recording(order).job_id == "1"
    assert world.read()[0].startswith("⏹️ Recorded user001 in room 100")


@pytest.mark.parametrize(
    "changes",
    [
        {"stream_name": "s_1_100_user002"},
        {"stream_name": None},
        {"room_id": "101", "stream_name": "s_1_101_user001"},
        {"job_id": "2"},
        {"start_time": "2026-01-01T00:00:00Z"},
    ],
)
def test_what_does_not_fit_adopts_nothing(world: World, changes: dict[str, Any]) -> None:
    """Another stream, another room, a job that RTC doesn't know, or one from before the start."""
    order = unknown(world)
    job_id = changes.pop("job_id", "1")
    assert called_back(world, job_id, **changes) is None
    assert world.recording(order).state is RecordingState.UNKNOWN


def test_a_callback_that_names_no_room_names_the_job_too(world: World) -> None:
    """RTC may leave out any field; the stream's name has the room."""
    order = unknown(world, room_id="a_1", user_id="user_1")
    assert called_back(world, room_id=None, stream_name="s_1_a_1_user_1") is None
    assert world.recording(order).job_id == "1"


def test_a_name_that_can_be_read_in_two_ways_resolves_neither(world: World) -> None:
    """Room a and user b_c have the stream's name of room a_b and user c."""
    orders = [unknown(world, room_id="a", user_id="b_c"), unknown(world, room_id="a_b", user_id="c")]
    assert called_back(world, room_id=None, stream_name="s_1_a_b_c") is None
    assert [world.recording(order).state for order in orders] == [RecordingState.UNKNOWN] * 2


def test_what_fits_two_starts_resolves_neither(world: World) -> None:
    """Camera and screen of a user have streams of the same name."""
    orders = [unknown(world), unknown(world, video_type="SCREENSTREAM")]
    world.clock.tick(2)
    world.call_back()
    assert [world.recording(order).state for order in orders] == [RecordingState.UNKNOWN] * 2


def test_a_job_that_is_known_is_adopted_by_nobody(world: World) -> None:
    """A second start of the stream has its own job."""
    lost = unknown(world, LOST)
    world.tick(minutes=17)
    second = world.order()
    assert world.run(second) is None
    world.clock.tick(2)
    world.call_back()
    assert world.recording(second).job_id == "1"
    assert world.recording(lost).end is End.RELEASED


def test_a_callback_waits_for_the_answer_to_a_start(world: World) -> None:
    """While RTC is being asked, its answer may name the job; what the callback says is not lost meanwhile."""
    order = world.order()
    world.ledger.attempts.claim(order, 0, RecordingRequest(room_id="100", user_id="user001"), world.clock())
    world.client.start(RecordingRequest(room_id="100", user_id="user001"))
    world.clock.tick(2)
    assert called_back(world) is not None
    world.clock.tick(30)
    assert world.run(order) is None
    assert world.recording(order).state is RecordingState.UNKNOWN
    assert called_back(world, receive=2) is None
    assert world.recording(order).job_id == "1"


def test_a_callback_does_not_wait_for_ever_for_a_start(world: World) -> None:
    """Its last receive and one that is too late are done: a later callback, or the file, names the job again."""
    order = world.order()
    world.ledger.attempts.claim(order, 0, RecordingRequest(room_id="100", user_id="user001"), world.clock())
    said = {"event_type": "RECORD_NEW_FILE_START", "job_id": "1", "room_id": "100", "stream_name": "s_1_100_user001"}
    action = Callback(said=RtcCallback.model_validate(said))
    callback = Order(order_id=new_order_id(), actor=RTC, action=action, placed_at=world.clock())
    late = callback.model_copy(update={"placed_at": world.clock() - LONGEST_WAIT - timedelta(seconds=1)})
    assert world.run(callback) is not None
    assert world.run(callback, last=True) is None
    assert world.run(late) is None


def test_a_job_that_rtc_can_not_show_now_is_asked_for_again(world: World) -> None:
    """Only a job that RTC doesn't know is nobody's."""
    order = unknown(world)
    world.clock.tick(2)
    world.rtc.misbehave(LOST, operation="show")
    assert called_back(world) is not None
    assert world.recording(order).state is RecordingState.UNKNOWN
    assert called_back(world, receive=2) is None
    assert world.recording(order).job_id == "1"


def test_a_file_in_the_bucket_names_the_job(aws: tuple[DynamoDBClient, SQSClient]) -> None:
    """Where RTC doesn't call back: the recording is over by then, and its file is known."""
    with a_world(aws, bot_token=True, bucket=BUCKET) as world:
        order = unknown(world)
        world.clock.tick(5)
        world.client.stop("1")
        world.tick(minutes=8)
        assert world.recording(order).state is RecordingState.ENDED
        assert len(world.recording(order).files) == 1
        assert world.read()[0].startswith("⏹️ Recorded user001 in room 100")


def test_files_of_two_jobs_that_fit_resolve_nothing(aws: tuple[DynamoDBClient, SQSClient]) -> None:
    """Somebody else recorded the stream as well: nobody can say which is ours."""
    with a_world(aws, bot_token=True, bucket=BUCKET) as world:
        order = unknown(world)
        world.client.start(RecordingRequest(room_id="100", user_id="user001"))
        world.clock.tick(5)
        world.client.stop("1")
        world.client.stop("2")
        world.tick(minutes=17)
        assert world.recording(order).end is End.RELEASED
        assert world.read()[0].startswith("❓ user001 in room 100 seems not to have been recorded")


def test_an_older_file_of_the_stream_names_nothing(aws: tuple[DynamoDBClient, SQSClient]) -> None:
    """Made before the start was called."""
    with a_world(aws, bot_token=True, bucket=BUCKET) as world:
        world.client.start(RecordingRequest(room_id="100", user_id="user001"))
        world.clock.tick(5)
        world.client.stop("1")
        world.clock.tick(5)
        assert len(world.rtc.files()) == 1
        world.clock.tick(600)
        order = unknown(world, LOST)
        world.tick(minutes=17)
        assert world.recording(order).end is End.RELEASED


def test_a_later_refusal_says_that_it_probably_runs(aws: tuple[DynamoDBClient, SQSClient]) -> None:
    """RTC.00001006 is no job's name: only the text changes."""
    with a_world(aws, bot_token=True, files_by=FilesBy.CALLBACKS) as world:
        order = unknown(world)
        world.tick(minutes=17)
        world.rtc.misbehave(Fault(status=400, error_code="RTC.00001006"), operation="start")
        assert world.run(world.order()) is None
        world.tick(minutes=2)
        assert world.recording(order).job is None
        assert world.read()[0].splitlines() == [
            "❓ user001 in room 100 is probably being recorded",
            "RTC says so, but never named the job, so recordbot can't stop or check it.",
        ]
