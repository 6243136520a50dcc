"""Thousands of hostile events for each door: each gets an answer, and none is reported as a mistake of ours.

`make fuzz N=200000 SEED=7` sends more, and others. A failure names its event, for a regression test.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from moto import mock_aws

from bot.app import create_app
from bot.conversation import Conversation
from functions import slack, webhook
from functions.aws.queue import place
from functions.aws.secrets import Secret
from functions.http import slack_door
from functions.http.slack_secret import SlackSecret
from functions.webhook_api.callbacks import CallbackDoor
from functions.webhook_api.door import Door
from shared.team import SHIPPED, InForce
from tests.fuzz.callback_events import callback_event, giant_callbacks
from tests.fuzz.properties import EVENTS, check_memory, check_reply, check_result, put, run
from tests.fuzz.slack_events import KNOWN_ORDER, giant_slack_events, slack_event
from tests.fuzz.webhook_events import DOMAIN, giant_webhook_events, webhook_event
from tests.known_recordings import KnownRecordings, a_known
from tests.lambda_context import Context
from tests.slack_requests import NOW, SIGNING_SECRET
from tests.views import assert_slack_takes_view
from tests.webhook_around import CALLERS, Around

pytestmark = pytest.mark.timeout(300 + EVENTS // 10)

type Answer = Callable[[object], dict[str, Any]]


@pytest.fixture(name="slacks_door")
def _slacks_door(monkeypatch: pytest.MonkeyPatch) -> Iterator[Answer]:
    """Slack's function with its own wiring, but for the queue."""
    with mock_aws():
        secrets = boto3.client("secretsmanager", "eu-west-1", aws_access_key_id="made", aws_secret_access_key="up")
        secrets.create_secret(Name="slack", SecretString=json.dumps({"signing_secrets": [SIGNING_SECRET]}))
        app = create_app(
            Conversation(
                command="/record",
                idle_default=300,
                recordings=lambda: KnownRecordings([a_known("1", order_id=KNOWN_ORDER)]),
                put=lambda order: place(order, put),
                report_away=slack._report_away,
                team=lambda: InForce(SHIPPED),
                open_view=_open_view,
            ),
            report=slack._report,
            respond=lambda _, message: check_reply(json.dumps(message), 0),
        )
        door = slack_door.Door(app, Secret(secrets, "slack", SlackSecret, lambda: NOW), lambda: NOW)
        monkeypatch.setattr(slack, "_door", lambda: door)
        yield lambda event: slack.handler(event, Context())


def _open_view(_: str, view: Mapping[str, Any]) -> bool:
    assert_slack_takes_view(view)
    return True


@pytest.fixture(name="webhooks_door")
def _webhooks_door(monkeypatch: pytest.MonkeyPatch) -> Iterator[Answer]:
    """The webhook's function with its own wiring, but for the queue."""
    with mock_aws():
        around = Around()
        callbacks = CallbackDoor(around.door.secret, "app1", put, around.clock)
        door = Door(around.door.secret, lambda: CALLERS, around.ledger, put, around.clock, callbacks=callbacks)
        monkeypatch.setattr(webhook, "_door", lambda: door)
        yield lambda event: webhook.handler(event, Context())


def _check_slacks(result: dict[str, Any], n: int) -> None:
    body = check_result(result)
    assert result["statusCode"] in {200, 400, 401}
    if result["statusCode"] != 200 or not body:
        return
    match json.loads(body):
        case {"response_action": "update", "view": view}:
            assert_slack_takes_view(view)
        case {"response_action": "errors", "errors": errors}:
            assert errors
            assert all(isinstance(text, str) and text for text in errors.values())
        case {"challenge": _}:
            pass  # it goes back to who has signed it
        case _:
            check_reply(body, n)


def _check_webhooks(result: dict[str, Any], _: int) -> None:
    answer = json.loads(check_result(result))
    assert result["statusCode"] in {200, 202, 400, 401, 404, 405, 409, 410, 413, 415, 422}
    is_problem = result["headers"]["content-type"] == "application/problem+json"
    assert is_problem == (result["statusCode"] >= 400)
    if result["statusCode"] == 202:
        link = urlsplit(answer["status_url"])
        assert (link.scheme, link.hostname, link.username) == ("https", DOMAIN, None), "the link leads elsewhere"


def _check_callbacks(result: dict[str, Any], _: int) -> None:
    body = check_result(result)
    assert result["statusCode"] in {200, 400, 401, 404, 405, 413}
    is_problem = result["headers"]["content-type"] == "application/problem+json"
    assert is_problem == (result["statusCode"] >= 400)
    assert is_problem or not body


def test_slacks_door_takes_anything(slacks_door: Answer) -> None:
    """What is sent gives a 200, 400 or 401, a reply that Slack takes, and no error of ours."""
    run(slack_event, slacks_door, _check_slacks)


def test_the_webhooks_door_takes_anything(webhooks_door: Answer) -> None:
    """What is sent gives an answer below 500, every refusal as a problem, and no error of ours."""
    run(webhook_event, webhooks_door, _check_webhooks)


@pytest.mark.parametrize(("is_signed", "size", "most"), [(True, 50_000, 60), (False, 500_000, 4)])
def test_slacks_door_takes_giants(slacks_door: Answer, *, is_signed: bool, size: int, most: int) -> None:
    """They take memory by their size, keep none, and nothing of them is parsed before they are verified."""
    check_memory(giant_slack_events(size, is_signed=is_signed), slacks_door, most)


def test_the_door_of_callbacks_takes_anything(webhooks_door: Answer) -> None:
    """What is sent gives a 200, or a problem below 500, and no error of ours."""
    run(callback_event, webhooks_door, _check_callbacks)


def test_the_door_of_callbacks_takes_giants(webhooks_door: Answer) -> None:
    """They take memory by their size, and keep none."""
    check_memory(giant_callbacks(), webhooks_door, 60)


def test_the_webhooks_door_takes_giants(webhooks_door: Answer) -> None:
    """They take memory by their size, and keep none."""
    check_memory(giant_webhook_events(), webhooks_door, 60)
