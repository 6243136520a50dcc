"""Recordings are followed until they are over: ends of every kind, messages that stay true, and news for a person."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from functions.worker.due import MOST
from local.rtc.faults import Fault
from local.slack.chat import ANN, CLASS_RECORDINGS
from local.slack.faults import THROTTLED
from shared.order_ids import new_order_id
from shared.orders import Check, Order, Start, Stop, Tick
from shared.recordings import End, Recording, RecordingState
from tests.builders import BEN, TIMETABLE
from tests.integration.conftest import LONGEST, World, a_world

GONE = Fault(status=404, error_code="RTC.00001003")
NO_SUCH_ADDRESS = Fault(status=404, error_code="APIGW.0101")
AWAY = Fault(status=503)


@pytest.fixture
def world(aws: tuple[DynamoDBClient, SQSClient]) -> Iterator[World]:
    """A bot with a token, so that its messages can change."""
    with a_world(aws, bot_token=True) as world:
        yield world


def running(world: World, *users: str) -> Order:
    """A start of ann's whose jobs run, and whose first checks are over."""
    order = world.order(*users)
    assert world.run(order) is None
    world.clock.tick(2)
    while check := world.next_check():
        assert world.run(check) is None
    return order


def recording(world: World, order: Order, n: int = 0) -> Recording:
    """The order's n-th recording, as the ledger has it."""
    found = world.ledger.recordings.read(order.order_id, n)
    assert found is not None
    return found


def first(text: str) -> str:
    """The first line of a message."""
    return text.partition("\n")[0]


def test_a_running_recording_is_looked_at_ever_more_slowly(world: World) -> None:
    """Once a minute for ten minutes, then every five; nothing is posted while nothing is new."""
    running(world)
    before = world.read()
    shows = []
    for _ in range(40):
        seen = len([call for call in world.rtc.calls() if call.operation == "show"])
        world.tick()
        shows.append(len([call for call in world.rtc.calls() if call.operation == "show"]) - seen)
    assert sum(shows[:9]) >= 8
    assert 5 <= sum(shows[10:]) <= 7
    assert world.read() == before


def test_an_idle_end_changes_the_message_and_is_told_in_its_thread(world: World) -> None:
    """Nobody asked for it, so the person who started it is mentioned, once."""
    order = running(world)
    world.rtc.leave("100")
    world.tick(minutes=3)
    message, told = world.read()
    assert message.startswith("⏹️ Recorded user001 in room 100 · ")
    assert "room 100 was idle for 30 s" in message
    assert first(told).startswith("⏹️ @ann, the recording of user001 in room 100 is over after ")
    assert "/record again 1" in told
    assert recording(world, order).end is End.IDLE
    world.tick(minutes=10)
    assert len(world.read()) == 2


def test_an_end_at_rtc_that_nobody_told_us_of_is_found(world: World) -> None:
    """By a stop in RTC's console, which is none of recordbot's."""
    order = running(world)
    world.client.stop("1")
    world.tick(minutes=2)
    assert recording(world, order).end is End.ELSEWHERE
    assert "it was stopped at RTC, not by recordbot" in world.read()[0]


def test_a_job_that_rtc_does_not_know_any_more_is_lost(world: World) -> None:
    """RTC's own 404 says so; a gateway's says nothing."""
    order = running(world)
    world.rtc.misbehave(NO_SUCH_ADDRESS, operation="show")
    world.tick()
    assert recording(world, order).state is RecordingState.RECORDING
    world.rtc.misbehave(GONE, operation="show")
    world.tick(minutes=2)
    assert (recording(world, order).state, recording(world, order).end) == (RecordingState.LOST, End.GONE)
    assert world.read()[0].startswith("❓ Lost: user001 in room 100")
    assert "RTC does not know the job any more" in world.read()[1]


@pytest.mark.drill
def test_rtc_away_for_ten_minutes_loses_nothing(world: World) -> None:
    """Twenty recordings run meanwhile; all are seen again, and nobody is bothered."""
    orders = [running(world, *(f"user{n}{m}" for m in range(10))) for n in range(2)]
    before = world.read()
    world.rtc.misbehave(AWAY, operation="show", times=None)
    world.tick(minutes=10)
    world.rtc.behave()
    world.tick(minutes=10)
    found = [recording(world, order, n) for order in orders for n in range(10)]
    assert {(it.state, it.unseen_since) for it in found} == {(RecordingState.RECORDING, None)}
    assert world.read() == before


def test_a_job_that_cannot_be_shown_for_a_day_is_told_as_lost(world: World) -> None:
    """It is looked at ever more slowly, at least once an hour, and never dropped in silence."""
    order = running(world)
    world.rtc.misbehave(AWAY, operation="show", times=None)
    seen = len(world.rtc.calls())
    # The maximum would end it before.
    recording_ = recording(world, order)
    assert recording_.limit is not None
    world.tick(minutes=7 * 60, every=5)
    assert 10 < len(world.rtc.calls()) - seen < 40
    assert recording(world, order).state is RecordingState.RECORDING


