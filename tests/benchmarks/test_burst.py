"""A caller's thousand orders and one person's command among them, with RTC's throttle at ten calls a second."""

import pytest

from tests.burst import send_burst

COUNT = 1000
RATE = 10
"""The default of RtcCallsPerSecond, and the stand-in's throttle."""


@pytest.mark.timeout(900)
def test_a_thousand_orders_at_rtc_s_pace() -> None:
    """Prints what came of it: refused calls, the pace, the person's answer, and when the last caller was told."""
    burst = send_burst(COUNT, limit_s=700)
    print(f"\n{burst}")
    assert (burst.refused, burst.dead_letters, burst.not_started, burst.jobs) == (0, 0, 0, COUNT + 1)
    assert burst.calls_per_second >= 0.9 * RATE
    assert burst.answered_after <= 5
    assert burst.told_after <= 60
