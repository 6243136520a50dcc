"""The answers to orders on DynamoDB (moto's): each is given by one recorder at a time, and what it says is stored."""

from datetime import UTC, datetime, timedelta

import pytest
from mypy_boto3_dynamodb import DynamoDBClient

from functions.ledger.answers import LEASE, Answer
from functions.ledger.ledger import Ledger, open_ledger
from functions.ledger.table import Contended, Table
from shared.attempts import Busy
from shared.order_ids import new_order_id
from shared.slack_refs import MessageRef
from tests.ledger_table import TABLE

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
MESSAGE = MessageRef(channel_id="C1", ts="1.000100")


@pytest.fixture
def ledger(dynamodb: DynamoDBClient) -> Ledger:
    """A ledger of a new app. Its orders are new in each test."""
    return open_ledger(dynamodb, TABLE, new_order_id())


def test_an_answer_is_given_by_one_at_a_time_and_once(ledger: Ledger) -> None:
    """Answers are counted; while one is at it others wait; what was answered is not answered again."""
    order_id = new_order_id()
    assert _begun(ledger, order_id, NOW) == 1
    assert ledger.answers.begin(order_id, NOW) == Busy(until=NOW + LEASE)
    ledger.answers.abandon(order_id, NOW)
    assert _begun(ledger, order_id, NOW) == 2
    assert _begun(ledger, order_id, NOW + LEASE) == 3
    ledger.answers.finish({order_id: ledger.answers.read(order_id)}, NOW)
    assert ledger.answers.begin(order_id, NOW + timedelta(days=1)) is None


def _begun(ledger: Ledger, order_id: str, now: datetime) -> int:
    """How many answers were begun, with the one whose lease this takes."""
    answer = ledger.answers.begin(order_id, now)
    assert isinstance(answer, Answer)
    return answer.begun


def test_an_answer_that_others_change_at_each_try_is_not_taken_for_given(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order is tried again later, whatever was to be stored."""
    monkeypatch.setattr(Table, "write", lambda *_: False)
    with pytest.raises(Contended):
        ledger.answers.begin(new_order_id(), NOW)
    with pytest.raises(Contended):
        ledger.answers.abandon(new_order_id(), NOW)


def test_several_answers_are_begun_all_or_none(ledger: Ledger) -> None:
    """If one has changed since it was read, none of the others waits for a lease that nobody uses."""
    first, second = new_order_id(), new_order_id()
    known = {first: Answer(), second: Answer()}
    ledger.answers.begin(second, NOW)
    assert ledger.answers.begin_all(known, NOW) == {}
    assert not ledger.answers.read(first).is_leased(NOW)
    known[second] = ledger.answers.read(second)
    leased = ledger.answers.begin_all(known, NOW)
    assert leased == {order_id: ledger.answers.read(order_id) for order_id in known}
    assert all(answer.is_leased(NOW) for answer in leased.values())


def test_an_update_waits_for_who_answers_or_updates_now(ledger: Ledger) -> None:
    """It begins when that lease is over, if the answer is still the one that was read, and gives its own lease back."""
    order_id = new_order_id()
    ledger.answers.begin(order_id, NOW)
    known = ledger.answers.read(order_id)
    assert ledger.answers.begin_update(order_id, known, NOW) is None
    later = NOW + LEASE
    leased = ledger.answers.begin_update(order_id, known, later)
    assert leased is not None
    assert leased.is_leased(later)
    assert ledger.answers.begin_update(order_id, known, later + LEASE) is None
    ledger.answers.show(order_id, "news", later)
    shown = ledger.answers.read(order_id)
    assert shown.shows == "news"
    assert not shown.is_leased(later)


def test_an_answer_that_was_taken_back_does_not_count(ledger: Ledger) -> None:
    """The next one has its number, and need not wait for its lease."""
    order_id = new_order_id()
    for _ in range(2):
        assert _begun(ledger, order_id, NOW) == 1
        ledger.answers.take_back(order_id, NOW, 1)


def test_that_an_order_waits_is_not_said_while_another_answers(ledger: Ledger) -> None:
    """It is said when that answer was given up, and only once."""
    order_id = new_order_id()
    ledger.answers.begin(order_id, NOW)
    assert not ledger.answers.begin_wait(order_id, NOW)
    ledger.answers.abandon(order_id, NOW)
    assert ledger.answers.begin_wait(order_id, NOW)
    ledger.answers.abandon(order_id, NOW, MESSAGE)
    assert not ledger.answers.begin_wait(order_id, NOW)
    ledger.answers.abandon(order_id, NOW)
    assert ledger.answers.read(order_id).message == MESSAGE


def test_each_notice_is_remembered(ledger: Ledger) -> None:
    """An order whose streams start one after another has several."""
    order_id = new_order_id()
    ledger.answers.note_notice(order_id, 0, NOW)
    ledger.answers.note_notice(order_id, 2, NOW)
    assert ledger.answers.read(order_id).notified == (0, 2)


def test_a_message_is_stored_though_another_changed_one_of_its_answers(ledger: Ledger) -> None:
    """It was posted: else a later receive would post it again."""
    ids = first, second = new_order_id(), new_order_id()
    leased = ledger.answers.begin_all({first: Answer(), second: Answer()}, NOW)
    ledger.answers.note_notice(second, 0, NOW)
    ledger.answers.finish(leased, NOW, MESSAGE, shows="news")
    answers = [ledger.answers.read(order_id) for order_id in ids]
    assert [(it.answered_at, it.message, it.together, it.shows) for it in answers] == [(NOW, MESSAGE, ids, "news")] * 2
    assert not any(it.is_leased(NOW) for it in answers)
    assert answers[1].notified == (0,)
