"""The webhook's door for a test."""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests.webhook_around import Around


@pytest.fixture
def around() -> Iterator[Around]:
    """A door through which nothing came yet."""
    with mock_aws():
        yield Around()
