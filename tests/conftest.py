"""What holds for every test."""

import gc
import os
import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.hooks import EventAliaser, HierarchicalEmitter
from hypothesis import settings

# Two shared cores: how long an example takes says nothing. CI tries the same examples every time, so that a red run is
# about the change; a developer's run tries new ones. make fuzz tries ten times as many.
EXAMPLES = int(os.environ.get("EXAMPLES") or 10)
settings.register_profile("recordbot", max_examples=EXAMPLES, deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("recordbot")

# All that tests talk to is on loopback, which no proxy of the developer's reaches. slack_sdk ignores NO_PROXY.
for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]

# Tests that run in the background, or under nohup, find these signals ignored, and so would every process they start.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)

# botocore reads its descriptions of AWS anew for each session, which takes a tenth of a second. They don't change.
botocore.session.create_loader = cache(botocore.session.create_loader)

# Nor do the old names of its events, which each session, with its hundreds of handlers, looks up anew.
aliaser: Any = EventAliaser
aliaser._alias_event_name = staticmethod(cache(aliaser(HierarchicalEmitter())._alias_event_name))

# What is imported and collected stays. To look through it for garbage takes a tenth of a worker's time.
gc.disable()


def pytest_configure(config: pytest.Config) -> None:
    """Let each worker collect from another place first, so that in a fresh clone not all compile the same files."""
    worker = getattr(config, "workerinput", None)
    if worker is not None and worker["workerid"].startswith("gw"):
        parts = [part for arg in config.args for part in _parts(arg)]
        first = len(parts) * int(worker["workerid"].removeprefix("gw")) // worker["workercount"]
        config.args[:] = parts[first:] + parts[:first]


def _parts(arg: str) -> Sequence[str]:
    """Return what a folder of tests has: its test files, and folders that have some."""
    if not Path(arg).is_dir():
        return [arg]
    inside = sorted(Path(arg).iterdir())
    return [str(it) for it in inside if it.match("test_*.py") or any(it.rglob("test_*.py"))]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    """Order the tests alike in each worker, before others do. Refuse two of one name: xdist would run one."""
    doubled = [name for name, count in Counter(item.nodeid for item in items).items() if count > 1]
    if doubled:
        raise pytest.UsageError(f"more than one test has this name: {', '.join(doubled)}")
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: item.path)
    yield


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """Let garbage be collected from now on, but not among what is there already."""
    gc.freeze()
    gc.enable()
