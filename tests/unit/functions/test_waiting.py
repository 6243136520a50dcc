"""Waiting for another recorder on an order's last receive."""

from datetime import UTC, datetime, timedelta

from functions.worker.delivery import Delivery
from functions.worker.telling import wait_for
from shared.attempts import Busy

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_lease_that_has_just_ended_is_not_waited_for() -> None:
    """A lease may end between its reading and the wait; the order goes on at once."""
    waits: list[float] = []
    delivery = Delivery(8, last=True, time_left=lambda: timedelta(seconds=60))
    wait_for(Busy(until=NOW), delivery, lambda: NOW + timedelta(milliseconds=5), waits.append)
    assert waits == [0]
