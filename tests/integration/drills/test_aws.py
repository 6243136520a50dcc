"""Whatever fails at AWS, there is at most one job, the person reads what is true, and the ledger knows it."""

import pytest

from local.aws.account import Aws
from tests.integration.drills import configuration, dynamodb, queue_and_secrets
from tests.integration.drills.drill import Drill
from tests.integration.drills.every import PAGE, document
from tests.integration.drills.place import play


@pytest.mark.drill
@pytest.mark.parametrize(
    "drill", [*dynamodb.DRILLS, *queue_and_secrets.DRILLS, *configuration.DRILLS], ids=lambda drill: drill.name
)
def test_a_drill_ends_as_docs_reliability_says(account: Aws, drill: Drill) -> None:
    """What the person reads, the jobs, the ledger and the dead letters."""
    assert play(account, drill) == drill.expected


def test_docs_reliability_is_up_to_date() -> None:
    """`make docs` writes it from the same drills."""
    assert PAGE.read_text(encoding="utf-8") == document()
