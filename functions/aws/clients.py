"""Calls of AWS's services that speak JSON, with botocore's signer, endpoint rules, connections and errors.

botocore's own clients need a third of a cold start: they read a description of all operations of a service and of all
of AWS's endpoints. docs/decisions/0019 has the figures. `connect("sqs", ...)` gives a client whose methods take and
return what those of boto3's client do, but no bytes: `client.send_message(QueueUrl=..., MessageBody=...)`.
"""

import json
import os
import random
import socket
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache, partial
from http import HTTPStatus
from typing import Any, NamedTuple

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.compat import quote
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import ClientError, HTTPClientError
from botocore.httpsession import URLLib3Session
from botocore.loaders import Loader
from botocore.parsers import ResponseParserError
from botocore.utils import get_environ_proxies

from functions.aws.away import is_throttled

_AT_ONCE = (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
"""Without this a body would wait until its headers are acknowledged, for up to 40 ms."""
_RULES = "endpoint-rule-set-1"
_PAUSE = 0.2
"""The most seconds before another try."""


class Limits(NamedTuple):
    """Seconds to connect, and between two parts of an answer; and how often a call is tried."""

    connect: float
    read: float
    tries: int = 1


class _Service(NamedTuple):
    target: str
    """What X-Amz-Target begins with."""
    version: str
    """The version of AWS's JSON protocol."""
    endpoint: str
    """The environment variable that says where the service is instead, as all of AWS's tools read it."""


_SERVICES = {
    "dynamodb": _Service("DynamoDB_20120810", "1.0", "AWS_ENDPOINT_URL_DYNAMODB"),
    "events": _Service("AWSEvents", "1.1", "AWS_ENDPOINT_URL_EVENTBRIDGE"),
    "secretsmanager": _Service("secretsmanager", "1.1", "AWS_ENDPOINT_URL_SECRETS_MANAGER"),
    "sqs": _Service("AmazonSQS", "1.0", "AWS_ENDPOINT_URL_SQS"),
}
"""As service-2.json says it of each; the signing name is the service's.

https://docs.aws.amazon.com/sdkref/latest/guide/ss-endpoints-table.html has the variables.
"""


def connect(service: str, limits: Limits) -> Any:
    """Return a client of the service. Several threads may use it."""
    return _Client(service, limits)


class _Credentials(NamedTuple):
    """The credentials of the function's role, as Lambda gives them: an environment ends before they expire."""

    access_key: str
    secret_key: str
    token: str | None


class _Client:
    def __init__(self, service: str, limits: Limits) -> None:
        self._service = service
        self._limits = limits
        region = os.environ["AWS_REGION"]
        self._url = _endpoint(service, region)
        credentials = _Credentials(
            os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"], os.environ.get("AWS_SESSION_TOKEN")
        )
        self._signer = SigV4Auth(credentials, service, region)  # type: ignore[arg-type] # it reads these three
        self._http = URLLib3Session(
            proxies=get_environ_proxies(self._url),
            timeout=limits[:2],  # type: ignore[arg-type] # it takes pairs
            socket_options=[_AT_ONCE],  # type: ignore[list-item] # they are tuples
        )

    def __getattr__(self, name: str) -> Callable[..., dict[str, Any]]:
        return partial(self._call, name.title().replace("_", ""))

    def _call(self, operation: str, **arguments: object) -> dict[str, Any]:
        body = json.dumps(arguments, default=_seconds).encode()
        tries = self._limits.tries
        while True:
            tries -= 1
            try:
                return _read(operation, self._send(operation, body))
            except (HTTPClientError, ResponseParserError, ClientError) as error:
                if not tries or not _may_pass_soon(error):
                    raise
            time.sleep(random.uniform(0, _PAUSE))  # noqa: S311 - no secret: it spreads tries

    def _send(self, operation: str, body: bytes) -> AWSResponse:
        service = _SERVICES[self._service]
        headers = {
            "Content-Type": f"application/x-amz-json-{service.version}",
            "X-Amz-Target": f"{service.target}.{operation}",
        }
        if trace := os.environ.get("_X_AMZN_TRACE_ID"):  # so that a trace goes on behind a queue
            headers["X-Amzn-Trace-Id"] = quote(trace, safe="-=;:+&[]{}\"',")
        request = AWSRequest("POST", self._url, headers, body)
        self._signer.add_auth(request)
        return self._http.send(request.prepare())


def _read(operation: str, response: AWSResponse) -> dict[str, Any]:
    """Return the answer. Raises ClientError, or ResponseParserError for an answer that isn't AWS's."""
    status = response.status_code
    try:
        answer = json.loads(response.content or b"{}")
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        if status < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise ResponseParserError(f"{operation}: {status} without a JSON object")
        answer = {}
    metadata = {"HTTPStatusCode": status, "RequestId": response.headers.get("x-amzn-requestid", "")}
    if status >= HTTPStatus.MULTIPLE_CHOICES:
        refused: Any = {**answer, "Error": _error(answer, status), "ResponseMetadata": metadata}
        raise ClientError(refused, operation)
    return {**answer, "ResponseMetadata": metadata}


def _error(answer: Mapping[str, Any], status: int) -> dict[str, str]:
    """Return an error's code and message. The code is `com.amazonaws.dynamodb.v20120810#ResourceNotFoundException`."""
    code = str(answer.get("__type", status)).rpartition("#")[2].partition(":")[0]
    return {"Code": code, "Message": str(answer.get("message", answer.get("Message", "")))}


def _may_pass_soon(error: Exception) -> bool:
    """Return whether another try may succeed: AWS didn't answer, failed, or was too busy."""
    if not isinstance(error, ClientError):
        return True
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR or is_throttled(error)


def _seconds(value: object) -> float:
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(f"{type(value).__name__} is not sent to AWS")


def _endpoint(service: str, region: str) -> str:
    """Return where the service is: as botocore's rules say, or what the environment says instead."""
    given = os.environ.get(_SERVICES[service].endpoint) or os.environ.get("AWS_ENDPOINT_URL")
    if given:
        return given
    url: str = _rules(service).resolve_endpoint(Region=region, UseFIPS=False, UseDualStack=False).url
    return url


@cache
def _rules(service: str) -> EndpointProvider:
    """Return the service's rules. `load_service_model` would first look into the folders of all services."""
    loader = Loader()
    version = max(loader.list_api_versions(service, _RULES))
    return EndpointProvider(loader.load_data(f"{service}/{version}/{_RULES}"), loader.load_data("partitions"))
