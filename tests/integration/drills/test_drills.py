"""Whatever fails, there is at most one job, the person reads what is true, and the ledger knows it."""

from collections.abc import Iterator

import pytest

from local.aws.account import Aws
from tests.integration.drills.drill import Drill
from tests.integration.drills.every import DRILLS, PAGE, document
from tests.integration.drills.place import a_place, an_account


@pytest.fixture(name="account", scope="module")
def _account() -> Iterator[Aws]:
    with an_account() as account:
        yield account


@pytest.mark.parametrize("drill", DRILLS, ids=lambda drill: drill.name)
def test_a_drill_ends_as_docs_reliability_says(account: Aws, drill: Drill) -> None:
    """What the person reads, the jobs, the ledger and the dead letters."""
    with a_place(account, bot_token=drill.bot_token) as place:
        drill.fail(place)
        drill.play(place)
        assert place.seen() == drill.expected


def test_docs_reliability_is_up_to_date() -> None:
    """`make docs` writes it from the same drills."""
    assert PAGE.read_text(encoding="utf-8") == document()
