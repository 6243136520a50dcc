"""Clicks as Slack sends them.

https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
"""

from typing import Any

CLICK_URL = "https://hooks.slack.com/actions/T1/397700885554/Zm9yIGEgY2xpY2s"
MESSAGE_TS = "1772447100.000200"
CLICKED_TS = "1772447400.123456"


def a_click(
    action_id: str,
    value: str = "",
    *,
    user_id: str = "U1ANN",
    team_id: str = "T1",
    is_ephemeral: bool = False,
    thread_ts: str | None = None,
    action_ts: str = CLICKED_TS,
    chosen: bool = False,
    **changes: Any,
) -> dict[str, Any]:
    """A click on a button with that value, or the choice of an option with it, in #class-recordings of T1."""
    container: dict[str, Any] = {"type": "message", "message_ts": MESSAGE_TS, "channel_id": "C1"}
    container |= {"is_ephemeral": is_ephemeral} | ({"thread_ts": thread_ts} if thread_ts else {})
    control = {"action_id": action_id, "block_id": "b1", "action_ts": action_ts}
    text = {"type": "plain_text", "text": "Stop", "emoji": False}
    if chosen:
        action = control | {"type": "static_select", "selected_option": {"text": text, "value": value}}
    else:
        action = control | {"type": "button", "text": text, "value": value}
    fields: dict[str, Any] = {
        "type": "block_actions",
        "user": {"id": user_id, "username": "ann", "name": "ann", "team_id": team_id},
        "api_app_id": "A1",
        "token": "xyzz0WbapA4vBCDEFasx0q6G",
        "container": container,
        "trigger_id": "398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
        "team": {"id": "T1", "domain": "school"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": "C1", "name": "class-recordings"},
        "state": {"values": {}},
        "response_url": CLICK_URL,
        "actions": [action],
    }
    return fields | ({} if is_ephemeral else {"message": {"type": "message", "ts": MESSAGE_TS}}) | changes
