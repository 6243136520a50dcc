"""One process of a Lambda function, with the Runtime API that it uses. It handles one invocation at a time.

Each process has its own Runtime API, as on Lambda, so the API knows who asks. Source:
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import json
import queue
import secrets
import signal
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path

from local.child import Child
from local.forked import ForkServer
from local.http_message import Answer, Request
from local.loopback import Server

INIT_LIMIT = 60.0
"""Seconds that a new process has to ask for its first invocation. Lambda has cores for it, and ends it after ten."""
_API = "/2018-06-01/runtime/"
# AWS's runtime client can't be interrupted while it waits for an invocation, and crashes on any other answer. So it
# gets an invocation whose client context isn't JSON: that never reaches the handler, and the pending interrupt ends the
# client.
_NO_CALL = Answer(headers=(("Lambda-Runtime-Aws-Request-Id", "end"), ("Lambda-Runtime-Client-Context", "no JSON")))


class FunctionError(Exception):
    """An invocation without a result. `kind` and `message` are Lambda's errorType and errorMessage."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind
        self.message = message


class Worker:
    """A process that runs `runtime` (a module or file, and the handler's name) until `close` or `kill`.

    `on_line` gets each line that the process writes.
    """

    def __init__(
        self,
        runtime: tuple[str, str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        on_line: Callable[[str], None],
        python: Path | None = None,
        fork_server: ForkServer | None = None,
    ) -> None:
        self.ended = False
        self._asked = False
        self._initialised = False
        self._closing = False
        self._calls: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        self._outcomes: queue.SimpleQueue[bytes | FunctionError] = queue.SimpleQueue()
        self._on_line = on_line
        self._api = Server(self._answer)
        self._child = Child(
            *runtime,
            environment={**environment, "AWS_LAMBDA_RUNTIME_API": self._api.endpoint.removeprefix("http://")},
            folder=folder,
            on_line=self._hear,
            on_exit=self._end,
            python=python,
            fork_server=fork_server,
        )

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._child.pid

    def initialise(self) -> None:
        """Wait until the process asks for its first invocation. Raises FunctionError if it doesn't."""
        if self._initialised:
            return
        try:
            self._wait(INIT_LIMIT, f"Init timed out after {INIT_LIMIT:.2f} seconds")
        except FunctionError:
            self.kill()
            raise
        self._initialised = True

    def invoke(self, event: bytes, *, arn: str, request_id: str, timeout: float) -> bytes:
        """Return the handler's result for `event`, both JSON. Raises FunctionError; a timeout kills the process."""
        self.initialise()
        headers = (
            ("Content-Type", "application/json"),
            ("Lambda-Runtime-Aws-Request-Id", request_id),
            ("Lambda-Runtime-Deadline-Ms", str(int((time.time() + timeout) * 1000))),
            ("Lambda-Runtime-Invoked-Function-Arn", arn),
            ("Lambda-Runtime-Trace-Id", _trace_id()),
        )
        self._calls.put(Answer(headers=headers, body=event))
        return self._wait(timeout, f"Task timed out after {timeout:.2f} seconds")

    def kill(self) -> None:
        """Kill the process at once; its invocation ends with a FunctionError."""
        self._child.kill()
        self.close()

    def close(self) -> None:
        """Stop the process, and wait until it has ended."""
        self._closing = True
        self._calls.put(_NO_CALL)
        self._child.close()
        self._api.close()

    def _wait(self, limit: float, late: str) -> bytes:
        try:
            outcome = self._outcomes.get(timeout=limit)
        except queue.Empty:
            self.kill()
            raise FunctionError("Sandbox.Timedout", late) from None
        if isinstance(outcome, FunctionError):
            raise outcome
        return outcome

    def _answer(self, request: Request) -> Answer:
        match request.method, *request.path.removeprefix(_API).split("/"):
            case "GET", "invocation", "next":
                if not self._asked:
                    self._asked = True
                    self._outcomes.put(b"")
                return _NO_CALL if self._closing else self._calls.get()
            case "POST", "invocation", _, "response":
                self._outcomes.put(request.body)
            case ("POST", "invocation", _, "error") | ("POST", "init", "error"):
                self._outcomes.put(_read_error(request.body))
            case _:
                return Answer(HTTPStatus.NOT_FOUND)
        return Answer.of_json(HTTPStatus.ACCEPTED, {"status": "OK"})

    def _hear(self, line: str) -> None:
        if not self._closing:
            self._on_line(line)

    def _end(self, code: int) -> None:
        self.ended = True
        how = f"signal: {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
        self._outcomes.put(FunctionError("Runtime.ExitError", f"Runtime exited with error: {how}"))


def _read_error(body: bytes) -> FunctionError:
    document = json.loads(body)
    return FunctionError(document["errorType"], document["errorMessage"])


def _trace_id() -> str:
    return f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)};Parent={secrets.token_hex(8)};Sampled=0"
