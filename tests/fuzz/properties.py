"""What holds for every answer of a door, whatever the event was, and the run over many events."""

import contextlib
import io
import json
import os
import re
import time
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.messages.blocks import Audience, Reply
from functions.aws.observability import Metric
from local.slack.content import Content
from shared.log_events import LogEvent
from shared.orders import Order
from tests.block_kit import assert_slack_takes
from tests.fuzz.hostile import PLANTED
from tests.logs import loggers_restored

EVENTS = int(os.environ.get("FUZZ_N") or 5000)
SEED = os.environ.get("FUZZ_SEED") or "1"
"""The same in each run of CI, so that a red run is about the change. Give another one to find more."""
MOST_CPU_SECONDS = 20
"""No event takes a second. More than this is a regular expression or a loop that hostile input can keep busy."""
_THOROUGH = 8
"""Slack's own clients are asked about every eighth reply, because they take longer than the door."""
_NOT_OURS = (Metric.DOOR_FAILED, Metric.ORDER_NOT_QUEUED, LogEvent.DOOR_FAILED, '"level":"ERROR"', "Traceback")
_REFUSED_BY_SQS = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MOST_MESSAGE = 262_144
_NAME = re.compile(r"\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b|Traceback")


def put(order: Order) -> None:
    """Take the order as SQS does. Fails for a message that SQS refuses, or that the recorder reads otherwise."""
    body = order.model_dump_json()
    assert not _REFUSED_BY_SQS.search(body), "SQS refuses such characters"
    assert len(body.encode()) < _MOST_MESSAGE, "SQS refuses such a long message"
    assert Order.model_validate_json(body) == order, "the recorder reads another order"


@dataclass
class Failed(Exception):
    """An event whose answer breaks a property: how to make it again, and what it is."""

    maker: str
    seed: str
    n: int
    event: object
    why: str

    def __str__(self) -> str:
        """As it can be pasted into a regression test."""
        shown = repr(self.event)
        long = f"... ({len(shown)} characters)" if len(shown) > 4000 else ""
        return f"{self.why}\n{self.maker}({self.seed!r}, {self.n}) ==\n{shown[:4000]}{long}"


def run(
    maker: Callable[[str, int], object],
    answer: Callable[[object], dict[str, Any]],
    check: Callable[[dict[str, Any], int], None],
    count: int = EVENTS,
    seed: str = SEED,
) -> None:
    """Give `count` events to the door, and check each answer. Raises Failed for the first that breaks a property."""
    with written() as log:
        for n in range(count):
            event = maker(seed, n)
            log.seek(0)
            log.truncate()
            began = time.process_time()
            try:
                result = answer(event)
                took = time.process_time() - began
                assert took < MOST_CPU_SECONDS, f"it took {took} s of CPU"
                check_log(log.getvalue())
                check(result, n)
            except Exception as error:
                why = f"{type(error).__name__}: {error}\n{log.getvalue()[:3000]}"
                raise Failed(maker.__name__, seed, n, event, why) from error


@contextlib.contextmanager
def written() -> Iterator[io.StringIO]:
    """What the function writes to standard output inside, which is its log."""
    log = io.StringIO()
    with loggers_restored(), contextlib.redirect_stdout(log):
        yield log


def check_memory(events: Iterable[object], answer: Callable[[object], dict[str, Any]], most: int) -> None:
    """Fails where an event takes more than `most` bytes for each of its characters, or where some of it is kept."""
    with written():
        answer(None)
        tracemalloc.start()
        try:
            kept, _ = tracemalloc.get_traced_memory()
            for event in events:
                before, _ = tracemalloc.get_traced_memory()
                tracemalloc.reset_peak()
                answer(event)
                _, peak = tracemalloc.get_traced_memory()
                size = len(repr(event))
                assert peak - before < most * size + 2_000_000, f"{peak - before} bytes for {size}"
            after, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert after - kept < 3_000_000, f"{after - kept} bytes are kept"


def check_log(log: str) -> None:
    """Fails where a sender's doing is reported as our mistake, or a line holds a secret."""
    for mark in _NOT_OURS:
        assert mark not in log, f"{mark} is in the log"
    assert PLANTED not in log, "a push address's key is in the log"


def check_result(result: dict[str, Any]) -> str:
    """Return the answer's body. Fails for what Lambda cannot pass on, and for an answer that shows our insides."""
    json.dumps(result, ensure_ascii=False, allow_nan=False).encode()
    for name, value in result["headers"].items():
        assert re.fullmatch(r"[!-~]+", name), f"the header {name!r}"
        assert re.fullmatch(r"[ -~]*", value), f"the header {name}: {value!r}"
    body: str = result["body"]
    shown = {name for name in _NAME.findall(body) if name in _exceptions()}
    assert not shown, f"the answer names {shown}"
    assert len(body) < 200_000
    return body


def check_reply(body: str, n: int) -> None:
    """Fails for what Slack refuses as the answer to a command, or shows otherwise than it was meant."""
    reply = json.loads(body)
    content = Content.of_payload(reply)
    assert not content.notified & {"channel", "here", "everyone"}, "the reply notifies a channel"
    if n % _THOROUGH:
        return
    assert_slack_takes(Reply(reply["text"], reply["blocks"], Audience(reply["response_type"])))


_known: set[str] = set()


def _exceptions() -> set[str]:
    if not _known:
        pending: list[type] = [BaseException]
        while pending:
            kind = pending.pop()
            _known.add(kind.__name__)
            pending += type.__subclasses__(kind)
    return _known
