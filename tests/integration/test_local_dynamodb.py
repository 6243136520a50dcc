"""The rules by which the local system's DynamoDB is DynamoDB's, and not moto's."""

from collections.abc import Iterator
from contextlib import closing, suppress
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mypy_boto3_dynamodb import DynamoDBClient

from local.aws.account import Aws

TABLE = "table"
KINDS = {"pk": "S", "sk": "S", "live": "S", "due_at": "S"}
FOREVER = 3600.0
"""Seconds in which no test ends."""


@pytest.fixture(scope="module")
def account() -> Iterator[Aws]:
    """An account with a table, whose index `live` is sparse."""
    with closing(Aws()) as aws:
        aws.dynamodb.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in KINDS],
            KeySchema=_schema("pk", "sk"),
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "live",
                    "KeySchema": _schema("live", "due_at"),
                    "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["data"]},
                }
            ],
        )
        yield aws


@pytest.fixture
def aws(account: Aws) -> Iterator[Aws]:
    """The account with an empty table, whose index doesn't lag."""
    _empty(account.dynamodb)
    yield account
    account.behave()


@pytest.fixture
def db(aws: Aws) -> DynamoDBClient:
    """Its client."""
    return aws.dynamodb


def _empty(db: DynamoDBClient) -> None:
    for item in _all(db):
        db.delete_item(TableName=TABLE, Key={name: item[name] for name in ("pk", "sk")})


def _schema(hash_key: str, range_key: str) -> Any:
    return [{"AttributeName": hash_key, "KeyType": "HASH"}, {"AttributeName": range_key, "KeyType": "RANGE"}]


def _key(n: int) -> Any:
    return {"pk": {"S": f"p{n % 2}"}, "sk": {"S": f"s{n}"}}


def _item(n: int, **attributes: object) -> Any:
    return {"TableName": TABLE, "Item": {**_key(n), "live": {"S": "app"}, "due_at": {"S": str(n)}, **attributes}}


def _put(n: int, data: str) -> Any:
    return {"Put": _item(n, data={"S": data})}


def _update(n: int, data: str) -> Any:
    change = {"ExpressionAttributeNames": {"#data": "data"}, "ExpressionAttributeValues": {":data": {"S": data}}}
    return {"Update": {"TableName": TABLE, "Key": _key(n), "UpdateExpression": "SET #data = :data", **change}}


def _remove(n: int, _: str) -> Any:
    return {"Delete": {"TableName": TABLE, "Key": _key(n)}}


def _check(n: int, _: str) -> Any:
    return {"ConditionCheck": {"TableName": TABLE, "Key": _key(n), "ConditionExpression": "attribute_exists(pk)"}}


def _of_index(db: DynamoDBClient, **more: Any) -> list[str]:
    """The sort keys of what the index has, in its order."""
    query = {"KeyConditionExpression": "live = :app", "ExpressionAttributeValues": {":app": {"S": "app"}}}
    return [it["sk"]["S"] for it in db.query(**{"TableName": TABLE, "IndexName": "live", **query, **more})["Items"]]


def _all(db: DynamoDBClient) -> list[Any]:
    return db.scan(TableName=TABLE)["Items"]


_actions = st.tuples(st.sampled_from([_put, _update, _remove, _check]), st.sampled_from("xyz"))
_transactions = st.dictionaries(st.integers(0, 5), _actions, min_size=1, max_size=6)
"""At most one action for each item, which is DynamoDB's rule."""


@given(st.lists(_transactions, min_size=1, max_size=3))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_cancelled_transaction_leaves_the_table_and_its_index_as_they_were(aws: Aws, transactions: list[Any]) -> None:
    """Whatever it would have written; the same is written as a whole when its conditions hold."""
    db = aws.dynamodb
    _empty(db)
    db.transact_write_items(TransactItems=[_put(n, "old") for n in range(3)])
    for transaction in transactions:
        before, indexed = _all(db), _of_index(db)
        actions = [act(n, data) for n, (act, data) in transaction.items()]
        with pytest.raises(db.exceptions.TransactionCanceledException):
            db.transact_write_items(TransactItems=[*actions, _check(9, "")])
        assert (_all(db), _of_index(db)) == (before, indexed)
        with suppress(db.exceptions.TransactionCanceledException):
            db.transact_write_items(TransactItems=actions)


def test_an_update_that_fails_half_way_changes_nothing(db: DynamoDBClient) -> None:
    """Neither an item that is there, nor one that the update would have begun."""
    big = {":a": {"S": "a"}, ":big": {"S": "x" * 410_000}}
    db.put_item(**_item(1))
    before = _all(db)
    for n in (1, 2):
        with pytest.raises(ClientError, match="ValidationException"):
            db.update_item(
                TableName=TABLE,
                Key=_key(n),
                UpdateExpression="SET a = :a, big = :big",
                ExpressionAttributeValues=big,
            )
    assert _all(db) == before


