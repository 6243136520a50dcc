"""Views as Slack takes them and as a person reads them, and the payloads of forms and shortcuts.

https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
"""

from collections.abc import Mapping
from typing import Any

import slackblocks
from slack_sdk.models.views import View

from local.slack.views import parse_home, parse_modal

FORM_URL = "https://hooks.slack.com/app/T1/397700885554/Zm9yIGEgZm9ybQ"
_KEYWORDS = {"for": "for_", "in": "in_"}
TRIGGER = "398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"


def assert_slack_takes_view(view: Mapping[str, Any]) -> None:
    """Fails for a view that Slack would refuse. The limits are slack_sdk's, slackblocks's and the stand-in's."""
    parsed = View(**view)
    parsed.validate_json()
    assert parsed.to_dict() == view, "slack_sdk knows no such element"
    (parse_home if view["type"] == "home" else parse_modal)(dict(view))
    for block in view["blocks"]:
        if block["type"] == "input":
            assert 1 <= len(block["label"]["text"]) <= 2000
            slackblocks.PlainText(block["label"]["text"])
            assert len(block.get("hint", {"text": ""})["text"]) <= 2000


def begun_with(view: Mapping[str, Any]) -> dict[str, str]:
    """What the fields of a form begin with, by their names; an empty one is left out."""
    found = {}
    for block in view["blocks"]:
        element = block["element"]
        option = element.get("initial_option", {"value": ""})["value"]
        found[block["block_id"]] = element.get("initial_value") or element.get("initial_conversation") or option
    return {name: value for name, value in found.items() if value}


def submission(
    view: Mapping[str, Any],
    channel_id: str | None = "C1",
    *,
    view_id: str = "V1",
    user_id: str = "U1ANN",
    **entered: str,
) -> dict[str, Any]:
    """The form as somebody of T1 submits it: with what it begins with, and with what was entered since."""
    values: dict[str, dict[str, Any]] = {}
    for block in view["blocks"]:
        name, element = block["block_id"], block["element"]
        text = entered.get(_KEYWORDS.get(name, name.replace("-", "_")), begun_with(view).get(name))
        if element["type"] == "static_select":
            known = {option["value"]: option for option in element["options"]}
            content = {"selected_option": known[text] if text else None}
        elif element["type"] == "conversations_select":
            content = {"selected_conversation": channel_id}
        else:
            content = {"value": text or None}
        values[name] = {element["action_id"]: {"type": element["type"], **content}}
    urls = [{"block_id": "channel", "action_id": "value", "channel_id": channel_id, "response_url": FORM_URL}]
    return {
        "type": "view_submission",
        "user": {"id": user_id, "username": "ann", "name": "ann", "team_id": "T1"},
        "team": {"id": "T1", "domain": "school"},
        "api_app_id": "A1",
        "token": "xyzz0WbapA4vBCDEFasx0q6G",
        "trigger_id": TRIGGER,
        "view": {**view, "id": view_id, "hash": "1.2", "state": {"values": values}},
        "response_urls": urls if channel_id else [],
        "enterprise": None,
        "is_enterprise_install": False,
    }


def a_shortcut(callback_id: str = "start", text: str | None = None) -> dict[str, Any]:
    """A shortcut of the workspace; with a text, of a message in #class-recordings."""
    fields: dict[str, Any] = {
        "type": "shortcut",
        "user": {"id": "U1ANN", "username": "ann", "team_id": "T1"},
        "team": {"id": "T1", "domain": "school"},
        "token": "xyzz0WbapA4vBCDEFasx0q6G",
        "callback_id": callback_id,
        "trigger_id": TRIGGER,
        "action_ts": "1772447400.123456",
        "enterprise": None,
        "is_enterprise_install": False,
    }
    if text is None:
        return fields
    message = {"type": "message", "user": "U1BEN", "ts": "1772447100.000200", "text": text}
    channel = {"id": "C1", "name": "class-recordings"}
    more = {"type": "message_action", "message": message, "message_ts": message["ts"], "channel": channel}
    return {**fields, **more, "response_url": FORM_URL}


def a_home_click(action_id: str, value: str = "", *, user_id: str = "U1ANN", **changes: Any) -> dict[str, Any]:
    """A click on a button in the home tab of somebody of T1."""
    text = {"type": "plain_text", "text": "Stop", "emoji": False}
    action = {"type": "button", "action_id": action_id, "block_id": "b1", "text": text, "value": value}
    return {
        "type": "block_actions",
        "user": {"id": user_id, "username": "ann", "name": "ann", "team_id": "T1"},
        "team": {"id": "T1", "domain": "school"},
        "api_app_id": "A1",
        "token": "xyzz0WbapA4vBCDEFasx0q6G",
        "container": {"type": "view", "view_id": "V1HOME"},
        "trigger_id": TRIGGER,
        "view": {"id": "V1HOME", "type": "home", "blocks": [], "state": {"values": {}}, "hash": "1.2"},
        "actions": [{**action, "action_ts": "1772447400.123456"}],
        "enterprise": None,
        "is_enterprise_install": False,
        **changes,
    }


def a_home_event(user_id: str = "U1ANN", *, event_id: str = "Ev1", tab: str = "home") -> dict[str, Any]:
    """The event that somebody has opened the app's home tab."""
    event = {"type": "app_home_opened", "user": user_id, "channel": "D1", "tab": tab, "event_ts": "1772447400.1"}
    return {
        "token": "xyzz0WbapA4vBCDEFasx0q6G",
        "team_id": "T1",
        "api_app_id": "A1",
        "type": "event_callback",
        "event": event,
        "event_id": event_id,
        "event_time": 1772447400,
        "authorizations": [{"enterprise_id": None, "team_id": "T1", "user_id": "U0BOT", "is_bot": True}],
        "is_ext_shared_channel": False,
    }
