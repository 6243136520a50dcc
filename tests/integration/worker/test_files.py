"""The files of a recording: found by callbacks or in the bucket, told once together, and missed when none comes."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from local.http_message import Answer, Headers, Request
from local.rtc.callbacks import Manner
from local.rtc.credentials import MADE_UP
from local.rtc.faults import Fault
from local.rtc.files import SAMPLE
from local.slack.chat import ANN, BEN, CLASS_RECORDINGS
from local.slack.faults import THROTTLED
from shared.actors import RTC, Actor
from shared.order_ids import new_order_id
from shared.orders import Callback, Link, Order
from shared.recording_clock import NO_FILE, TOGETHER
from shared.recordings import FilesBy, RecordingState
from shared.rtc.buckets import Bucket
from shared.rtc.callbacks import RtcCallback
from shared.signed_address import LIFETIME
from shared.slack_refs import ReplyTo
from tests.callback_requests import COMPLETE
from tests.integration.conftest import World, a_world
from tests.own_clients import Call, hearing

BUCKET = Bucket(MADE_UP.bucket, MADE_UP.region, f"{MADE_UP.app_id}/mp4/{{stream}}")


@pytest.fixture
def world(aws: tuple[DynamoDBClient, SQSClient]) -> Iterator[World]:
    """A bot that RTC calls back."""
    with a_world(aws, bot_token=True, files_by=FilesBy.CALLBACKS) as world:
        world.rtc.call_back("http://door.invalid/rtc/callbacks", "k" * 32)
        yield world


@pytest.fixture
def listing(aws: tuple[DynamoDBClient, SQSClient]) -> Iterator[World]:
    """A bot that RTC does not call back, and that may list the bucket."""
    with a_world(aws, bot_token=True, bucket=BUCKET) as world:
        yield world


def told(world: World) -> list[str]:
    """What was said of files in the thread, each reply's first line."""
    return [text.partition("\n")[0] for text in world.read() if text.startswith(("🎬", "⛔"))]


def callback(world: World, **changes: Any) -> Order:
    """The order of what RTC says of job 1."""
    action = Callback(said=RtcCallback.model_validate(COMPLETE | {"app_id": MADE_UP.app_id} | changes))
    return Order(order_id=new_order_id(), actor=RTC, action=action, placed_at=world.clock())


def said(world: World, **changes: Any) -> None:
    """Let RTC say this of job 1."""
    assert world.run(callback(world, **changes)) is None


def test_a_file_is_told_as_soon_as_rtc_says_that_it_is_there(world: World) -> None:
    """With its length, its size and its place, once, in the thread; and nothing is due any more."""
    order = world.running()
    world.call_back()
    world.clock.tick(60)
    world.client.stop("1")
    world.clock.tick(2)
    world.call_back()
    message, _, reply = world.read()
    assert message.startswith("⏹️ Recorded user001 in room 100 · 1 min")
    assert message.endswith(" · 1 file · 1.78 kB")
    assert reply.startswith("🎬 s_1_100_user001_20260102030405.mp4 · 1 min 2 s · 1.78 kB · 320x180\n")
    assert "in bucket recordings" in reply
    world.tick(minutes=30)
    assert len(told(world)) == 1
    assert world.recording(order).due_at is None


def test_several_files_are_told_together_and_in_order(world: World) -> None:
    """However they come: one reply, when the recording is over."""
    order = world.running()
    for n in (2, 3, 1):
        said(world, obs_object=f"lesson-{n}.mp4", start_time=f"2026-03-02T03:0{n}:00Z")
    assert told(world) == []
    world.client.stop("1")
    said(world, event_type="CLOUD_RECORD_OVER")
    reply = world.read()[2].splitlines()
    assert reply[0].startswith("🎬 3 files of user001 in room 100 · 2.44 GB")
    assert [line.partition(" ")[0] for line in reply[1:4]] == ["lesson-1.mp4", "lesson-2.mp4", "lesson-3.mp4"]
    world.tick(minutes=30)
    assert len(told(world)) == 1
    assert world.recording(order).due_at is None


def test_files_without_an_end_event_are_told_a_minute_after_the_end(world: World) -> None:
    """RTC may never say that it is over."""
    world.running()
    world.client.stop("1")
    world.tick()
    said(world)
    assert told(world) == []
    world.tick(minutes=3)
    assert told(world) == ["🎬 s_1.mp4 · 1 h 24 min · 812 MB · 1280x720"]


