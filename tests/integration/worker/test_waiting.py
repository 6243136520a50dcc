"""While a start waits, the asker reads what RTC said, that it is tried again, and until when."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from local.rtc.faults import Fault
from local.slack.chat import CLASS_RECORDINGS
from local.slack.faults import THROTTLED
from local.slack.faults import Fault as SlackFault
from shared.orders import Order
from shared.slack_refs import ReplyTo
from tests.integration.conftest import World, a_world

FAILED = Fault(status=500, error_code="RTC.00002001")
DELETED = SlackFault(status=200, error="message_not_found")


@pytest.fixture(params=[True, False], ids=["bot token", "no token"])
def world(request: pytest.FixtureRequest, aws: tuple[DynamoDBClient, SQSClient]) -> Iterator[World]:
    """A bot with a token, and one without."""
    with a_world(aws, bot_token=request.param) as world:
        yield world


@pytest.fixture
def with_token(aws: tuple[DynamoDBClient, SQSClient]) -> Iterator[World]:
    """A bot with a token: it can change what it posted."""
    with a_world(aws, bot_token=True) as world:
        yield world


@pytest.fixture
def without_token(aws: tuple[DynamoDBClient, SQSClient]) -> Iterator[World]:
    """A bot that has only the five posts of the response_url."""
    with a_world(aws, bot_token=False) as world:
        yield world


def wait(world: World, *users: str, receives: int = 1) -> Order:
    """An order whose first stream RTC did not take, at so many receives."""
    order = world.order(*users)
    for receive in range(1, receives + 1):
        world.rtc.misbehave(FAILED, operation="start")
        assert world.run(order, receive) is not None
    return order


def test_the_first_failed_try_is_reported(world: World) -> None:
    """What RTC said, and until when it is tried again: 18 minutes after the first try."""
    order = wait(world)
    (message,) = world.read()
    headline, what, technical = message.split("\n")
    end = order.placed_at + timedelta(seconds=1072)
    assert headline == "⏳ Not started yet: user001 in room 100"
    assert what == f"RTC failed and started nothing. It is tried again until about {end:%H:%M} UTC."
    assert technical.startswith("RTC.00002001 InternalError · HTTP 500 · request ")


def test_with_a_token_one_message_changes_until_the_end(with_token: World) -> None:
    """Waiting, the outcome, and the news that it runs are the same message."""
    order = wait(with_token, receives=2)
    (message,) = with_token.read()
    assert message.startswith("⏳ Not started yet")
    assert with_token.run(order, 3) is None
    (message,) = with_token.read()
    assert message.startswith("🟡 Starting user001")
    with_token.clock.tick(2)
    check = with_token.next_check()
    assert check is not None
    assert with_token.run(check) is None
    (message,) = with_token.read()
    assert message.startswith("🔴 Recording user001")


def test_without_a_token_waiting_the_end_and_the_news_are_three_posts(without_token: World) -> None:
    """However often it is tried again, of the response_url's five posts two are left."""
    order = wait(without_token, receives=3)
    assert without_token.run(order, 4) is None
    without_token.clock.tick(2)
    check = without_token.next_check()
    assert check is not None
    assert without_token.run(check) is None
    assert [message[:1] for message in without_token.read()] == ["⏳", "🟡", "🔴"]


def test_posts_that_slack_does_not_take_leave_one_for_the_news(without_token: World) -> None:
    """One says that it waits, two try to answer, one is for the last receive: Slack takes a fifth."""
    order = wait(without_token)
    without_token.slack.misbehave(THROTTLED, times=2)
    assert without_token.run(order, 2) is not None
    assert without_token.run(order, 3) is not None
    assert without_token.run(order, 4) is not None
    assert without_token.run(order, 8, last=True) is None
    assert sum(call.door == "response_url" for call in without_token.slack.calls()) == 4
    assert [message[:1] for message in without_token.read()] == ["⏳", "🟡"]


def test_of_several_users_those_that_run_are_reported_at_once(world: World) -> None:
    """One waits, two are started: one message says so, and who waits for what."""
    order = wait(world, "a", "b", "c")
    (message,) = world.read()
    assert message.startswith("2 of 3 started in room 100\n")
    rows = message.split("\n")[2:]
    assert [row[:17] for row in rows] == ["⏳ Not started yet", "✅ Starting b · jo", "✅ Starting c · jo"]
    assert "RTC failed and started nothing. It is tried again until about" in rows[0]
    assert world.run(order, 2) is None
    assert world.read()[-1].startswith("3 of 3 started")
    assert world.starts() == 4


def test_a_message_that_was_deleted_is_posted_anew(with_token: World) -> None:
    """The outcome is never lost with the message that said that it waits."""
    order = wait(with_token)
    with_token.slack.misbehave(DELETED)
    assert with_token.run(order, 2) is None
    assert with_token.read()[-1].startswith("🟡 Starting")


def test_a_wait_that_slack_does_not_take_holds_nothing_up(world: World) -> None:
    """The order is tried again after the same delay, and answered."""
    world.slack.misbehave(THROTTLED)
    order = wait(world)
    assert world.read() == []
    assert world.run(order, 2) is None
    (message,) = world.read()
    assert message.startswith("🟡 Starting")


def test_nothing_is_said_of_a_wait_that_is_no_failure_of_rtc(world: World) -> None:
    """No time is left for a call: the order comes again a second later."""
    order = world.order()
    assert world.run(order, time_left=timedelta(seconds=10)) == timedelta(seconds=1)
    assert world.read() == []


def test_an_order_that_is_answered_waits_no_more(world: World) -> None:
    """A message of the queue that comes twice posts nothing after the answer."""
    order = world.order()
    assert world.run(order) is None
    assert not world.ledger.answers.begin_wait(order.order_id, world.clock())


def test_a_caller_s_order_is_reported_only_to_the_channel_that_it_names(with_token: World) -> None:
    """Without a channel nobody is answered in Slack."""
    order = with_token.order()
    with_token.rtc.misbehave(FAILED, operation="start", times=2)
    assert with_token.run(order.model_copy(update={"reply_to": None})) is not None
    assert with_token.read() == []
    notified = order.model_copy(update={"reply_to": ReplyTo(channel_id=CLASS_RECORDINGS.channel_id)})
    assert with_token.run(notified, 2) is not None
    assert len(with_token.read()) == 1
