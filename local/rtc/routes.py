"""The calls that the API has: which one a request is, by its method and path."""

import re
from typing import NamedTuple
from urllib.parse import unquote

from local.http_message import Request
from local.rtc.faults import Operation

_PATH = re.compile(r"/v2/apps/(?P<app_id>[^/]+)/individual-stream-jobs(?:/(?P<job_id>[^/]+))?")
_RULE_PATH = re.compile(r"/v2/apps/(?P<app_id>[^/]+)/record-rules/(?P<rule_id>[^/]+)")
_CALLBACK_PATH = re.compile(r"/v2/apps/(?P<app_id>[^/]+)/record-callback")
_CALLBACK_OPERATIONS: dict[str, Operation] = {"GET": "show callback", "PUT": "set callback"}
_OPERATIONS: dict[tuple[str, bool], Operation] = {
    ("POST", False): "start",
    ("GET", True): "show",
    ("PUT", True): "update",
    ("DELETE", True): "stop",
}


class Route(NamedTuple):
    """A call of the API, and what its path names."""

    operation: Operation | None  # None: the API has no such call
    app_id: str = ""
    job_id: str = ""
    rule_id: str = ""


def route_of(request: Request) -> Route:
    """Return the call that the request is."""
    if (request.method, request.path) == ("POST", "/v3/auth/tokens"):
        return Route("token")
    if (request.method, request.path) == ("GET", "/v2/rtc-ops/buckets/objects"):
        return Route("list")
    if setting := _CALLBACK_PATH.fullmatch(request.path):
        return Route(_CALLBACK_OPERATIONS.get(request.method), unquote(setting["app_id"]))
    if rule := _RULE_PATH.fullmatch(request.path):
        is_read = request.method == "GET"
        return Route("show rule" if is_read else None, unquote(rule["app_id"]), rule_id=unquote(rule["rule_id"]))
    path = _PATH.fullmatch(request.path)
    if not path:
        return Route(None)
    operation = _OPERATIONS.get((request.method, path["job_id"] is not None))
    return Route(operation, unquote(path["app_id"]), unquote(path["job_id"] or ""))
