"""The functions' own clients of AWS beside boto3's: the same requests, the same answers, the same errors."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from functions.aws import clients
from functions.aws.away import is_away
from functions.aws.clients import Limits
from tests.raw_server import RawServer, http, resets, sends

WHEN = datetime(2026, 11, 26, 12, tzinfo=UTC)
ITEM = {"pk": {"S": "ORDER#1"}, "data": {"S": 'a "quoted" é'}, "expires_at": {"N": "1795696032"}}
PUT = {"Put": {"TableName": "t", "Item": ITEM, "ConditionExpression": "attribute_not_exists(pk)"}}
CALLS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "put on a queue": (
        "sqs",
        "send_message",
        {
            "QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/orders",
            "MessageBody": "{}",
            "DelaySeconds": 1,
            "MessageAttributes": {"order_id": {"DataType": "String", "StringValue": "1"}},
        },
    ),
    "delay": (
        "sqs",
        "change_message_visibility",
        {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/1/orders", "ReceiptHandle": "h", "VisibilityTimeout": 9},
    ),
    "read a secret": ("secretsmanager", "get_secret_value", {"SecretId": "arn:aws:secretsmanager:x"}),
    "read an item": ("dynamodb", "get_item", {"TableName": "t", "Key": {"pk": {"S": "é"}}, "ConsistentRead": True}),
    "query": (
        "dynamodb",
        "query",
        {"TableName": "t", "KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": "a"}}},
    ),
    "change": (
        "dynamodb",
        "update_item",
        {
            "TableName": "t",
            "Key": {"pk": {"S": "a"}},
            "UpdateExpression": "SET n = :n",
            "ExpressionAttributeValues": {":n": {"N": "1"}},
        },
    ),
    "transact": ("dynamodb", "transact_write_items", {"TransactItems": [PUT], "ClientRequestToken": "once"}),
    "send events": ("events", "put_events", {"Entries": [{"Source": "recordbot", "Detail": "{}", "Time": WHEN}]}),
}
"""Each call that the functions make."""


@pytest.fixture(name="server", scope="module")
def _server() -> Iterator[RawServer]:
    with RawServer(sends(http(200, b"{}"))) as server:
        yield server


@pytest.fixture(autouse=True)
def _environment(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lambda's variables. The region has rules of its own for no service."""
    server.requests.clear()
    for name, value in {
        "AWS_ACCESS_KEY_ID": "made",
        "AWS_SECRET_ACCESS_KEY": "up",
        "AWS_SESSION_TOKEN": "for-an-hour",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_LAMBDA_FUNCTION_NAME": "recordbot",
        "_X_AMZN_TRACE_ID": "Root=1-a-b;Parent=c;Sampled=1",
        "AWS_ENDPOINT_URL": server.endpoint,
    }.items():
        monkeypatch.setenv(name, value)


def ours(service: str, tries: int = 1) -> Any:
    """The functions' client."""
    return clients.connect(service, Limits(connect=2, read=2, tries=tries))


def boto3s(service: Any) -> Any:
    """The client of boto3."""
    retries: Any = {"total_max_attempts": 1}
    return boto3.client(service, config=Config(connect_timeout=2, read_timeout=2, retries=retries))


def asked(server: RawServer, client: Any, method: str, arguments: dict[str, Any]) -> tuple[dict[str, str], Any]:
    """What the client sends: the headers that AWS reads, without the signature's value, and the body."""
    server.requests.clear()
    getattr(client, method)(**arguments)
    head, _, body = server.requests[-1].partition(b"\r\n\r\n")
    request_line, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    known = ("content-type", "x-amz-target", "x-amz-security-token", "x-amzn-trace-id", "host", "content-length")
    scope = re.search(r"Credential=made/\d{8}/(\S+),", headers["authorization"])
    assert scope is not None
    return {name: headers[name] for name in known} | {"line": request_line, "scope": scope[1]}, json.loads(body)


@pytest.mark.parametrize("call", CALLS)
def test_each_call_is_sent_as_boto3_sends_it(server: RawServer, call: str) -> None:
    """The same operation, version, body and trace, signed for the same service and region."""
    service, method, arguments = CALLS[call]
    server.reply = sends(http(200, b"{}"))
    sent, expected = (asked(server, client, method, arguments) for client in (ours(service), boto3s(service)))
    for headers, _ in (sent, expected):  # boto3 writes a body with other white space
        headers.pop("content-length")
    assert sent == expected


