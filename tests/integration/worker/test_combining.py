"""Which orders one message answers, with a ledger on DynamoDB (moto's) and nothing else."""

from dataclasses import dataclass

import pytest
from mypy_boto3_dynamodb import DynamoDBClient

from functions.ledger.answers import LEASE
from functions.ledger.ledger import open_ledger
from functions.worker.combining import MOST, Combining, Others
from shared.attempts import NotStarted
from shared.failures import FailureKind
from shared.order_ids import new_order_id
from shared.orders import Order, Start, Stop
from shared.rtc.models import RecordingRequest
from shared.slack_refs import MessageRef, ReplyTo
from shared.stops import StopRecord
from tests.builders import ANN, TIMETABLE, a_failure, requests_of
from tests.ledger_table import TABLE
from tests.settable_clock import SettableClock

STOP = Stop(room_id="100", user_id="user001")
MESSAGE = MessageRef(channel_id="C1", ts="1.000100")


@dataclass
class Waiting:
    """The orders of a caller that wait for one channel."""

    combining: Combining
    clock: SettableClock

    def order(self, action: Start | Stop | None = None) -> Order:
        """An order that waits. Each is placed a second after the one before."""
        self.clock.tick(1)
        order = Order(
            order_id=new_order_id(),
            actor=TIMETABLE,
            action=action or Start(requests=(RecordingRequest(room_id="100", user_id="user001"),)),
            placed_at=self.clock(),
            reply_to=ReplyTo(channel_id="C1"),
            body_digest="0" * 64,
        )
        assert self.combining.ledger.orders.record_request(order, self.clock())
        self.combining.wait(order)
        return order

    def refused(self) -> Order:
        """A start that waits with its outcome."""
        order = self.order()
        outcome = NotStarted(failure=a_failure())
        self.combining.ledger.attempts.settle_uncalled(order, 0, requests_of(order)[0], outcome, self.clock())
        return order


@pytest.fixture
def waiting(dynamodb: DynamoDBClient) -> Waiting:
    """A list that is empty."""
    clock = SettableClock()
    return Waiting(Combining(open_ledger(dynamodb, TABLE, new_order_id()), "/record", clock), clock)


def test_a_message_answers_those_that_wait_longest_and_no_more_than_fit(waiting: Waiting) -> None:
    """The order whose message it is counts as one of them, wherever it stands on the list."""
    orders = [waiting.refused() for _ in range(MOST + 1)]
    first, *others = [order.order_id for order in orders]
    found = waiting.combining.begin_others(orders[0])
    assert list(found.answers) == list(found.records) == others[: MOST - 1]
    assert first not in found.answers
    assert all(waiting.combining.ledger.answers.read(it).is_leased(waiting.clock()) for it in found.answers)
    waiting.clock.tick(LEASE.total_seconds())
    assert len(waiting.combining.begin_others(orders[-1]).answers) == MOST - 1


def test_a_message_answers_no_order_that_has_its_own_way(waiting: Waiting) -> None:
    """One without its outcome, one that is answered, one that has a message: they come from their queue again."""
    own = waiting.refused()
    unsettled, unstopped = waiting.order(), waiting.order(STOP)
    answered, has_message = waiting.refused(), waiting.refused()
    answers = waiting.combining.ledger.answers
    answers.finish({answered.order_id: answers.read(answered.order_id)}, waiting.clock())
    answers.abandon(has_message.order_id, waiting.clock(), MESSAGE)
    found = waiting.combining.begin_others(own)
    assert found.answers == {}
    done = [order.order_id for order in (unsettled, unstopped, answered, has_message)]
    assert [it.order_id for it in found.waiting] == done


def test_an_order_that_is_being_answered_stays_on_the_list(waiting: Waiting) -> None:
    """That answer may fail, and then the next message may have it."""
    own, busy, free = waiting.refused(), waiting.refused(), waiting.refused()
    waiting.combining.ledger.answers.begin(busy.order_id, waiting.clock())
    found = waiting.combining.begin_others(own)
    assert list(found.answers) == [free.order_id]
    assert [it.order_id for it in found.waiting] == [free.order_id]


def test_a_stop_waits_for_a_message_once_it_is_settled(waiting: Waiting) -> None:
    """Until then nobody knows what to say of it."""
    own, order = waiting.refused(), waiting.order(STOP)
    stops, now = waiting.combining.ledger.stops, waiting.clock()
    stop = StopRecord(order_id=order.order_id, actor=order.actor, began_at=now, targets=(STOP.target(),))
    stops.begin(stop, now)
    assert waiting.combining.begin_others(own).answers == {}
    stops.settle(stop, stop.given_up(now, FailureKind.OUT_OF_TIME), now)
    own = waiting.refused()
    assert list(waiting.combining.begin_others(own).answers)[-1] == order.order_id


def test_what_was_answered_leaves_the_list(waiting: Waiting) -> None:
    """The order itself, and the others with it."""
    own, other = waiting.refused(), waiting.refused()
    found = waiting.combining.begin_others(own)
    also = waiting.combining.answered(own, found)
    waiting.combining.ledger.answers.finish(found.answers, waiting.clock(), MESSAGE, also=also)
    assert waiting.combining.ledger.answers.read(other.order_id).message == MESSAGE
    last = waiting.refused()
    found = waiting.combining.begin_others(last)
    assert (found.answers, found.waiting) == ({}, [])


def test_a_person_s_order_is_answered_alone(waiting: Waiting) -> None:
    """It is on no list, and takes nothing from one."""
    waiting.refused()
    order = waiting.order().model_copy(update={"actor": ANN})
    waiting.combining.wait(order)
    assert waiting.combining.begin_others(order) == Others()
    assert waiting.combining.answered(order, Others()) == []