def test_what_nobody_limited_ends_at_the_maximum(world: World) -> None:
    """People read that from the start, are reminded half-way, and are told at the end."""
    order = running(world)
    assert " or at 11:04 UTC" in world.read()[0]
    half = int(LONGEST.total_seconds() / 60) // 2
    world.tick(minutes=half - 30, every=30)
    world.tick(minutes=35)
    assert any("/record extend 1 1h" in text for text in world.read())
    assert sum("has been recorded for 4 h" in text for text in world.read()) == 1
    world.tick(minutes=half - 30, every=30)
    world.tick(minutes=30)
    assert recording(world, order).end is End.LIMIT
    assert [job.state for job in world.rtc.jobs()] == ["STOPPED"]
    assert "its time limit was reached" in world.read()[0]
    assert "@ann, the recording of user001 in room 100 is over after 8 h" in world.read()[-1]


def test_a_limit_that_somebody_gave_ends_it_without_noise(world: World) -> None:
    """They asked for it: the message changes, and nothing else is posted."""
    order = world.order()
    assert isinstance(order.action, Start)
    limited = order.action.model_copy(update={"max_duration": timedelta(minutes=5)})
    assert world.run(order.model_copy(update={"action": limited})) is None
    world.tick(minutes=6)
    assert recording(world, order).end is End.LIMIT
    assert [first(text) for text in world.read()] == ["⏹️ Recorded user001 in room 100 · 5 min"]


def test_a_limit_that_rtc_does_not_obey_is_tried_again(world: World) -> None:
    """Until the job is over: a recording never runs on because one call failed."""
    order = world.order()
    assert isinstance(order.action, Start)
    limited = order.action.model_copy(update={"max_duration": timedelta(minutes=5)})
    assert world.run(order.model_copy(update={"action": limited})) is None
    world.rtc.misbehave(AWAY, operation="stop", times=3)
    world.tick(minutes=20)
    assert recording(world, order).end is End.LIMIT


def test_a_job_that_stays_init_is_told_after_two_minutes(world: World) -> None:
    """With what can be done, once."""
    order = world.order()
    world.rtc.misbehave(AWAY, operation="show", times=None)
    assert world.run(order) is None
    world.tick(minutes=4)
    told = [text for text in world.read() if "has been starting for" in text]
    assert len(told) == 1
    assert "/record stop 1" in told[0]


def test_an_unknown_outcome_is_held_and_then_let_go(world: World) -> None:
    """For 15 minutes the stream is locked; then it is free, and nothing more is done about it."""
    order = world.order()
    world.rtc.misbehave(Fault(status=502), operation="start")
    assert world.run(order) is None
    assert recording(world, order).state is RecordingState.UNKNOWN
    world.tick(minutes=14)
    assert recording(world, order).state is RecordingState.UNKNOWN
    world.tick(minutes=3)
    assert recording(world, order).end is End.RELEASED
    assert world.ledger.recordings.live() == []


def test_what_slack_does_not_take_now_is_shown_later(world: World) -> None:
    """The message is true again as soon as Slack is there."""
    running(world)
    world.slack.misbehave(THROTTLED, times=None)
    world.client.stop("1")
    world.tick(minutes=3)
    assert world.read()[0].startswith("🔴")
    world.slack.behave()
    world.tick(minutes=2)
    assert world.read()[0].startswith("⏹️ Recorded")
    assert len(world.read()) == 2


def test_a_message_that_was_deleted_stops_nothing(world: World) -> None:
    """The recording is followed to its end, and then nothing is due."""
    order = running(world)
    (message,) = world.slack.chat.messages(CLASS_RECORDINGS, ANN)
    world.slack.chat.delete(message)
    world.client.stop("1")
    world.tick(minutes=3)
    assert recording(world, order).is_over
    assert recording(world, order).due_at is None


def test_two_ticks_at_once_do_everything_once(world: World) -> None:
    """Whoever looks at a recording claims it first."""
    running(world)
    world.clock.tick(120)
    seen = len(world.rtc.calls())
    for _ in range(2):
        world.tick_again()
    assert len(world.rtc.calls()) == seen + 1


def test_who_read_a_recording_before_another_looked_leaves_it_alone(world: World) -> None:
    """The index may lag: the claim is refused, since the recording has another version by now."""
    order = running(world)
    world.clock.tick(120)
    stale = recording(world, order)
    world.tick_again()
    looked, seen = recording(world, order), len(world.rtc.calls())
    world.due.follower.follow(stale, world.delivery())
    assert (recording(world, order), len(world.rtc.calls())) == (looked, seen)


def test_an_old_tick_is_dropped(world: World) -> None:
    """After an outage of the queue there is one check, not one for each minute that was missed."""
    running(world)
    world.clock.tick(600)
    seen = len(world.rtc.calls())
    old = world.clock() - timedelta(minutes=3)
    world.due.run(Tick(action=Check(), placed_at=old), world.delivery())
    assert len(world.rtc.calls()) == seen
    world.tick()
    assert len(world.rtc.calls()) == seen + 1


