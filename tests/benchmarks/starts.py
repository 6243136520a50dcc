"""Start functions and their peers as Lambda does, each in a process of its own, and measure it.

A process's time of a core is what counts: the stand-ins' time and other programs' are not in it. Real Lambda has other
processors, and TLS, and gives a function more of a core while it initialises.
"""

import json
import os
import signal
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local.aws.built import find_built
from local.aws.lambda_host import Host
from local.aws.lambda_pool import Pool
from local.aws.template import Function
from local.rtc.api import RtcApi
from local.sam import events
from local.slack.workspace import SlackWorkspace
from local.system import Caller, running
from tests.processes import core_ms

PEERS = Path(__file__).parents[2] / "build" / "peers"
BUILT = find_built()
_SLICE_S = 0.02


@dataclass(frozen=True)
class Start:
    """One start: milliseconds on the clock to the first answer; of a core until it was ready, and for that answer."""

    clock: float
    ready: float
    first: float
    warm: float
    """Of a core for a later answer."""

    @property
    def core(self) -> float:
        """Milliseconds of a core to the first answer."""
        return self.ready + self.first


@dataclass(frozen=True)
class Subject:
    """What is started: a function, its folder, and the events that it gets."""

    function: Function
    folder: Path
    event: Callable[[], bytes]


class _NoHost:
    """Runs nothing, so that nothing else works on what the subjects put on the queue."""

    def __init__(self, known: dict[str, Any], functions: Sequence[Function], environment: Mapping[str, str]) -> None:
        known.update({function.name: function for function in functions}, environment=environment)

    def warm(self) -> None:
        """Start nothing."""

    def invoke(self, _name: str, _event: object) -> Any:
        """Take a batch."""
        return {"batchItemFailures": []}

    def kill(self, name: str) -> None:
        """Kill nothing."""

    def logs(self, _name: str) -> list[str]:
        """Return no lines."""
        return []

    def close(self) -> None:
        """Stop nothing."""


class Rig:
    """The subjects by name, and what it takes to start one."""

    def __init__(self, subjects: Mapping[str, Subject], environment: Mapping[str, str]) -> None:
        self.subjects = subjects
        self._environment = environment

    def start(self, name: str, *, share: float = 1, warm: int = 0) -> Start:
        """Start the subject with this share of a core, and send it an event; then so many more."""
        subject = self.subjects[name]
        pool = Pool(
            subject.function,
            runtime="awslambdaric",
            folder=subject.folder,
            environment=self._environment,
            on_line=lambda _: None,
            on_call=lambda _: None,
            python=BUILT.python,
        )
        event = subject.event()
        began = time.perf_counter()
        worker = pool._take()
        try:
            with share_of_a_core(worker.pid, share):
                worker.initialise()
                ready = core_ms(worker.pid)
                pool._give_back(worker)
                pool.invoke(event)
                clock, first = time.perf_counter() - began, core_ms(worker.pid) - ready
                later = [self._later(pool, worker.pid, subject.event()) for _ in range(warm)]
        finally:
            for open_worker in pool.close():
                open_worker.close()
        return Start(clock * 1000, ready, first, statistics.median(later) if later else 0)

    @staticmethod
    def _later(pool: Pool, pid: int, event: bytes) -> float:
        before = core_ms(pid)
        pool.invoke(event)
        return core_ms(pid) - before


@contextmanager
def share_of_a_core(pid: int, share: float) -> Iterator[None]:
    """Let the process run for only this share of every 20 ms."""
    ended = threading.Event()

    def throttle() -> None:
        while not ended.wait(_SLICE_S * share):
            os.kill(pid, signal.SIGSTOP)
            ended.wait(_SLICE_S * (1 - share))
            os.kill(pid, signal.SIGCONT)

    thread = threading.Thread(target=throttle if share < 1 else ended.wait)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@contextmanager
def rig() -> Iterator[Rig]:
    """Our functions' artifacts and their peers, with AWS, RTC and Slack on this machine."""
    slack = SlackWorkspace(rate_limited=False)
    slack.signing_secret = events.SIGNING_SECRET
    known: dict[str, Any] = {}

    def host_of(functions: Sequence[Function], environment: Mapping[str, str]) -> Host:
        return _NoHost(known, functions, environment)

    callers = [Caller(events.WEBHOOK_CALLER, events.WEBHOOK_KEY)]
    with running(slack=slack, rtc=RtcApi(quota=1_000_000), callers=callers, host_of=host_of):
        door, recorder = known["SlackFunction"], known["RecorderFunction"]
        example = replace(
            door,
            handler="bolt_example.handler",
            variables={
                "SLACK_BOT_TOKEN": slack.bot_token,
                "SLACK_SIGNING_SECRET": events.SIGNING_SECRET,
                "SLACK_API_URL": door.variables["SLACK_API_URL"],
            },
        )
        accepting = replace(
            example,
            handler="bolt_queue.handler",
            variables={**example.variables, "ORDER_QUEUE_URL": door.variables["ORDER_QUEUE_URL"]},
        )
        worker = replace(recorder, handler="sdk_worker.handler")
        yield Rig(
            {
                "door": Subject(door, BUILT.folder / door.name, _event("slack-start")),
                "door, an error": Subject(door, BUILT.folder / door.name, _event("slack-typo")),
                "webhook": Subject(known["WebhookFunction"], BUILT.folder / "WebhookFunction", _event("webhook-start")),
                "recorder": Subject(recorder, BUILT.folder / recorder.name, _event("recorder-start")),
                "Bolt": Subject(example, PEERS / "bolt-compiled", _event("slack-start")),
                "Bolt, a queue": Subject(accepting, PEERS / "bolt-compiled", _event("slack-start")),
                "Bolt, plain": Subject(example, PEERS / "bolt-plain", _event("slack-start")),
                "SDK": Subject(worker, PEERS / "sdk-compiled", _event("recorder-start")),
                "SDK, plain": Subject(worker, PEERS / "sdk-plain", _event("recorder-start")),
            },
            known["environment"],
        )


def _event(name: str) -> Callable[[], bytes]:
    numbers = iter(range(1_000_000))

    def event() -> bytes:
        document = json.dumps(events.events(datetime.now(UTC))[name])
        if name.startswith("recorder"):  # each order starts another stream
            document = document.replace("user001", f"user{os.getpid()}x{next(numbers)}")
        return document.encode()

    return event
