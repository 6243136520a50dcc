"""schemathesis, which knows the webhook by its description alone, calls it in hundreds of ways and finds nothing."""

import json
import time
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from requests.auth import AuthBase
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from functions.http.standard_webhooks import read_key, sign
from functions.webhook_api.door import MOST_BYTES
from local.rtc.api import RtcApi
from local.system import System, new_caller, running
from tests.paths import ROOT

DOCUMENT = schemathesis.openapi.from_dict(json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8")))


EXAMPLES = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


class Signed(AuthBase):
    """Signs whatever bytes are sent: the package that signs elsewhere in these tests knows only text."""

    def __init__(self, key: str) -> None:
        self._key = read_key(key)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        body = request.body or b""
        now, webhook_id = str(int(time.time())), uuid4().hex
        signature = sign(self._key, webhook_id, now, body.encode() if isinstance(body, str) else body)
        request.headers.update(zip(HEADERS, (webhook_id, now, signature), strict=True))
        return request


@pytest.fixture(name="system", scope="module")
def _system() -> Iterator[System]:
    """A system of its own: it is asked for more jobs than others should meet."""
    callers = [new_caller(), new_caller("limited", {"rooms": ["0"], "channels": []})]
    with running(rtc=RtcApi(calls_per_second=None, quota=10_000), callers=callers) as system:
        yield system


def _check(case: schemathesis.Case[Any], system: System) -> None:
    caller = system.callers[0]
    if "caller" in case.path_parameters:
        caller = system.callers[len(str(case.path_parameters["caller"])) % 2]
        case.path_parameters["caller"] = caller.name
    # A case that leaves out a header of the signature is about that, and stays as it is.
    is_to_be_signed = set(HEADERS) <= {name.lower() for name in case.headers or {}}
    response = case.call(base_url=system.stack.endpoint, auth=Signed(caller.key) if is_to_be_signed else None)
    # What fits the description can still be too long: ten streams with ten push addresses of 2,048 characters each.
    is_too_long = (
        response.status_code == HTTPStatus.CONTENT_TOO_LARGE and len(response.request.body or b"") > MOST_BYTES
    )
    # And what fits it can be another's room or channel.
    is_not_its_own = caller.limits and response.status_code == HTTPStatus.UNPROCESSABLE_CONTENT
    is_no_wonder = is_too_long or is_not_its_own
    needless = [*([ignored_auth] if is_to_be_signed else []), *([positive_data_acceptance] if is_no_wonder else [])]
    case.validate_response(response, excluded_checks=needless)


HOOK, STATUS, DESCRIPTION = "/hooks/{caller}", "/orders/{order_id}", "/openapi.json"


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")  # of long cases, while it reports one
@DOCUMENT.include(path=HOOK).parametrize()
@EXAMPLES
def test_a_hook_does_what_the_description_says(case: schemathesis.Case[Any], system: System) -> None:
    """Every status, header and body it answers is described; what fits the description is taken, what doesn't isn't."""
    _check(case, system)


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
@DOCUMENT.include(path=STATUS, method="GET").parametrize()
@EXAMPLES
def test_a_status_link_does_what_the_description_says(case: schemathesis.Case[Any], system: System) -> None:
    """Every status, header and body it answers is described."""
    _check(case, system)


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
@DOCUMENT.include(path=STATUS, method="HEAD").parametrize()
@EXAMPLES
def test_the_head_of_a_status_link_does_what_the_description_says(case: schemathesis.Case[Any], system: System) -> None:
    """Every status and header it answers is described."""
    _check(case, system)


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
@DOCUMENT.include(path=DESCRIPTION, method="GET").parametrize()
@EXAMPLES
def test_the_description_does_what_it_says_itself(case: schemathesis.Case[Any], system: System) -> None:
    """Every status, header and body it answers is described."""
    _check(case, system)


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
@DOCUMENT.exclude(path=[HOOK, STATUS]).exclude(path=DESCRIPTION, method="GET").parametrize()
@EXAMPLES
def test_the_rest_does_what_the_description_says(case: schemathesis.Case[Any], system: System) -> None:
    """Every status, header and body it answers is described. A further operation needs a test of its own."""
    _check(case, system)
