"""schemathesis, which knows the webhook by its OpenAPI document alone, calls it in hundreds of ways and finds nothing."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from requests.auth import AuthBase
from standardwebhooks.webhooks import Webhook

from tests.e2e.conftest import Deployment

DOCUMENT = schemathesis.openapi.from_dict(
    json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text(encoding="utf-8"))
)


class Signed(AuthBase):
    """Signs whatever is sent, as text or as bytes."""

    def __init__(self, key: str) -> None:
        self._webhook = Webhook(key)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        body = request.body or b""
        now, webhook_id = int(time.time()), uuid4().hex
        text = body.decode("utf-8", "surrogateescape") if isinstance(body, bytes) else body
        request.headers["webhook-id"] = webhook_id
        request.headers["webhook-timestamp"] = str(now)
        request.headers["webhook-signature"] = self._webhook.sign(webhook_id, datetime.fromtimestamp(now, UTC), text)
        return request


@pytest.mark.timeout(120)
@DOCUMENT.parametrize()
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_webhook_does_what_its_description_says(case: schemathesis.Case, bot: Deployment) -> None:
    """Every status, header and body it answers is described; what fits the description is taken, what doesn't isn't."""
    caller = bot.system.callers[0]
    if "caller" in case.path_parameters:
        case.path_parameters["caller"] = caller.name
    case.call_and_validate(base_url=bot.system.stack.endpoint, auth=Signed(caller.key))
