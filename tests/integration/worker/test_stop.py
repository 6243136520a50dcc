"""Stopping, step by step: real ledger (moto), real RTC stand-in, real Slack stand-in, a clock of our own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from functions.aws.away import Away
from functions.ledger.pace import NotYet, Pace, Paused, Turn
from functions.webhook_api.order_status import order_status
from functions.worker.delivery import DELAYS, LONGEST_WAIT
from local.http_message import Wire
from local.rtc.faults import Fault
from local.slack.chat import CLASS_RECORDINGS
from shared.attempts import UNKNOWN_IS_HELD, Duplicate, NotStarted, Started
from shared.failures import FailureKind
from shared.order_ids import new_order_id
from shared.orders import Order, Start, Stop
from shared.recordings import RecordingState
from shared.rtc.models import RecordingRequest
from shared.slack_refs import ReplyTo
from shared.stops import StopRecord
from shared.team import InForce
from shared.team_document import team_of
from tests.builders import TIMETABLE, requests_of
from tests.integration.conftest import World, a_world

BY_USER = Stop(room_id="100", user_id="user001")
FAILED = Fault(status=500, error_code="RTC.00002001")
SILENT_AFTER = Fault(wire=Wire.NOTHING, delay=60, made=True)


@dataclass
class Stops:
    """A world in which a caller starts and stops."""

    world: World

    def started(self, user: str = "user001", *, running: bool = True, **fields: object) -> Order:
        """A recording that a person started, and that runs."""
        request = RecordingRequest.model_validate({"room_id": "100", "user_id": user, **fields})
        order = self.world.order(user).model_copy(update={"action": Start(requests=(request,))})
        assert self.world.run(order) is None
        if running:
            self.world.clock.tick(2)
        return order

    def order(self, stop: Stop = BY_USER, *, notify: bool = True) -> Order:
        """A caller's order to stop."""
        return Order(
            order_id=new_order_id(),
            actor=TIMETABLE,
            action=stop,
            placed_at=self.world.clock(),
            reply_to=ReplyTo(channel_id=CLASS_RECORDINGS.channel_id) if notify else None,
            body_digest="0" * 64,
        )

    def stop(self, order: Order, receive: int = 1, *, last: bool = False) -> timedelta | None:
        """None where the stop is done, else how long until it is to be received again to be answered."""
        assert self.world.ledger.orders.record_request(order, self.world.clock())
        if receive > 1:
            self.world.clock.tick(2)  # the least time between two receives
        while delay := self.world.run(order, receive, last=last):
            if self.world.ledger.answers.read(order.order_id).answered_at is None:
                return delay
            self.world.clock.tick(delay.total_seconds())  # the message of the recording has to wait for its turn
        return None

    def states(self, order: Order) -> list[str]:
        """The states that the order's status gives."""
        status = order_status(
            order.order_id, self.world.ledger.orders.read(order.order_id), order.placed_at, order.placed_at
        )
        return [status.state, *(stream.state for stream in status.streams)]

    def jobs(self) -> list[str]:
        """The states of RTC's jobs."""
        return [job.state for job in self.world.rtc.jobs()]


@pytest.fixture
def stops(aws: tuple[DynamoDBClient, SQSClient]) -> Iterator[Stops]:
    """Nothing is recorded yet. The bot has a token, without which nobody can tell a channel of a caller's order."""
    with a_world(aws, bot_token=True) as world:
        yield Stops(world)


def test_a_stop_stops_tells_and_frees_the_stream(stops: Stops) -> None:
    """Once, however often it is received; afterwards the stream can be started again."""
    stops.started()
    order = stops.order()
    for receive in (1, 2):
        assert stops.stop(order, receive) is None
    assert (stops.jobs(), stops.states(order)) == (["STOPPED"], ["done", "stopped"])
    assert stops.world.read()[-1].startswith("⏹️ Stopped user001 in room 100\nby timetable · job 1")
    assert sum("⏹️ Stopped" in text for text in stops.world.read()) == 1
    assert isinstance(stops.world.attempt(stops.started()).outcome, Started)
    assert sum(call.operation == "show" for call in stops.world.rtc.calls()) == 0


def test_a_job_is_stopped_by_its_id(stops: Stops) -> None:
    """And its lock goes with it."""
    stops.started("user001")
    stops.started("user002")
    assert stops.stop(stops.order(Stop(job_id="2"))) is None
    assert stops.jobs() == ["RUNNING", "STOPPED"]
    assert isinstance(stops.world.attempt(stops.started("user002")).outcome, Started)
    assert isinstance(stops.world.attempt(stops.started("user001")).outcome, Duplicate)


