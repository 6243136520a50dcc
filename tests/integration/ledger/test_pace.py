"""The pace of calls to RTC: turns are spaced, nobody waits for ever, and a refused key stops everybody."""

import heapq
from datetime import datetime, timedelta
from itertools import count, pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mypy_boto3_dynamodb import DynamoDBClient

from functions.ledger.pace import PROBE, SLOW_FOR, STOPPED_FOR, NotYet, Pace, Paused, Turn
from functions.ledger.table import Table
from shared.order_ids import new_order_id
from tests.ledger_table import TABLE
from tests.own_clients import hearing
from tests.settable_clock import SettableClock

RATE = 10
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
ANY = 1000
"""More turns ahead than anybody books."""


class Recorders:
    """Recorders that share one item of the table."""

    def __init__(self, dynamodb: DynamoDBClient, rate: int = RATE) -> None:
        self.clock = SettableClock()
        self.dynamodb = dynamodb
        self._app_id = new_order_id()
        self._rate = rate

    def one(self) -> Pace:
        """Another recorder."""
        return Pace(Table(self.dynamodb, TABLE), self._app_id, self._rate)

    def turn(self, pace: Pace) -> datetime:
        """The turn that this recorder gets now."""
        turn = pace.book(ANY, MINUTE, self.clock())
        assert isinstance(turn, Turn)
        return turn.at


@pytest.fixture
def recorders(dynamodb: DynamoDBClient) -> Recorders:
    """Recorders of an app that nobody has called yet."""
    return Recorders(dynamodb)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rate=st.integers(1, 30),
    callers=st.lists(st.tuples(st.integers(0, 3000), st.sampled_from([2, 5, ANY])), min_size=1, max_size=40),
    recorders=st.integers(1, 6),
)
def test_no_second_has_more_turns_than_the_rate_and_everybody_gets_one(
    dynamodb: DynamoDBClient, rate: int, callers: list[tuple[int, int]], recorders: int
) -> None:
    """Whenever they come, however far ahead they may book, and whatever each recorder has seen of the others."""
    own = Recorders(dynamodb, rate)
    begin, paces = own.clock(), [own.one() for _ in range(recorders)]
    number = count()
    waiting = [(begin + timedelta(milliseconds=after), next(number), ahead) for after, ahead in callers]
    heapq.heapify(waiting)
    turns: list[datetime] = []
    while waiting:
        now, place, ahead = heapq.heappop(waiting)
        assert place < 50 * len(callers), "somebody waits for ever"
        match paces[place % recorders].book(ahead, MINUTE * 10, now):
            case Turn(at):
                assert at >= now - timedelta(milliseconds=1)
                turns.append(at)
            case NotYet(at):
                assert at > now
                heapq.heappush(waiting, (at, next(number), ahead))
            case Paused():
                pytest.fail("nobody refused the key")
    turns.sort()
    assert all(after - before >= SECOND for before, after in zip(turns, turns[rate:], strict=False))
    last_came = begin + timedelta(milliseconds=max(after for after, _ in callers))
    assert turns[-1] - last_came <= len(callers) * 1.1 * SECOND / rate


def test_a_turn_is_one_write(recorders: Recorders) -> None:
    """Also while others book: only who finds that somebody began meanwhile writes twice."""
    first, second = recorders.one(), recorders.one()
    calls: list[str] = []

    with hearing(recorders.dynamodb, before=lambda call: calls.append(call.operation)):
        turns = [recorders.turn(first), recorders.turn(second)]
        assert calls == ["UpdateItem"] * 3
        turns += [recorders.turn(pace) for pace in (first, second, first, second)]
        assert calls == ["UpdateItem"] * 7
        assert not first.accept_key(recorders.clock())
        assert calls == ["UpdateItem"] * 7, "a key that was never refused costs no write"
    assert len(set(turns)) == 6


def test_who_may_not_book_far_ahead_comes_after_who_may(recorders: Recorders) -> None:
    """A person's turn is the next one, however many callers wait; a check gets one when few are left before it."""
    crowd, person, check = recorders.one(), recorders.one(), recorders.one()
    booked = 0
    while isinstance(crowd.book(5, MINUTE, recorders.clock()), Turn):
        booked += 1
    assert booked == 6
    not_yet = check.book(2, MINUTE, recorders.clock())
    assert isinstance(not_yet, NotYet)
    assert not_yet.at - recorders.clock() <= 0.45 * SECOND, "it may ask again when two turns are left, not none"
    assert recorders.turn(person) - recorders.clock() <= 0.7 * SECOND
    recorders.clock.now = not_yet.at + 0.2 * SECOND
    assert isinstance(check.book(2, MINUTE, recorders.clock()), Turn)


def test_a_turn_that_comes_too_late_is_not_booked(recorders: Recorders) -> None:
    """It is left to who has more time."""
    for _ in range(5):
        recorders.turn(recorders.one())
    hasty = recorders.one()
    assert isinstance(hasty.book(ANY, timedelta(milliseconds=300), recorders.clock()), NotYet)
    assert recorders.turn(recorders.one()) - recorders.clock() < 0.6 * SECOND


@pytest.mark.parametrize(("ahead", "within"), [(ANY, 0.3 * SECOND), (2, MINUTE)], ids=["too late", "too far ahead"])
def test_the_turns_that_others_booked_since_are_counted(recorders: Recorders, ahead: int, within: timedelta) -> None:
    """A recorder learns of them only by its own write."""
    last_seen_early = recorders.one()
    recorders.turn(last_seen_early)
    for _ in range(5):
        recorders.turn(recorders.one())
    assert isinstance(last_seen_early.book(ahead, within, recorders.clock()), NotYet)


