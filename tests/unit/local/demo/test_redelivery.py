"""The rules of which orders wait for another receive."""

import json

from local.aws.lambda_pool import Invocation
from local.demo.redelivery import waiting
from local.demo.trace import RECORDER


def _call(*handles: str, at: float = 0, seconds: float | None = 1, error: str = "", failed: str = "") -> Invocation:
    records = [{"messageId": handle.partition(".")[0], "receiptHandle": handle} for handle in handles]
    result = {"batchItemFailures": [{"itemIdentifier": it} for it in failed.split()]}
    return Invocation(
        RECORDER, f"fn-{at}", json.dumps({"Records": records}).encode(), at, seconds, error, json.dumps(result).encode()
    )


def _handles(*calls: Invocation) -> list[str]:
    return [record["receiptHandle"] for _, record in waiting(calls)]


def test_what_a_call_gave_back_waits() -> None:
    """Of a batch those messages wait that the recorder named as failed; after an error, all of them."""
    assert _handles(_call("a.1", "b.1", failed="b")) == ["b.1"]
    assert _handles(_call("a.1", "b.1", error="Sandbox.Timedout")) == ["a.1", "b.1"]
    assert _handles(_call("a.1")) == []


def test_each_message_waits_once_as_it_was_received_last() -> None:
    """A message that was received again has a new handle; one that is under way, or done, does not wait."""
    first = _call("a.1", failed="a")
    assert _handles(first, _call("a.2", at=2, failed="a")) == ["a.2"]
    assert _handles(first, _call("a.2", at=2, seconds=None)) == []
    assert _handles(first, _call("a.2", at=2)) == []


def test_an_order_s_check_waits_as_well_as_its_answer() -> None:
    """They are two messages: each waits by itself."""
    assert _handles(_call("answer.1", failed="answer"), _call("check.1", at=2, failed="check")) == [
        "answer.1",
        "check.1",
    ]