def test_a_user_is_stopped_with_all_that_is_recorded_of_it(stops: Stops) -> None:
    """Camera, screen and audio; another user of the room, also one whose name begins the same, is not."""
    for video_type in ("CAMERASTREAM", "SCREENSTREAM", None):
        stops.started(video_type=video_type)
    stops.started("user0011")
    order = stops.order()
    assert stops.stop(order) is None
    assert stops.jobs() == ["STOPPED", "STOPPED", "STOPPED", "RUNNING"]
    assert stops.states(order) == ["done", "stopped", "stopped", "stopped"]


def test_one_picture_can_be_stopped_alone(stops: Stops) -> None:
    """By its video_type."""
    for video_type in ("CAMERASTREAM", "SCREENSTREAM"):
        stops.started(video_type=video_type)
    assert stops.stop(stops.order(BY_USER.model_copy(update={"video_type": "SCREENSTREAM"}))) is None
    assert stops.jobs() == ["RUNNING", "STOPPED"]


def test_a_stop_right_after_a_start_is_tried_again(stops: Stops) -> None:
    """RTC can't stop a job that is still INIT; the queue brings the stop back."""
    stops.started(running=False)
    order = stops.order()
    assert stops.stop(order) is not None
    assert stops.states(order) == ["working", "working"]
    stops.world.clock.tick(2)
    assert stops.stop(order, 2) is None
    assert stops.jobs() == ["STOPPED"]


@pytest.mark.parametrize("job_is", ["over", "gone"])
def test_what_is_over_already_counts_as_stopped(stops: Stops, job_is: str) -> None:
    """RTC's 1009 and 404 are what a stop wants."""
    stops.started()
    if job_is == "over":
        stops.world.client.stop("1")
    else:
        stops.world.rtc.misbehave(Fault(status=404, error_code="RTC.00001003"), operation="stop")
    order = stops.order()
    assert stops.stop(order) is None
    assert stops.states(order) == ["done", "stopped"]
    stops.started()
    assert stops.world.starts() == 2, "the lock went"


def test_a_404_that_is_not_rtc_s_stops_nothing(stops: Stops) -> None:
    """A gateway that knows no such address says nothing of the job: the lock stays, and the answer has the code."""
    stops.started()
    for operation in ("stop", "show"):
        stops.world.rtc.misbehave(Fault(status=404, error_code="APIGW.0101"), operation=operation)
    order = stops.order()
    assert stops.stop(order) is None
    assert (stops.states(order), stops.jobs()) == (["done", "not_stopped"], ["RUNNING"])
    again = stops.world.attempt(stops.started()).outcome
    assert isinstance(again, NotStarted)
    assert again.failure.error_code == "APIGW.0101"
    assert isinstance(stops.world.attempt(stops.started()).outcome, Duplicate)


def test_a_job_that_nobody_ever_knew_is_not_stopped(stops: Stops) -> None:
    """A mistyped id is named in the answer; the recording that was meant goes on."""
    stops.started()
    order = stops.order(Stop(job_id="nobody-s"))
    assert stops.stop(order) is None
    assert (stops.states(order), stops.jobs()) == (["done", "not_stopped"], ["RUNNING"])


@pytest.mark.parametrize("fault", [FAILED, SILENT_AFTER])
def test_a_stop_that_leaves_a_doubt_is_repeated(stops: Stops, fault: Fault) -> None:
    """Unlike a start: stopping twice does no harm. At the last receive it is given up, and answered."""
    stops.started()
    stops.world.rtc.misbehave(fault, operation="stop", times=1)
    order = stops.order()
    assert stops.stop(order) is not None
    stops.world.clock.tick(2)
    assert stops.stop(order, 2) is None
    assert stops.states(order) == ["done", "stopped"]


def test_while_a_stop_waits_the_asker_reads_why_and_until_when(stops: Stops) -> None:
    """It is said once, and one message changes until the recording is stopped."""
    stops.started()
    order = stops.order()
    for receive in (1, 2):
        stops.world.rtc.misbehave(FAILED, operation="stop")
        assert stops.stop(order, receive) is not None
    *_, waiting = stops.world.read()
    headline, again, technical = waiting.split("\n")
    end = stops.world.clock() + timedelta(seconds=sum(DELAYS[1:]))
    assert headline == "⏳ Not stopped yet: user001 in room 100"
    assert again == f"It may still be recording. It is tried again until about {end:%H:%M} UTC."
    assert technical.startswith("by timetable · RTC.00002001 InternalError · HTTP 500 · request ")
    assert stops.stop(order, 3) is None
    assert [it.split("\n")[0] for it in stops.world.read()][1:] == ["⏹️ Stopped user001 in room 100"]


