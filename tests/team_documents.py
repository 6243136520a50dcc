"""The team's configuration for tests: a document in the table."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from mypy_boto3_dynamodb import DynamoDBClient

from functions.ledger.configurations import Configurations, StoredTeam
from functions.ledger.table import Table

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def put_document(dynamodb: DynamoDBClient, table: str, app_id: str, document: Mapping[str, object] | str) -> None:
    """Let this be the team's configuration, valid or not, over the one before."""
    configurations = Configurations(Table(dynamodb, table), app_id)
    before = configurations.current()
    text = document if isinstance(document, str) else json.dumps(document)
    number = 1 if before is None else before.number + 1
    stored = StoredTeam(number=number, put_at=NOW, put_by="U0ANN", source="", document=text)
    assert configurations.put(stored, NOW, over=before)
