"""What Slack sends to an app: a slash command's form, JSON in a form or as the body, with Slack's signature."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from local.http_message import Headers, Request
from local.slack.chat import APP_ID, TEAM_DOMAIN, TEAM_ID, Channel, Kind, Person

VERIFICATION = "deprecated"
"""The verification token, which Slack still sends. It is deprecated in favour of the signature."""

_CHANNEL_NAMES = {Kind.PRIVATE: "privategroup", Kind.DIRECT: "directmessage"}


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the X-Slack-Signature of `body` (version v0); `timestamp` is X-Slack-Request-Timestamp, in seconds."""
    return "v0=" + hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()


def signed_request(url: str, fields: Mapping[str, str], secret: str, now: float) -> Request:
    """Return a POST request with `fields` as a form, signed at `now` (seconds since the epoch)."""
    return _signed(url, urlencode(fields).encode(), "application/x-www-form-urlencoded", secret, now)


def signed_event(
    url: str, event: Mapping[str, object], secret: str, now: float, headers: tuple[tuple[str, str], ...] = ()
) -> Request:
    """Return a POST request of the Events API: `event` as JSON, signed at `now`, with more headers if it is a retry."""
    return _signed(url, json.dumps(event).encode(), "application/json", secret, now, headers)


def interaction_fields(payload: Mapping[str, object]) -> dict[str, str]:
    """Return the form of a click, a view or a shortcut: JSON in one field."""
    return {"payload": json.dumps(payload)}


def channel_name(channel: Channel) -> str:
    """Return what Slack sends as the channel's name: only that of a public one."""
    return _CHANNEL_NAMES.get(channel.kind, channel.name)


def command_fields(
    person: Person, channel: Channel, command: str, text: str, response_url: str, trigger_id: str = ""
) -> dict[str, str]:
    """Return the fields of a slash command, without enterprise_id: the workspace belongs to no organization."""
    return {
        "token": VERIFICATION,
        "team_id": TEAM_ID,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel.channel_id,
        "channel_name": channel_name(channel),
        "user_id": person.user_id,
        "user_name": person.name,
        "command": command,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id or new_trigger_id(),
    }


def new_trigger_id() -> str:
    """Return a trigger id, in the form that Slack's have."""
    return f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**11)}.{secrets.token_hex(16)}"


def _signed(
    url: str, body: bytes, kind: str, secret: str, now: float, more: tuple[tuple[str, str], ...] = ()
) -> Request:
    timestamp = str(int(now))
    address = urlsplit(url)
    headers = (
        ("Host", address.netloc),
        ("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)"),
        ("Accept", "application/json,*/*"),
        ("Content-Type", kind),
        ("X-Slack-Request-Timestamp", timestamp),
        ("X-Slack-Signature", sign(secret, timestamp, body)),
        *more,
    )
    return Request("POST", address.path or "/", Headers(headers), body)
