"""What Slack sends to an app: the forms of a slash command and of a click on a button, with Slack's signature."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from local.http_message import Headers, Request
from local.slack.blocks import buttons_of
from local.slack.chat import TEAM_DOMAIN, TEAM_ID, Channel, Kind, Message, Person

APP_ID = "A0RECORDBOT"
VERIFICATION = "deprecated"
"""The verification token, which Slack still sends. It is deprecated in favour of the signature."""

_CHANNEL_NAMES = {Kind.PRIVATE: "privategroup", Kind.DIRECT: "directmessage"}


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the X-Slack-Signature of `body` (version v0); `timestamp` is X-Slack-Request-Timestamp, in seconds."""
    return "v0=" + hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()


def signed_request(url: str, fields: Mapping[str, str], secret: str, now: float) -> Request:
    """Return a POST request with `fields` as a form, signed at `now` (seconds since the epoch)."""
    body = urlencode(fields).encode()
    timestamp = str(int(now))
    address = urlsplit(url)
    headers = {
        "Host": address.netloc,
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "Accept": "application/json,*/*",
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": sign(secret, timestamp, body),
    }
    return Request("POST", address.path or "/", Headers(tuple(headers.items())), body)


def command_fields(person: Person, channel: Channel, command: str, text: str, response_url: str) -> dict[str, str]:
    """Return the fields of a slash command, without enterprise_id: the workspace belongs to no organization."""
    return {
        "token": VERIFICATION,
        "team_id": TEAM_ID,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel.channel_id,
        "channel_name": _CHANNEL_NAMES.get(channel.kind, channel.name),
        "user_id": person.user_id,
        "user_name": person.name,
        "command": command,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": _trigger_id(),
    }


def click_fields(
    person: Person, channel: Channel, message: Message, action_id: str, response_url: str, now: float
) -> dict[str, str]:
    """Return the form of a click on a button of `message`, one JSON field. Raises LookupError if there is none."""
    action = _action(message, action_id)
    ephemeral = bool(message.only_for)
    payload: dict[str, object] = {
        "type": "block_actions",
        "user": {"id": person.user_id, "username": person.name, "name": person.name, "team_id": TEAM_ID},
        "api_app_id": APP_ID,
        "token": VERIFICATION,
        "container": {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.channel_id,
            "is_ephemeral": ephemeral,
        },
        "trigger_id": _trigger_id(),
        "team": {"id": TEAM_ID, "domain": TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": channel.channel_id, "name": _CHANNEL_NAMES.get(channel.kind, channel.name)},
        "state": {"values": {}},
        "response_url": response_url,
        "actions": [{**action, "action_ts": f"{now:.6f}"}],
    }
    if not ephemeral:  # Slack doesn't store ephemeral messages, so it can't send them back
        payload["message"] = message.document()
    return {"payload": json.dumps(payload)}


def _action(message: Message, action_id: str) -> dict[str, object]:
    for place, block in enumerate(message.content.blocks):
        for button in buttons_of(block):
            if button.action_id == action_id:
                block_id = block.block_id or f"block-{place}"
                return {**button.model_dump(exclude_unset=True, exclude={"confirm"}), "block_id": block_id}
    raise LookupError(f"message {message.ts} has no button {action_id!r}")


def _trigger_id() -> str:
    return f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**11)}.{secrets.token_hex(16)}"
