"""The ledger's table and the audit's for tests, with the schemas that template.yaml gives them."""

from datetime import timedelta
from typing import Any

from mypy_boto3_dynamodb import DynamoDBClient

from functions.ledger.audit import AuditTable
from shared.audit import AuditRecord
from tests.template import of_type

TABLE = "ledger"
AUDIT = AuditTable("audit", timedelta(days=400))
_NAMES = {"LedgerTable": TABLE, "AuditTable": AUDIT.name}
_SCHEMA = ("AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes", "KeySchema")


def create_table(client: DynamoDBClient) -> None:
    """Create the tables."""
    for name, properties in of_type("AWS::DynamoDB::Table").items():
        schema: dict[str, Any] = {it: properties[it] for it in _SCHEMA if it in properties}
        client.create_table(TableName=_NAMES[name], **schema)


def recorded(client: DynamoDBClient, order_id: str, table: str = AUDIT.name) -> list[AuditRecord]:
    """The audit's records of an order, in the order in which they were made."""
    values: Any = {":pk": {"S": f"ORDER#{order_id}"}}
    found = client.query(TableName=table, KeyConditionExpression="pk = :pk", ExpressionAttributeValues=values)
    records = [AuditRecord.model_validate_json(item["data"]["S"]) for item in found["Items"]]
    return sorted(records, key=lambda it: it.at)
