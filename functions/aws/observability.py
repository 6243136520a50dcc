"""Logs and metrics: JSON lines and counted events, both on standard output, by Powertools for AWS Lambda.

No code logs a secret. As a second protection, each line is masked: an address keeps only scheme and host, because a
response_url and an RTMP address work like passwords. Tokens and signatures are hidden.

docs/decisions/ says which parts of Powertools are used, and why.
"""

import logging
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from enum import StrEnum
from functools import cache, wraps
from typing import Any, override

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import MetricUnit, single_metric
from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logging.getLogger("recordbot")
"""The functions' logger. It logs INFO only after the first call of a `logged` handler."""

_LIBRARIES = ("botocore", "slack_bolt", "slack_sdk", "urllib3")
"""Libraries that log bodies, headers and secrets below WARNING."""

_MASK = "[hidden]"
_ADDRESS = re.compile(r"\b((?:https?|rtmps?)(?:://|%3A%2F%2F))((?:\\[^\"]|[^\s\"\\])+)", re.IGNORECASE)
"""An address in a JSON line, up to white space or the string's end, with escapes."""
_HOST = re.compile(r"(?:.*(?:@|%40))?([\w.:\[\]-]+)", re.IGNORECASE)
_TOKEN = re.compile(
    r"\bx(?:ox[a-z]|app)-[\w-]+|\bv0=[0-9a-f]{64}\b|\bv1,[\w+/=]{43,44}|\bwhsec_[\w+/=]+"
    r"|(?<=Signature=)[0-9a-f]{16,}|(?<=Bearer )[^\s\"\\]+|(?<=Token: )[^\s\"\\]+",
    re.IGNORECASE,
)

_BEGINNINGS = ("://", "%3a%2f%2f", "xox", "xapp-", "v0=", "v1,", "whsec_", "signature=", "bearer ", "token: ")
"""What each secret has in it or before it, in lower case. The patterns take a hundred times as long to find nothing."""

_keys: ContextVar[Mapping[str, str]] = ContextVar("_keys")
_writing = threading.RLock()
"""Held while a line is written: Powertools writes a metric and the end of its line one after the other."""


class Metric(StrEnum):
    """The metrics, under the names that alarms and dashboards use."""

    ORDER_PLACED = "OrderPlaced"
    ORDER_NOT_QUEUED = "OrderNotQueued"
    REQUEST_REFUSED = "RequestRefused"
    """Not signed by Slack or by a caller, or unreadable."""
    STARTED = "Started"
    NOT_STARTED = "NotStarted"
    """A start that failed at RTC. Each try counts."""
    STOPPED = "Stopped"
    NOT_STOPPED = "NotStopped"
    OUTCOME_UNKNOWN = "OutcomeUnknown"
    RTC_REFUSED_KEY = "RtcRefusedKey"
    """RTC or IAM refuses our key: an operator has to replace it."""
    NOT_ANSWERED = "NotAnswered"
    """An answer that can't be posted to Slack. The outcome is in the ledger."""
    DOOR_FAILED = "DoorFailed"
    """An error of ours, or AWS can't be used. The person or caller was answered that nothing was started."""
    RECORDER_FAILED = "RecorderFailed"
    """An error of ours. The order is tried again, and goes to the dead-letter queue after the last try."""
    NOT_ALLOWED = "NotAllowed"
    """Refused by the team's rules."""
    CONFIGURATION_BROKEN = "ConfigurationBroken"
    """The team's configuration can't be used: the last good one holds, or nobody may do anything."""
    CHECK_LATE = "CheckLate"
    """The seconds that the longest due recording has waited for its check. Each tick tells it."""


def logged[Event, Result](
    handler: Callable[[Event, LambdaContext], Result],
) -> Callable[[Event, LambdaContext], Result]:
    """Decorate a Lambda handler: its first call starts logging, and every line has Powertools' context keys.

    These are cold_start, function_name, function_memory_size, function_arn, function_request_id and xray_trace_id.
    POWERTOOLS_SERVICE_NAME names the service. The level is AWS_LAMBDA_LOG_LEVEL, which Lambda sets, or else
    POWERTOOLS_LOG_LEVEL.
    """

    @wraps(handler)
    def with_context_keys(event: Event, context: LambdaContext) -> Result:
        # An event is never logged, whatever the environment says: it holds response_urls and signatures.
        return start_logging().inject_lambda_context(handler, log_event=False)(event, context)

    return with_context_keys


@cache
def start_logging() -> Logger:
    """Start writing JSON lines: the functions' own at the configured level, the libraries' at WARNING.

    Return Powertools' Logger, which holds the service and the context keys. Its handler is set on our logger and the
    libraries' loggers, because by itself Powertools writes only its own lines.
    """
    handler = logging.StreamHandler(sys.stdout)
    handler.addFilter(_add_keys)
    handler.lock = _writing
    formatter = _Formatter(utc=True, use_rfc3339=True, serialize_stacktrace=False)
    powertools = Logger(logger_handler=handler, logger_formatter=formatter)
    for name, level in [(logger.name, powertools.log_level), *((library, logging.WARNING) for library in _LIBRARIES)]:
        source = logging.getLogger(name)
        source.handlers = [handler]
        source.setLevel(level)
        source.propagate = False  # the runtime's own handler would write each line a second time
    return powertools


@contextmanager
def log_keys(**keys: str) -> Iterator[None]:
    """Add these keys, such as order_id, to each line that this thread logs inside the block."""
    before = _keys.set({**_keys.get({}), **keys})
    try:
        yield
    finally:
        _keys.reset(before)


def count(metric: Metric) -> None:
    """Count one event, in CloudWatch's embedded metric format. It is written at once, so a crash loses nothing."""
    _write(metric, MetricUnit.Count, 1)


def measure(metric: Metric, time: timedelta) -> None:
    """Write one duration in seconds, in the same way."""
    _write(metric, MetricUnit.Seconds, time.total_seconds())


def _write(metric: Metric, unit: MetricUnit, value: float) -> None:
    namespace = os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "recordbot")
    with _writing, single_metric(name=metric, unit=unit, value=value, namespace=namespace):
        pass


def _add_keys(record: logging.LogRecord) -> bool:
    for key, value in _keys.get({}).items():
        setattr(record, key, value)
    return True


class _Formatter(LambdaPowertoolsFormatter):
    @override
    def serialize(self, log: Any) -> str:
        return masked(super().serialize(log))


def masked(line: str) -> str:
    """Return the line without the secret parts of its addresses, without tokens and signatures."""
    plain = line.casefold()
    if not any(beginning in plain for beginning in _BEGINNINGS):
        return line
    return _TOKEN.sub(_MASK, _ADDRESS.sub(_without_its_path, line))


def _without_its_path(address: re.Match[str]) -> str:
    scheme, rest = address.groups()
    authority = re.split(r"/|\?|%2F|\\", rest, maxsplit=1, flags=re.IGNORECASE)[0]
    host = _HOST.fullmatch(authority)
    if host is None or host[1] != rest:
        return f"{scheme}{host[1] if host else ''}/{_MASK}"
    return address[0]