def test_a_stop_that_rtc_never_takes_is_given_up(stops: Stops) -> None:
    """The lock stays, for the recording may go on."""
    stops.started()
    stops.world.rtc.misbehave(FAILED, operation="stop", times=8)
    order = stops.order()
    assert stops.stop(order, 8, last=True) is None
    assert stops.states(order) == ["done", "not_stopped"]
    assert stops.world.read()[-1].startswith("⛔ Not stopped: user001 in room 100")
    assert isinstance(stops.world.attempt(stops.started()).outcome, Duplicate)


def test_a_refused_key_is_counted_as_what_it_is(stops: Stops, capsys: pytest.CaptureFixture[str]) -> None:
    """An operator is paged for it, whatever RTC was asked."""
    stops.started()
    stops.world.rtc.misbehave(Fault(status=401, error_code="RTC.00001003"), operation="stop")
    stops.world.rtc.misbehave(Fault(status=401, error_code="RTC.00001003"), operation="show")
    capsys.readouterr()
    assert stops.stop(stops.order()) is None
    stops.started()
    assert capsys.readouterr().out.count('"RtcRefusedKey":[1.0]') == 2


def test_what_began_after_a_stop_was_first_received_is_not_meant(stops: Stops) -> None:
    """A stop that comes again, hours later, stops only what it was to stop."""
    order = stops.order()
    assert stops.stop(order) is None
    stops.started()
    assert stops.stop(order, 2) is None
    assert stops.jobs() == ["RUNNING"]
    assert stops.states(order) == ["done"]


def test_a_stop_that_waited_too_long_is_not_begun(stops: Stops) -> None:
    """As after a redrive from the dead letters: by now somebody else may be recording."""
    stops.started()
    order = stops.order()
    stops.world.clock.tick(LONGEST_WAIT.total_seconds() + 1)
    assert stops.stop(order) is None
    assert stops.jobs() == ["RUNNING"]
    assert stops.states(order) == ["done", "not_stopped"]


def test_a_job_that_nobody_knows_by_id_can_not_be_stopped(stops: Stops) -> None:
    """Of an unknown outcome there is no job to stop; that is said."""
    stops.world.rtc.misbehave(SILENT_AFTER, operation="start")
    stops.started()
    order = stops.order()
    assert stops.stop(order) is None
    assert stops.states(order) == ["done", "not_stopped"]


def test_a_start_under_way_is_waited_for(stops: Stops) -> None:
    """Its job can be stopped once it has one; at the last receive that is given up."""
    start = stops.world.order()
    stops.world.ledger.attempts.claim(start, 0, requests_of(start)[0], stops.world.clock())
    order = stops.order(BY_USER)
    assert stops.stop(order) is not None
    assert stops.stop(order, 8, last=True) is None
    assert stops.states(order) == ["done", "not_stopped"]


def test_who_wants_nobody_told_is_obeyed(stops: Stops) -> None:
    """The outcome is in the ledger, and the message about the recording stays true."""
    stops.started()
    order = stops.order(notify=False)
    assert stops.stop(order) is None
    assert stops.states(order) == ["done", "stopped"]
    assert [text.split(" · ")[0] for text in stops.world.read()] == ["⏹️ Recorded user001 in room 100"]


def test_a_caller_s_start_is_told_without_a_response_url(stops: Stops) -> None:
    """By the bot, with the caller's name as plain text; a second one is announced in the channel as well."""
    for _ in range(2):
        order = stops.order().model_copy(
            update={"action": Start(requests=(RecordingRequest(room_id="100", user_id="user001"),))}
        )
        assert stops.world.run(order) is None
        stops.world.clock.tick(2)  # Slack takes one message a second
    assert "by timetable" in stops.world.read()[0]
    assert stops.world.read()[1].startswith("♻️ Already recording user001 in room 100")


def test_what_was_stopped_at_an_earlier_receive_counts_as_stopped(stops: Stops) -> None:
    """Of two streams one is stopped, the other fails until the end: RTC is not asked again for the first."""
    for video_type in ("CAMERASTREAM", "SCREENSTREAM"):
        stops.started(video_type=video_type)
    order = stops.order()
    stops.world.rtc.misbehave(Fault(), operation="stop")  # the first goes well
    stops.world.rtc.misbehave(FAILED, operation="stop", times=8)
    assert stops.stop(order) is not None
    stops.world.clock.tick(2)
    assert stops.stop(order, 8, last=True) is None
    assert stops.jobs() == ["STOPPED", "RUNNING"]
    assert stops.states(order) == ["done", "stopped", "not_stopped"]
    assert sum(call.operation == "stop" for call in stops.world.rtc.calls()) == 3


