"""How long an order is tried."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from inspect import signature

import pytest

from bot.slack_api import SlackApi
from functions.ledger.answers import LEASE as ANSWER_LEASE
from functions.worker.channel_turns import PATIENCE
from functions.worker.delivery import (
    AT_ONCE,
    DELAYS,
    LONGEST_WAIT,
    TIME_FOR_A_CALL,
    TIME_TO_ANSWER,
    TIME_TO_SETTLE,
    Delivery,
    NoTurn,
    TryAgain,
    longest,
)
from functions.worker.turns import _PERSON
from shared.attempts import LEASE, Busy
from shared.orders import LATEST_END
from shared.rtc.client import _FOR_AUTHENTICATION, RtcClient
from tests.builders import NOW


def limit(client: Callable[..., object]) -> timedelta:
    """The longest time of one request of the client, as it is deployed."""
    return timedelta(seconds=sum(signature(client).parameters["limits"].default))


def test_each_limit_covers_what_has_to_happen_within_it() -> None:
    """Else a call outlives its lease and counts as unknown, or an answer is posted twice."""
    call = limit(RtcClient) + timedelta(seconds=_FOR_AUTHENTICATION)
    assert call + TIME_TO_SETTLE <= TIME_FOR_A_CALL
    assert _PERSON.patience + call <= LEASE
    assert 2 * limit(SlackApi) <= TIME_TO_ANSWER  # chat.postMessage, and then the response_url
    assert PATIENCE + TIME_TO_ANSWER <= ANSWER_LEASE
    assert timedelta(seconds=sum(DELAYS)) < LONGEST_WAIT < LATEST_END


@pytest.mark.parametrize("receive", range(1, 9))
def test_each_delay_is_most_of_what_its_receive_has(receive: int) -> None:
    """Up to a fifth is left out, which spreads orders out; a shorter one would use up the receives."""
    longest = [*DELAYS, DELAYS[-1]][receive - 1]
    delivery = Delivery(receive, last=False, time_left=lambda: timedelta(minutes=1))
    assert all(0.8 * longest <= delivery.delay().total_seconds() <= longest for _ in range(100))


@pytest.mark.parametrize(
    ("receive", "max_receives", "seconds"),
    [(1, 8, sum(DELAYS)), (7, 8, DELAYS[6]), (8, 8, 0), (1, 3, DELAYS[0] + DELAYS[1]), (2, 2, 0)],
)
def test_an_order_is_tried_until_its_last_receive(receive: int, max_receives: int, seconds: int) -> None:
    """The time that is said is that of the last receive, if each one fails."""
    delivery = Delivery(receive, receive == max_receives, lambda: timedelta(minutes=1), max_receives)
    assert delivery.tries_until(NOW) == NOW + timedelta(seconds=seconds)


def test_an_order_of_which_a_part_has_failed_uses_up_a_receive() -> None:
    """However long its other parts wait for their turns; of several failures the longest delay counts."""
    turn = NoTurn(timedelta(seconds=90))
    short, long = TryAgain(timedelta(seconds=2)), TryAgain(timedelta(seconds=5))
    assert longest([turn, short, long]) is long
    assert longest([NoTurn(AT_ONCE), turn]) is turn


def test_a_lease_that_has_just_ended_is_not_waited_for() -> None:
    """A lease may end between its reading and the wait; the order goes on at once."""
    waits: list[float] = []
    delivery = Delivery(8, last=True, time_left=lambda: timedelta(seconds=60))
    delivery.wait_for(Busy(until=NOW), lambda: NOW + timedelta(milliseconds=5), waits.append)
    assert waits == [0]


@pytest.mark.parametrize(("more", "is_waited_for"), [(timedelta(0), True), (-AT_ONCE, False)])
def test_a_lease_that_outlasts_the_time_left_is_not_waited_for(more: timedelta, *, is_waited_for: bool) -> None:
    """Also on the last receive: the answer must still fit after the wait."""
    waits: list[float] = []
    lease = timedelta(seconds=10)
    delivery = Delivery(8, last=True, time_left=lambda: lease + TIME_TO_ANSWER + more)
    with nullcontext() if is_waited_for else pytest.raises(TryAgain):
        delivery.wait_for(Busy(until=NOW + lease), lambda: NOW, waits.append)
    assert bool(waits) is is_waited_for
