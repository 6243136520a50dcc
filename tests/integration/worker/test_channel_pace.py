"""Answers in a busy channel: no more than Slack takes, one message for several, nobody left without one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from bot.messages.outcomes import outcome
from functions.worker.channel_posts import LONG_WAIT
from functions.worker.check import CheckHandler
from functions.worker.combining import MOST
from functions.worker.delivery import NoTurn, TryAgain
from functions.worker.views import View
from local.slack.chat import CLASS_RECORDINGS
from shared.order_ids import new_order_id
from shared.orders import LATEST_END, Check, Order, Start
from shared.rtc.models import RecordingRequest
from shared.slack_refs import ReplyTo
from tests.builders import TIMETABLE
from tests.integration.conftest import COMMAND, World, a_world
from tests.own_clients import hearing


@pytest.fixture
def world(aws: tuple[DynamoDBClient, SQSClient]) -> Iterator[World]:
    """A channel that takes one message a second, as Slack's do."""
    with a_world(aws, bot_token=True, busy_channel=True) as world:
        yield world


def of_a_caller(world: World, user: str) -> Order:
    """An order of a caller's who wants the channel to read the answer."""
    order = Order(
        order_id=new_order_id(),
        actor=TIMETABLE,
        action=Start(requests=(RecordingRequest(room_id="100", user_id=user),)),
        placed_at=world.clock(),
        reply_to=ReplyTo(channel_id=CLASS_RECORDINGS.channel_id),
        body_digest="0" * 64,
    )
    assert world.ledger.orders.record_request(order, world.clock())
    return order


def receive(world: World, order: Order) -> bool:
    """Whether the order is done. One that waits for the channel has used up no receive."""
    try:
        world.handlers[type(order.action)].run(order, order.action, world.delivery())
    except NoTurn:
        return False
    except TryAgain as again:
        raise AssertionError("a receive is used up") from again
    return True


def work_off(world: World, orders: list[Order]) -> None:
    """Let the queue bring each order again, until all are done."""
    for _ in range(100):
        orders = [order for order in orders if not receive(world, order)]
        if not orders:
            return
        world.clock.tick(2)
    raise AssertionError(f"{len(orders)} orders are never answered")


@contextmanager
def calls_of(dynamodb: DynamoDBClient) -> Iterator[list[str]]:
    """The operations that are called meanwhile."""
    calls: list[str] = []

    with hearing(dynamodb, before=lambda call: calls.append(call.operation)):
        yield calls


def refused(world: World) -> int:
    """How often Slack refused a message for its speed."""
    return sum(call.answer.status == 429 for call in world.slack.calls())


def test_a_crowd_of_orders_is_answered_by_a_few_messages(world: World) -> None:
    """Slack refuses none of them, and each order is in exactly one."""
    orders = [of_a_caller(world, f"user{n:03}") for n in range(24)]
    began = world.clock()
    work_off(world, orders)
    texts = world.read()
    assert refused(world) == 0
    assert [sum(f"user{n:03} " in text for text in texts) for n in range(24)] == [1] * 24
    assert len(texts) < 10
    assert max(text.count("\n") for text in texts) <= MOST
    assert world.clock() - began < timedelta(minutes=1)


def test_a_message_about_several_orders_is_updated_as_a_whole(world: World) -> None:
    """It shows each recording as it is; once it does, other checks leave it alone."""
    orders = [of_a_caller(world, f"user{n:03}") for n in range(6)]
    work_off(world, orders)
    world.clock.tick(5)
    work_off(world, [order.next_check(1) for order in orders])
    assert sum(text.count("Recording user") for text in world.read()) == 6
    assert "Starting" not in "".join(world.read())
    world.clock.tick(60)
    updates = _updates(world)
    work_off(world, [order.next_check(2) for order in orders])
    assert _updates(world) == updates
    assert refused(world) == 0


def test_a_message_about_many_orders_costs_few_calls_of_the_ledger(world: World, dynamodb: DynamoDBClient) -> None:
    """One to read each order, and a few for all of them: else a crowd is told more slowly than it is recorded."""
    orders = [of_a_caller(world, f"user{n:03}") for n in range(MOST + 1)]
    for order in orders:
        receive(world, order)
    world.clock.tick(5)
    last = orders[-1]
    with calls_of(dynamodb) as calls:
        assert receive(world, last)
    answers = int(world.read()[-1].partition(" answers")[0])
    assert answers > 5
    assert len(calls) < answers + 20


@pytest.mark.parametrize("count", [1, 6])
def test_an_older_view_never_overwrites_a_newer_one(world: World, count: int) -> None:
    """A check that read the recordings before another one updated the message reads them again."""
    orders = [of_a_caller(world, f"user{n:03}") for n in range(count)]
    work_off(world, orders)
    together = world.ledger.answers.read(orders[-1].order_id).together
    first = next(order for order in orders if order.order_id == (together or (order.order_id,))[0])
    before = world.ledger.orders.read(first.order_id)
    older = View(outcome(first, before.attempts, before.recordings, world.clock(), COMMAND), "older")
    world.clock.tick(5)
    work_off(world, [order.next_check(1) for order in orders])
    world.clock.tick(5)
    checks = world.handlers[Check]
    assert isinstance(checks, CheckHandler)
    updates = _updates(world)
    if not together:
        with pytest.raises(NoTurn):
            checks.follower.redrawing.telling.update(first, older, before.answer, world.delivery(), 60)
    assert world.ledger.answers.begin_update(first.order_id, before.answer, world.clock()) is None
    assert _updates(world) == updates
    assert "Starting" not in "".join(world.read())


def test_the_checks_of_a_crowd_come_after_its_starts(world: World) -> None:
    """An order of a caller that waited long is one of many: its check waits as long again, and a person's does not."""
    crowd, person = of_a_caller(world, "user001"), world.order("ann001")
    world.clock.tick(50)
    work_off(world, [crowd])
    assert world.queue.delays[-1] == 50
    world.clock.tick(5)
    work_off(world, [person])
    assert world.queue.delays[-1] == 2


def test_a_person_in_a_busy_channel_is_answered_by_the_response_url(world: World) -> None:
    """After ten seconds: nobody waits for a crowd."""
    crowd = [of_a_caller(world, f"user{n:03}") for n in range(6)]
    order = world.order("ann001")
    placed = world.clock()
    while not receive(world, order):
        for one in crowd:
            receive(world, one)
        world.clock.tick(1)
    assert any("ann001" in text for text in world.read())
    assert world.clock() - placed < LONG_WAIT + timedelta(seconds=5)
    assert refused(world) == 0


def test_an_order_that_never_gets_its_turn_ends_without_an_answer(world: World) -> None:
    """After an hour: the caller reads its status, and there is no dead letter."""
    order = of_a_caller(world, "user001")
    assert world.run(order, time_left=timedelta(0)) is not None
    late = order.model_copy(update={"placed_at": world.clock() - LATEST_END - timedelta(minutes=1)})
    busy = [of_a_caller(world, f"other{n}") for n in range(5)]
    for one in busy:
        receive(world, one)
    assert receive(world, late)


def _updates(world: World) -> int:
    return sum("chat.update" in call.request.target for call in world.slack.calls())
