"""The lists of callers' orders that wait to be answered in a channel, on DynamoDB (moto's)."""

from datetime import UTC, datetime, timedelta

import pytest
from mypy_boto3_dynamodb import DynamoDBClient

from functions.ledger.channels import Channels, WaitingOrder
from functions.ledger.table import Table
from shared.actors import Actor
from shared.order_ids import new_order_id
from shared.orders import Order
from shared.slack_refs import ReplyTo
from tests import builders
from tests.builders import TIMETABLE
from tests.ledger_table import TABLE

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def an_order(actor: Actor = TIMETABLE, channel: str | None = "C1", placed_at: datetime = NOW) -> Order:
    """A start, answered in the channel if there is one."""
    reply_to = None if channel is None else ReplyTo(channel_id=channel)
    return builders.an_order(order_id=new_order_id(), actor=actor, placed_at=placed_at, reply_to=reply_to)


def waiting(order: Order) -> WaitingOrder:
    """The order as it is on a list."""
    found = WaitingOrder.of(order)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "order", [an_order(Actor(kind="slack_user", id=TIMETABLE.id)), an_order(channel=None)], ids=["person", "no channel"]
)
def test_only_a_caller_s_order_with_a_channel_waits_on_a_list(order: Order) -> None:
    """A person is answered alone, and without a channel there is nothing to post."""
    assert WaitingOrder.of(order) is None


def test_a_list_has_the_orders_of_one_caller_in_one_channel(dynamodb: DynamoDBClient) -> None:
    """The ones that were placed first come first, each once, whatever the order in which they were added."""
    channels = Channels(Table(dynamodb, TABLE), new_order_id())
    theirs = [waiting(an_order(placed_at=NOW + timedelta(seconds=second))) for second in range(3)]
    others = [an_order(channel="C2"), an_order(Actor(kind="webhook_caller", id="bookings"))]
    for one in (theirs[2], theirs[0], theirs[1], theirs[0], *map(waiting, others)):
        channels.add(one, NOW)
    assert channels.first(theirs[2], 10) == theirs
    assert channels.first(theirs[2], 2) == theirs[:2]


def test_what_is_removed_from_a_list_is_gone(dynamodb: DynamoDBClient) -> None:
    """The other orders stay, and one that is not there may be removed too."""
    table = Table(dynamodb, TABLE)
    channels = Channels(table, new_order_id())
    first, second = waiting(an_order()), waiting(an_order(placed_at=NOW + timedelta(seconds=1)))
    channels.add(first, NOW)
    channels.add(second, NOW)
    for _ in range(2):
        assert table.write(*channels.removed([first]))
        assert channels.first(first, 10) == [second]