@pytest.mark.parametrize("manner", [Manner(times=2), Manner(late=timedelta(minutes=3))], ids=["twice", "late"])
def test_callbacks_that_come_twice_or_late_tell_the_file_once(world: World, manner: Manner) -> None:
    """RTC has no ids by which to know them again."""
    order = world.running()
    world.rtc.call_back_so(manner)
    world.client.stop("1")
    for _ in range(8):
        world.tick()
        world.call_back()
    assert len(told(world)) == 1
    assert len(world.recording(order).files) == 1


@pytest.mark.parametrize(
    ("item", "times"), [('"answer"', 2), ("#CAMERASTREAM", 3)], ids=["before it takes the lease", "after its post"]
)
def test_a_file_is_told_once_by_two_recorders_at_once(
    world: World, dynamodb: DynamoDBClient, item: str, times: int
) -> None:
    """The other one's message comes back, and finds that nothing is left to tell."""
    world.running()
    world.client.stop("1")
    world.clock.tick(2)
    said(world, event_type="CLOUD_RECORD_SERVER_OVER")
    one, other = callback(world), callback(world)
    reads = count(1)

    def interrupt(call: Call) -> None:
        if call.operation == "GetItem" and item in json.dumps(call.arguments) and next(reads) == times:
            world.clock.tick(2)  # the channel has a turn again
            world.run(other)

    with hearing(dynamodb, before=interrupt):
        world.run(one)
    assert next(reads) > times
    for again in (one, other):
        world.clock.tick(2)
        assert world.run(again) is None
    assert told(world) == ["🎬 s_1.mp4 · 1 h 24 min · 812 MB · 1280x720"]


def test_callbacks_in_the_wrong_order_come_to_the_same(world: World) -> None:
    """The end first, then the file, then its beginning."""
    order = world.running()
    world.client.stop("1")
    world.clock.tick(2)
    said(world, event_type="CLOUD_RECORD_SERVER_OVER")
    said(world)
    said(world, event_type="RECORD_NEW_FILE_START")
    assert told(world) == ["🎬 s_1.mp4 · 1 h 24 min · 812 MB · 1280x720"]
    assert world.recording(order).state is RecordingState.ENDED


def test_an_end_that_rtc_calls_back_about_is_seen_at_once(world: World) -> None:
    """Without a tick. That RTC says so is a hint only: the job is shown."""
    order = world.running()
    said(world, event_type="CLOUD_RECORD_SERVER_OVER")
    assert world.recording(order).state is RecordingState.RECORDING
    world.client.stop("1")
    said(world, event_type="CLOUD_RECORD_SERVER_OVER")
    assert world.recording(order).state is RecordingState.ENDED


def test_a_callback_before_the_start_s_own_answer_is_harmless(world: World) -> None:
    """The ledger does not know the job yet."""
    said(world)
    order = world.running()
    assert world.recording(order).state is RecordingState.RECORDING


def test_no_file_is_told_after_ten_minutes_and_corrected_by_one_that_comes(world: World) -> None:
    """With what usually causes it, to the person who started it."""
    order = world.running()
    world.rtc.lose_files()
    world.client.stop("1")
    world.tick(minutes=int(NO_FILE.total_seconds() / 60) - 1)
    world.call_back()
    assert told(world) == []
    world.tick(minutes=4)
    assert told(world) == ["⛔ @ann, RTC stored no file of user001 in room 100."]
    assert "the bucket is not authorised" in world.read()[2]
    assert world.read()[0].endswith(" · no file")
    assert world.recording(order).due_at is None
    world.clock.tick(3600)
    said(world)
    assert told(world)[1:] == ["🎬 s_1.mp4 · 1 h 24 min · 812 MB · 1280x720"]
    assert "It came late." in world.read()[3]
    assert world.read()[0].endswith(" · 1 file · 812 MB")
    world.tick(minutes=20)
    assert len(told(world)) == 2


def test_another_file_that_comes_later_is_told_too(world: World) -> None:
    """As what there is by then."""
    world.running()
    world.client.stop("1")
    world.clock.tick(2)
    world.call_back()
    world.clock.tick(600)
    said(world, obs_object="later.mp4")
    assert told(world)[1].startswith("🎬 2 files of user001 in room 100")