def test_a_turn_is_free_at_its_very_moment(recorders: Recorders) -> None:
    """Whoever was told to come back then gets it."""
    pace = recorders.one()
    recorders.turn(pace)
    free = pace.book(0, timedelta(0), recorders.clock())
    assert isinstance(free, NotYet)
    recorders.clock.tick((free.at - recorders.clock()).total_seconds())
    assert recorders.turn(pace) == free.at


def test_a_refusal_for_speed_slows_everybody_for_a_while(recorders: Recorders) -> None:
    """Half the pace, for calls that were under way together once; then as before."""
    one, other = recorders.one(), recorders.one()
    recorders.turn(one)
    recorders.turn(other)
    one.slow_down(recorders.clock())
    other.slow_down(recorders.clock())
    recorders.turn(other)
    other.slow_down(recorders.clock())
    turns = [recorders.turn(it) for it in (one, other, one)]
    assert all(0.2 * SECOND <= after - before <= 0.22 * SECOND for before, after in pairwise(turns))
    recorders.clock.tick(SLOW_FOR.total_seconds())
    turns = [recorders.turn(it) for it in (one, other, one)]
    assert all(after - before <= 0.11 * SECOND for before, after in pairwise(turns))


def test_refusals_for_speed_again_and_again_slow_further_but_never_stop(recorders: Recorders) -> None:
    """An eighth of the pace is the slowest."""
    pace = recorders.one()
    for _ in range(10):
        recorders.clock.tick(10)
        recorders.turn(pace)
        pace.slow_down(recorders.clock())
    turns = [recorders.turn(pace) for _ in range(3)]
    assert 0.8 * SECOND <= turns[2] - turns[1] <= 0.88 * SECOND


def test_a_refusal_noted_with_a_wrong_clock_does_not_slow_for_longer(recorders: Recorders) -> None:
    """The next refusal for speed sets the time right."""
    true, pace = recorders.clock(), recorders.one()
    recorders.turn(pace)
    pace.slow_down(true + timedelta(minutes=20))
    pace.slow_down(true)
    recorders.clock.now = true + 2 * SLOW_FOR
    turns = [recorders.turn(pace) for _ in range(3)]
    assert all(after - before <= 0.11 * SECOND for before, after in pairwise(turns))


def test_two_refusals_of_the_key_stop_everybody_for_a_minute(recorders: Recorders) -> None:
    """After the first, calls are made one at a time; after the minute one tries, and its success opens."""
    one, other, unaware = recorders.one(), recorders.one(), recorders.one()
    recorders.turn(unaware)
    recorders.turn(one)
    assert one.refuse_key(recorders.clock()) is None
    recorders.turn(other)
    assert isinstance(one.book(ANY, MINUTE, recorders.clock()), NotYet)
    until = other.refuse_key(recorders.clock())
    assert until == recorders.clock() + STOPPED_FOR
    for pace in (one, unaware, one):
        stopped = pace.book(ANY, MINUTE, recorders.clock())
        assert isinstance(stopped, Paused)
        assert abs(stopped.until - until) < timedelta(milliseconds=1)
    recorders.clock.tick(STOPPED_FOR.total_seconds())
    recorders.turn(one)
    assert isinstance(other.book(ANY, MINUTE, recorders.clock()), NotYet)
    assert one.accept_key(recorders.clock())
    assert not other.accept_key(recorders.clock()), "the calls resume once"
    recorders.turn(other)
    assert not one.accept_key(recorders.clock())


def test_a_key_that_is_refused_again_stops_for_another_minute(recorders: Recorders) -> None:
    """One call a minute: a key is never locked by us."""
    pace = recorders.one()
    for _ in range(2):
        recorders.turn(pace)
        pace.refuse_key(recorders.clock())
    for _ in range(3):
        recorders.clock.tick(STOPPED_FOR.total_seconds())
        recorders.turn(pace)
        pace.refuse_key(recorders.clock())
        recorders.clock.tick(1)
        assert isinstance(recorders.one().book(ANY, MINUTE, recorders.clock()), Paused)


def test_a_try_without_an_answer_is_followed_by_another(recorders: Recorders) -> None:
    """The recorder that tried may be gone."""
    pace = recorders.one()
    for _ in range(2):
        recorders.turn(pace)
        pace.refuse_key(recorders.clock())
    recorders.clock.tick(STOPPED_FOR.total_seconds())
    first = pace.book(ANY, MINUTE, recorders.clock())
    assert isinstance(first, Turn)
    assert isinstance(recorders.one().book(ANY, MINUTE, recorders.clock()), NotYet)
    recorders.clock.tick(PROBE.total_seconds())
    recorders.turn(recorders.one())
    pace.end_probe(first, recorders.clock())
    assert isinstance(recorders.one().book(ANY, MINUTE, recorders.clock()), NotYet), "the second try is not over"


def test_a_recorder_whose_clock_is_wrong_stops_nobody(recorders: Recorders) -> None:
    """Twenty minutes ahead, or behind: the others get their turns at once, and it too when its clock is right again."""
    true = recorders.clock()
    for wrong in (timedelta(minutes=20), timedelta(minutes=-20)):
        for ahead in (2, ANY):
            wrong_one = recorders.one()
            for other in (wrong_one, recorders.one()):
                recorders.clock.now = true + wrong
                recorders.turn(wrong_one)
                recorders.clock.now = true
                turn = other.book(ahead, MINUTE, true)
                assert isinstance(turn, Turn)
                assert turn.at - true < SECOND
