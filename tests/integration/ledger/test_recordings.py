"""What a question about recordings reads: as much with many recordings as with few."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from mypy_boto3_dynamodb import DynamoDBClient

from bot.messages.blocks import Reply
from functions.ledger.ledger import Ledger, open_ledger
from shared.orders import Stop, new_order_id
from shared.recordings import End, Recording, RecordingState
from tests.asked import asked, placed, run
from tests.builders import ANN, BEN, NOW
from tests.known_recordings import a_known
from tests.ledger_table import TABLE

FEW, MANY = (10, 10), (1000, 200)
"""How many recordings are over, and how many run."""


def filled(dynamodb: DynamoDBClient, past: int, running: int) -> tuple[Ledger, Recording]:
    """A ledger with so many recordings, and one of them that runs, which is ann's here."""
    ledger = open_ledger(dynamodb, TABLE, new_order_id())
    over = {"state": RecordingState.ENDED, "end": End.IDLE, "ended_at": NOW, "due_at": None}
    due = {"actor": BEN, "due_at": NOW + timedelta(minutes=1)}
    mine = a_known("mine", room_id="mine", actor=ANN, due_at=NOW)
    for recording in (
        mine,
        *(a_known(f"o{n}", **over) for n in range(past)),
        *(a_known(f"r{n}", user_id=f"u{n}", **due) for n in range(running)),
    ):
        ledger.recordings.plan(recording, NOW)
    return ledger, mine


def reads(dynamodb: DynamoDBClient, ask: Callable[[], object]) -> Counter[str]:
    """How often each operation of DynamoDB is called meanwhile."""
    calls: Counter[str] = Counter()

    def note(model: object, **_: object) -> None:
        calls[str(getattr(model, "name", ""))] += 1

    dynamodb.meta.events.register("before-call.dynamodb", note)
    try:
        ask()
    finally:
        dynamodb.meta.events.unregister("before-call.dynamodb", note)
    return calls


def counted(dynamodb: DynamoDBClient, past: int, running: int) -> list[Counter[str]]:
    """What each question reads of such a ledger. What is mine is found among all of them."""
    ledger, mine = filled(dynamodb, past, running)
    where = asked(recordings=lambda: ledger.recordings)
    listed = run("list all", where)
    assert isinstance(listed, Reply)
    assert f"{running + 1} recordings" in listed.text
    assert placed("stop room=mine", where).action == Stop(recordings=(mine.id,))
    assert [it.id for it in ledger.recordings.due(NOW, 20)] == [mine.id]
    questions: list[Callable[[], object]] = [
        *(partial(run, text, where) for text in ("list all", "status 100", "stop", "stop 100", "stop all mine")),
        partial(ledger.recordings.due, NOW, 20),
    ]
    return [reads(dynamodb, ask) for ask in questions]


@pytest.mark.timeout(120)
def test_a_question_reads_as_much_with_many_recordings_as_with_few(dynamodb: DynamoDBClient) -> None:
    """A page of the index and at most one item, whatever is over; so does the minute's check."""
    few, many = (counted(dynamodb, *sizes) for sizes in (FEW, MANY))
    assert few == many
    assert all(1 <= sum(calls.values()) <= 2 for calls in many)
