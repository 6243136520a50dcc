"""What is counted of people and channels, on DynamoDB (moto's): each start once, for an hour and while it runs."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from mypy_boto3_dynamodb import DynamoDBClient

from functions.ledger.ledger import Ledger, open_ledger
from functions.ledger.table import Contended, Table
from functions.ledger.usages import HOUR
from shared.attempts import Attempt, NotStarted, Started
from shared.order_ids import new_order_id
from shared.orders import LATEST_END, Order
from shared.permissions import Verdict
from shared.questions import Usage
from shared.refusals import Lacking, Refusal
from shared.slack_refs import ReplyTo
from shared.team import Right
from tests import builders
from tests.builders import ANN, a_failure, a_job, requests_of
from tests.ledger_table import TABLE

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ALLOWED = Verdict(allowed=True)
REFUSED = Verdict(allowed=False, refusal=Refusal(right=Right.START, lacking=Lacking.AT_ONCE))


@pytest.fixture
def ledger(dynamodb: DynamoDBClient) -> Ledger:
    """A ledger in which nothing is counted yet."""
    return open_ledger(dynamodb, TABLE, new_order_id())


def an_order(channel: str | None = "C1") -> Order:
    """Ann's start."""
    reply_to = None if channel is None else ReplyTo(channel_id=channel)
    return builders.an_order(order_id=new_order_id(), actor=ANN, reply_to=reply_to)


def admit(
    ledger: Ledger, order: Order, now: datetime, streams: int = 1, verdicts: Sequence[Verdict] = (ALLOWED,)
) -> tuple[Usage, Sequence[Verdict]]:
    """Ask for the streams with these verdicts. Return what was counted before, and what was answered."""
    seen: list[Usage] = []

    def decide(usage: Usage) -> Sequence[Verdict]:
        seen.append(usage)
        return verdicts

    answered = ledger.usages.admit(order, 0, streams, now, decide)
    return seen[-1], answered


def usage(ledger: Ledger, now: datetime, channel: str | None = "C1") -> tuple[int, ...]:
    """What one more start of Ann's finds: at once and in the last hour, of her and of the channel."""
    found, _ = admit(ledger, an_order(channel), now, verdicts=[REFUSED])
    return found.at_once.asker, found.an_hour.asker, found.at_once.channel, found.an_hour.channel


def test_a_start_counts_once_for_its_asker_and_its_channel(ledger: Ledger) -> None:
    """Also when its order is received again, however much later."""
    order = an_order()
    for _ in range(2):
        admit(ledger, order, NOW, streams=2)
    assert usage(ledger, NOW) == (2, 2, 2, 2)
    assert usage(ledger, NOW, "C2") == (2, 2, 0, 0)
    assert usage(ledger, NOW, None)[:2] == (2, 2)
    admit(ledger, order, NOW + HOUR / 2, streams=2)
    assert usage(ledger, NOW + HOUR)[1] == 0


def test_what_is_refused_counts_nothing(ledger: Ledger) -> None:
    """One stream that may not start keeps the others of its order from starting too."""
    _, answered = admit(ledger, an_order(), NOW, streams=2, verdicts=[ALLOWED, REFUSED])
    assert answered == [ALLOWED, REFUSED]
    assert usage(ledger, NOW) == (0, 0, 0, 0)


def test_a_start_counts_for_an_hour_and_while_it_runs(ledger: Ledger) -> None:
    """One that never began counts as running until its order can't begin any more."""
    running, refused, waiting = an_order(), an_order("C2"), an_order("C3")
    for order in (running, refused, waiting):
        admit(ledger, order, NOW)
    attempt = ledger.attempts.claim(running, 0, requests_of(running)[0], NOW)
    assert isinstance(attempt, Attempt)
    ledger.attempts.store(attempt.settled(Started(job=a_job()), NOW), NOW)
    outcome = NotStarted(failure=a_failure())
    ledger.attempts.settle_uncalled(refused, 0, requests_of(refused)[0], outcome, NOW)
    assert usage(ledger, NOW) == (2, 3, 1, 1)
    assert usage(ledger, NOW + HOUR - SECOND)[1] == 3
    after = NOW + max(HOUR, LATEST_END)
    admit(ledger, an_order("C4"), after)  # this writes the lists anew
    assert usage(ledger, after) == (2, 1, 1, 0)
    assert usage(ledger, NOW + LATEST_END - SECOND, "C3")[2] == 1
    assert usage(ledger, NOW + LATEST_END, "C3")[2] == 0


def test_a_list_that_others_change_at_each_try_admits_nothing(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """The order is tried again later: without the list, two could be the last one that is allowed."""
    monkeypatch.setattr(Table, "write", lambda *_: False)
    with pytest.raises(Contended):
        admit(ledger, an_order(), NOW)
