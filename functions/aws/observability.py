"""What the functions tell an operator: JSON lines and counted events, both on standard output, in Powertools' formats.

Nothing secret is logged to begin with. As a second net every line passes a filter: of an address only scheme and host
stay (a response_url and an RTMP address are as good as passwords), and tokens and signatures are masked.
"""

import logging
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import Any, TextIO, override

from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import MetricUnit, single_metric

logger = logging.getLogger("recordbot")
"""The functions' logger. Silent about INFO until `start_logging`, which each function calls once, at cold start."""

_LIBRARIES = ("boto3", "botocore", "slack_bolt", "slack_sdk", "urllib3")
"""Below WARNING these log bodies, headers and secrets."""

_MASK = "[hidden]"
_ADDRESS = re.compile(r"\b((?:https?|rtmps?)(?:://|%3A%2F%2F))((?:\\[^\"]|[^\s\"\\])+)", re.IGNORECASE)
"""An address in a JSON line: up to white space or the string's end, escapes included."""
_HOST = re.compile(r"(?:.*(?:@|%40))?([\w.:\[\]-]+)", re.IGNORECASE)
_TOKEN = re.compile(
    r"\bx(?:ox[a-z]|app)-[\w-]+|\bv0=[0-9a-f]{64}\b|\bv1,[\w+/=]{43,44}|\bwhsec_[\w+/=]+"
    r"|(?<=Signature=)[0-9a-f]{16,}|(?<=Bearer )[^\s\"\\]+|(?<=Token: )[^\s\"\\]+",
    re.IGNORECASE,
)

_keys: ContextVar[Mapping[str, str]] = ContextVar("_keys")


class Metric(StrEnum):
    """What is counted, under the names that alarms and dashboards use."""

    ORDER_PLACED = "OrderPlaced"
    ORDER_NOT_QUEUED = "OrderNotQueued"
    REQUEST_REFUSED = "RequestRefused"
    """Not signed by Slack or by a caller, or not to be read."""
    STARTED = "Started"
    NOT_STARTED = "NotStarted"
    """A call that RTC refused or did not take; one that is tried again counts again."""
    STOPPED = "Stopped"
    NOT_STOPPED = "NotStopped"
    OUTCOME_UNKNOWN = "OutcomeUnknown"
    RTC_REFUSED_KEY = "RtcRefusedKey"
    """RTC does not let us in: an operator has to mend the key."""
    NOT_TOLD = "NotTold"
    """An answer that can never be given; its outcome is in the ledger."""
    DOOR_FAILED = "DoorFailed"
    """A mistake of ours: whoever asked was told that nothing was started."""
    RECORDER_FAILED = "RecorderFailed"
    """A mistake of ours: the order is tried again, and ends in the dead letters."""


def start_logging(service: str, level: str, stream: TextIO | None = None) -> None:
    """Write JSON lines of `level` and above under the service's name, of libraries the warnings; again: anew."""
    out = logging.StreamHandler(stream or sys.stdout)
    out.addFilter(_add_keys)
    out.setFormatter(_Formatter(service=service, utc=True, use_rfc3339=True, serialize_stacktrace=False))
    for name, least in [(logger.name, level), *((library, "WARNING") for library in _LIBRARIES)]:
        source = logging.getLogger(name)
        source.handlers = [out]
        source.setLevel(least)
        source.propagate = False  # the runtime's own handler would write each line a second time


@contextmanager
def log_keys(**keys: str) -> Iterator[None]:
    """Put these keys, an order_id for one, on every line that is logged inside."""
    before = _keys.set({**_keys.get({}), **keys})
    try:
        yield
    finally:
        _keys.reset(before)


def count(metric: Metric) -> None:
    """Count one event, in CloudWatch's embedded metric format; the namespace tells one deployment from another."""
    namespace = os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "recordbot")
    with single_metric(name=metric, unit=MetricUnit.Count, value=1, namespace=namespace):
        pass


def _add_keys(record: logging.LogRecord) -> bool:
    for key, value in _keys.get({}).items():
        setattr(record, key, value)
    return True


class _Formatter(LambdaPowertoolsFormatter):
    @override
    def serialize(self, log: Any) -> str:
        return _TOKEN.sub(_MASK, _ADDRESS.sub(_without_its_path, super().serialize(log)))


def _without_its_path(address: re.Match[str]) -> str:
    scheme, rest = address.groups()
    authority = re.split(r"/|\?|%2F|\\", rest, maxsplit=1, flags=re.IGNORECASE)[0]
    host = _HOST.fullmatch(authority)
    if host is None or host[1] != rest:
        return f"{scheme}{host[1] if host else ''}/{_MASK}"
    return address[0]
