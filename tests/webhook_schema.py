"""Call the webhook in each way that its description allows, and in some that it doesn't."""

import time
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import requests
import schemathesis
from hypothesis import HealthCheck, settings
from requests.auth import AuthBase
from schemathesis.checks import load_all_checks
from schemathesis.core.result import Ok
from schemathesis.pytest.lazy import get_all_tests
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from functions.http.standard_webhooks import read_key, sign
from functions.webhook_api.door import MOST_BYTES
from local.system import System
from tests.paths import ROOT

DOCUMENT = schemathesis.openapi.from_path(ROOT / "docs" / "openapi.json")
_EXAMPLES = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


def call(operations: schemathesis.BaseSchema, system: System) -> int:
    """Call each operation in all ways, check the answers, and return how many operations there are."""
    load_all_checks()
    tests = list(get_all_tests(schema=operations, test_func=_check, settings=_EXAMPLES, given_kwargs=None))
    for test in tests:
        assert isinstance(test, Ok), "docs/openapi.json is invalid"
        _, call_in_all_ways = test.ok()
        call_in_all_ways(system=system)
    return len(tests)


class _Signed(AuthBase):
    """Signs whatever bytes are sent: the package that signs elsewhere in these tests knows only text."""

    def __init__(self, key: str) -> None:
        self._key = read_key(key)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        body = request.body or b""
        now, webhook_id = str(int(time.time())), uuid4().hex
        signature = sign(self._key, webhook_id, now, body.encode() if isinstance(body, str) else body)
        request.headers.update(zip(_HEADERS, (webhook_id, now, signature), strict=True))
        return request


def _check(case: schemathesis.Case[Any], system: System) -> None:
    caller = system.callers[0]
    if "caller" in case.path_parameters:
        caller = system.callers[len(str(case.path_parameters["caller"])) % 2]
        case.path_parameters["caller"] = caller.name
    # A case that leaves out a header of the signature is about that, and stays as it is.
    is_to_be_signed = set(_HEADERS) <= {name.lower() for name in case.headers or {}}
    response = case.call(base_url=system.stack.endpoint, auth=_Signed(caller.key) if is_to_be_signed else None)
    # What fits the description can still be too long: ten streams with ten push addresses of 2,048 characters each.
    is_too_long = (
        response.status_code == HTTPStatus.CONTENT_TOO_LARGE and len(response.request.body or b"") > MOST_BYTES
    )
    # And what fits it can be another's room or channel.
    is_not_its_own = caller.limits and response.status_code == HTTPStatus.UNPROCESSABLE_CONTENT
    # And a start_at or an end_at that fits it can be past, or years ahead, and a max_duration can be of any length.
    is_past = response.status_code == HTTPStatus.UNPROCESSABLE_CONTENT and any(
        error["pointer"] in {"/start_at", "/end_at", "/max_duration"} for error in response.json()["errors"]
    )
    # And what looks like a cursor is none.
    is_no_cursor = response.status_code == HTTPStatus.BAD_REQUEST and "cursor" in (case.query or {})
    is_no_wonder = is_too_long or is_not_its_own or is_past or is_no_cursor
    needless = [*([ignored_auth] if is_to_be_signed else []), *([positive_data_acceptance] if is_no_wonder else [])]
    case.validate_response(response, excluded_checks=needless)