def answer_of(client: Any) -> Any:
    """What the client makes of the server's answer: without what is about the transport, or the error."""
    try:
        answer = client.get_item(TableName="t", Key={"pk": {"S": "a"}})
    except ClientError as error:
        response: Any = error.response
        status = response["ResponseMetadata"]["HTTPStatusCode"]
        reasons = [reason["Code"] for reason in response.get("CancellationReasons", [])]
        return response["Error"]["Code"], status, reasons, response.get("Item"), is_away(error)
    except (BotoCoreError, ResponseParserError) as error:
        return is_away(error)
    answer.pop("ResponseMetadata")
    return answer


ANSWERS: dict[str, Callable[..., None]] = {
    "an item": sends(http(200, json.dumps({"Item": ITEM}).encode())),
    "no item": sends(http(200, b"{}")),
    "throttled": sends(
        http(400, b'{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"slow"}')
    ),
    "denied": sends(http(400, b'{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"no"}')),
    "changed": sends(
        http(400, json.dumps({"__type": "x#ConditionalCheckFailedException", "message": "m", "Item": ITEM}).encode())
    ),
    "cancelled": sends(
        http(
            400,
            json.dumps(
                {"__type": "x#TransactionCanceledException", "CancellationReasons": [{"Code": "None"}]}
            ).encode(),
        )
    ),
    "failed": sends(http(500, b'{"__type":"x#InternalServerError","message":"ours"}')),
    "failed without a body": sends(http(503)),
    "a gateway's page": sends(http(502, b"<html>Bad gateway</html>")),
    "reset": resets,
}


@pytest.mark.parametrize("name", ANSWERS)
def test_each_answer_is_read_as_boto3_reads_it(server: RawServer, name: str) -> None:
    """An item, an error's code, status and reasons, and whether it passes."""
    server.reply = ANSWERS[name]
    assert answer_of(ours("dynamodb")) == answer_of(boto3s("dynamodb"))


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"\xff"])
def test_an_answer_that_is_not_aws_s_is_none(server: RawServer, body: bytes) -> None:
    """boto3 takes it for an empty answer, which would mean that there is no such item."""
    server.reply = sends(http(200, body))
    assert answer_of(ours("dynamodb")) is True


@pytest.mark.parametrize(
    ("name", "requests"),
    [("failed", 3), ("throttled", 3), ("reset", 3), ("denied", 1), ("changed", 1), ("cancelled", 1)],
)
def test_what_may_pass_is_tried_again(server: RawServer, name: str, requests: int) -> None:
    """As often as the limits say. What AWS refused for good is not repeated."""
    server.reply = ANSWERS[name]
    with suppress(ClientError, BotoCoreError):
        ours("dynamodb", tries=3).get_item(TableName="t", Key={"pk": {"S": "a"}})
    assert len(server.requests) == requests


@pytest.mark.parametrize("service", ["sqs", "dynamodb", "secretsmanager", "events"])
@pytest.mark.parametrize("region", ["eu-central-1", "us-east-1", "cn-north-1", "us-gov-west-1"])
def test_a_service_is_where_boto3_finds_it(service: Any, region: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By botocore's rules, in each of AWS's partitions."""
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    monkeypatch.setenv("AWS_REGION", region)
    assert clients._endpoint(service, region) == boto3.client(service, region).meta.endpoint_url


@pytest.mark.parametrize("service", ["sqs", "dynamodb", "secretsmanager", "events"])
def test_a_service_is_where_its_own_variable_says(service: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable has the service's id in its name, and comes before the one for all services."""
    service_id = str(boto3.client(service, "eu-central-1").meta.service_model.service_id)
    monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service_id.upper().replace(' ', '_')}", "http://127.0.0.1:9")
    found = boto3.client(service, "eu-central-1").meta.endpoint_url
    assert (clients._endpoint(service, "eu-central-1"), found) == ("http://127.0.0.1:9", "http://127.0.0.1:9")
