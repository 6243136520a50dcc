"""What a question about recordings reads: as much with many recordings as with few."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import batched

import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from bot.messages.blocks import Reply
from functions.ledger.ledger import Ledger, open_ledger
from functions.ledger.shown_recordings import ShownRecordings
from functions.ledger.table import Table
from shared.attempts import Attempt, Started
from shared.order_ids import new_order_id
from shared.orders import Stop
from shared.recording_news import Stopped
from shared.recordings import End, Recording, RecordingState
from tests.asked import asked, placed, run
from tests.aws_calls import calls_of
from tests.builders import ANN, BEN, NOW, a_job, an_order, requests_of, unknown
from tests.integration.conftest import a_world
from tests.known_recordings import a_known
from tests.ledger_table import TABLE

FEW, MANY = (10, 10), (2_000, 200)
"""How many recordings are over, and how many run."""


def fill(dynamodb: DynamoDBClient, ledger: Ledger, past: int, running: int) -> Recording:
    """Store so many recordings, and return one more that runs, which is ann's here."""
    over = {"state": RecordingState.ENDED, "end": End.IDLE, "ended_at": NOW, "due_at": None}
    due = {"actor": BEN, "due_at": NOW + timedelta(minutes=1)}
    recordings = (
        *(a_known(f"o{n}", **over) for n in range(past)),
        *(a_known(f"r{n}", user_id=f"u{n}", **due) for n in range(running)),
    )
    changes = (change for it in recordings for change in ledger.recordings._put(it, NOW, over=None))
    for some in batched(changes, 100, strict=False):
        assert Table(dynamodb, TABLE).write(*some)
    return ledger.recordings.plan(a_known("mine", room_id="mine", actor=ANN, due_at=NOW), NOW)


def counted(aws: tuple[DynamoDBClient, SQSClient], past: int, running: int) -> list[Counter[str]]:
    """What each question reads of such a ledger, and what the minute's tick calls in the end, which follows one."""
    dynamodb, _ = aws
    with a_world(aws, bot_token=True) as world:
        ledger, world.clock.now = world.ledger, NOW
        mine = fill(dynamodb, ledger, past, running)
        where = asked(recordings=lambda: ShownRecordings(ledger))
        listed = run("list all", where)
        assert isinstance(listed, Reply)
        assert f"{running + 1} recordings" in listed.text
        assert placed("stop room=mine", where).action == Stop(recordings=(mine.id,))
        assert [it.id for it in ledger.recordings.due(NOW, 20)] == [mine.id]
        questions = ("list all", "status 100", "stop", "stop 100", "stop all mine")
        asks: list[Callable[[], object]] = [partial(run, text, where) for text in questions]
        asks.append(partial(ledger.recordings.due, NOW, 20))
        calls = [calls_of(dynamodb, ask) for ask in asks]
        assert all(1 <= sum(it.values()) <= 2 for it in calls)
        calls.append(calls_of(dynamodb, world.tick_again))
        assert [call.operation for call in world.rtc.calls()] == ["show"]
    return calls


@pytest.mark.timeout(120)
def test_a_question_reads_as_much_with_many_recordings_as_with_few(aws: tuple[DynamoDBClient, SQSClient]) -> None:
    """A page of the index and at most one item, whatever is over; so does the minute's tick."""
    few, many = (counted(aws, *sizes) for sizes in (FEW, MANY))
    assert few == many


def test_a_room_s_recordings_are_found_after_they_are_over(dynamodb: DynamoDBClient) -> None:
    """The newest first, each once, and only so many; another app's are not among them."""
    ledger = open_ledger(dynamodb, TABLE, new_order_id())
    other = open_ledger(dynamodb, TABLE, new_order_id())
    made = []
    for n in range(25):
        planned = a_known(None, room_id="100", state=RecordingState.PLANNED, since=NOW + timedelta(minutes=n))
        made.append(ledger.recordings.plan(planned, NOW))
        ledger.recordings.plan(planned, NOW)
    over = ledger.recordings.note(made[-1], Stopped(), NOW)
    assert ledger.recordings.of_room("100") == [over, *reversed(made[5:-1])]
    assert ledger.recordings.of_room("10") == []
    assert other.recordings.of_room("100") == []


def test_a_start_is_in_the_history_of_its_room_once(dynamodb: DynamoDBClient) -> None:
    """As when it was planned before, or when its outcome was unknown first."""
    ledger, order = open_ledger(dynamodb, TABLE, new_order_id()), an_order()
    (request,) = requests_of(order)
    claimed = ledger.attempts.claim(order, 0, request, NOW)
    assert isinstance(claimed, Attempt)
    attempt = ledger.attempts.store(claimed.settled(unknown(), NOW), NOW)
    (found,) = ledger.recordings.of_room(request.room_id)
    assert found.state is RecordingState.UNKNOWN
    ledger.attempts.store(attempt.settled(Started(job=a_job(request)), NOW), NOW)
    (found,) = ledger.recordings.of_room(request.room_id)
    assert found.state is RecordingState.STARTING
