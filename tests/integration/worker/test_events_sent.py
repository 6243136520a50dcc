"""Events for other systems: on moto's bus, valid against their schemas, at least once, and never lost."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import boto3
import pytest
from jsonschema import Draft202012Validator, FormatChecker
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from functions.aws.event_bus import EventBus
from local.rtc.faults import Fault
from shared.orders import Start
from shared.recordings import FilesBy
from shared.rtc.models import RecordingRequest
from tests.integration.conftest import World, a_world

SCHEMAS = Path(__file__).parents[3] / "docs" / "events"


class Bus:
    """moto's default bus, behind which a rule puts all of recordbot's events on a queue; it can refuse them."""

    def __init__(self, sqs: SQSClient) -> None:
        self.sqs = sqs
        self.url = sqs.create_queue(QueueName="events")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        session = boto3.Session("made", "up", region_name=arn.split(":")[3])
        self.client: Any = session.client("events")
        self.client.put_rule(Name="all", EventPattern=json.dumps({"source": ["recordbot"]}))
        self.client.put_targets(Rule="all", Targets=[{"Id": "queue", "Arn": arn}])
        self.answer: Callable[[Sequence[dict[str, Any]]], dict[str, Any]] | None = None

    def put_events(self, *, Entries: Sequence[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - boto3's name
        """Put them, or do what was set."""
        answer: dict[str, Any] = self.answer(Entries) if self.answer else self.client.put_events(Entries=Entries)
        return answer

    def taken(self) -> list[dict[str, Any]]:
        """The events on the queue, each of which is valid against its schema."""
        found = []
        while messages := self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                event = json.loads(message["Body"])
                schema = json.loads((SCHEMAS / f"{event['detail-type']}.json").read_text(encoding="utf-8"))
                Draft202012Validator(schema, format_checker=FormatChecker()).validate(event["detail"])
                found.append(event["detail"])
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return sorted(found, key=lambda it: (it["subject"], int(it["id"].rpartition("-")[2])))


@pytest.fixture
def bus(aws: tuple[DynamoDBClient, SQSClient]) -> Bus:
    """A bus on which nothing is yet."""
    bus = Bus(aws[1])
    bus.taken()
    return bus


@pytest.fixture
def world(aws: tuple[DynamoDBClient, SQSClient], bus: Bus) -> Iterator[World]:
    """A recorder that sends events, and that RTC calls back."""
    event_bus = EventBus(lambda: bus, "default")
    with a_world(aws, bot_token=True, files_by=FilesBy.CALLBACKS, bus=event_bus) as world:
        world.rtc.call_back("http://door.invalid/rtc/callbacks", "k" * 32)
        yield world


def types(events: Sequence[dict[str, Any]]) -> list[str]:
    """Their types without what they share."""
    return [event["type"].removeprefix("recording.") for event in events]


def test_a_recording_makes_an_event_of_each_change(world: World, bus: Bus) -> None:
    """From its start to its file, in order, each once, with where the file lies and no link."""
    order = world.running()
    world.client.stop("1")
    world.tick()
    world.call_back()
    events = bus.taken()
    assert types(events) == ["started", "running", "ended", "file"]
    assert len({event["id"] for event in events}) == 4
    assert {event["subject"] for event in events} == {f"{order.order_id}.0"}
    (file,) = (event["data"]["file"] for event in events if event["data"]["file"])
    assert file["bucket"] == "recordings"
    world.tick(minutes=15)
    assert bus.taken() == []
    assert world.recording(order).outbox == ()


def test_an_unknown_start_and_its_job_make_events(world: World, bus: Bus) -> None:
    """Unknown first, then started when a callback names the job."""
    world.rtc.misbehave(Fault(status=502, made=True), operation="start")
    assert world.run(world.order()) is None
    world.clock.tick(2)
    world.call_back()
    world.tick()
    events = bus.taken()
    assert types(events) == ["unknown", "started", "running"]
    assert [event["data"]["error_msg"] is None for event in events] == [False, True, True]


def test_a_start_that_is_refused_makes_a_failed_event(world: World, bus: Bus) -> None:
    """One for each stream that RTC refused, at the next tick, with RTC's reason; the answer is as without events."""
    two = [RecordingRequest(room_id="100", user_id=f"user00{n}") for n in (1, 2)]
    order = world.order()
    order = order.model_copy(update={"action": Start(requests=tuple(two))})
    world.rtc.misbehave(Fault(status=400, error_code="RTC.00001007"), operation="start")
    assert world.run(order) is None
    before = world.read()
    assert before[0].splitlines()[0] == "1 of 2 started in room 100"
    world.tick()
    failed, *rest = bus.taken()
    assert types([failed, *rest]) == ["failed", "started", "running"]
    assert failed["subject"] == f"{order.order_id}.0"
    said = {name: failed["data"][name] for name in ("state", "end", "job_id", "error_code", "error_msg")}
    assert said == {
        "state": "ended",
        "end": "not_started",
        "job_id": None,
        "error_code": "RTC.00001007",
        "error_msg": "JobExceed",
    }
    assert failed["data"]["request_id"]
    assert world.read()[0].splitlines()[:3] == before[0].splitlines()[:3]
    assert len(world.read()) == 1
    refused = world.recording(order)
    assert (refused.due_at, refused.notices) == (None, ())
    world.tick(minutes=15)
    assert bus.taken() == []