def test_a_tick_takes_so_many_and_queues_the_rest(world: World) -> None:
    """The tick that is queued takes the rest: nobody waits for the next minute."""
    for n in range(3):
        running(world, *(f"user{n}{m}" for m in range(10)))
    world.clock.tick(120)
    seen, now = len(world.rtc.calls()), world.clock()
    world.tick_again()
    assert len(world.rtc.calls()) == seen + MOST
    assert world.next_message() == Tick(action=Check(), placed_at=now)
    world.tick_again()
    assert len(world.rtc.calls()) == seen + 30


def test_a_stop_shows_in_the_message_and_is_told_to_who_asked(world: World) -> None:
    """It says "Stopping" while RTC does not stop it yet; then how long it was, and by whom; no news for the channel."""
    order = running(world)
    stop = Order(
        order_id=new_order_id(),
        actor=BEN,
        action=Stop(recordings=(f"{order.order_id}.0",)),
        placed_at=world.clock(),
        reply_to=order.reply_to,
    )
    world.rtc.misbehave(AWAY, operation="stop")
    assert world.run(stop) is not None
    assert world.read()[0].startswith("⏳ Stopping user001 in room 100\nasked for by @")
    assert world.run(stop, 2) is None
    assert "stopped by @" in world.read()[0]
    assert recording(world, order).end is End.STOPPED


def test_two_people_who_stop_at_once_get_one_stop_and_two_right_answers(world: World) -> None:
    """The second waits for the first, and reads who it was."""
    order = running(world)
    stops = [
        Order(
            order_id=new_order_id(),
            actor=actor,
            action=Stop(recordings=(f"{order.order_id}.0",)),
            placed_at=world.clock(),
            reply_to=order.reply_to,
        )
        for actor in (order.actor, BEN)
    ]
    world.rtc.misbehave(AWAY, operation="stop")
    assert world.run(stops[0]) is not None
    assert world.run(stops[1]) is not None
    assert world.run(stops[0], 2) is None
    assert world.run(stops[1], 2) is None
    assert sum(call.operation == "stop" for call in world.rtc.calls()) == 2
    assert "stopped by @ann already" in world.read()[-1]


def test_what_began_after_the_stop_was_asked_is_not_stopped_by_it(world: World) -> None:
    """A stop that waited long stops what it was meant for, or nothing."""
    stop = Order(
        order_id=new_order_id(),
        actor=BEN,
        action=Stop(room_id="100", user_id="user001"),
        placed_at=world.clock(),
        reply_to=world.order().reply_to,
    )
    world.clock.tick(5)
    order = running(world)
    assert world.run(stop) is None
    assert recording(world, order).state is RecordingState.RECORDING


def test_a_plan_begins_within_the_minute(world: World) -> None:
    """Until then it is planned; it starts once, and the person who planned it is told."""
    order = planned(world, timedelta(minutes=10))
    assert recording(world, order).state is RecordingState.PLANNED
    assert world.read()[0].startswith("📅 Planned: user001 in room 100")
    world.tick(minutes=9)
    assert world.starts() == 0
    world.tick(minutes=2)
    begin = world.next_message()
    assert isinstance(begin, Order)
    assert world.run(begin) is None
    assert world.run(begin, 2) is None
    assert world.starts() == 1
    assert world.read()[0].startswith("🟡 Starting user001 in room 100")
    assert "🟡 @ann, the planned recording of user001 in room 100 is starting." in world.read()[1]


def test_a_plan_that_is_cancelled_never_begins(world: World) -> None:
    """Not even if its start is on the queue already."""
    order = planned(world, timedelta(minutes=2))
    world.tick(minutes=3)
    begin = world.next_message()
    assert isinstance(begin, Order)
    stop = Order(
        order_id=new_order_id(),
        actor=BEN,
        action=Stop(recordings=(f"{order.order_id}.0",)),
        placed_at=world.clock(),
        reply_to=order.reply_to,
    )
    assert world.run(stop) is None
    assert world.run(begin) is None
    assert world.starts() == 0
    assert "the plan was cancelled\nstopped by @" in world.read()[0]


def planned(world: World, after: timedelta) -> Order:
    """An order of ann's to start later."""
    order = world.order()
    assert isinstance(order.action, Start)
    action = order.action.model_copy(update={"start_at": world.clock() + after})
    order = order.model_copy(update={"action": action})
    assert world.run(order) is None
    return order


def test_a_busy_channel_keeps_no_recording_from_being_looked_at(world: World) -> None:
    """Slack takes one update a second there. What it can't take stays due; the checks go on in the same tick."""
    ids = []
    for n in range(4):
        order = world.order(f"user{n}").model_copy(update={"actor": TIMETABLE})
        while delay := world.run(order):
            world.clock.tick(delay.total_seconds())
        ids.append(order.order_id)
        world.clock.tick(2)
    while check := world.next_check():
        while delay := world.run(check):
            world.clock.tick(delay.total_seconds())
    world.rtc.leave("100")
    world.clock.tick(120)
    world.tick_again()
    states = [recording.state for order_id in ids if (recording := world.ledger.recordings.read(order_id, 0))]
    assert states == [RecordingState.ENDED] * 4
    world.tick(minutes=10)
    assert [text for text in world.read() if text.startswith(("🟡", "🔴"))] == []
