"""Cold and warm answers of each artifact, by the share of a core that a memory size gives (1769 MB: one core).

`make bench` prints them. A share is what a process gets that is stopped for the rest of every
20 ms. Real Lambda differs in processor, and gives more while it initialises.
"""

import json
import os
import signal
import statistics
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from local.aws.built import find_built
from local.aws.lambda_host import Host, LambdaHost
from local.aws.lambda_pool import Pool
from local.aws.template import Function
from local.sam.events import SIGNING_SECRET, WEBHOOK_CALLER, WEBHOOK_KEY, events
from local.slack.workspace import SlackWorkspace
from local.system import Caller, running

BUILT = find_built()
_SLICE = 0.02
_RUNS = 5
_EVENTS = {"SlackFunction": "slack-start", "WebhookFunction": "webhook-start", "RecorderFunction": "recorder-dry-run"}


@pytest.fixture(scope="module", name="deployed")
def _deployed() -> Iterator[dict[str, tuple[Function, Mapping[str, str]]]]:
    """Each function with its variables, and the environment to run it in; AWS and RTC answer."""
    found: dict[str, tuple[Function, Mapping[str, str]]] = {}

    def host_of(functions: Sequence[Function], environment: Mapping[str, str]) -> Host:
        found.update({function.name: (function, environment) for function in functions})
        return LambdaHost(functions, folder=BUILT.folder, environment=environment, built=BUILT)

    slack = SlackWorkspace(rate_limited=False)
    slack.signing_secret = SIGNING_SECRET
    with running(slack=slack, callers=[Caller(WEBHOOK_CALLER, WEBHOOK_KEY)], host_of=host_of):
        yield found


@contextmanager
def _share(pid: int, share: float) -> Iterator[None]:
    """Let the process run for only this share of the time."""
    ended = threading.Event()

    def throttle() -> None:
        while not ended.wait(_SLICE * share):
            os.kill(pid, signal.SIGSTOP)
            ended.wait(_SLICE * (1 - share))
            os.kill(pid, signal.SIGCONT)

    thread = threading.Thread(target=throttle if share < 1 else ended.wait)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("memory", [512, 1024, 1769])
@pytest.mark.parametrize("name", _EVENTS)
def test_cold_and_warm(deployed: dict[str, tuple[Function, Mapping[str, str]]], name: str, memory: int) -> None:
    """Prints medians in milliseconds, for the decision on memory sizes; Slack waits for three seconds."""
    function, environment = deployed[name]
    cold, warm = [], []
    for _ in range(_RUNS):
        pool = Pool(
            function,
            runtime="awslambdaric",
            folder=BUILT.folder / name,
            environment=environment,
            on_line=lambda _: None,
            on_call=lambda _: None,
            python=BUILT.python,
        )
        began = time.perf_counter()
        worker = pool._take()
        with _share(worker.pid, min(memory / 1769, 1)):
            pool._give_back(worker)
            pool.invoke(_event(name))
            cold.append(time.perf_counter() - began)
            for _ in range(_RUNS):
                began = time.perf_counter()
                pool.invoke(_event(name))
                warm.append(time.perf_counter() - began)
        for open_worker in pool.close():
            open_worker.close()
    first, later = (statistics.median(times) * 1000 for times in (cold, warm))
    print(f"\n{name} at {memory} MB: cold {first:.0f} ms, warm {later:.0f} ms")
    assert first > later


def _event(name: str) -> bytes:
    return json.dumps(events(datetime.now(UTC))[_EVENTS[name]]).encode()
