"""Many orders at once: RTC refuses no call for speed, and a person among a crowd is answered."""

import pytest

from tests.burst import send_burst

COUNT = 40
SENDERS = 3
"""Each costs a process of the webhook, and three are more than the pace takes."""
SLOW = {"RtcCallsPerSecond": "4", "PeopleConcurrency": "2", "CallerConcurrency": "2"}
"""RTC's throttle is ten a second. With four recorders at four a second, no pause of a busy machine can bunch up more
calls than that; unpaced, they would make twenty."""


@pytest.mark.timeout(300)
def test_a_crowd_meets_no_refusal_for_speed() -> None:
    """Every order is done at RTC's pace, and none becomes a dead letter for having waited."""
    burst = send_burst(COUNT, limit_s=200, senders=SENDERS, parameters=SLOW)
    assert (burst.refused, burst.dead_letters, burst.not_started) == (0, 0, 0)
    assert burst.jobs == COUNT + 1
