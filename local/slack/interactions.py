"""The payloads of what a person does with an app beside commands: clicks, modals, shortcuts, the home tab.

https://docs.slack.dev/reference/interaction-payloads
"""

import secrets
from collections.abc import Mapping, Sequence

from local.slack.blocks import Block
from local.slack.chat import APP_ID, BOT, TEAM_DOMAIN, TEAM_ID, Channel, Message, Person
from local.slack.payloads import VERIFICATION, channel_name
from local.slack.state import Document, Entered, values_of
from local.slack.views import Home, Modal, OpenView


def message_click(
    person: Person, channel: Channel, message: Message, action: Document, entered: Entered, urls: tuple[str, str]
) -> Document:
    """Return the payload of a click in a message. `urls` are its response_url and its trigger_id."""
    ephemeral = bool(message.only_for)
    in_thread = {"thread_ts": message.thread_ts} if message.thread_ts else {}
    payload = {
        **_click(person, action, message.content.blocks, entered, urls[1]),
        "container": {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.channel_id,
            "is_ephemeral": ephemeral,
            **in_thread,
        },
        "channel": {"id": channel.channel_id, "name": channel_name(channel)},
        "response_url": urls[0],
    }
    # Slack doesn't store ephemeral messages, so it can't send them back.
    return payload if ephemeral else {**payload, "message": message.document()}


def view_click(person: Person, view: OpenView[Modal] | OpenView[Home], action: Document, trigger_id: str) -> Document:
    """Return the payload of a click in a modal or in the home tab, which has neither a channel nor a response_url."""
    return {
        **_click(person, action, view.view.blocks, view.entered, trigger_id),
        "container": {"type": "view", "view_id": view.view_id},
        "view": view.document(),
    }


def submission(person: Person, view: OpenView[Modal], trigger_id: str, response_urls: Sequence[Document]) -> Document:
    """Return the payload of a modal that was submitted."""
    return {
        **_common("view_submission", person),
        "trigger_id": trigger_id,
        "view": view.document(),
        "response_urls": list(response_urls),
    }


def closing(person: Person, view: OpenView[Modal], *, is_cleared: bool) -> Document:
    """Return the payload of a modal that was closed; `is_cleared` if all of the stack was."""
    return {**_common("view_closed", person), "view": view.document(), "is_cleared": is_cleared}


def shortcut(person: Person, callback_id: str, trigger_id: str, now: float) -> Document:
    """Return the payload of a global shortcut, which has neither a channel nor a response_url."""
    return {
        **_common("shortcut", person),
        "callback_id": callback_id,
        "trigger_id": trigger_id,
        "action_ts": f"{now:.6f}",
    }


def message_shortcut(
    person: Person, channel: Channel, message: Message, callback_id: str, urls: tuple[str, str], now: float
) -> Document:
    """Return the payload of a shortcut on a message. `urls` are its response_url and its trigger_id."""
    document = message.document()
    if message.author != BOT:
        document = {name: value for name, value in document.items() if name not in {"bot_id", "blocks"}}
    return {
        **_common("message_action", person),
        "callback_id": callback_id,
        "trigger_id": urls[1],
        "response_url": urls[0],
        "action_ts": f"{now:.6f}",
        "message_ts": message.ts,
        "channel": {"id": channel.channel_id, "name": channel_name(channel)},
        "message": document,
    }


def home_opened(person: Person, channel_id: str, view: OpenView[Home] | None, now: float) -> Document:
    """Return the event that a person has opened the app's home tab. `channel_id` is their conversation with the app."""
    event: Document = {
        "type": "app_home_opened",
        "user": person.user_id,
        "channel": channel_id,
        "tab": "home",
        "event_ts": f"{now:.6f}",
    }
    if view is not None:
        event["view"] = view.document()
    return {
        "token": VERIFICATION,
        "team_id": TEAM_ID,
        "api_app_id": APP_ID,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{secrets.token_hex(5).upper()}",
        "event_time": int(now),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM_ID,
                "user_id": BOT,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
    }


def url_verification() -> Document:
    """Return the request by which Slack verifies an app's address for events; the app answers with its challenge."""
    return {"token": VERIFICATION, "challenge": secrets.token_hex(24), "type": "url_verification"}


def _click(person: Person, action: Document, blocks: Sequence[Block], entered: Entered, trigger_id: str) -> Document:
    state: Mapping[str, object] = values_of(blocks, entered)
    return {
        **_common("block_actions", person),
        "trigger_id": trigger_id,
        "state": {"values": state},
        "actions": [action],
    }


def _common(kind: str, person: Person) -> Document:
    """Return what all payloads have. `team` is the app's workspace; the person may belong to another one."""
    return {
        "type": kind,
        "user": {"id": person.user_id, "username": person.name, "name": person.name, "team_id": person.team_id},
        "api_app_id": APP_ID,
        "token": VERIFICATION,
        "team": {"id": TEAM_ID, "domain": TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
    }
