"""Lambda on this machine: each function has warm processes of its own, a timeout and logs.

Different from Lambda: the share of the CPU doesn't depend on the memory size, processes aren't frozen between
invocations, and the file system isn't read-only.
"""

import importlib.util
import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from local.aws.built import Built
from local.aws.fork_servers import of_function
from local.aws.lambda_pool import Invocation, Pool
from local.aws.lambda_worker import Worker
from local.aws.template import Function

_OWN_RUNTIME = str(Path(__file__).with_name("lambda_runtime.py"))


def no_log(_function: str, _line: str) -> None:
    """Do nothing with the line; `logs` still returns it."""


def no_watch(_call: Invocation) -> None:
    """Do nothing with the call."""


class Host(Protocol):
    """Runs functions, here or elsewhere, until `close`."""

    def warm(self) -> None:
        """Wait until every function can be invoked."""

    def invoke(self, name: str, event: object) -> Any:
        """Return the result of the function `name` for `event`. Raises FunctionError."""

    def kill(self, name: str) -> None:
        """Kill the processes of the function `name`."""

    def logs(self, name: str) -> list[str]:
        """Return the latest lines of the function's log."""

    def close(self) -> None:
        """Stop the functions."""


class LambdaHost:
    """Runs `functions`, whose variables are resolved, from the code in `folder` or the artifacts in `built`.

    `environment` has variables for all functions, besides Lambda's own and each function's. `on_log` is called with a
    function's name and each line of its log; `on_call` when an invocation begins and when it ends; both from any
    thread. `own_runtime`: use our runtime loop, by default if AWS's runtime client isn't installed.
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
                fork_server=None if own_runtime or built else of_function(folder, function.handler),
                environment=environment,
                on_line=partial(on_log, function.name),
                on_call=on_call,
            )
            for function in functions
        }

    def warm(self) -> None:
        """Start a process of each function in parallel, and wait until all are initialised. Raises StartError."""
        with ThreadPoolExecutor(max_workers=len(self._pools) or 1) as threads:
            list(threads.map(Pool.warm, self._pools.values()))

    def invoke(self, name: str, event: object) -> Any:
        """Return the result of the function `name` for `event`, both as JSON documents. Raises FunctionError."""
        return json.loads(self._pools[name].invoke(json.dumps(event).encode()))

    def kill(self, name: str) -> None:
        """Kill the processes of the function `name`; a call in one of them ends with a FunctionError."""
        self._pools[name].kill()

    def logs(self, name: str) -> list[str]:
        """Return the latest lines of the function's log."""
        return list(self._pools[name].lines)

    def close(self) -> None:
        """Stop all processes, also busy ones, and wait until they have ended."""
        workers = [worker for pool in self._pools.values() for worker in pool.close()]
        with ThreadPoolExecutor(max_workers=len(workers) or 1) as threads:
            list(threads.map(Worker.close, workers))
