"""What comes through Slack's web socket, as the form that Slack would have posted."""

import json

from slack_sdk.socket_mode.request import SocketModeRequest

from local.slack.payloads import sign
from local.socket_mode import fields_of, request_of


def test_a_command_s_fields_are_text() -> None:
    """As in a form: nothing is an empty field, and true is not Python's True."""
    payload = {"command": "/record", "text": None, "team_id": "T1", "is_enterprise_install": False}
    assert fields_of(SocketModeRequest("slash_commands", "1", payload)) == {
        "command": "/record",
        "text": "",
        "team_id": "T1",
        "is_enterprise_install": "false",
    }


def test_all_else_is_json_in_one_field() -> None:
    """A click, a view, a shortcut."""
    payload = {"type": "block_actions", "user": {"id": "U1"}}
    (content,) = fields_of(SocketModeRequest("interactive", "1", payload)).values()
    assert json.loads(content) == payload


def test_an_event_is_json_and_a_retry_says_so() -> None:
    """With Slack's headers, signed as over HTTP."""
    payload = {"type": "event_callback", "event": {"type": "app_home_opened"}}
    first = request_of(SocketModeRequest("events_api", "1", payload), "http://127.0.0.1:1/slack", "secret", 5.0)
    assert (json.loads(first.body), first.headers.get("Content-Type")) == (payload, "application/json")
    assert first.headers.get("X-Slack-Signature") == sign("secret", "5", first.body)
    assert "X-Slack-Retry-Num" not in first.headers
    envelope = SocketModeRequest("events_api", "1", payload, retry_attempt=1, retry_reason="timeout")
    second = request_of(envelope, "http://127.0.0.1:1/slack", "secret", 5.0)
    assert (second.headers.get("X-Slack-Retry-Num"), second.headers.get("X-Slack-Retry-Reason")) == ("1", "timeout")
