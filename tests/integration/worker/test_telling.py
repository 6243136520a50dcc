"""What is posted for an order, and when: telling alone, on a ledger (moto's) and the Slack stand-in."""

from collections.abc import Iterator

import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from bot.messages.blocks import Audience, Reply, reply
from functions.aws.away import Away
from functions.ledger.answers import Answer
from functions.worker.channel_posts import LONG_WAIT
from functions.worker.delivery import Delivery, NoTurn, TryAgain
from functions.worker.start import StartHandler
from functions.worker.telling import Telling
from functions.worker.views import View
from local.slack.chat import CLASS_RECORDINGS
from local.slack.faults import Fault
from shared.attempts import NotStarted
from shared.log_events import LogEvent
from shared.order_ids import new_order_id
from shared.orders import Order, Start
from shared.slack_refs import ReplyTo
from tests.builders import TIMETABLE, a_failure, a_start, requests_of
from tests.integration.conftest import ENOUGH, World, a_world
from tests.integration.outage import away

THROTTLED = Fault(status=429, error="ratelimited", retry_after=1)
NO_CHANNEL = Fault(status=200, error="channel_not_found")
FAILED = Fault(status=500)


@pytest.fixture
def world(aws: tuple[DynamoDBClient, SQSClient]) -> Iterator[World]:
    """A bot with a token in a channel that takes one message a second, as Slack's do."""
    with a_world(aws, bot_token=True, busy_channel=True) as world:
        yield world


@pytest.fixture
def telling(world: World) -> Telling:
    """What answers orders."""
    start = world.handlers[Start]
    assert isinstance(start, StartHandler)
    return start.telling


def refused(world: World) -> Order:
    """A caller's start that RTC refused, and that waits for its answer."""
    order = Order(
        order_id=new_order_id(),
        actor=TIMETABLE,
        action=a_start(),
        placed_at=world.clock(),
        reply_to=ReplyTo(channel_id=CLASS_RECORDINGS.channel_id),
        body_digest="0" * 64,
    )
    assert world.ledger.orders.record_request(order, world.clock())
    outcome = NotStarted(failure=a_failure())
    world.ledger.attempts.settle_uncalled(order, 0, requests_of(order)[0], outcome, world.clock())
    world.clock.tick(2)  # the channel has a turn again
    return order


def said(order: Order) -> Reply:
    """What the channel reads of the order."""
    return reply(Audience.CHANNEL, [f"order {order.order_id}"])


def view(order: Order, state: str = "some") -> View:
    """The same, as a message that can be updated."""
    return View(said(order), state)


def last(receive: int = 8) -> Delivery:
    """The last receive."""
    return Delivery(receive, last=True, time_left=lambda: ENOUGH)


def answer(world: World, order: Order) -> Answer:
    """The answer as the ledger has it."""
    return world.ledger.answers.read(order.order_id)


def test_an_order_without_a_channel_is_not_answered(world: World, telling: Telling) -> None:
    """Its caller reads the status; nothing is posted or stored."""
    order = refused(world).model_copy(update={"reply_to": None})
    telling.answer_once(order, view(order), world.delivery())
    telling.report_wait(order, said(order))
    assert not telling.notify(order, 0, said(order), world.delivery())
    assert telling.update(order, view(order), Answer(), world.delivery(), 60) == ()
    assert (world.read(), answer(world, order)) == ([], Answer())


def test_an_order_that_is_answered_takes_no_turn(world: World, telling: Telling) -> None:
    """Another order has it."""
    order, other = refused(world), refused(world)
    telling.answer_once(order, view(order), world.delivery())
    world.clock.tick(2)
    telling.answer_once(order, view(order), world.delivery())
    telling.answer_once(other, view(other), world.delivery())
    assert len(world.read()) == 2


def test_an_answer_that_slack_never_takes_is_logged(
    world: World, telling: Telling, caplog: pytest.LogCaptureFixture
) -> None:
    """It counts as posted, so this line is all that an operator has of it."""
    order = refused(world)
    world.slack.misbehave(NO_CHANNEL)
    telling.answer_once(order, view(order), world.delivery())
    assert answer(world, order).answered_at is not None
    assert LogEvent.NOT_ANSWERED in caplog.messages


def test_what_another_has_answered_meanwhile_is_not_answered_again(world: World, telling: Telling) -> None:
    """This recorder read the answer before."""
    order = refused(world)
    known = answer(world, order)
    telling.answer_once(order, view(order), world.delivery())
    world.clock.tick(2)
    telling.answer_once(order, view(order), world.delivery(), known.model_copy(update={"begun": 1}))
    assert len(world.read()) == 1


