"""The ledger's table for tests, with the schema that template.yaml gives it."""

from typing import Any

from mypy_boto3_dynamodb import DynamoDBClient

from tests.template import of_type

TABLE = "ledger"
_SCHEMA = ("AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes", "KeySchema")


def create_table(client: DynamoDBClient) -> None:
    """Create the table."""
    (properties,) = of_type("AWS::DynamoDB::Table").values()
    schema: dict[str, Any] = {name: properties[name] for name in _SCHEMA if name in properties}
    client.create_table(TableName=TABLE, **schema)
