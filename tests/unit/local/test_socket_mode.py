"""What comes through Slack's web socket, as the form that Slack would have posted."""

import json

from slack_sdk.socket_mode.request import SocketModeRequest

from local.socket_mode import fields_of


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