def test_one_message_answers_all_that_wait(world: World, telling: Telling) -> None:
    """It is stored for each of them, with what it shows."""
    order, other = refused(world), refused(world)
    telling.combining.wait(other)
    telling.answer_once(order, view(order), world.delivery())
    assert len(world.read()) == 1
    assert answer(world, order).together == answer(world, other).together == (order.order_id, other.order_id)
    assert answer(world, order).message == answer(world, other).message is not None


def test_an_order_that_said_that_it_waits_is_answered_there_alone(world: World, telling: Telling) -> None:
    """Its message is about this order only."""
    order, other = refused(world), refused(world)
    telling.combining.wait(other)
    telling.report_wait(order, said(order))
    world.clock.tick(2)
    telling.answer_once(order, view(order), world.delivery())
    assert len(world.read()) == 1
    assert (answer(world, order).together, answer(world, other).answered_at) == ((), None)


def test_a_message_that_can_never_be_posted_leaves_the_others_to_theirs(world: World, telling: Telling) -> None:
    """The order is done; the others are answered as if they had never been begun."""
    order, other = refused(world), refused(world)
    telling.combining.wait(other)
    world.slack.misbehave(NO_CHANNEL, times=None)
    telling.answer_once(order, view(order), world.delivery())
    assert answer(world, order).answered_at is not None
    assert (answer(world, order).message, answer(world, order).shows) == (None, "")
    assert (answer(world, other).begun, answer(world, other).is_leased(world.clock())) == (0, False)


def test_a_message_that_fails_leaves_the_others_to_theirs(
    world: World, telling: Telling, dynamodb: DynamoDBClient
) -> None:
    """Whatever the error is: here the ledger is away once the others are begun."""
    order, other = refused(world), refused(world)
    telling.combining.wait(other)
    with (
        away(dynamodb, lambda name: name == "Query" and answer(world, other).begun > 0),
        pytest.raises(Away),
    ):
        telling.answer_once(order, view(order), world.delivery())
    assert (answer(world, other).begun, answer(world, other).is_leased(world.clock())) == (0, False)


@pytest.mark.parametrize("receive", [1, 8])
def test_an_answer_that_slack_throttles_waits_for_a_turn(world: World, telling: Telling, receive: int) -> None:
    """It uses up no receive, and doesn't count."""
    order = refused(world)
    world.slack.misbehave(THROTTLED)
    with pytest.raises(NoTurn):
        telling.answer_once(order, view(order), Delivery(receive, receive == 8, lambda: ENOUGH))
    assert answer(world, order).begun == 0


def test_an_answer_that_slack_failed_to_take_counts(world: World, telling: Telling) -> None:
    """It may have been posted: only a refusal for speed says that it was not."""
    order = refused(world)
    world.slack.misbehave(FAILED)
    with pytest.raises(TryAgain) as again:
        telling.answer_once(order, view(order), world.delivery())
    assert not isinstance(again.value, NoTurn)
    assert answer(world, order).begun == 1
    assert not answer(world, order).is_leased(world.clock())


@pytest.mark.parametrize("fault", [FAILED, THROTTLED])
def test_that_an_order_waits_need_not_reach_slack(world: World, telling: Telling, fault: Fault) -> None:
    """The order is tried again in any case, and then answered."""
    order = refused(world)
    world.slack.misbehave(fault)
    telling.report_wait(order, said(order))
    assert world.read() == []
    assert not answer(world, order).is_leased(world.clock())


def test_that_an_order_waits_need_not_be_stored(world: World, telling: Telling, dynamodb: DynamoDBClient) -> None:
    """The ledger may be why it waits."""
    order = refused(world)
    with away(dynamodb):
        telling.report_wait(order, said(order))
    assert world.read() == []


def test_that_an_order_waits_is_said_where_it_can_be(world: World, telling: Telling) -> None:
    """A channel that is gone or has no turn is no error: the order is tried again in any case."""
    order, other = refused(world), refused(world)
    world.slack.misbehave(NO_CHANNEL)
    telling.report_wait(order, said(order))
    telling.report_wait(other, said(other))
    assert world.read() == []
    for one in (order, other):
        assert not answer(world, one).is_leased(world.clock())


def test_a_notice_is_posted_once(world: World, telling: Telling) -> None:
    """An order that comes again finds it there."""
    order = refused(world)
    for _ in range(2):
        assert telling.notify(order, 0, said(order), world.delivery())
        world.clock.tick(2)
    assert len(world.read()) == 1


