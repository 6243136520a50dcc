"""A link opens one order, for a week, and nothing else."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis.strategies import text

from functions.problems import Problem
from functions.status_link import LIFETIME, check_status_link, status_path

NOW = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
ORDER_ID = "7KQ2M4X8P1ZA"
KEY = "a key of sixteen or more"


def _query(key: str = KEY) -> str:
    return status_path(ORDER_ID, NOW, key).partition("?")[2]


def test_a_link_opens_its_order_for_a_week() -> None:
    """Until the next full hour after that: then it is gone."""
    for keys in ([KEY], ["the new key", KEY]):
        check_status_link(ORDER_ID, _query(), keys, NOW + LIFETIME)
    with pytest.raises(Problem) as refused:
        check_status_link(ORDER_ID, _query(), [KEY], NOW + LIFETIME + timedelta(minutes=30))
    assert refused.value.status is HTTPStatus.GONE


def test_the_same_event_sent_twice_in_a_row_gets_the_same_link() -> None:
    """Not one that ends some seconds later."""
    assert status_path(ORDER_ID, NOW, KEY) == status_path(ORDER_ID, NOW + timedelta(minutes=29), KEY)


@pytest.mark.parametrize(
    ("order_id", "query"),
    [
        ("0AAAAAAAAAAA", _query()),
        (ORDER_ID, _query("another key")),
        (ORDER_ID, _query().replace("expires=17", "expires=18")),
        (ORDER_ID, _query()[:-1]),
        (ORDER_ID, ""),
        (ORDER_ID, "a=b&" * 300 + _query()),
    ],
)
def test_a_link_that_was_changed_opens_nothing(order_id: str, query: str) -> None:
    """Neither for another order nor for longer."""
    with pytest.raises(Problem) as refused:
        check_status_link(order_id, query, [KEY], NOW)
    assert refused.value.status is HTTPStatus.NOT_FOUND


@given(text(), text())
def test_garbage_opens_nothing_and_breaks_nothing(order_id: str, query: str) -> None:
    """Whatever stands in the address."""
    with pytest.raises(Problem):
        check_status_link(order_id, query, [KEY], NOW)
