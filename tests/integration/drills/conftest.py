"""The account of a file of drills."""

from collections.abc import Iterator

import pytest

from local.aws.account import Aws
from tests.integration.drills.place import an_account


@pytest.fixture(scope="module")
def account() -> Iterator[Aws]:
    """AWS, started once for a file: each drill has its own queues, secrets and RTC app in it."""
    with an_account() as account:
        yield account
