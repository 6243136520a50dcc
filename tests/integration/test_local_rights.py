"""The local system lets a caller do what its role allows on AWS, and no more."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.aws.account import Aws
from local.aws.calls import REGION
from local.aws.template import read_template

ROLE = """
  {name}:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{{ Effect: Allow, Principal: {{ Service: lambda.amazonaws.com }}, Action: sts:AssumeRole }}]
      Policies:
        - PolicyName: it
          PolicyDocument:
            Statement:
              - {{ Effect: Allow, Action: logs:PutLogEvents, Resource: !GetAtt Logs.Arn }}
              - !If [Never, {{ Effect: Allow, Action: "*", Resource: "*" }}, !Ref AWS::NoValue]
              - {{ Effect: Allow, Action: [dynamodb:PutItem, dynamodb:Query], Resource: {resource} }}
"""
TEMPLATE = "".join(
    [
        """
Conditions: { Never: !Equals [a, b] }
Resources:
  Logs: { Type: AWS::Logs::LogGroup }
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: pk, AttributeType: S }, { AttributeName: live, AttributeType: S }]
      KeySchema: [{ AttributeName: pk, KeyType: HASH }]
      GlobalSecondaryIndexes:
        - IndexName: live
          KeySchema: [{ AttributeName: live, KeyType: HASH }]
          Projection: { ProjectionType: ALL }
""",
        ROLE.format(name="OfTable", resource="!GetAtt Table.Arn"),
        ROLE.format(name="OfIndex", resource='!Sub "${Table.Arn}/index/live"'),
    ]
)


@pytest.fixture(scope="module", name="account")
def _account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Aws, str]]:
    """An account in which the callers OfTable and OfIndex have the roles of these names, and the table's name."""
    path = tmp_path_factory.mktemp("template") / "template.yaml"
    path.write_text(TEMPLATE, encoding="utf-8")
    with closing(Aws()) as aws:
        names = aws.create(read_template(path), {}, {}, {it: {"Ref": it} for it in ("Table", "OfTable", "OfIndex")})
        aws.assign_roles({name: (names[name], "lambda.amazonaws.com") for name in ("OfTable", "OfIndex")})
        yield aws, names["Table"]


def _may(account: tuple[Aws, str], caller: str, operation: str, **arguments: Any) -> bool:
    """Whether the account carries out the call of that caller, or denies it."""
    aws, table = account
    session = boto3.Session(caller, "made-up", region_name=REGION)
    client = session.client("dynamodb", endpoint_url=aws.endpoint)
    try:
        getattr(client, operation)(TableName=table, **arguments)
    except ClientError as error:
        if "(AccessDeniedException)" in str(error) and f"{caller} is not authorized" in str(error):
            return False
        raise
    return True


def _query(key: str, **more: str) -> dict[str, Any]:
    return {
        "KeyConditionExpression": f"{key} = :value",
        "ExpressionAttributeValues": {":value": {"S": "x"}},
        **more,
    }


@pytest.mark.parametrize(
    ("caller", "of_table", "of_index"), [("OfTable", True, False), ("OfIndex", False, True), ("Test", True, True)]
)
def test_a_role_with_rights_to_the_table_is_denied_its_index_and_the_other_way_round(
    account: tuple[Aws, str], caller: str, *, of_table: bool, of_index: bool
) -> None:
    """A caller without a role, such as a test, may do everything."""
    assert _may(account, caller, "query", **_query("pk")) is of_table
    assert _may(account, caller, "put_item", Item={"pk": {"S": "x"}}) is of_table
    assert _may(account, caller, "query", **_query("live", IndexName="live")) is of_index


def test_a_transaction_is_denied_for_one_part_of_it(account: tuple[Aws, str]) -> None:
    """Nothing of it is carried out."""
    aws, table = account
    session = boto3.Session("OfTable", "made-up", region_name=REGION)
    client = session.client("dynamodb", endpoint_url=aws.endpoint)
    item: Any = {"TableName": table, "Item": {"pk": {"S": "whole"}}}
    delete: Any = {"TableName": table, "Key": {"pk": {"S": "other"}}}
    with pytest.raises(ClientError, match=r"AccessDeniedException.*dynamodb:DeleteItem"):
        client.transact_write_items(TransactItems=[{"Put": item}, {"Delete": delete}])
    assert "Item" not in aws.dynamodb.get_item(TableName=table, Key={"pk": {"S": "whole"}})
