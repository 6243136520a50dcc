"""Turns to post in a channel, on a table in DynamoDB (moto's): one a second, and who waits for one."""

from datetime import timedelta

import pytest
from mypy_boto3_dynamodb import DynamoDBClient

from functions.ledger.table import Table
from functions.worker import channel_turns
from functions.worker.channel_turns import PAUSE, ChannelTurns, no_turn
from shared.order_ids import new_order_id
from tests.builders import ANN, TIMETABLE
from tests.ledger_table import TABLE
from tests.settable_clock import SettableClock


@pytest.fixture
def clock() -> SettableClock:
    """What the turns are counted by."""
    return SettableClock()


@pytest.fixture
def turns(dynamodb: DynamoDBClient, clock: SettableClock) -> ChannelTurns:
    """Channels in which nobody has posted yet. Who waits lets time pass."""
    return ChannelTurns(Table(dynamodb, TABLE), new_order_id(), clock, clock.tick)


def test_a_person_s_order_waits_for_its_turn_and_a_caller_s_does_not(turns: ChannelTurns, clock: SettableClock) -> None:
    """A turn is a second after the one before, in each channel."""
    began = clock()
    assert turns.take("C1", ANN)
    assert turns.take("C2", ANN)
    assert clock() == began
    assert not turns.take("C1", TIMETABLE)
    assert clock() == began
    assert turns.take("C1", ANN)
    assert timedelta(seconds=1) <= clock() - began < timedelta(seconds=2)


def test_messages_that_are_sent_late_keep_their_distance(turns: ChannelTurns, clock: SettableClock) -> None:
    """Each had its turn, but Slack sees when they are sent."""
    began = clock()
    turns.wait("C1")
    assert clock() == began
    turns.wait("C1")
    assert timedelta(seconds=1) <= clock() - began < timedelta(seconds=2)


def test_a_refusal_for_speed_slows_the_channel_down(turns: ChannelTurns) -> None:
    """Its next turn is too late for who waits; another channel's is not."""
    turns.slow_down("C1")
    assert [turns.take("C1", ANN) for _ in range(2)] == [True, False]
    assert [turns.take("C2", ANN) for _ in range(2)] == [True, True]


def test_only_so_many_channels_are_kept_in_memory(turns: ChannelTurns, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that was known first goes when there is a new one, and only then."""
    monkeypatch.setattr(channel_turns, "_PACES_KNOWN", 2)
    for channel in ("C1", "C2", "C2"):
        turns.take(channel, ANN)
    assert set(turns._paces) == {"C1", "C2"}
    turns.take("C3", ANN)
    assert set(turns._paces) == {"C2", "C3"}


def test_an_order_without_a_turn_asks_again_after_the_pause_and_not_all_at_once() -> None:
    """Between once and twice the pause."""
    delays = [no_turn().delay for _ in range(20)]
    assert PAUSE <= min(delays) < max(delays) <= 2 * PAUSE
