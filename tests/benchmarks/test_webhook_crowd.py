"""A thousand events on the local system, some repeated and some broken off: the right jobs, and how long it took."""

import pytest

from tests.webhook_crowd import send_crowd

COUNT = 1000


@pytest.mark.timeout(600)
def test_a_thousand_events() -> None:
    """Prints when all were accepted, and when all were recorded."""
    crowd = send_crowd(COUNT, limit_s=500)
    print(f"\n{COUNT} events: accepted after {crowd.accepted_after:.1f} s, recorded after {crowd.done_after:.1f} s")
    assert not crowd.others
    assert crowd.users == sorted(f"user{number}" for number in range(COUNT))
    assert crowd.starts == COUNT
