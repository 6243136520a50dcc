"""Let the orders that wait for another receive be received now."""

import contextlib
import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.aws.lambda_pool import Invocation
from local.aws.sqs_event import failures_in
from local.aws.stack import Stack
from local.demo.event_log import EventLog
from local.demo.trace import RECORDER, read_object

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


def waiting(calls: Iterable[Invocation]) -> list[tuple[Invocation, Mapping[str, Any]]]:
    """Return the messages that no call has finished or has now, with the last call of each. The oldest comes first."""
    last: dict[str, tuple[Invocation, Mapping[str, Any]]] = {}
    for call in calls:
        records = {it["messageId"]: it for it in read_object(call.event)["Records"]}
        for message_id in records:
            last.pop(message_id, None)
        if call.seconds is not None:
            failed = set(records) if call.error else failures_in(read_object(call.result), records)
            last |= {message_id: (call, records[message_id]) for message_id in failed}
    return list(last.values())
