"""Orders on SQS: a door puts them on the queue, the recorder reads them, and delays those that must wait."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, HTTPClientError, ReadTimeoutError
from pydantic import ValidationError

from functions.aws import clients
from functions.aws.observability import Metric, count, log_keys, logger
from shared.log_events import LogEvent
from shared.orders import NotQueued, Order, PerhapsQueued, Tick

if TYPE_CHECKING:  # the stubs are a development dependency, absent in Lambda
    from mypy_boto3_sqs import SQSClient

_TRIES = 2
_MOST_DELAY = 43_200
"""The longest delay of a message, in seconds (SQS's quota)."""


class UnreadableOrder(Exception):
    """A message on the queue isn't an order that this version can read."""


def read(body: str) -> Order | Tick:
    """Return the order or the tick in a message's body.

    Raises UnreadableOrder, which names the wrong fields, not their values.
    """
    try:
        return (Order if '"order_id"' in body else Tick).model_validate_json(body)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, it['loc'])) or 'body'}: {it['type']}" for it in error.errors())
        raise UnreadableOrder(wrong) from None


def place(order: Order, put: Callable[[Order], None]) -> None:
    """Put an accepted order on the queue with `put`; log it and count it. Raises NotQueued or PerhapsQueued."""
    with log_keys(order_id=order.order_id):
        try:
            put(order)
        except (NotQueued, PerhapsQueued) as error:
            logger.exception(error.log_event)
            count(Metric.ORDER_NOT_QUEUED)
            raise
        logger.info(LogEvent.ORDER_PLACED)
        count(Metric.ORDER_PLACED)


def connect_queue(url: str, limits: tuple[float, float] = (1, 1)) -> "OrderQueue":
    """Return the queue at `url`. `limits` are the seconds to connect and to be answered.

    By default they leave time to answer within Slack's 3 seconds.
    """
    return OrderQueue(clients.connect("sqs", clients.Limits(*limits)), url)


class OrderQueue:
    """One queue of orders. `put` does the retries, so the client must not retry."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def put(self, order: Order, *, delay: int = 0) -> None:
        """Put the order on the queue, to be received after `delay` seconds. Raises NotQueued or PerhapsQueued.

        It tries again once after a fast failure: after a freeze the kept-alive connection may be dead. An order that
        arrives twice is processed once, by its id.
        """
        failures: list[Exception] = []
        for _ in range(_TRIES):
            try:
                return self._send(order, delay)
            except Exception as failure:  # noqa: BLE001 - a garbled answer makes botocore raise anything
                failures.append(failure)
                if _is_final(failure):
                    break
        kind = PerhapsQueued if any(map(_leaves_doubt, failures)) else NotQueued
        raise kind(f"order {order.order_id}") from failures[-1]

    def put_tick(self, tick: Tick) -> None:
        """Put the tick on the queue again, for what it had no time for. If that fails, the next minute's does it."""
        try:
            self._client.send_message(QueueUrl=self._url, MessageBody=tick.model_dump_json())
        except Exception:
            logger.warning("the queue did not take the rest of a tick", exc_info=True)

    def _send(self, order: Order, delay: int) -> None:
        answer = self._client.send_message(
            QueueUrl=self._url,
            MessageBody=order.model_dump_json(),
            DelaySeconds=delay,
            MessageAttributes={"order_id": {"DataType": "String", "StringValue": order.order_id}},
        )
        answer["MessageId"]  # an answer without it is not from the queue

    def has(self, record: Mapping[str, Any]) -> bool:
        """Return whether the queue delivered this message."""
        return self._url.rpartition("/")[2] == str(record["eventSourceARN"]).rpartition(":")[2]

    def delay(self, receipt_handle: str, seconds: float) -> None:
        """Deliver a received message again after `seconds`. If this fails, it comes when its visibility times out."""
        delay = min(max(round(seconds), 0), _MOST_DELAY)
        try:
            self._client.change_message_visibility(
                QueueUrl=self._url, ReceiptHandle=receipt_handle, VisibilityTimeout=delay
            )
        except Exception:
            logger.exception("the message could not be delayed: it comes when its visibility times out")


@dataclass(frozen=True, slots=True)
class Queues:
    """The two queues: an order of a person never waits behind the orders of callers."""

    people: OrderQueue
    callers: OrderQueue
    kept: dict[str, Order] = field(default_factory=dict, repr=False)
    """What this process has to put on a queue yet, by order id (functions/worker/results.py)."""

    def put(self, order: Order, *, delay: int = 0) -> None:
        """Put the order on its actor's queue. Raises NotQueued or PerhapsQueued."""
        queue = self.people if order.actor.is_person else self.callers
        queue.put(order, delay=delay)

    def delay(self, record: Mapping[str, Any], seconds: float) -> None:
        """Deliver a received message again after `seconds`, from the queue that it came from."""
        queue = self.people if self.people.has(record) else self.callers
        queue.delay(record["receiptHandle"], seconds)


def _is_final(failure: Exception) -> bool:
    """Return whether there must be no further try: the queue refused the message, or no time is left."""
    if isinstance(failure, ClientError):
        return not _leaves_doubt(failure)
    return isinstance(failure, ConnectTimeoutError | ReadTimeoutError)


def _leaves_doubt(failure: Exception) -> bool:
    """Return whether the message may be on the queue: it may have been sent, and was not refused."""
    if isinstance(failure, ClientError):
        return failure.response["ResponseMetadata"]["HTTPStatusCode"] >= HTTPStatus.INTERNAL_SERVER_ERROR
    return isinstance(failure, HTTPClientError) or not isinstance(failure, BotoCoreError)
