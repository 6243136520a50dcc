"""How long an order is tried."""

from datetime import timedelta

import pytest

from functions.worker.delivery import DELAYS, Delivery
from tests.builders import NOW


@pytest.mark.parametrize(
    ("receive", "max_receives", "seconds"),
    [(1, 8, sum(DELAYS)), (7, 8, DELAYS[6]), (8, 8, 0), (1, 3, DELAYS[0] + DELAYS[1]), (2, 2, 0)],
)
def test_an_order_is_tried_until_its_last_receive(receive: int, max_receives: int, seconds: int) -> None:
    """The time that is said is that of the last receive, if each one fails."""
    delivery = Delivery(receive, receive == max_receives, lambda: timedelta(minutes=1), max_receives)
    assert delivery.tries_until(NOW) == NOW + timedelta(seconds=seconds)