def test_a_notice_that_can_never_be_posted_does_not_stand(world: World, telling: Telling) -> None:
    """Nothing starts without it."""
    order = refused(world)
    world.slack.misbehave(NO_CHANNEL)
    assert not telling.notify(order, 0, said(order), world.delivery())
    assert answer(world, order).notified == ()


def test_a_notice_that_slack_does_not_take_now_is_tried_until_the_last_receive(world: World, telling: Telling) -> None:
    """Only a refusal for speed uses up no receive."""
    order = refused(world)
    world.slack.misbehave(FAILED)
    with pytest.raises(TryAgain) as again:
        telling.notify(order, 0, said(order), world.delivery())
    assert not isinstance(again.value, NoTurn)
    world.clock.tick(2)
    world.slack.misbehave(FAILED)
    assert not telling.notify(order, 0, said(order), last())
    world.clock.tick(2)
    world.slack.misbehave(THROTTLED)
    with pytest.raises(NoTurn):
        telling.notify(order, 0, said(order), last())


def test_a_message_about_several_orders_is_updated_by_its_first(world: World, telling: Telling) -> None:
    """The others leave it alone, whatever they show."""
    order, other = refused(world), refused(world)
    telling.combining.wait(other)
    telling.answer_once(order, view(order), world.delivery())
    before = world.read()
    world.clock.tick(2)
    assert telling.update(other, view(other, "news"), answer(world, other), world.delivery(), 60) == ()
    assert world.read() == before
    stale = answer(world, order).model_copy(update={"shows": "older"})
    telling.update(order, view(order), stale, world.delivery(), 60)
    assert answer(world, order).revision > stale.revision


def test_a_message_that_shows_it_all_takes_no_turn(world: World, telling: Telling) -> None:
    """Another order has it."""
    order, other = refused(world), refused(world)
    telling.answer_once(order, view(order), world.delivery())
    world.clock.tick(2)
    telling.update(order, view(order), answer(world, order), world.delivery(), 60)
    telling.answer_once(other, view(other), world.delivery())
    assert len(world.read()) == 2


def test_an_update_waits_for_its_turn_however_long(world: World, telling: Telling) -> None:
    """Only an answer can go by the response_url instead."""
    order = world.order()
    telling.answer_once(order, view(order), world.delivery())
    world.clock.tick(LONG_WAIT.total_seconds())
    while telling.posts.channels.take(CLASS_RECORDINGS.channel_id, TIMETABLE):
        pass
    before = world.read()
    late = order.model_copy(update={"actor": TIMETABLE})
    with pytest.raises(NoTurn):
        telling.update(late, view(late, "news"), answer(world, order), world.delivery(), 60)
    assert world.read() == before


@pytest.mark.parametrize(
    ("fault", "receive", "wait"),
    [(FAILED, 1, TryAgain), (THROTTLED, 8, NoTurn), (FAILED, 8, None), (NO_CHANNEL, 1, None)],
)
def test_a_reply_that_slack_does_not_take_is_tried_until_the_last_receive(
    world: World, telling: Telling, fault: Fault, receive: int, wait: type[TryAgain] | None
) -> None:
    """Only a refusal for speed uses up no receive, and what can never be posted is not tried again."""
    order = refused(world)
    telling.answer_once(order, view(order), world.delivery())
    message = answer(world, order).message
    assert message is not None
    world.clock.tick(2)
    world.slack.misbehave(fault)
    found = None
    try:
        telling.reply(order, message, said(order), Delivery(receive, receive == 8, lambda: ENOUGH))
    except TryAgain as again:
        found = type(again)
    assert found is wait
    assert len(world.read()) == 1


@pytest.mark.parametrize(
    ("fault", "receive", "wait", "shows"),
    [
        (FAILED, 1, TryAgain, "some"),
        (THROTTLED, 8, NoTurn, "some"),
        (FAILED, 8, None, "news"),
        (Fault(status=200, error="message_not_found"), 1, None, "news"),
    ],
)
def test_an_update_that_slack_does_not_take_stays_due_until_the_last_receive(
    world: World, telling: Telling, fault: Fault, receive: int, wait: type[TryAgain] | None, shows: str
) -> None:
    """What can never be shown counts as shown, and the lease is given back in any case."""
    order = refused(world)
    telling.answer_once(order, view(order), world.delivery())
    world.clock.tick(2)
    world.slack.misbehave(fault)
    found = None
    try:
        known = answer(world, order)
        telling.update(order, view(order, "news"), known, Delivery(receive, receive == 8, lambda: ENOUGH), 60)
    except TryAgain as again:
        found = type(again)
    assert found is wait
    assert (answer(world, order).shows, answer(world, order).is_leased(world.clock())) == (shows, False)
