"""Clicks at Slack's door as Lambda calls it: the answer goes to the click's response_url."""

import json
import time
from typing import Any
from urllib.parse import urlencode

import pytest

from functions import slack
from shared.log_events import LogEvent
from shared.orders import Order
from tests.clicks import a_click
from tests.integration.test_slack_door import Aws, _aws  # noqa: F401 - the fixture
from tests.lambda_context import Context
from tests.raw_server import RawServer, http, sends
from tests.slack_requests import an_event, signed


def _click(action_id: str, value: str, response_url: str, **changes: Any) -> dict[str, object]:
    payload = a_click(action_id, value, response_url=response_url, **changes)
    body = urlencode({"payload": json.dumps(payload)}).encode()
    return slack.handler(an_event(body, signed(body, now=time.time())), Context())


def test_a_click_is_answered_at_its_response_url(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    """The order is on the queue, and the 200 is empty: Slack ignores a message in it.

    The order's outcome replaces that answer, so the recorder gets the order a second later.
    """
    with RawServer(sends(http(200, b"ok"))) as server:
        monkeypatch.setenv("SLACK_RESPONSE_URL", f"{server.endpoint}/")
        result = _click("run", "100 user001 hd", f"{server.endpoint}/actions/T1/1/x", is_ephemeral=True)
        assert (result["statusCode"], result["body"]) == (200, "")
        received = aws.sqs.receive_message(QueueUrl=aws.queue_url, WaitTimeSeconds=20, AttributeNames=["All"])
        (message,) = received["Messages"]
        (request,) = server.requests
    order, times = Order.model_validate_json(message["Body"]), message["Attributes"]
    assert int(times["ApproximateFirstReceiveTimestamp"]) - int(times["SentTimestamp"]) >= 1000
    posted = json.loads(request.partition(b"\r\n\r\n")[2])
    assert posted["replace_original"] is True
    assert order.order_id in posted["text"]
    assert order.reply_to is not None
    assert order.reply_to.replaces


@pytest.mark.parametrize("answer", [http(404, b"expired_url"), http(500), b""])
def test_what_slack_does_with_the_answer_stops_no_order(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], answer: bytes
) -> None:
    """The order is on the queue before, and a warning says that the answer was not taken."""
    with RawServer(sends(answer)) as server:
        monkeypatch.setenv("SLACK_RESPONSE_URL", f"{server.endpoint}/")
        assert _click("run", "100 user001", f"{server.endpoint}/actions/s3cret")["statusCode"] == 200
    assert len(aws.orders(wait_s=20)) == 1
    logged = capsys.readouterr().out
    assert LogEvent.NOT_ANSWERED in logged
    assert "s3cret" not in logged


def test_only_slack_s_response_urls_are_called(aws: Aws) -> None:
    """Even in a signed body."""
    with RawServer(sends(http(200, b"ok"))) as server:
        assert _click("run", "100 user001", f"{server.endpoint}/actions/x")["statusCode"] == 200
        assert server.connections == 0
    assert len(aws.orders(wait_s=20)) == 1


def test_the_ledger_gives_a_click_what_it_needs(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    """A button of a recording that the ledger has never had is answered, by all of the door's own wiring."""
    with RawServer(sends(http(200, b"ok"))) as server:
        monkeypatch.setenv("SLACK_RESPONSE_URL", f"{server.endpoint}/")
        for name in ("stop", "details", "again", "release", "files"):
            _click(name, "0123456789AB.0", f"{server.endpoint}/actions/x")
        assert len(server.requests) == 5
        assert all(b"recordbot knows no such recording" in it for it in server.requests)
    assert not aws.orders()