def test_where_nothing_says_so_no_file_is_missed(aws: tuple[DynamoDBClient, SQSClient]) -> None:
    """Neither callbacks nor a bucket are set: recordbot can't know."""
    with a_world(aws, bot_token=True) as world:
        order = world.running()
        world.client.stop("1")
        world.tick(minutes=30)
        assert world.recording(order).due_at is None
        assert [text for text in world.read() if "file" in text] == []


def test_what_slack_does_not_take_is_told_later(world: World) -> None:
    """The file is not forgotten, and is told once: the callback comes back, and a tick looks too."""
    world.running()
    world.slack.misbehave(THROTTLED, times=None)
    world.client.stop("1")
    world.clock.tick(2)
    waiting = world.try_callbacks()
    assert waiting
    world.tick(minutes=2)
    world.slack.behave()
    for order in waiting:
        world.clock.tick(90)
        world.run(order)
    world.tick(minutes=4)
    assert told(world) == ["🎬 s_1_100_user001_20260102030405.mp4 · 2 s · 1.78 kB · 320x180"]


def test_a_deleted_message_stops_nothing(world: World) -> None:
    """Nothing is due in the end."""
    order = world.running()
    (message,) = world.slack.chat.messages(CLASS_RECORDINGS, ANN)
    world.slack.chat.delete(message)
    world.client.stop("1")
    world.clock.tick(2)
    world.call_back()
    world.tick(minutes=4)
    assert world.recording(order).due_at is None
    assert len(world.recording(order).files) == 1


def test_polling_alone_finds_the_file_in_the_bucket(listing: World) -> None:
    """Where RTC never calls back."""
    order = listing.running()
    listing.client.stop("1")
    listing.tick(minutes=4)
    assert told(listing) == ["🎬 s_1_100_user001_20260102030405.mp4 · 2.05 kB"]
    listing.tick(minutes=200)
    assert listing.recording(order).due_at is None
    assert sum(call.operation == "list" for call in listing.rtc.calls()) <= 4


def test_a_bucket_without_the_file_is_listed_ever_more_slowly(listing: World) -> None:
    """For two hours; a person is told after ten minutes."""
    order = listing.running()
    listing.rtc.lose_files()
    listing.client.stop("1")
    listing.tick(minutes=15)
    assert told(listing)[-1] == "⛔ @ann, RTC stored no file of user001 in room 100."
    listing.tick(minutes=200)
    assert 6 <= sum(call.operation == "list" for call in listing.rtc.calls()) <= 12
    assert listing.recording(order).due_at is None


def test_a_key_that_may_not_list_is_asked_once(aws: tuple[DynamoDBClient, SQSClient]) -> None:
    """Nothing is missed then, since nobody can know; and the other calls to RTC go on."""
    with a_world(aws, bot_token=True, bucket=BUCKET) as world:
        order = world.running()
        world.rtc.misbehave(Fault(status=403, error_code="RTC.00001021"), operation="list", times=None)
        world.client.stop("1")
        world.tick(minutes=30)
        assert sum(call.operation == "list" for call in world.rtc.calls()) == 1
        assert world.recording(order).due_at is None
        assert [text for text in world.read() if "file" in text] == []
        world.running()


def test_a_list_that_fails_is_asked_for_again(listing: World) -> None:
    """RTC may be away for a while."""
    listing.running()
    listing.rtc.misbehave(Fault(status=503), operation="list", times=2)
    listing.client.stop("1")
    listing.tick(minutes=6)
    assert told(listing)[-1].startswith("🎬 s_1_100_user001")


def test_only_files_of_the_very_stream_count(listing: World) -> None:
    """Job 1 of user00 is not job 1 of user001, though the one's name begins as the other's."""
    order = listing.order("user00", "user001")
    assert listing.run(order) is None
    listing.clock.tick(2)
    while check := listing.next_check():
        assert listing.run(check) is None
    for job in ("1", "2"):
        listing.client.stop(job)
    listing.clock.tick(TOGETHER.total_seconds())
    listing.tick(minutes=5)
    found = [listing.ledger.recordings.read(order.order_id, n) for n in range(2)]
    names = [[file.name for file in it.files] for it in found if it is not None]
    assert names == [["s_1_100_user00_20260102030405.mp4"], ["s_2_100_user001_20260102030405.mp4"]]


