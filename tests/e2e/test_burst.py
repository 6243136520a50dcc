"""Many orders at once: RTC refuses no call for speed, and a person among a crowd is answered."""

import pytest

from tests.burst import send_burst

COUNT = 20
SENDERS = 2
"""Each costs a process of the webhook, and two are more than the pace takes."""
SLOW = {"RtcCallsPerSecond": "4", "PeopleConcurrency": "2", "CallerConcurrency": "2"}
"""RTC's throttle is ten a second. With four recorders at four a second, no pause of a busy machine can bunch up more
calls than that; unpaced, they would make twenty."""


@pytest.mark.drill
@pytest.mark.timeout(300)
@pytest.mark.parametrize("notify", [False, True], ids=["read by status links", "told in one channel"])
def test_a_crowd_meets_no_refusal_for_speed(notify: bool) -> None:
    """Every order is done at RTC's pace and told, and none becomes a dead letter for having waited."""
    burst = send_burst(COUNT, limit_s=200, notify=notify, senders=SENDERS, parameters=SLOW)
    assert (burst.refused, burst.dead_letters, burst.told) == (0, 0, COUNT), str(burst)
    assert burst.jobs == COUNT + 1
