"""Lambda on this machine: each function in warm processes of its own, with its time limit and its logs.

What is not as on Lambda: the processor's share by memory size, the freeze between calls, the read-only file system.
"""

import importlib.util
import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from local.aws.built import Built
from local.aws.lambda_pool import Invocation, Pool
from local.aws.lambda_worker import Worker
from local.aws.template import Function

_OWN_RUNTIME = str(Path(__file__).with_name("lambda_runtime.py"))


def no_log(_function: str, _line: str) -> None:
    """Let the line be read by `logs` alone."""


def no_watch(_call: Invocation) -> None:
    """Let nobody know of the call."""


class Host(Protocol):
    """What runs functions, here or elsewhere, until `close`."""

    def warm(self) -> None:
        """Wait until every function can be called."""

    def invoke(self, name: str, event: object) -> Any:
        """Give the result of the function `name` for `event`. Raises FunctionError."""

    def kill(self, name: str) -> None:
        """Kill the processes of the function `name`."""

    def logs(self, name: str) -> list[str]:
        """Give the last lines that the function `name` has written."""

    def close(self) -> None:
        """End the functions."""


class LambdaHost:
    """Runs `functions` (their variables resolved) from the code in `folder`, or as `built`.

    `environment` is what every function's process gets besides Lambda's own variables and the function's. `on_log` is
    called with a function's name and a line it has written, `on_call` as a call begins and when it is over; both from
    any thread. `own_runtime` says whether our runtime
    loop takes the place of AWS's runtime client; by default, where that isn't installed.
    """

    def __init__(
        self,
        functions: Iterable[Function],
        *,
        folder: Path,
        environment: Mapping[str, str],
        on_log: Callable[[str, str], None] = no_log,
        on_call: Callable[[Invocation], None] = no_watch,
        own_runtime: bool | None = None,
        built: Built | None = None,
    ) -> None:
        if own_runtime is None:
            own_runtime = importlib.util.find_spec("awslambdaric") is None
        runtime = _OWN_RUNTIME if own_runtime else "awslambdaric"
        self._pools = {
            function.name: Pool(
                function,
                runtime=runtime,
                folder=built.folder / function.name if built else folder,
                python=built.python if built else None,
                environment=environment,
                on_line=partial(on_log, function.name),
                on_call=on_call,
            )
            for function in functions
        }

    def warm(self) -> None:
        """Start a process of each function, all at once, and wait until they are initialised. Raises StartError."""
        with ThreadPoolExecutor(max_workers=len(self._pools) or 1) as threads:
            list(threads.map(Pool.warm, self._pools.values()))

    def invoke(self, name: str, event: object) -> Any:
        """Give the result of the function `name` for `event`, both as JSON has them. Raises FunctionError."""
        return json.loads(self._pools[name].invoke(json.dumps(event).encode()))

    def kill(self, name: str) -> None:
        """Kill the processes of the function `name`; a call in one of them ends with a FunctionError."""
        self._pools[name].kill()

    def logs(self, name: str) -> list[str]:
        """Give the last lines that the function `name` has written."""
        return list(self._pools[name].lines)

    def close(self) -> None:
        """End all processes, also those with a call in them, and wait until they are gone."""
        workers = [worker for pool in self._pools.values() for worker in pool.close()]
        with ThreadPoolExecutor(max_workers=len(workers) or 1) as threads:
            list(threads.map(Worker.close, workers))