def test_what_rtc_stopped_is_stored_though_the_next_call_can_not_be_made(
    stops: Stops, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the next receive gets a 404 for a job that recordbot itself has stopped."""
    for video_type in ("CAMERASTREAM", "SCREENSTREAM"):
        stops.started(video_type=video_type)
    real_book = Pace.book
    booked: list[datetime] = []

    def book(pace: Pace, turns_ahead: int, within: timedelta, now: datetime) -> Turn | NotYet | Paused:
        booked.append(now)
        if len(booked) == 2:
            raise Away("DynamoDB")
        return real_book(pace, turns_ahead, within, now)

    monkeypatch.setattr(Pace, "book", book)
    order = stops.order()
    with pytest.raises(Away):
        stops.stop(order)
    first, second = (stops.world.ledger.recordings.of_job(job_id) for job_id in "12")
    assert first is not None
    assert second is not None
    assert (first.state, second.is_over) == (RecordingState.ENDED, False)
    assert stops.stop(order, 2) is None
    assert stops.states(order) == ["done", "stopped", "stopped"]


def test_a_message_says_that_its_recording_is_being_stopped_until_the_stop_is_given_up(stops: Stops) -> None:
    """Then it can be stopped again."""
    world = stops.world
    start = stops.started()
    world.rtc.misbehave(FAILED, operation="stop", times=None)
    order = stops.order()
    assert stops.stop(order) is not None
    assert world.recording(start).stop_asked is not None
    assert "topping" in world.read()[0]
    world.handlers[Stop].give_up(order, order.action, FailureKind.OUT_OF_TIME)
    assert world.recording(start).stop_asked is None
    assert stops.states(order) == ["done", "not_stopped"]


def test_of_two_pictures_the_one_is_stopped_that_may_be(stops: Stops) -> None:
    """The answer tells of both."""
    world = stops.world
    stops.started(video_type="CAMERASTREAM")
    screen = RecordingRequest(room_id="100", user_id="user001", video_type="SCREENSTREAM")
    theirs = world.order().model_copy(update={"actor": TIMETABLE, "action": Start(requests=(screen,))})
    assert world.run(theirs) is None
    world.team = InForce(team_of({"rules": [{"name": "own", "who": ["everyone"], "may": ["stop own"]}]}))
    world.clock.tick(2)
    order = world.order().model_copy(update={"action": BY_USER})
    assert stops.stop(order) is None
    assert stops.jobs() == ["STOPPED", "RUNNING"]
    assert "1 of 2 recordings" in world.read()[-1]


def test_a_recording_that_is_in_no_ledger_any_more_is_left_out(stops: Stops) -> None:
    """The others that were chosen with it are stopped."""
    start = stops.started()
    recordings = (f"{new_order_id()}.0", stops.world.recording(start).id)
    order = stops.order(Stop(recordings=recordings))
    assert stops.stop(order) is None
    assert stops.states(order) == ["done", "stopped"]


def test_a_stream_that_is_held_no_more_is_not_stopped(stops: Stops) -> None:
    """Its start had no answer, and the hold is over: nobody knows a job."""
    world = stops.world
    world.rtc.misbehave(Fault(wire=Wire.NOTHING, delay=60), operation="start")
    assert world.run(world.order()) is None
    world.clock.tick(2)
    early = stops.order()
    assert stops.stop(early) is None
    assert stops.states(early) == ["done", "not_stopped"]
    world.clock.tick(UNKNOWN_IS_HELD.total_seconds())
    order = stops.order()
    assert stops.stop(order) is None
    assert stops.states(order) == ["done"]


def test_a_stop_that_is_tried_for_too_long_is_not_sent_again(stops: Stops) -> None:
    """As one that was never begun: by then nobody expects it."""
    stops.started()
    order = stops.order()
    stops.world.rtc.misbehave(FAILED, operation="stop")
    assert stops.stop(order) is not None
    stops.world.clock.tick(LONGEST_WAIT.total_seconds())
    assert stops.stop(order, 2) is None
    assert stops.states(order) == ["done", "not_stopped"]
    assert sum(call.operation == "stop" for call in stops.world.rtc.calls()) == 1


def test_what_has_no_job_by_the_time_of_its_stop_is_not_stopped(stops: Stops) -> None:
    """As a plan that was begun meanwhile and whose start had no answer."""
    world = stops.world
    world.rtc.misbehave(Fault(wire=Wire.NOTHING, delay=60), operation="start")
    start = world.order()
    assert world.run(start) is None
    world.clock.tick(2)
    order = stops.order()
    target = BY_USER.target().model_copy(update={"recording": world.recording(start).id})
    now = world.clock()
    world.ledger.stops.begin(StopRecord(order_id=order.order_id, actor=TIMETABLE, began_at=now, targets=(target,)), now)
    assert stops.stop(order) is None
    assert stops.states(order) == ["done", "not_stopped"]
    assert sum(call.operation == "stop" for call in world.rtc.calls()) == 0