def asks(world: World, order: Order, actor: Actor, channel_id: str) -> str:
    """What somebody who asks for links of the order's recording reads as an answer; empty for nothing."""
    person = world.slack.chat.people[actor.id]
    channel = world.slack.chat.channels[channel_id]
    delivery = world.slack.type_command(person, channel, "whatever")
    before = len(world.slack.chat.messages(channel, person))
    link = Order(
        order_id=new_order_id(),
        actor=actor,
        action=Link(recording=f"{order.order_id}.0"),
        placed_at=world.clock(),
        reply_to=ReplyTo(channel_id=channel_id, response_url=delivery.response_url),
    )
    assert world.run(link) is None
    answers = world.slack.chat.messages(channel, person)[before:]
    return json.dumps([message.content.blocks_document() for message in answers], ensure_ascii=False)


def with_file(world: World, **said_: Any) -> Order:
    """A recording that is over, with a file."""
    order = world.running()
    world.client.stop("1")
    world.clock.tick(2)
    if said_:
        said(world, **said_)
    else:
        world.call_back()
    return order


def address_in(answer: str) -> str:
    """The address of the only link in an answer."""
    (address,) = re.findall(r'"url": "([^"]+)"', answer)
    return str(address)


def opened(world: World, address: str) -> Answer:
    """What OBS answers to the address."""
    parts = urlsplit(address)
    request = Request("GET", f"{parts.path}?{parts.query}", Headers((("Host", parts.netloc),)))
    found = world.rtc.read_object(request)
    assert found is not None
    return found


def test_who_asks_gets_a_link_that_opens_the_file_for_ten_minutes(world: World) -> None:
    """Only they read it, and it is nowhere in the ledger or the log."""
    order = with_file(world)
    address = address_in(asks(world, order, order.actor, CLASS_RECORDINGS.channel_id))
    assert "Signature" not in json.dumps(world.ledger.orders.read(order.order_id).recordings[0].model_dump_json())
    assert opened(world, address).body == SAMPLE
    world.clock.tick(LIFETIME.total_seconds() - 5)
    assert opened(world, address).status == 200
    world.clock.tick(10)
    assert opened(world, address).status == 403


@pytest.mark.parametrize("name", ["with space", "100%", "a+b", "what?", "课程 录像", "a&b=c#d"])
def test_a_link_opens_a_file_of_any_name(world: World, name: str) -> None:
    """OBS takes nearly every character."""
    world.rtc.name_files(f"{{folder}}{name}/{{stream}}.mp4")
    order = with_file(world)
    address = address_in(asks(world, order, order.actor, CLASS_RECORDINGS.channel_id))
    assert opened(world, address).status == 200


def test_a_forged_link_opens_nothing(world: World) -> None:
    """Neither for another file nor for longer."""
    order = with_file(world)
    address = address_in(asks(world, order, order.actor, CLASS_RECORDINGS.channel_id))
    assert opened(world, address.replace("s_1_", "s_2_")).status == 403
    assert opened(world, address.replace("Expires=1", "Expires=2")).status == 403


def test_who_may_not_see_the_recording_gets_no_link(world: World) -> None:
    """What was asked for in a direct message is nobody else's business; the recorder asks again."""
    order = with_file(world)
    recording_ = world.recording(order).model_copy(update={"channel_id": "D0ANN", "is_public": False})
    before = world.recording(order)
    assert world.ledger.recordings._table.write(
        *world.ledger.recordings._put(recording_.model_copy(update={"revision": 99}), world.clock(), over=before)
    )
    refusal = asks(world, order, Actor(kind="slack_user", id=BEN.user_id), CLASS_RECORDINGS.channel_id)
    assert "You may not see the files of this recording" in refusal
    assert '"url"' not in refusal
    assert "url" in asks(world, order, order.actor, CLASS_RECORDINGS.channel_id)


def test_a_file_whose_place_is_not_known_has_no_link(world: World) -> None:
    """The answer says what is known."""
    order = with_file(world, obs_object=None, obs_bucket=None, download_url=None)
    answer = asks(world, order, order.actor, CLASS_RECORDINGS.channel_id)
    assert '"url"' not in answer
    assert "812 MB" in answer
