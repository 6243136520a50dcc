"""Which length a start gets by the team's rules, and when a plan is counted."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from local.rtc.faults import Fault
from shared.attempts import Started
from shared.orders import Order, Start
from shared.recordings import Recording, RecordingState
from shared.refusals import Lacking
from shared.team import InForce
from shared.team_document import team_of
from tests.builders import requests_of
from tests.integration.conftest import TEAM, World, a_world

HOUR = timedelta(hours=1)
LATER = timedelta(minutes=5)


def rules(**changes: object) -> InForce:
    """A team with one rule."""
    return InForce(team_of({"rules": [{"name": "all", "who": ["everyone"], "may": ["start"]} | changes]}))


@pytest.fixture
def world(aws: tuple[DynamoDBClient, SQSClient]) -> Iterator[World]:
    """A bot with a token."""
    with a_world(aws, bot_token=True) as world:
        yield world


def start(world: World, user: str = "user001", **fields: object) -> Order:
    """Ann's start with these fields, as it was received."""
    order = world.order(user)
    order = order.model_copy(update={"action": Start.model_validate({"requests": requests_of(order)} | fields)})
    assert world.run(order) is None
    return order


def begin(world: World) -> None:
    """The time of the plan has come."""
    world.clock.tick(LATER.total_seconds())
    world.tick()
    while (order := world.next_check()) is not None:
        if isinstance(order.action, Start):
            assert world.run(order) is None


def length(recording: Recording) -> timedelta:
    """How long it lasts at most."""
    assert recording.limit is not None
    return recording.limit.ends_at - recording.since


def lacking(world: World, order: Order) -> Lacking | None:
    """What was lacking for the order's stream."""
    failure = getattr(world.attempt(order).outcome, "failure", None)
    return None if failure is None or failure.refusal is None else failure.refusal.lacking


def test_of_the_rule_s_length_and_the_asker_s_the_shorter_holds(world: World) -> None:
    """A rule allows at most so long; who wants less gets less."""
    world.team = rules(longest="1h")
    order = start(world, max_duration=HOUR / 2)
    assert length(world.recording(order)) == HOUR / 2


@pytest.mark.parametrize(("asked", "given"), [(None, HOUR), (HOUR / 2, HOUR / 2)], ids=["no length", "a shorter one"])
def test_a_rule_that_is_new_shortens_a_plan(world: World, asked: timedelta | None, given: timedelta) -> None:
    """Nobody asked for the maximum that a plan has by default, so that is not refused."""
    order = start(world, start_at=world.clock() + LATER, max_duration=asked)
    world.team = rules(longest="1h")
    begin(world)
    recording = world.recording(order)
    assert recording.is_at_rtc
    assert recording.limit is not None
    assert abs(recording.limit.ends_at - (order.placed_at + LATER) - given) < timedelta(minutes=2)


def test_a_plan_that_is_longer_than_a_new_rule_is_refused(world: World) -> None:
    """Somebody asked for that length, so it is not cut without a word."""
    order = start(world, start_at=world.clock() + LATER, max_duration=2 * HOUR)
    world.team = rules(longest="1h")
    begin(world)
    assert lacking(world, order) is Lacking.SHORTER_LENGTH
    assert world.starts() == 0


def test_a_plan_is_counted_when_it_starts(world: World) -> None:
    """It may be made while as many run as may; by its time there must be room."""
    world.team = rules(at_once={"person": 1})
    start(world)
    order = start(world, "user002", start_at=world.clock() + LATER)
    assert world.recording(order).state is RecordingState.PLANNED
    begin(world)
    assert lacking(world, order) is Lacking.AT_ONCE


def test_the_notice_of_a_plan_is_posted_when_its_time_comes(world: World) -> None:
    """Not when it is made: nothing is recorded yet."""
    world.team = rules(notice={"before_start": True, "wording": "This lesson is recorded."})
    start(world, start_at=world.clock() + LATER)
    assert "This lesson is recorded." not in "".join(world.read())
    begin(world)
    assert "".join(world.read()).count("This lesson is recorded.") == 1


def test_a_rule_about_channels_posts_no_notice(world: World) -> None:
    """Only a rule that demands the notice before the start does."""
    world.team = TEAM
    start(world)
    messages = len(world.read())
    world.team = rules(notice={"public_channel_only": True})
    start(world, "user002")
    assert len(world.read()) == 2 * messages


def test_a_refusal_between_two_receives_leaves_what_was_started(world: World) -> None:
    """The rules have changed before the other stream could be started: one message tells of both."""
    order = world.order("user001", "user002")
    world.rtc.misbehave(Fault(status=500, error_code="RTC.00002001"), operation="start")
    assert world.run(order) is not None
    world.team = InForce(team_of({"rules": []}))
    assert world.run(order, 2) is None
    assert lacking(world, order) is Lacking.PERSON
    assert isinstance(world.attempt(order, 1).outcome, Started)
    (message,) = world.read()
    assert [line[:1] for line in message.splitlines() if "user00" in line] == ["⛔", "✅"]
