"""A runtime loop for platforms without a wheel of AWS's runtime client (macOS): `python lambda_runtime.py HANDLER`.

It uses the same Runtime API. It runs by its path, and imports nothing of the project. Source:
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import http.client
import importlib
import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

API = "/2018-06-01/runtime"


@dataclass(frozen=True, slots=True)
class Context:
    """The context that a handler gets; the names are AWS's."""

    aws_request_id: str
    invoked_function_arn: str
    deadline_ms: int
    function_name: str
    function_version: str
    memory_limit_in_mb: str
    log_group_name: str
    log_stream_name: str

    def get_remaining_time_in_millis(self) -> int:
        """Return the time left until the function's timeout, in milliseconds."""
        return max(0, self.deadline_ms - time.time_ns() // 1_000_000)


def _main(handler_name: str) -> None:
    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    try:
        module, _, name = handler_name.rpartition(".")
        handler = getattr(importlib.import_module(module), name)
    except Exception as error:  # noqa: BLE001 - whatever the function's code raises
        traceback.print_exc()
        _call(api, "POST", "/init/error", _described(error))
        sys.exit(1)
    while True:
        status, headers, event = _call(api, "GET", "/invocation/next")
        if status != HTTPStatus.OK:  # the host is closing
            return
        os.environ["_X_AMZN_TRACE_ID"] = headers["Lambda-Runtime-Trace-Id"]
        outcome, document = _outcome(handler, event, _context(headers))
        _call(api, "POST", f"/invocation/{headers['Lambda-Runtime-Aws-Request-Id']}/{outcome}", document)


def _outcome(handler: Callable[[Any, Context], object], event: bytes, context: Context) -> tuple[str, object]:
    try:
        result = handler(json.loads(event), context)
        json.dumps(result)
    except Exception as error:  # noqa: BLE001 - whatever the function's code raises
        traceback.print_exc()
        return "error", _described(error)
    return "response", result


def _context(headers: http.client.HTTPMessage) -> Context:
    return Context(
        aws_request_id=headers["Lambda-Runtime-Aws-Request-Id"],
        invoked_function_arn=headers["Lambda-Runtime-Invoked-Function-Arn"],
        deadline_ms=int(headers["Lambda-Runtime-Deadline-Ms"]),
        function_name=os.environ["AWS_LAMBDA_FUNCTION_NAME"],
        function_version=os.environ["AWS_LAMBDA_FUNCTION_VERSION"],
        memory_limit_in_mb=os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"],
        log_group_name=os.environ["AWS_LAMBDA_LOG_GROUP_NAME"],
        log_stream_name=os.environ["AWS_LAMBDA_LOG_STREAM_NAME"],
    )


def _described(error: Exception) -> dict[str, object]:
    trace = traceback.format_tb(error.__traceback__)
    return {"errorType": type(error).__name__, "errorMessage": str(error), "stackTrace": trace}


def _call(
    api: http.client.HTTPConnection, method: str, path: str, document: object = None
) -> tuple[int, http.client.HTTPMessage, bytes]:
    body = None if method == "GET" else json.dumps(document)
    api.request(method, API + path, body, {"Content-Type": "application/json"})
    answer = api.getresponse()
    return answer.status, answer.headers, answer.read()


if __name__ == "__main__":
    _main(sys.argv[1])
