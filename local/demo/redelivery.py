"""Let the orders that wait for another receive be received now."""

import contextlib
import threading
import time
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.aws.lambda_pool import Invocation
from local.aws.sqs_event import failures_in
from local.aws.stack import Stack
from local.demo.event_log import EventLog, Line
from local.demo.trace import RECORDER, read_object
from shared.log_events import LogEvent

_WAITS = LogEvent.ORDER_WAITS
_LONGEST_CALL_S = 120.0
"""The recorder's own timeout is shorter."""


class Redelivery:
    """Makes messages visible again. The orders that the recorder has just now are included, once it gives them back."""

    def __init__(self, stack: Stack, event_log: EventLog) -> None:
        self._stack = stack
        self._event_log = event_log

    def start(self) -> None:
        """Begin, and return at once."""
        threading.Thread(target=self._run, args=(time.time(),), daemon=True).start()

    def _run(self, since: float) -> None:
        again: set[str] = set()
        end = time.monotonic() + _LONGEST_CALL_S
        while time.monotonic() < end:
            changes = self._event_log.changes
            calls = [it for it in self._event_log.calls() if it.function == RECORDER]
            for call, record in waiting(calls):
                if call.began_at <= since and record["receiptHandle"] not in again:
                    again.add(record["receiptHandle"])
                    self._make_visible(record)
            for call, record in put_back(calls, self._event_log.lines()):
                if call.began_at <= since and record["receiptHandle"] not in again:
                    again.add(record["receiptHandle"])
                    self._send_again(record)
            if not any(it.seconds is None and it.began_at <= since for it in calls):
                return
            self._event_log.wait(changes, 1)

    def _make_visible(self, record: Mapping[str, Any]) -> None:
        sqs = self._stack.sqs
        queue = record["eventSourceARN"].rpartition(":")[2]
        with contextlib.suppress(ClientError, BotoCoreError):  # it was received meanwhile, or the system ends
            sqs.change_message_visibility(
                QueueUrl=sqs.get_queue_url(QueueName=queue)["QueueUrl"],
                ReceiptHandle=record["receiptHandle"],
                VisibilityTimeout=0,
            )

    def _send_again(self, record: Mapping[str, Any]) -> None:
        """Send the message once more: the one that was put back can't be received before its delay is over."""
        sqs = self._stack.sqs
        queue = record["eventSourceARN"].rpartition(":")[2]
        with contextlib.suppress(ClientError, BotoCoreError):  # the system ends
            sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName=queue)["QueueUrl"], MessageBody=record["body"])


def put_back(calls: Iterable[Invocation], lines: Iterable[Line]) -> list[tuple[Invocation, Mapping[str, Any]]]:
    """Return the messages that a call put back on the queue for later, with the call: the last one of each order."""
    waits = {(line.fields.get("function_request_id"), line.order_id) for line in lines if line.message == _WAITS}
    last: dict[str, tuple[Invocation, Mapping[str, Any]]] = {}
    for call in calls:
        for record in read_object(call.event)["Records"]:
            last[str(read_object(record["body"]).get("order_id"))] = call, record
    return [
        (call, record)
        for order_id, (call, record) in last.items()
        if (call.request_id, order_id) in waits and record["messageId"] not in _failed(call, [record["messageId"]])
    ]


def waiting(calls: Iterable[Invocation]) -> list[tuple[Invocation, Mapping[str, Any]]]:
    """Return the messages that no call has finished or has now, with the last call of each. The oldest comes first."""
    last: dict[str, tuple[Invocation, Mapping[str, Any]]] = {}
    for call in calls:
        records = {it["messageId"]: it for it in read_object(call.event)["Records"]}
        for message_id in records:
            last.pop(message_id, None)
        if call.seconds is not None:
            failed = _failed(call, records)
            last |= {message_id: (call, records[message_id]) for message_id in records if message_id in failed}
    return list(last.values())


def _failed(call: Invocation, message_ids: Collection[str]) -> set[str]:
    return set(message_ids) if call.error else set(failures_in(read_object(call.result), message_ids))
