"""The local system on sample functions: HTTP API, queue, table and secret, each function in processes of its own."""

import http.client
import json
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from mypy_boto3_sqs.literals import QueueAttributeNameType

from local.aws.account import Aws
from local.aws.lambda_pool import Invocation
from local.aws.stack import Stack
from local.aws.template import read_template
from local.errors import LocalError
from tests.paths import SAMPLES
from tests.processes import PATIENCE_S, within

TEMPLATE = SAMPLES / "functions" / "template.yaml"
PARAMETERS = {"Greeting": "hello", "AtOnce": "2", "StayAtOnce": "3"}
SECRETS = {"Secret": {"key": "value"}}


@pytest.fixture(scope="module")
def calls() -> list[Invocation]:
    """The invocations of this module's functions, each as it begins and as it ends."""
    return []


@pytest.fixture(scope="module")
def stack(calls: list[Invocation]) -> Iterator[Stack]:
    """One system for all tests of this module: their messages are told apart by a mark."""
    with Stack(TEMPLATE, parameters=PARAMETERS, secrets=SECRETS, on_call=calls.append) as stack:
        yield stack


def _post(stack: Stack, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(stack.endpoint.removeprefix("http://"), timeout=PATIENCE_S)
    try:
        connection.request("POST", path, body, dict(headers or {}))
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def _send(stack: Stack, **order: object) -> str:
    """Put `order` on the queue, marked so that its traces can be told from other tests'."""
    mark = uuid.uuid4().hex
    stack.sqs.send_message(QueueUrl=stack.queue_url("Queue"), MessageBody=json.dumps(order | {"mark": mark}))
    return mark


def _worked(stack: Stack, mark: str) -> list[dict[str, Any]]:
    """Give the records that the worker got with this mark, in order."""
    return [json.loads(line) for line in stack.logs("WorkFunction") if mark in line and line.startswith("{")]


def _messages(stack: Stack, queue: str) -> tuple[int, int]:
    """Give the number of messages that wait, and of those that a function has."""
    names: list[QueueAttributeNameType] = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    counts = stack.sqs.get_queue_attributes(QueueUrl=stack.queue_url(queue), AttributeNames=names)["Attributes"]
    waiting, received = (int(counts[name]) for name in names)
    return waiting, received


def _fails_until_dead(stack: Stack, calls: list[Invocation], mark: str) -> None:
    """Let the message come again as soon as its function has failed, until it is put aside."""

    def has_failed(times: int) -> bool:
        ended = sum(call.seconds is not None and mark in call.event.decode() for call in calls)
        return ended == len(_worked(stack, mark)) == times and _messages(stack, "Queue") == (0, 1)

    for receive in (1, 2):
        assert within(PATIENCE_S, partial(has_failed, receive))
        handle = _worked(stack, mark)[-1]["receiptHandle"]
        stack.sqs.change_message_visibility(
            QueueUrl=stack.queue_url("Queue"), ReceiptHandle=handle, VisibilityTimeout=0
        )
    assert within(PATIENCE_S, lambda: _dead(stack, mark))


def _dead(stack: Stack, mark: str) -> bool:
    answer = stack.sqs.receive_message(
        QueueUrl=stack.queue_url("DeadQueue"), MaxNumberOfMessages=10, VisibilityTimeout=0
    )
    return any(mark in message["Body"] for message in answer.get("Messages", []))


def test_variables_come_resolved(stack: Stack) -> None:
    """A function's variables have what their expressions come to; the real AWS is nowhere among them."""
    environment = stack.invoke("EchoFunction", {})["environment"]
    assert environment["GREETING"] == "hello"
    assert environment["PLACE"] == "here"
    assert environment["JOINED"] == "hello, eu-central-1"
    assert environment["SECRET_ID"] == "Secret"
    assert environment["QUEUE_URL"] == stack.queue_url("Queue")
    assert environment["TOPIC_ARN"].startswith("arn:aws:sns:eu-central-1:")
    assert environment["SETTING_NAME"] == "setting"
    assert environment["TABLE_ARN"].endswith(f":table/{stack.table_name('Table')}")
    assert environment["QUEUE_URL"].startswith(environment["AWS_ENDPOINT_URL"])
    assert "amazonaws" not in json.dumps(environment)


def test_a_function_s_own_client_finds_the_resources(stack: Stack) -> None:
    """With a function's variables alone, the SDK reads the secret's value and writes to the table."""
    code = """
import boto3, json, os, sys
print(boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["SECRET_ID"])["SecretString"])
boto3.client("dynamodb").put_item(TableName=os.environ["TABLE_ARN"].rpartition("/")[2], Item={"pk": {"S": "written"}})
"""
    environment = stack.invoke("EchoFunction", {})["environment"]
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == {"key": "value"}
    item = stack.dynamodb.get_item(TableName=stack.table_name("Table"), Key={"pk": {"S": "written"}})
    assert item["Item"] == {"pk": {"S": "written"}}


def test_a_form_goes_through_byte_by_byte(stack: Stack) -> None:
    """A posted form arrives at the function in base64, with its path parameter."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    status, document = _post(stack, "/echo/bob", b"text=a%20b", form)
    assert status == 200
    assert (document["event"]["body"], document["event"]["isBase64Encoded"]) == ("dGV4dD1hJTIwYg==", True)
    assert document["event"]["pathParameters"] == {"name": "bob"}


def test_a_killed_function_answers_again(stack: Stack) -> None:
    """After a function was killed, the next request gets its answer from a new process."""
    assert _post(stack, "/obey", b"{}")[0] == 200
    stack.kill("ObeyFunction")
    assert _post(stack, "/obey", b"{}")[0] == 200


def test_a_message_reaches_its_function_once(stack: Stack) -> None:
    """A message on the queue arrives with what SQS says of it, and is gone when the function is done."""
    mark = _send(stack)
    stack.wait_until_drained(PATIENCE_S)
    assert within(PATIENCE_S, lambda: bool(_worked(stack, mark)))
    (record,) = _worked(stack, mark)
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["eventSourceARN"].startswith("arn:aws:sqs:eu-central-1:123456789012:")


def test_only_what_failed_comes_again(stack: Stack, calls: list[Invocation]) -> None:
    """Of a batch, the messages that are named as failures come again, and after the last receive they are put aside."""
    good, bad = uuid.uuid4().hex, uuid.uuid4().hex
    stack.sqs.send_message_batch(
        QueueUrl=stack.queue_url("Queue"),
        Entries=[
            {"Id": "1", "MessageBody": json.dumps({"mark": good})},
            {"Id": "2", "MessageBody": json.dumps({"mark": bad, "fail": True})},
        ],
    )
    _fails_until_dead(stack, calls, bad)
    assert [record["attributes"]["ApproximateReceiveCount"] for record in _worked(stack, bad)] == ["1", "2"]
    assert within(PATIENCE_S, lambda: len(_worked(stack, good)) == 1)
    assert not _dead(stack, good)


@pytest.mark.parametrize("order", [{"raise": "oops"}, {"garbage": {"batchItemFailures": "x"}}, {"sleep": 60}])
def test_what_fails_altogether_comes_again(stack: Stack, calls: list[Invocation], order: dict[str, object]) -> None:
    """After an error, a time-out or a result that can't be understood, the message comes again, and is put aside."""
    mark = _send(stack, **order)
    _fails_until_dead(stack, calls, mark)
    assert len(_worked(stack, mark)) == 2


def test_batches_run_beside_each_other_up_to_the_limit(stack: Stack, tmp_path: Path) -> None:
    """As many as the parameter of their queue says, as CallerConcurrency does; one more waits until one is done."""
    for _ in range(int(PARAMETERS["StayAtOnce"]) + 1):
        stack.sqs.send_message(QueueUrl=stack.queue_url("StayQueue"), MessageBody=str(tmp_path))
    assert within(PATIENCE_S, lambda: len(list(tmp_path.iterdir())) == 3)
    first, *others = tmp_path.iterdir()
    assert _messages(stack, "StayQueue") == (1, 3)
    first.unlink()
    assert within(PATIENCE_S, lambda: len(list(tmp_path.iterdir())) == 3)
    assert within(PATIENCE_S, lambda: _messages(stack, "StayQueue") == (0, 3))
    assert {*others} < {*tmp_path.iterdir()}
    for running in tmp_path.iterdir():
        running.unlink()
    stack.wait_until_drained(PATIENCE_S)


def test_waiting_for_the_queues_has_an_end(stack: Stack, tmp_path: Path) -> None:
    """If the queues aren't empty in time, that is an error."""
    stack.sqs.send_message(QueueUrl=stack.queue_url("StayQueue"), MessageBody=str(tmp_path))
    with pytest.raises(LocalError, match=r"after 0\.1 seconds"):
        stack.wait_until_drained(0.1)
    assert within(PATIENCE_S, lambda: any(tmp_path.iterdir()))
    for running in tmp_path.iterdir():
        running.unlink()
    stack.wait_until_drained(PATIENCE_S)


def test_many_calls_at_once(stack: Stack) -> None:
    """Calls at the same time are all answered, each with its own."""
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda n: _post(stack, f"/echo/{n}", b""), range(24)))
    assert [document["event"]["pathParameters"]["name"] for _, document in answers] == [str(n) for n in range(24)]


