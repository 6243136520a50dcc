"""Bolt itself and our door are given the same forms, shortcuts, clicks in views and events, and do the same.

The payloads have the fields of Bolt's own tests (bolt-python: tests/scenario_tests, test_view_submission.py,
test_shortcut.py, test_block_actions.py and test_events.py).
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
from functions.aws.secrets import Secret
from functions.http.slack_door import Door
from functions.http.slack_secret import SlackSecret
from shared.orders import Order
from shared.team import SHIPPED, InForce
from tests.known_recordings import NoRecordings
from tests.own_clients import an_account, connect
from tests.slack_requests import SIGNING_SECRET, an_event, signed
from tests.views import TRIGGER, a_home_click, a_home_event, a_shortcut

_TEXT = {"type": "plain_text_input", "value": "100"}
_STATE = {"values": {name: {"value": _TEXT} for name in ("room", "user")}}
SUBMISSION: dict[str, Any] = {
    "type": "view_submission",
    "team": {"id": "T111", "domain": "workspace-domain", "enterprise_id": "E111", "enterprise_name": "Sandbox Org"},
    "user": {"id": "W111", "username": "primary-owner", "name": "primary-owner", "team_id": "T111"},
    "api_app_id": "A111",
    "token": "verification_token",
    "trigger_id": "111.222.valid",
    "view": {
        "id": "V111",
        "team_id": "T111",
        "type": "modal",
        "blocks": [],
        "private_metadata": "{}",
        "callback_id": "start",
        "state": _STATE,
        "hash": "1596530361.3wRYuk3R",
    },
    "response_urls": [
        {"block_id": "b", "action_id": "a", "channel_id": "C111", "response_url": "https://hooks.slack.com/app/T1/1/x"}
    ],
}
OF_ORGANISATION: dict[str, Any] = {
    "team": None,
    "user": SUBMISSION["user"] | {"team_id": "E111"},
    "enterprise": {"id": "E111", "name": "Sandbox Org"},
    "is_enterprise_install": True,
}
FORMS = {
    "a form": SUBMISSION,
    "a form of an organisation's app": SUBMISSION | OF_ORGANISATION,
    "the workspace's shortcut": a_shortcut(),
    "a message's shortcut": a_shortcut("start_as_said", "100 user001"),
    "a click in the home tab": a_home_click("form"),
}
CHALLENGE = {"type": "url_verification", "token": "verification_token", "challenge": "ch4llenge"}


class _Bolt:
    """Bolt as its documentation has it, with a listener for each kind."""

    def __init__(self) -> None:
        self.heard: list[BoltContext] = []
        known = AuthorizeResult(enterprise_id=None, team_id=None, bot_token="xoxb-x")
        app = App(
            name="bolt",  # without one, Bolt looks through the whole stack for a file's name
            signing_secret=SIGNING_SECRET,
            authorize=lambda: known,
            token_verification_enabled=False,
        )

        def hear(ack: Ack, context: BoltContext) -> None:
            ack()
            self.heard.append(copy.copy(context))

        app.view("start")(hear)
        app.shortcut("start")(hear)
        app.shortcut("start_as_said")(hear)
        app.action("form")(hear)
        app.event("app_home_opened")(hear)
        self._app = app

    def answer(self, body: bytes, kind: str, headers: Mapping[str, str]) -> tuple[int, str]:
        answered = self._app.dispatch(BoltRequest(body=body.decode(), headers={"Content-Type": kind, **headers}))
        return answered.status, answered.body


class _Ours:
    """Our door, with what it places and opens."""

    def __init__(self) -> None:
        self.orders: list[Order] = []
        self.opened: list[str] = []

    def _open(self, trigger_id: str, _: Mapping[str, Any]) -> bool:
        self.opened.append(trigger_id)
        return True

    def answer(self, body: bytes, kind: str, headers: Mapping[str, str]) -> tuple[int, str]:
        conversation = Conversation(
            "/record", 300, NoRecordings, self.orders.append, lambda _: None, lambda: InForce(SHIPPED),
            open_view=self._open,
        )  # fmt: skip
        app = create_app(conversation, report=lambda _: None, respond=lambda _url, _message: None)
        with an_account():
            client = connect("secretsmanager")
            client.create_secret(Name="slack", SecretString=f'{{"signing_secrets": ["{SIGNING_SECRET}"]}}')
            door = Door(app, Secret(client, "slack", SlackSecret))
            answered = door.answer(an_event(body, {"Content-Type": kind, **headers}))
            return int(answered.status), answered.body


FORM, JSON = "application/x-www-form-urlencoded", "application/json"


def _body(payload: Mapping[str, Any]) -> bytes:
    return urlencode({"payload": json.dumps(payload)}).encode()


@pytest.mark.parametrize("payload", FORMS.values(), ids=FORMS)
def test_both_take_it_and_read_the_same_in_it(payload: Mapping[str, Any]) -> None:
    """Who it was, or with which trigger_id a form may be opened."""
    body, bolt, ours = _body(payload), _Bolt(), _Ours()
    headers = signed(body, now=time.time())
    assert bolt.answer(body, FORM, headers) == ours.answer(body, FORM, headers) == (200, "")
    (context,) = bolt.heard
    assert [order.actor.id for order in ours.orders] == ([context.user_id] if not ours.opened else [])
    assert ours.opened in ([], [TRIGGER])


@pytest.mark.parametrize("retry", [{}, {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}])
def test_both_take_an_event(retry: dict[str, str]) -> None:
    """It comes as JSON, and again with the number of the retry."""
    body, bolt, ours = json.dumps(a_home_event()).encode(), _Bolt(), _Ours()
    headers = {**signed(body, now=time.time()), **retry}
    assert bolt.answer(body, JSON, headers)[0] == ours.answer(body, JSON, headers)[0] == 200
    ((context,), (order,)) = bolt.heard, ours.orders
    assert order.actor.id == context.user_id


def test_both_give_the_challenge_back() -> None:
    """So Slack knows that the address is the app's."""
    body = json.dumps(CHALLENGE).encode()
    headers = signed(body, now=time.time())
    (status, theirs), (our_status, own) = (it.answer(body, JSON, headers) for it in (_Bolt(), _Ours()))
    assert (status, json.loads(theirs)) == (our_status, json.loads(own)) == (200, {"challenge": "ch4llenge"})


@pytest.mark.parametrize("payload", [*FORMS.values(), a_home_event()], ids=[*FORMS, "an event"])
def test_both_refuse_what_is_forged(payload: Mapping[str, Any]) -> None:
    """Unsigned, signed with another secret, or long ago."""
    is_event = "event" in payload
    body, kind = (json.dumps(payload).encode(), JSON) if is_event else (_body(payload), FORM)
    bolt, ours = _Bolt(), _Ours()
    for headers in ({}, signed(body, secret="another", now=time.time()), signed(body, now=time.time() - 301)):
        assert bolt.answer(body, kind, headers)[0] == ours.answer(body, kind, headers)[0] == 401
    assert (bolt.heard, ours.orders, ours.opened) == ([], [], [])
