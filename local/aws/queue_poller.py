"""Takes messages from a queue to its function, as Lambda's event source mapping does."""

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from local.aws.lambda_worker import FunctionError
from local.aws.sqs_event import event_of, failures_in
from local.aws.template import QueueMapping

if TYPE_CHECKING:  # boto3-stubs is a development dependency
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

_RECEIVE_LIMIT = 10
"""The most messages that SQS returns at a time."""
_WAIT = 20
"""WaitTimeSeconds of a receive: moto checks every 10 ms, at almost no cost."""

_logger = logging.getLogger(__name__)


class QueuePoller:
    """Takes the messages of the queue at `url` to the mapping's function, until `stop`.

    `invoke` returns a function's result for an event, or raises FunctionError; at most `at_once` calls run at a time.
    Messages that the function has processed are deleted; the others become visible again. To stop: `stop`, then stop
    the queue's server, then `join`.
    """

    def __init__(
        self,
        mapping: QueueMapping,
        sqs: "SQSClient",
        url: str,
        invoke: Callable[[str, object], Any],
        *,
        at_once: int,
    ) -> None:
        self._mapping = mapping
        self._sqs = sqs
        self.url = url
        self._arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        self._invoke = invoke
        self._stopping = threading.Event()
        self._free = threading.Semaphore(at_once)
        self._calls = ThreadPoolExecutor(at_once)
        self._polling = threading.Thread(target=self._poll, daemon=True)
        self._polling.start()

    def stop(self) -> None:
        """Receive no more messages; a current receive may last until the queue's server has stopped."""
        self._stopping.set()
        self._free.release()

    def join(self) -> None:
        """Wait until the threads have ended."""
        self._polling.join()
        self._calls.shutdown()

    def _poll(self) -> None:
        while not self._stopping.is_set():
            self._free.acquire()
            messages = self._receive()
            if messages and not self._stopping.is_set():
                self._calls.submit(self._deliver, messages)
            else:
                self._free.release()

    def _receive(self) -> "Sequence[MessageTypeDef]":
        try:
            return self._sqs.receive_message(
                QueueUrl=self.url,
                MaxNumberOfMessages=min(self._mapping.batch_size, _RECEIVE_LIMIT),
                WaitTimeSeconds=_WAIT,
                MessageSystemAttributeNames=["All"],
                MessageAttributeNames=["All"],
            ).get("Messages", [])
        except (BotoCoreError, ClientError) as error:
            if not self._stopping.wait(1):
                _logger.warning("no messages from %s: %s", self.url, error)
            return []

    def _deliver(self, messages: "Sequence[MessageTypeDef]") -> None:
        ids = [message["MessageId"] for message in messages]
        try:
            result = self._invoke(self._mapping.function, event_of(messages, self._arn, self._sqs.meta.region_name))
            failed = failures_in(result, ids) if self._mapping.reports_failures else set()
            self._delete([message for message in messages if message["MessageId"] not in failed])
        except FunctionError as error:
            if not self._stopping.is_set():
                _logger.warning("%s fails for messages %s: %s", self._mapping.function, ids, error)
        except (BotoCoreError, ClientError) as error:
            if not self._stopping.is_set():
                _logger.warning("messages %s can't be deleted: %s", ids, error)
        finally:
            self._free.release()

    def _delete(self, messages: "Sequence[MessageTypeDef]") -> None:
        if messages:
            self._sqs.delete_message_batch(
                QueueUrl=self.url,
                Entries=[
                    {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
                    for number, message in enumerate(messages)
                ],
            )