def test_a_transaction_sent_again_under_its_token_is_answered_as_before(stack: Stack) -> None:
    """As where the first answer was lost on its way; under another token its condition is broken."""
    new = {"TableName": stack.table_name("Table"), "ConditionExpression": "attribute_not_exists(pk)"}
    put: Any = [{"Put": {**new, "Item": {"pk": {"S": "once"}}}}]
    for _ in range(2):
        stack.dynamodb.transact_write_items(TransactItems=put, ClientRequestToken="one")
    with pytest.raises(stack.dynamodb.exceptions.TransactionCanceledException):
        stack.dynamodb.transact_write_items(TransactItems=put, ClientRequestToken="another")


def test_a_schedule_fires_at_once_with_the_time_that_is_given(stack: Stack) -> None:
    """Its message is on the queue afterwards, with the context attributes that AWS would fill in."""
    stack.fire_schedules(datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=timezone(timedelta(hours=1))))
    (message,) = stack.sqs.receive_message(QueueUrl=stack.queue_url("TickQueue"), MaxNumberOfMessages=10)["Messages"]
    ticked = json.loads(message["Body"])
    assert ticked.pop("id")
    assert ticked == {
        "greeting": "hello",
        "at": "2026-01-02T02:04:05Z",
        "of": "arn:aws:scheduler:eu-central-1:123456789012:schedule/default/EveryMinute",
        "attempt": 1,
    }


def test_the_users_own_settings_have_no_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a profile, nor an endpoint, nor a proxy of the environment reaches the clients."""
    for name, value in (
        ("AWS_PROFILE", "absent"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        ("HTTP_PROXY", "http://127.0.0.1:1"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
    ):
        monkeypatch.setenv(name, value)
    template = read_template(TEMPLATE)
    with closing(Aws()) as aws:
        resolved = aws.create(
            template, PARAMETERS, SECRETS, {1: {"Fn::Sub": "${AWS::Region}"}, 2: {"Ref": "Visibility"}}
        )
        assert aws.dynamodb.list_tables()["TableNames"]
    assert resolved == {1: "eu-central-1", 2: "300"}
