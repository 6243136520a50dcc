"""The dead-letter queue: what is in it, and how a message leaves it.

A message that is received here stays in the queue, hidden from others for some minutes. It leaves only by `delete`, so
an interruption loses nothing.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ValidationError

from ops.deployment import Deployment, one_line
from shared.orders import Order

HIDDEN_S = 120
"""How long a message that is received here is hidden from others."""
WAIT_S = 1
"""How long SQS looks for messages. With 0 it would ask only some of its servers."""
_BATCH = 10
"""The most messages of one call."""
_MOST_SEEN = 3
"""How many batches in a row may have only messages that were received before."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message of the dead-letter queue. `body` may hold a response_url, so it is never shown."""

    message_id: str
    body: str = field(repr=False)
    attributes: dict[str, Any] = field(repr=False)
    handle: str = field(repr=False)
    sent_at: datetime
    """When it was put on its first queue."""
    receives: int
    order: Order | None
    """None if it is no order, or one that this recordbot can't read."""
    order_id: str | None
    wrong: str
    """What is wrong with what can't be read, by the names of its fields; empty for an order."""
    is_a_persons: bool

    def has_id(self, given: str) -> bool:
        """Return whether the id is that of the order or of the message."""
        return given in {self.order_id, self.message_id}


class DeadLetters:
    """The queue of a deployment."""

    def __init__(self, deployment: Deployment) -> None:
        self._name = deployment.name
        self._sqs = deployment.client("sqs")
        self._url = deployment.output("DeadLetterQueueUrl")
        self._queues = {name: deployment.output(name) for name in ("OrderQueueUrl", "CallerQueueUrl")}
        self._held: dict[str, str] = {}
        """The handles of the messages that are hidden from others, by the messages' ids."""

    @contextmanager
    def all(self) -> Iterator[Iterator[DeadLetter]]:
        """Give each message once. Afterwards those that were not deleted are there for others at once."""
        try:
            yield self._receive()
        finally:
            self._release()

    def send_back(self, letter: DeadLetter) -> None:
        """Put the message on the queue of its actor's kind again, and delete it here only then.

        Raises OpsError, also if the message is gone, or not hidden from others any more. In between it is in both
        queues. That is harmless: an order is processed once, by its id.
        """
        url = self._queues["OrderQueueUrl" if letter.is_a_persons else "CallerQueueUrl"]
        attributes = {name: _typed(value) for name, value in letter.attributes.items()}
        with one_line(self._name):
            self._sqs.change_message_visibility(
                QueueUrl=self._url, ReceiptHandle=self._handle(letter), VisibilityTimeout=HIDDEN_S
            )
            self._sqs.send_message(QueueUrl=url, MessageBody=letter.body, MessageAttributes=attributes)
        self.delete(letter)

    def delete(self, letter: DeadLetter) -> None:
        """Delete the message. Raises OpsError."""
        with one_line(self._name):
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=self._handle(letter))
        self._held.pop(letter.message_id, None)

    def hidden(self) -> int:
        """Return about how many messages somebody else has received and not deleted. Raises OpsError."""
        name = "ApproximateNumberOfMessagesNotVisible"
        with one_line(self._name):
            answer = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=[name])
        return int(answer["Attributes"][name])

    def _handle(self, letter: DeadLetter) -> str:
        return self._held.get(letter.message_id, letter.handle)

    def _receive(self) -> Iterator[DeadLetter]:
        known: set[str] = set()
        seen = 0
        while seen < _MOST_SEEN:
            with one_line(self._name):
                answer = self._sqs.receive_message(
                    QueueUrl=self._url,
                    MaxNumberOfMessages=_BATCH,
                    VisibilityTimeout=HIDDEN_S,
                    WaitTimeSeconds=WAIT_S,
                    AttributeNames=["All"],
                    MessageAttributeNames=["All"],
                )
            found = answer.get("Messages", [])
            if not found:
                return
            self._held |= {it["MessageId"]: it["ReceiptHandle"] for it in found}
            new = [it for it in found if it["MessageId"] not in known]
            known |= {it["MessageId"] for it in new}
            seen = 0 if new else seen + 1
            yield from map(_letter, new)

    def _release(self) -> None:
        handles = list(self._held.values())
        self._held.clear()
        for first in range(0, len(handles), _BATCH):
            entries = [
                {"Id": str(n), "ReceiptHandle": handle, "VisibilityTimeout": 0}
                for n, handle in enumerate(handles[first : first + _BATCH])
            ]
            with suppress(ClientError, BotoCoreError):  # they come back by themselves
                self._sqs.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)


def _letter(message: dict[str, Any]) -> DeadLetter:
    body, system = message["Body"], message["Attributes"]
    document = _document(body)
    order_id = document.get("order_id")
    order, wrong = _read(body)
    actor = document.get("actor")
    return DeadLetter(
        message_id=message["MessageId"],
        body=body,
        attributes=message.get("MessageAttributes", {}),
        handle=message["ReceiptHandle"],
        sent_at=datetime.fromtimestamp(int(system["SentTimestamp"]) / 1000, UTC),
        receives=int(system["ApproximateReceiveCount"]),
        order=order,
        order_id=order_id if isinstance(order_id, str) else None,
        wrong=wrong,
        is_a_persons=isinstance(actor, dict) and actor.get("kind") == "slack_user",
    )


def _document(body: str) -> dict[str, object]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _read(body: str) -> tuple[Order | None, str]:
    """Return the order, or what is wrong. Values are not repeated."""
    try:
        return Order.model_validate_json(body), ""
    except ValidationError as error:
        places = {".".join(map(str, it["loc"])) or "its body" for it in error.errors(include_input=False)}
        return None, ", ".join(sorted(places))


def _typed(value: dict[str, Any]) -> dict[str, Any]:
    """Return a message's attribute as it is sent. A received one may have empty lists besides."""
    return {name: it for name, it in value.items() if it and name in {"DataType", "StringValue", "BinaryValue"}}
