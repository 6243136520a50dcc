"""Callers' orders and stops on DynamoDB (moto's): what was stored first holds."""

from datetime import UTC, datetime

import pytest
from mypy_boto3_dynamodb import DynamoDBClient

from functions.ledger.ledger import Ledger, open_ledger
from shared.order_ids import new_order_id
from shared.orders import Order, Stop
from shared.stops import Ended, StopRecord
from tests import builders
from tests.builders import ANN, BEN, TIMETABLE
from tests.ledger_table import TABLE

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def ledger(dynamodb: DynamoDBClient) -> Ledger:
    """A ledger of a new app. Its orders are new in each test."""
    return open_ledger(dynamodb, TABLE, new_order_id())


def of_a_caller() -> Order:
    """A caller's start."""
    return builders.an_order(order_id=new_order_id(), actor=TIMETABLE, body_digest="0" * 64)


def test_another_body_under_the_same_id_is_a_conflict(ledger: Ledger) -> None:
    """The same one is not, however often it comes."""
    order = of_a_caller()
    assert [ledger.orders.record_request(order, NOW) for _ in range(2)] == [True, True]
    other = order.model_copy(update={"body_digest": "1" * 64})
    assert not ledger.orders.record_request(other, NOW)
    placed = ledger.orders.placed(order.order_id)
    assert placed is not None
    assert placed.is_of(order)


def test_a_person_s_order_is_not_stored(ledger: Ledger) -> None:
    """Nobody asks for its status by its id, and it has no body to compare."""
    order = builders.an_order(order_id=new_order_id())
    assert ledger.orders.record_request(order, NOW)
    assert ledger.orders.placed(order.order_id) is None


def test_of_two_recorders_the_first_fixes_a_stop_s_targets_and_results(ledger: Ledger) -> None:
    """The other one goes on with what is stored."""
    target = Stop(job_id="1").target()
    first = StopRecord(order_id=new_order_id(), actor=ANN, began_at=NOW, targets=(target,))
    second = first.model_copy(update={"actor": BEN, "targets": ()})
    assert ledger.stops.begin(first, NOW) == first
    assert ledger.stops.begin(second, NOW) == first
    stopped = first.settled((target.model_copy(update={"ended": Ended.STOPPED}),), NOW)
    gone = first.settled((target.model_copy(update={"ended": Ended.GONE}),), NOW)
    assert ledger.stops.settle(first, stopped, NOW) == stopped
    assert ledger.stops.settle(first, gone, NOW) == stopped
    assert ledger.stops.read(first.order_id) == stopped
