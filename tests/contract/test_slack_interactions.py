"""Bolt itself and our door are given the same clicks: both take and refuse the same, and read the same in them.

The clicks are those of Bolt's own tests (bolt-python: tests/scenario_tests, block actions of a workspace's and of an
organisation's app), and ours.
"""

import copy
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
from slack_bolt import Ack, App, BoltContext, BoltRequest
from slack_bolt.authorization import AuthorizeResult

from bot.app import create_app
from bot.conversation import Conversation
from bot.payloads import Clicked
from functions.aws.secrets import Secret
from functions.http.slack_door import Door
from functions.http.slack_secret import SlackSecret
from shared.orders import Order
from shared.team import SHIPPED, InForce
from tests.clicks import a_click
from tests.known_recordings import NoRecordings
from tests.own_clients import an_account, connect
from tests.slack_requests import SIGNING_SECRET, an_event, signed

BOLTS: dict[str, Any] = {
    "type": "block_actions",
    "user": {"id": "W99999", "username": "primary-owner", "name": "primary-owner", "team_id": "T111"},
    "api_app_id": "A111",
    "token": "verification_token",
    "container": {"type": "message", "message_ts": "111.222", "channel_id": "C111", "is_ephemeral": True},
    "trigger_id": "111.222.valid",
    "team": {"id": "T111", "domain": "workspace-domain", "enterprise_id": "E111", "enterprise_name": "Sandbox Org"},
    "channel": {"id": "C111", "name": "test-channel"},
    "response_url": "https://hooks.slack.com/actions/T111/111/random-value",
    "actions": [
        {
            "action_id": "run",
            "block_id": "b",
            "text": {"type": "plain_text", "text": "Button", "emoji": True},
            "value": "100 user001",
            "type": "button",
            "action_ts": "1596530385.194939",
        }
    ],
}
ORGS = BOLTS | {
    "team": None,
    "user": BOLTS["user"] | {"team_id": "E111"},
    "enterprise": {"id": "E111", "name": "Sandbox Org"},
    "is_enterprise_install": True,
}
CLICKS = {
    "of Bolt's tests": BOLTS,
    "of an organisation's app": ORGS,
    "of ours": a_click("run", "100 user001"),
    "in a menu": a_click("run", "100 user001", chosen=True),
    "in a thread": a_click("run", "100 user001", thread_ts="1772447000.000100"),
}


def _body(payload: Mapping[str, Any]) -> bytes:
    return urlencode({"payload": json.dumps(payload)}).encode()


class _Bolt:
    """Bolt as its documentation has it, with a listener for every click."""

    def __init__(self) -> None:
        self.heard: list[tuple[BoltContext, dict[str, Any]]] = []
        known = AuthorizeResult(enterprise_id=None, team_id=None, bot_token="xoxb-x")
        app = App(
            name="bolt",  # without one, Bolt looks through the whole stack for a file's name
            signing_secret=SIGNING_SECRET,
            authorize=lambda: known,
            token_verification_enabled=False,
        )

        @app.action("run")
        def run(ack: Ack, context: BoltContext, action: dict[str, Any]) -> None:
            ack()
            self.heard.append((copy.copy(context), action))

        self._app = app

    def answer(self, body: bytes, headers: dict[str, str]) -> int:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._app.dispatch(BoltRequest(body=body.decode(), headers={**form, **headers})).status


def _ours(body: bytes, headers: dict[str, str]) -> tuple[int, list[Order]]:
    orders: list[Order] = []
    conversation = Conversation("/record", 300, NoRecordings, orders.append, lambda _: None, lambda: InForce(SHIPPED))
    app = create_app(conversation, report=lambda _: None, respond=lambda _url, _message: None)
    with an_account():
        client = connect("secretsmanager")
        client.create_secret(Name="slack", SecretString=f'{{"signing_secrets": ["{SIGNING_SECRET}"]}}')
        door = Door(app, Secret(client, "slack", SlackSecret))
        return int(door.answer(an_event(body, headers)).status), orders


@pytest.mark.parametrize("payload", CLICKS.values(), ids=CLICKS)
def test_both_take_a_click_and_read_the_same_in_it(payload: Mapping[str, Any]) -> None:
    """The person, the channel, the response_url, and what was clicked."""
    body, bolt = _body(payload), _Bolt()
    headers = signed(body, now=time.time())
    assert bolt.answer(body, headers) == 200
    ((context, action),) = bolt.heard
    status, (order,) = _ours(body, headers)
    assert (status, order.actor.id) == (200, context.user_id)
    assert order.reply_to is not None
    assert (order.reply_to.channel_id, order.reply_to.response_url) == (context.channel_id, context.response_url)
    clicked = Clicked.model_validate(payload)
    value = action.get("value") or action["selected_option"]["value"]
    assert (clicked.action_id, clicked.value, clicked.identity[-1]) == (action["action_id"], value, action["action_ts"])


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed(_body(BOLTS), secret="another", now=time.time()),
        signed(_body(BOLTS), now=time.time() - 301),
        signed(_body(ORGS), now=time.time()),
    ],
    ids=["unsigned", "another secret", "signed long ago", "another body"],
)
def test_both_refuse_a_forged_click(headers: dict[str, str]) -> None:
    """And nothing is placed."""
    body, bolt = _body(BOLTS), _Bolt()
    assert bolt.answer(body, headers) == 401
    assert _ours(body, headers) == (401, [])
    assert not bolt.heard
