"""A caller's thousand orders and one person's command among them, with RTC's throttle at ten calls a second."""

import pytest

from tests.burst import send_burst

COUNT = 1000
RATE = 10
"""The default of RtcCallsPerSecond, and the stand-in's throttle."""
LIMIT_S = 220
"""More than twice what RTC's pace needs. The figures are printed then too."""


@pytest.mark.timeout(LIMIT_S + 80)
@pytest.mark.parametrize("notify", [False, True], ids=["read by status links", "told in one channel"])
def test_a_thousand_orders_at_rtc_s_pace(notify: bool) -> None:
    """Prints what came of it: refused calls, the pace, the person's answer, and when the last caller was told."""
    burst = send_burst(COUNT, limit_s=LIMIT_S, notify=notify)
    print(f"\n{burst}")
    assert (burst.refused, burst.dead_letters, burst.told, burst.jobs) == (0, 0, COUNT, COUNT + 1)
    assert burst.calls_per_second >= 0.9 * RATE
    assert burst.answered_after <= 5
    assert burst.told_after <= 60
