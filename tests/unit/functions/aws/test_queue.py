"""The order queue, on moto's SQS, and against servers that fail in ways which SQS only has on bad days."""

import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from functions.aws.queue import OrderQueue, UnreadableOrder, connect_queue, read
from functions.webhook import CALLBACK_LIMITS
from shared.orders import NotQueued, PerhapsQueued
from tests.builders import ORDER_ID, RESPONSE_URL, a_request, an_order
from tests.own_clients import Call, an_account, connect, hearing
from tests.raw_server import RawServer, Reply, http, resets, sends

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

SENT = b'{"MessageId": "1", "MD5OfMessageBody": "0", "MD5OfMessageAttributes": "0"}'
REFUSED = b'{"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "gone"}'
FAILED = b'{"__type": "com.amazonaws.sqs#InternalError", "message": "oh"}'


@pytest.fixture(autouse=True)
def _made_up_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "made")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "up")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")


@pytest.fixture(name="sqs")
def _sqs() -> Iterator["SQSClient"]:
    with an_account():
        yield connect("sqs")


def _server_queue(
    server: RawServer, monkeypatch: pytest.MonkeyPatch, limits: tuple[float, float] = (1, 1)
) -> OrderQueue:
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.endpoint)
    return connect_queue(f"{server.endpoint}/123456789012/orders", limits)


def test_an_order_comes_out_as_it_was_put_in(sqs: "SQSClient") -> None:
    """Field for field; its id is an attribute too, for those who look at the queue."""
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    order = an_order(a_request(), a_request("user002"))
    OrderQueue(sqs, url).put(order)
    (message,) = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"]
    assert read(message["Body"]) == order
    assert message["MessageAttributes"]["order_id"]["StringValue"] == ORDER_ID


def test_a_queue_that_is_gone_takes_no_order(sqs: "SQSClient") -> None:
    """A refusal is certain."""
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    sqs.delete_queue(QueueUrl=url)
    with pytest.raises(NotQueued, match=ORDER_ID):
        OrderQueue(sqs, url).put(an_order())


def test_a_message_put_off_comes_again_later(sqs: "SQSClient") -> None:
    """Not at once, and after the delay, in whole seconds; a delay of nothing is at once."""
    url = sqs.create_queue(QueueName="orders", Attributes={"VisibilityTimeout": "360"})["QueueUrl"]
    asked: list[int] = []
    queue = OrderQueue(sqs, url)
    queue.put(an_order())
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]

    def note(call: Call) -> None:
        if call.operation == "ChangeMessageVisibility":
            asked.append(call.arguments["VisibilityTimeout"])

    with hearing(sqs, before=note):
        queue.delay(message["ReceiptHandle"], 299.6)
        assert "Messages" not in sqs.receive_message(QueueUrl=url)
        queue.delay(message["ReceiptHandle"], -3)
    assert len(sqs.receive_message(QueueUrl=url)["Messages"]) == 1
    assert asked == [300, 0]


@pytest.mark.parametrize("seconds", [10, 10**9])
def test_a_message_that_cannot_be_put_off_is_left_to_its_timeout(sqs: "SQSClient", seconds: float) -> None:
    """The queue gives it back by itself: that is no reason to fail."""
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    OrderQueue(sqs, url).delay("no such handle", seconds)


@pytest.mark.parametrize("body", ["", "{", "[]", "{}", an_order().model_dump_json().replace(ORDER_ID, "1")])
def test_a_message_that_is_no_order_is_called_so(body: str) -> None:
    """What is wrong is named; no value is repeated."""
    with pytest.raises(UnreadableOrder) as refused:
        read(body)
    assert str(refused.value)
    assert RESPONSE_URL not in str(refused.value)


def test_a_newer_door_s_fields_are_passed_over() -> None:
    """Doors and recorder are not deployed in the same instant."""
    assert read(an_order().model_dump_json()[:-1] + ', "priority": 1}') == an_order()


def _answers(status: int, body: bytes) -> Reply:
    """An answer on a connection that is kept alive."""
    return lambda sock: sock.sendall(http(status, body))


def _one_after_the_other(*replies: Reply) -> Reply:
    left = iter(replies)

    def reply(sock: socket.socket) -> None:
        next(left)(sock)

    return reply


NO_ANSWERS = [
    pytest.param(resets, id="reset"),
    pytest.param(sends(b""), id="hung up"),
    pytest.param(_answers(503, FAILED), id="503"),
    pytest.param(_answers(200, b"<html>"), id="html"),
    pytest.param(_answers(200, b"[\xff"), id="garbage"),
]


@pytest.mark.parametrize("first", NO_ANSWERS)
def test_a_failure_that_took_no_time_is_tried_once_more(first: Reply, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kept-alive connection that died while Lambda froze us costs nobody an order."""
    with RawServer(_one_after_the_other(first, _answers(200, SENT))) as server:
        _server_queue(server, monkeypatch).put(an_order())
    assert len(server.requests) == 2


@pytest.mark.parametrize("reply", NO_ANSWERS)
def test_what_was_sent_without_an_answer_may_be_queued(reply: Reply, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can say that nothing was started."""
    with RawServer(reply) as server, pytest.raises(PerhapsQueued, match=ORDER_ID):
        _server_queue(server, monkeypatch).put(an_order())
    assert len(server.requests) == 2


def test_a_refusal_after_a_doubt_leaves_the_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first try may have arrived."""
    replies = _one_after_the_other(resets, _answers(400, REFUSED))
    with RawServer(replies) as server, pytest.raises(PerhapsQueued):
        _server_queue(server, monkeypatch).put(an_order())
    assert len(server.requests) == 2


def test_a_refusal_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be the same."""
    with RawServer(_answers(400, REFUSED)) as server, pytest.raises(NotQueued):
        _server_queue(server, monkeypatch).put(an_order())
    assert len(server.requests) == 1


@pytest.mark.parametrize(("limits", "most"), [((1, 1), 2), (CALLBACK_LIMITS, 0.8)], ids=["order", "callback"])
def test_a_silent_queue_leaves_time_to_say_so(
    monkeypatch: pytest.MonkeyPatch, limits: tuple[float, float], most: float
) -> None:
    """Slack waits for 3 seconds, and RTC has its answer in one: the queue is asked once, and its limits leave time."""
    with RawServer(lambda _: None) as server:
        queue = _server_queue(server, monkeypatch, limits)
        with pytest.raises(PerhapsQueued):
            queue.put(an_order())
    client: Any = queue._client  # the functions' own; its type is boto3's
    assert (server.connections, client._limits.connect + client._limits.read) == (1, most)


def test_a_queue_that_nobody_answers_for_has_no_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was sent where no connection came about."""
    with RawServer(resets) as server:
        queue = _server_queue(server, monkeypatch)
    with pytest.raises(NotQueued):
        queue.put(an_order())
