"""Whatever RTC or Slack does, there is at most one job, the person reads what is true, and the ledger knows it."""

import pytest

from local.aws.account import Aws
from tests.integration.drills import rtc, slack
from tests.integration.drills.drill import Drill
from tests.integration.drills.place import play


@pytest.mark.drill
@pytest.mark.parametrize("drill", [*rtc.DRILLS, *slack.DRILLS], ids=lambda drill: drill.name)
def test_a_drill_ends_as_docs_reliability_says(account: Aws, drill: Drill) -> None:
    """What the person reads, the jobs, the ledger and the dead letters."""
    assert play(account, drill) == drill.expected
