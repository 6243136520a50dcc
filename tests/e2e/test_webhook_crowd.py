"""Many events, some repeated and some broken off, end in exactly the right set of jobs."""

import pytest

from tests.webhook_crowd import send_crowd

COUNT = 21
"""Enough for both ways of breaking off, which take turns at every twelfth event, and for three repetitions."""
SENDERS = 2
"""Each costs a process of the webhook."""


@pytest.mark.drill
@pytest.mark.sources
def test_every_event_starts_one_recording() -> None:
    """None is lost and none is doubled. tests/benchmarks has a thousand."""
    crowd = send_crowd(COUNT, limit_s=120, senders=SENDERS)
    assert not crowd.others
    assert crowd.users == sorted(f"user{number}" for number in range(COUNT))
    assert crowd.starts == COUNT
