"""The webhook's door for a test."""

from collections.abc import Iterator

import pytest

from tests.own_clients import an_account
from tests.webhook_around import Around


@pytest.fixture
def around() -> Iterator[Around]:
    """A door through which nothing came yet."""
    with an_account():
        yield Around()
