"""Turns to call RTC: waited for within one's time, never taken late, and what RTC answers changes the pace of all."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import override

import pytest
from mypy_boto3_dynamodb import DynamoDBClient

from functions.ledger.pace import STOPPED_FOR, NotYet, Pace, Paused, Turn
from functions.ledger.table import Table
from functions.worker.delivery import LONGEST_WAIT, TIME_TO_ANSWER, Delivery, KeyRefused, NoTurn
from functions.worker.turns import _AFTER_A_STOP, _PERSON, Turns
from local.aws.account import Aws
from local.rtc.api import RtcApi
from local.rtc.faults import Fault
from shared import transport
from shared.order_ids import new_order_id
from shared.orders import Order
from shared.rtc.auth import AkSkAuth
from shared.rtc.client import RtcClient
from shared.rtc.errors import NotFound, RtcError
from tests.builders import TIMETABLE, an_order
from tests.in_memory import InMemory
from tests.ledger_table import TABLE, create_table
from tests.settable_clock import SettableClock

PERSONS = an_order()
PERSONS_CHECK = PERSONS.next_check(1)
CALLERS = an_order(actor=TIMETABLE)
CALLERS_CHECK = CALLERS.next_check(1)
LONG = Delivery(1, last=False, time_left=lambda: timedelta(minutes=1))


@dataclass
class Recorder:
    """One recorder's turns, and what they rest on."""

    turns: Turns
    pace: Pace
    clock: SettableClock
    rtc: RtcApi

    def call(self, order: Order = PERSONS, delivery: Delivery = LONG) -> float:
        """Show a job that does not exist, and return how many seconds the turn was waited for."""
        before = self.clock()
        with self.turns.take(order, delivery) as rtc, pytest.raises(NotFound):
            rtc.show("9")
        return (self.clock() - before).total_seconds()

    def fail(self, status: int, error_code: str) -> None:
        """Make a call that fails so."""
        self.rtc.misbehave(Fault(status=status, error_code=error_code))
        with pytest.raises(RtcError), self.turns.take(PERSONS, LONG) as rtc:
            rtc.show("9")


@pytest.fixture
def recorder(dynamodb: DynamoDBClient) -> Recorder:
    """A recorder of an app that nobody has called yet."""
    clock = SettableClock()
    api = RtcApi(clock=clock, calls_per_second=None)
    made_up = api.credentials
    session = transport.new_session()
    session.mount("http://", InMemory(api.answer))
    auth = AkSkAuth(made_up.access_key, made_up.secret_key, made_up.project_id, clock=clock)
    client = RtcClient(endpoint="http://rtc.invalid", app_id=made_up.app_id, auth=auth, session=session, clock=clock)
    pace = Pace(Table(dynamodb, TABLE), new_order_id(), 10)
    return Recorder(Turns(pace, lambda: client, clock, clock.tick), pace, clock, api)


def book(recorder: Recorder, turns: int) -> None:
    """Let others book so many turns."""
    for _ in range(turns):
        assert isinstance(recorder.pace.book(1000, timedelta(minutes=1), recorder.clock()), Turn)


def test_the_first_call_does_not_wait_and_the_next_ones_are_spaced(recorder: Recorder) -> None:
    """At a little less than ten a second."""
    assert recorder.call() == 0
    assert all(0.1 < recorder.call() < 0.11 for _ in range(3))


@pytest.mark.parametrize(
    ("booked", "overtaken"),
    [(1, set()), (4, {"caller's check"}), (11, {"caller's check", "person's check", "caller"})],
)
def test_a_person_s_start_overtakes_checks_and_callers(recorder: Recorder, booked: int, overtaken: set[str]) -> None:
    """The more turns are booked, the fewer kinds of orders may book one behind them. Nobody overtakes a person."""
    orders = {"person": PERSONS, "caller": CALLERS, "person's check": PERSONS_CHECK, "caller's check": CALLERS_CHECK}
    begin = recorder.clock.now
    found = set()
    for hours, (name, order) in enumerate(orders.items()):
        recorder.clock.now = begin + timedelta(hours=hours)
        book(recorder, booked)
        later: list[datetime] = []

        def sleep(seconds: float, later: list[datetime] = later) -> None:
            if not later:
                turn = recorder.pace.book(1000, timedelta(minutes=1), recorder.clock())
                assert isinstance(turn, Turn)
                later.append(turn.at)
            recorder.clock.tick(seconds)

        with replace(recorder.turns, sleep=sleep).take(order, LONG):
            if later[0] < recorder.clock():
                found.add(name)
    assert found == overtaken