def test_the_answer_to_a_refused_start_says_no_end(world: World) -> None:
    """Nothing of several streams was started, so none ends after a time."""
    two = [RecordingRequest(room_id="100", user_id=f"user00{n}") for n in (1, 2)]
    order = world.order()
    world.rtc.misbehave(Fault(status=400, error_code="RTC.00001007"), operation="start", times=2)
    assert world.run(order.model_copy(update={"action": Start(requests=tuple(two))})) is None
    assert world.read()[0].splitlines()[0] == "0 of 2 started in room 100"
    assert " UTC" not in world.read()[0]


def test_what_is_being_recorded_already_makes_no_event(world: World, bus: Bus) -> None:
    """The stream's own recording has told."""
    world.running()
    bus.taken()
    assert world.run(world.order()) is None
    world.tick()
    assert bus.taken() == []


@pytest.mark.parametrize("end", ["fails", "is gone"])
def test_what_fails_makes_a_failed_event(world: World, bus: Bus, end: str) -> None:
    """RTC failed, or doesn't know the job any more."""
    world.running()
    if end == "fails":
        world.rtc.fail("1")
    else:
        world.rtc.misbehave(Fault(status=404, error_code="RTC.00001003"), operation="show")
    world.tick(minutes=2)
    assert types(bus.taken())[:3] == ["started", "running", "failed"]


@pytest.mark.parametrize("how", ["refuses", "fails"])
def test_what_the_bus_does_not_take_is_sent_in_a_minute(world: World, bus: Bus, how: str) -> None:
    """With the same ids; and the recording is followed all the same."""
    bus.answer = _refuse if how == "refuses" else _fail
    order = world.running()
    world.tick(minutes=3)
    assert types([json.loads(event.model_dump_json()) for event in world.recording(order).outbox]) == [
        "started",
        "running",
    ]
    bus.answer = None
    world.tick(minutes=2)
    assert types(bus.taken()) == ["started", "running"]
    assert world.recording(order).outbox == ()


def test_events_that_can_be_sent_for_a_day_are_dropped(world: World, bus: Bus) -> None:
    """A bus that is gone must not keep a recording due for ever."""
    bus.answer = _fail
    order = world.running()
    world.client.stop("1")
    world.tick(minutes=12)
    assert world.recording(order).due_at is not None
    world.clock.tick(25 * 3600)
    world.tick(minutes=3)
    assert world.recording(order).due_at is None


def _refuse(entries: Sequence[dict[str, Any]]) -> dict[str, Any]:
    failed = [{"ErrorCode": "ThrottlingException"} for _ in entries]
    return {"FailedEntryCount": len(failed), "Entries": failed}


def _fail(_: Sequence[dict[str, Any]]) -> dict[str, Any]:
    raise ConnectionError


def test_no_event_has_a_secret(world: World, bus: Bus) -> None:
    """Push addresses hold keys; no event has one."""
    order = world.order()
    request = order.action.requests[0]  # type: ignore[union-attr] # it is a start
    pushed = type(request).model_validate(
        request.model_dump(mode="json") | {"publish_param": {"rtmp_urls": ["rtmp://h/live/secret-key"]}}
    )
    action = order.action.model_copy(update={"requests": (pushed,)})
    assert world.run(order.model_copy(update={"action": action})) is None
    world.tick()
    events = bus.taken()
    assert events
    assert "secret-key" not in json.dumps(events)
