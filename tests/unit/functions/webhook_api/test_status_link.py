"""A link opens one order, for a week, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis.strategies import text

from functions.http.verification import NotSigned
from functions.webhook_api.status_link import LIFETIME, read_status_link, status_path

NOW = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
ORDER_ID = "7KQ2M4X8P1ZA7KQ2M4X8P1ZA"
KEY, NEW_KEY = b"k" * 32, b"n" * 32
DIGEST = "0123456789abcdef" * 4


def _query(key: bytes = KEY, digest: str = DIGEST) -> str:
    return status_path(ORDER_ID, digest, NOW, key).partition("?")[2]


def test_a_link_says_how_long_it_opens_and_what_for() -> None:
    """A week from when the order was placed, to the next full hour; and for which body."""
    for keys in ([KEY], [NEW_KEY, KEY]):
        link = read_status_link(ORDER_ID, _query(), keys)
        assert link.ends == NOW + LIFETIME + timedelta(minutes=30)
        assert NOW <= link.placed_by <= NOW + timedelta(hours=1)
        assert DIGEST.startswith(link.body)
        assert len(link.body) == 16


def test_the_same_event_sent_twice_in_a_row_gets_the_same_link() -> None:
    """Not one that ends some seconds later; another body gets another."""
    assert status_path(ORDER_ID, DIGEST, NOW, KEY) == status_path(ORDER_ID, DIGEST, NOW + timedelta(minutes=29), KEY)
    assert _query() != _query(digest="f" * 64)


@pytest.mark.parametrize(
    ("order_id", "query"),
    [
        ("0" * 24, _query()),
        (ORDER_ID, _query(NEW_KEY)),
        (ORDER_ID, _query().replace("expires=17", "expires=18")),
        (ORDER_ID, _query().replace("body=0", "body=1")),
        (ORDER_ID, _query()[:-1]),
        (ORDER_ID, ""),
        (ORDER_ID, "a=b&" * 300 + _query()),
        (ORDER_ID, "expires=1&signature=\ud800"),
    ],
)
def test_a_link_that_was_changed_opens_nothing(order_id: str, query: str) -> None:
    """Neither for another order or body nor for longer."""
    with pytest.raises(NotSigned):
        read_status_link(order_id, query, [KEY])


@given(text(), text())
def test_garbage_opens_nothing_and_breaks_nothing(order_id: str, query: str) -> None:
    """Whatever stands in the address."""
    with pytest.raises(NotSigned):
        read_status_link(order_id, query, [KEY])
