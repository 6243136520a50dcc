"""Whatever fails at AWS, there is at most one job, the person reads what is true, and the ledger knows it."""

from datetime import UTC, datetime

import pytest

from functions.aws import clients
from functions.ledger.answers import Answer
from functions.ledger.changes import Key, put
from functions.ledger.table import Table
from local.aws.account import Aws
from tests.integration.drills import configuration, dynamodb, queue_and_secrets
from tests.integration.drills.drill import Drill
from tests.integration.drills.every import PAGE, document
from tests.integration.drills.place import play
from tests.ledger_table import TABLE


@pytest.mark.drill
@pytest.mark.parametrize(
    "drill", [*dynamodb.DRILLS, *queue_and_secrets.DRILLS, *configuration.DRILLS], ids=lambda drill: drill.name
)
def test_a_drill_ends_as_docs_reliability_says(account: Aws, drill: Drill) -> None:
    """What the person reads, the jobs, the ledger and the dead letters."""
    assert play(account, drill) == drill.expected


@pytest.mark.drill
def test_a_write_whose_answer_was_lost_has_succeeded(account: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    """DynamoDB knows it by its token: without that, it would count as one that met another recorder's."""
    for name, value in account.environment.items():
        monkeypatch.setenv(name, value)
    table = Table(clients.connect("dynamodb", clients.Limits(connect=1, read=5, tries=2)), TABLE)
    account.misbehave(dynamodb.LOST, "TransactWriteItems")
    assert table.write(put(Key("ORDER#lost", "answer"), Answer(revision=1), datetime.now(UTC), over=None))


def test_docs_reliability_is_up_to_date() -> None:
    """`make docs` writes it from the same drills."""
    assert PAGE.read_text(encoding="utf-8") == document()
