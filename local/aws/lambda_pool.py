"""The processes of one Lambda function: one for each concurrent invocation, kept warm for the next ones."""

import sys
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from local.aws.calls import ACCOUNT
from local.aws.lambda_worker import FunctionError, Worker
from local.aws.template import Function
from local.errors import LocalError
from local.forked import ForkServer

CONCURRENCY = 10
"""The most processes of one function; more invocations wait."""
LOG_LINES = 10_000
"""The number of log lines kept of each function."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """An invocation of a function. `began_at` is in seconds since the epoch; `seconds` is None until it has ended.

    `error` is empty if there was none; `request_id` is the function's aws_request_id. `event` and `result` are JSON;
    `result` is empty until there is one.
    """

    function: str
    request_id: str
    event: bytes = field(repr=False)
    began_at: float
    seconds: float | None = None
    error: str = ""
    result: bytes = b""


class StartError(LocalError):
    """A function can't be started; the message has its name and the last output of its process."""


class Pool:
    """Invokes `function`, whose code is in `folder`, until `close`.

    Every line that its processes write goes to `on_line`, and `lines` keeps the latest. `on_call` is called when an
    invocation begins and when it ends.
    """

    def __init__(
        self,
        function: Function,
        *,
        runtime: str,
        folder: Path,
        environment: Mapping[str, str],
        on_line: Callable[[str], None],
        on_call: Callable[[Invocation], None],
        python: Path | None = None,
        fork_server: ForkServer | None = None,
    ) -> None:
        self.lines: deque[str] = deque(maxlen=LOG_LINES)
        self._function = function
        self._arn = f"arn:aws:lambda:{environment.get('AWS_REGION', 'local')}:{ACCOUNT}:function:{function.name}"
        self._runtime = runtime
        self._folder = folder
        self._environment = environment
        self._on_line = on_line
        self._on_call = on_call
        self._python = python
        self._fork_server = fork_server
        self._changed = threading.Condition()
        self._workers: list[Worker] = []
        self._idle: list[Worker] = []
        self._closed = False

    def warm(self) -> None:
        """Start a process for the next invocation. Raises StartError."""
        worker = self._take()
        try:
            worker.initialise()
        except FunctionError as error:
            raise StartError(f"{self._function.name} does not start: {error}") from error
        finally:
            self._give_back(worker)

    def invoke(self, event: bytes) -> bytes:
        """Return the function's result for `event`, both JSON. Raises FunctionError."""
        request_id = str(uuid.uuid4())
        call = Invocation(self._function.name, request_id, event, began_at=time.time())
        begun = time.monotonic()
        self._on_call(call)
        error, result = "", b""
        worker = self._take()
        try:
            result = worker.invoke(event, arn=self._arn, request_id=request_id, timeout=self._function.timeout)
        except FunctionError as failure:
            error = str(failure)
            if worker.ended:  # the process had no time to write this itself
                self._log(f"{request_id} {failure.message}")
            raise
        finally:
            self._give_back(worker)
            self._on_call(replace(call, seconds=time.monotonic() - begun, error=error, result=result))
        return result

    def kill(self) -> None:
        """Kill all processes; the next invocation gets a new one."""
        with self._changed:
            workers = self._workers.copy()
        for worker in workers:
            worker.kill()

    def close(self) -> list[Worker]:
        """Accept no more invocations, and return the processes that are left, to be closed."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            return self._workers.copy()

    def _take(self) -> Worker:
        with self._changed:
            while not self._closed:
                for worker in [worker for worker in self._idle if worker.ended]:
                    self._discard(worker)
                if self._idle:
                    return self._idle.pop()
                if len(self._workers) < CONCURRENCY:
                    self._workers.append(self._start())
                    return self._workers[-1]
                self._changed.wait()
        raise FunctionError("Sandbox.Closed", "the local system is stopping")

    def _give_back(self, worker: Worker) -> None:
        with self._changed:
            self._idle.append(worker)
            self._changed.notify()

    def _discard(self, worker: Worker) -> None:
        self._idle.remove(worker)
        self._workers.remove(worker)
        worker.close()

    def _start(self) -> Worker:
        function = self._function
        variables = {
            **self._environment,
            **{name: str(value) for name, value in function.variables.items()},
            "AWS_ACCESS_KEY_ID": function.name,  # each function has its own key, as it has its own role on Lambda
            "AWS_EXECUTION_ENV": f"AWS_Lambda_python{sys.version_info.major}.{sys.version_info.minor}",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_FORMAT": function.log_format,
            **({"AWS_LAMBDA_LOG_LEVEL": str(function.log_level)} if function.log_format == "JSON" else {}),
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": f"[$LATEST]{uuid.uuid4().hex}",
            "LAMBDA_TASK_ROOT": str(self._folder),
            "PYTHONPATH": str(self._folder),
            "TZ": ":UTC",
            "_HANDLER": function.handler,
        }
        runtime = (self._runtime, function.handler)
        return Worker(
            runtime,
            folder=self._folder,
            environment=variables,
            on_line=self._log,
            python=self._python,
            fork_server=self._fork_server,
        )

    def _log(self, line: str) -> None:
        self.lines.append(line)
        self._on_line(line)
