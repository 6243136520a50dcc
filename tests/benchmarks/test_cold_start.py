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
from tests.callback_requests import callback_headers
from tests.webhook_requests import a_request

BUILT = find_built()
_SLICE = 0.02
_RUNS = 5
_callback_keys: list[str] = []
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
    with running(slack=slack, callers=[Caller(WEBHOOK_CALLER, WEBHOOK_KEY)], host_of=host_of, files=True) as system:
        secret = system.stack.secrets["WebhookSecret"]
        assert isinstance(secret, dict)
        _callback_keys[:] = secret["callback_keys"]
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
        pool = _pool(function, environment)
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


@pytest.mark.timeout(300)
def test_a_callback_beside_a_start(deployed: dict[str, tuple[Function, Mapping[str, str]]]) -> None:
    """Prints what RTC waits for an answer to a callback about an unknown job, as a share of what a caller waits."""
    function, environment = deployed["WebhookFunction"]
    pool = _pool(function, environment)
    worker = pool._take()
    pool._give_back(worker)
    took: dict[str, list[float]] = {"start": [], "callback": []}
    with _share(worker.pid, 512 / 1769):
        for _ in range(_RUNS**2):
            for kind, event in (("start", _event("WebhookFunction")), ("callback", _callback())):
                began = time.perf_counter()
                result = json.loads(pool.invoke(event))
                took[kind].append(time.perf_counter() - began)
                assert result["statusCode"] == {"start": 202, "callback": 200}[kind]
    for open_worker in pool.close():
        open_worker.close()
    ratio = statistics.median(one / other for one, other in zip(took["callback"], took["start"], strict=True))
    middle, most = statistics.median(took["callback"]), max(took["callback"][1:])
    print(f"\ncallback at 512 MB: {middle * 1000:.0f} ms, at most {most * 1000:.0f} ms, {ratio:.0%} of a start")
    assert middle < 1


def _pool(function: Function, environment: Mapping[str, str]) -> Pool:
    return Pool(
        function,
        runtime="awslambdaric",
        folder=BUILT.folder / function.name,
        environment=environment,
        on_line=lambda _: None,
        on_call=lambda _: None,
        python=BUILT.python,
    )


def _callback() -> bytes:
    body = json.dumps({"event_type": "RECORD_NEW_FILE_START", "job_id": "of-nobody"}).encode()
    headers = callback_headers(body, key=_callback_keys[0], now=time.time())
    return json.dumps(a_request(body, headers, path="/rtc/callbacks")).encode()


def _event(name: str) -> bytes:
    return json.dumps(events(datetime.now(UTC))[_EVENTS[name]]).encode()