def test_an_index_lags_until_all_behave(aws: Aws, db: DynamoDBClient) -> None:
    """It has what was written before that, and knows of nothing written, changed or removed since; the table does."""
    for n in (1, 2, 3):
        db.put_item(**_item(n))
    aws.lag_indexes(FOREVER)
    db.put_item(**_item(4))
    db.delete_item(TableName=TABLE, Key=_key(1))
    db.transact_write_items(TransactItems=[{"Put": _item(2, due_at={"S": "9"})}])
    db.update_item(TableName=TABLE, Key=_key(3), UpdateExpression="REMOVE live")
    assert _of_index(db) == ["s1", "s2", "s3"]
    assert sorted(item["sk"]["S"] for item in _all(db)) == ["s2", "s3", "s4"]
    aws.behave()
    assert _of_index(db) == ["s4", "s2"]


def test_a_query_of_an_index_can_not_be_consistent(db: DynamoDBClient) -> None:
    """One of the table can."""
    with pytest.raises(ClientError, match=r"ValidationException.*Consistent reads are not supported on global"):
        _of_index(db, ConsistentRead=True)
    table: Any = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": "p1"}}}
    assert db.query(TableName=TABLE, ConsistentRead=True, **table)["Items"] == []


def test_an_index_has_only_what_it_projects(db: DynamoDBClient) -> None:
    """The keys and the attributes that it includes; to ask for another is refused, and a filter does not see it."""
    db.put_item(**_item(1, data={"S": "d"}, version={"S": "v"}))
    query: Any = {"KeyConditionExpression": "live = :app", "ExpressionAttributeValues": {":app": {"S": "app"}}}
    (found,) = db.query(TableName=TABLE, IndexName="live", **query)["Items"]
    assert found == {**_key(1), "live": {"S": "app"}, "due_at": {"S": "1"}, "data": {"S": "d"}}
    assert _of_index(db, FilterExpression="attribute_exists(version)") == []
    with pytest.raises(ClientError, match=r"ValidationException.*index live does not project \[version\]"):
        _of_index(db, ProjectionExpression="sk, version")


@pytest.mark.parametrize("value", [{"N": "1"}, {"S": ""}, {"NULL": True}])
@pytest.mark.parametrize("name", ["live", "due_at", "pk", "sk"])
def test_no_write_gives_a_key_another_type_or_leaves_it_empty(
    db: DynamoDBClient, name: str, value: dict[str, object]
) -> None:
    """Neither a key of the table nor one of an index, by none of the ways to write it."""
    item = {**_item(1)["Item"], name: value}
    key = {**_key(1), **({name: value} if name in _key(1) else {})}
    update: Any = {
        "TableName": TABLE,
        "Key": key,
        "UpdateExpression": "SET #name = :value",
        "ExpressionAttributeNames": {"#name": name},
        "ExpressionAttributeValues": {":value": value},
    }
    for write in (
        lambda: db.put_item(TableName=TABLE, Item=item),
        lambda: db.update_item(**update),
        lambda: db.transact_write_items(TransactItems=[{"Put": {"TableName": TABLE, "Item": item}}]),
        lambda: db.transact_write_items(TransactItems=[{"Update": update}]),
    ):
        with pytest.raises(ClientError, match=r"Validation(Exception|Error)"):
            write()
    assert _all(db) == []


def test_a_value_that_is_not_valid_cancels_a_transaction_and_says_where(db: DynamoDBClient) -> None:
    """As an unmet condition does, but under another reason."""
    with pytest.raises(db.exceptions.TransactionCanceledException) as cancelled:
        db.transact_write_items(TransactItems=[_put(1, "x"), {"Put": _item(2, due_at={"N": "1"})}])
    reasons: Any = cancelled.value.response["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["None", "ValidationError"]
    assert "Type mismatch for Index Key due_at Expected: S Actual: N IndexName: live" in reasons[1]["Message"]


@pytest.mark.parametrize("value", [{"N": "1"}, {"S": ""}])
def test_no_query_asks_for_a_key_of_another_type_or_an_empty_one(db: DynamoDBClient, value: Any) -> None:
    """DynamoDB refuses it; it would find nothing."""
    for condition in (
        "live = :value",
        "live = :app AND due_at <= :value",
        "live = :app AND begins_with(due_at, :value)",
    ):
        values = {name: it for name, it in ((":value", value), (":app", {"S": "app"})) if name in condition}
        with pytest.raises(ClientError, match="ValidationException"):
            _of_index(db, KeyConditionExpression=condition, ExpressionAttributeValues=values)
    for key in ({**_key(1), "sk": value}, {**_key(1), "pk": value}):
        for call in (db.get_item, db.delete_item):
            with pytest.raises(ClientError, match="ValidationException"):
                call(TableName=TABLE, Key=key)


def test_the_pages_of_an_index_are_in_order_and_complete(db: DynamoDBClient) -> None:
    """Also where items are due at the same moment."""
    for n in range(9):
        db.put_item(**_item(n, due_at={"S": str(n // 3)}))
    pages = db.get_paginator("query").paginate(
        TableName=TABLE,
        IndexName="live",
        KeyConditionExpression="live = :app",
        ExpressionAttributeValues={":app": {"S": "app"}},
        PaginationConfig={"PageSize": 2},
    )
    found = [item["due_at"]["S"] + item["sk"]["S"] for page in pages for item in page["Items"]]
    assert sorted(found, key=lambda it: it[0]) == found
    assert len(set(found)) == len(found) == 9