def test_who_gets_no_turn_in_time_goes_back_to_the_queue(recorder: Recorder) -> None:
    """RTC is not called, and nobody waits here for a turn that comes too late."""
    book(recorder, 100)
    before = recorder.clock()
    for order, pause in ((PERSONS, 1), (CALLERS, 2), (PERSONS_CHECK, 5), (CALLERS_CHECK, 5)):
        with pytest.raises(NoTurn) as none:
            recorder.call(order)
        assert none.value.delay >= timedelta(seconds=pause)
    assert recorder.clock() == before
    recorder.clock.tick(8)
    with pytest.raises(NoTurn):
        recorder.call(PERSONS, Delivery(1, last=True, time_left=lambda: timedelta(seconds=42)))
    assert recorder.rtc.calls() == []


def test_a_turn_that_begins_late_is_left_out(recorder: Recorder) -> None:
    """Else it would come together with the turns of others. A machine that is always late gets one all the same."""
    slow = replace(recorder.turns, sleep=lambda seconds: recorder.clock.tick(seconds + 0.15))
    before = recorder.clock()
    with slow.take(PERSONS, LONG):
        assert (recorder.clock() - before).total_seconds() == pytest.approx(0.45)


def test_the_one_call_that_tries_a_refused_key_may_be_late(recorder: Recorder) -> None:
    """Nobody else calls meanwhile. Left out, it would hold up everybody until its lease ends."""
    recorder.fail(401, "APIGW.0301")
    slow = replace(recorder.turns, sleep=lambda seconds: recorder.clock.tick(seconds + 1))
    before = recorder.clock()
    with slow.take(PERSONS, LONG):
        assert (recorder.clock() - before).total_seconds() == pytest.approx(1)


@pytest.mark.parametrize(("status", "error_code"), [(429, ""), (429, "APIGW.0308"), (403, "APIG.0308")])
def test_a_call_refused_for_speed_slows_the_pace(recorder: Recorder, status: int, error_code: str) -> None:
    """Whether RTC or its gateway refuses it."""
    recorder.call()
    recorder.fail(status, error_code)
    recorder.call()
    assert recorder.call() > 0.2


def test_two_refusals_of_the_key_stop_the_calls_and_one_success_resumes_them(recorder: Recorder) -> None:
    """A 403 is no wrong signature: it stops nothing."""
    for _ in range(3):
        recorder.fail(403, "APIGW.0302")
    recorder.fail(401, "APIGW.0301")
    recorder.call()
    for _ in range(2):
        recorder.fail(401, "APIGW.0301")
    with pytest.raises(KeyRefused) as refused:
        recorder.call()
    assert refused.value.until - recorder.clock() == timedelta(minutes=1)
    assert refused.value.delay >= timedelta(minutes=1)
    recorder.clock.tick(60)
    recorder.call()
    recorder.call()


@pytest.mark.parametrize(("status", "error_code"), [(403, "APIGW.0302"), (429, "APIGW.0308"), (502, "")])
def test_an_answer_that_says_nothing_of_the_key_holds_up_nobody(
    recorder: Recorder, status: int, error_code: str
) -> None:
    """After a refused key there is one call at a time; the next one is made as soon as that is over."""
    recorder.fail(401, "APIGW.0301")
    recorder.fail(status, error_code)
    assert recorder.call() == 0


@pytest.mark.parametrize(("status", "error_code"), [(400, "RTC.00001007"), (500, "RTC.00002001")])
def test_an_answer_of_rtc_itself_shows_that_it_accepts_the_key(
    recorder: Recorder, status: int, error_code: str
) -> None:
    """RTC checks the key first. So two refused keys with such an answer between them stop nothing."""
    recorder.fail(401, "APIGW.0301")
    recorder.fail(status, error_code)
    recorder.fail(401, "APIGW.0301")
    recorder.call()


