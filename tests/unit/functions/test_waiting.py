"""Waiting for another recorder on an order's last receive."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest

from functions.worker.delivery import AT_ONCE, TIME_TO_ANSWER, Delivery, TryAgain
from functions.worker.telling import wait_for
from shared.attempts import Busy

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_lease_that_has_just_ended_is_not_waited_for() -> None:
    """A lease may end between its reading and the wait; the order goes on at once."""
    waits: list[float] = []
    delivery = Delivery(8, last=True, time_left=lambda: timedelta(seconds=60))
    wait_for(Busy(until=NOW), delivery, lambda: NOW + timedelta(milliseconds=5), waits.append)
    assert waits == [0]


@pytest.mark.parametrize(("more", "is_waited_for"), [(timedelta(0), True), (-AT_ONCE, False)])
def test_a_lease_that_outlasts_the_time_left_is_not_waited_for(more: timedelta, *, is_waited_for: bool) -> None:
    """Also on the last receive: the answer must still fit after the wait."""
    waits: list[float] = []
    lease = timedelta(seconds=10)
    delivery = Delivery(8, last=True, time_left=lambda: lease + TIME_TO_ANSWER + more)
    with nullcontext() if is_waited_for else pytest.raises(TryAgain):
        wait_for(Busy(until=NOW + lease), delivery, lambda: NOW, waits.append)
    assert bool(waits) is is_waited_for