def test_an_answer_is_never_lost_because_the_ledger_is_away(recorder: Recorder) -> None:
    """What RTC said reaches the order also where it can't be noted for the pace."""

    class Away(Pace):
        @override
        def slow_down(self, now: datetime) -> None:
            raise OSError("the ledger is away")

    away = Away(Table(recorder.pace._table._client, TABLE), new_order_id(), 10)
    recorder.turns = replace(recorder.turns, pace=away)
    recorder.fail(429, "APIGW.0308")


@pytest.fixture(scope="module")
def server() -> Iterator[Aws]:
    """DynamoDB in a process of its own, which many threads may call at once."""
    with closing(Aws()) as aws:
        create_table(aws.dynamodb)
        yield aws


def test_recorders_at_once_never_share_a_turn(server: Aws) -> None:
    """Six of them, each with what it has seen itself: their turns are as far apart as one recorder's."""
    app_id = new_order_id()
    taken: list[datetime] = []

    def take_ten(_: int) -> None:
        pace = Pace(Table(server.dynamodb, TABLE), app_id, 100)
        for _ in range(10):
            booked = pace.book(1000, timedelta(minutes=1), datetime.now(UTC))
            while not isinstance(booked, Turn):
                assert isinstance(booked, NotYet)
                booked = pace.book(1000, timedelta(minutes=1), datetime.now(UTC))
            taken.append(booked.at)

    with ThreadPoolExecutor(6) as recorders:
        list(recorders.map(take_ten, range(6)))
    assert len(taken) == 60
    assert all(after - before >= timedelta(milliseconds=10.5) for before, after in pairwise(sorted(taken)))


def test_turns_that_were_booked_before_the_key_was_refused_are_not_used(recorder: Recorder) -> None:
    """Seven recorders wait for a turn while the key is refused twice: none of them makes another call."""
    recorder.call()

    def sleep(seconds: float) -> None:
        """Nest the recorders: each waits while the next one books. The last one sees the refusals."""
        if waiting:
            with pytest.raises(KeyRefused):
                recorders[waiting.pop()].take(PERSONS, LONG).__enter__()
        elif not refused:
            refused.append(recorder.clock())
            for _ in range(2):
                recorder.pace.refuse_key(recorder.clock())
        recorder.clock.tick(seconds)

    table = Table(recorder.pace._table._client, TABLE)
    recorders: list[Turns] = []
    refused: list[datetime] = []
    for _ in range(7):
        pace = Pace(table, "unused", 10)
        pace._key = recorder.pace._key
        recorders.append(replace(recorder.turns, pace=pace, sleep=sleep))
    waiting = list(range(6))
    calls = len(recorder.rtc.calls())
    with pytest.raises(KeyRefused):
        recorders[6].take(PERSONS, LONG).__enter__()
    assert refused
    assert not waiting
    assert len(recorder.rtc.calls()) == calls


def test_an_accepted_key_is_known_to_all_recorders_at_once(recorder: Recorder) -> None:
    """Also to one that saw the stop itself, and has not written since."""
    other = Pace(recorder.pace._table, "unused", 10)
    other._key = recorder.pace._key
    for _ in range(2):
        recorder.pace.refuse_key(recorder.clock())
    assert isinstance(other.book(1000, timedelta(minutes=1), recorder.clock()), Paused)
    assert recorder.pace.accept_key(recorder.clock())
    assert isinstance(other.book(1000, timedelta(minutes=1), recorder.clock()), Turn)


def test_who_waited_too_long_hears_it_before_the_response_url_ends() -> None:
    """The last wait may begin just before it is too late; then comes the answer."""
    last_wait = _PERSON.patience + STOPPED_FOR + timedelta(seconds=_AFTER_A_STOP)
    assert LONGEST_WAIT + last_wait + TIME_TO_ANSWER < timedelta(minutes=30)
