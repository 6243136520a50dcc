"""What can be rotated: in which secret each value is, who makes it, and what an operator does next."""

import base64
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from functions.http.slack_secret import SlackSecret
from functions.webhook_api.configuration import WebhookSecret
from functions.worker.configuration import RecorderSecret
from ops.errors import OpsError

CALLER = "caller:"
"""Begins the name of a caller's key; the caller's name follows."""
MODELS: Mapping[str, type[BaseModel]] = {
    "SlackSecret": SlackSecret,
    "WebhookSecret": WebhookSecret,
    "RecorderSecret": RecorderSecret,
}
_LOGIN = ("domain_name", "user_name", "password")
"""Huawei Cloud allows spaces in them. https://support.huaweicloud.com/intl/en-us/api-iam/iam_08_0006.html"""
_HALF_A_MINUTE = "after half a minute, when the functions have read the secret again"


def new_webhook_key() -> str:
    """Return a key of Standard Webhooks."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _new_callback_key() -> str:
    return secrets.token_hex(32)


@dataclass(frozen=True, slots=True)
class ListRotation:
    """A value whose secret holds a list: the new one first, and the old one until it is removed."""

    name: str
    secret: str
    path: tuple[str, ...]
    makes: Callable[[], str] | None
    """Makes the new value; None if an operator brings it."""
    is_handed_over: bool
    """Whether somebody else needs the value that was made."""
    next_step: str
    ends: str
    """When the old one can be removed."""
    may_begin: bool = False
    """Whether the list may be missing, so that the first value is made."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """Values that a secret holds once: the new ones replace the old ones at once."""

    name: str
    secrets: tuple[str, ...]
    fields: tuple[str, ...]
    next_step: str
    drops: tuple[str, ...] = ()
    """What belonged to the old values only."""


type Rotation = ListRotation | Replacement

_ALL: tuple[Rotation, ...] = (
    ListRotation(
        "signing-secret",
        "SlackSecret",
        ("signing_secrets",),
        makes=None,
        is_handed_over=False,
        next_step="in half a minute each function has it: type /record help in Slack",
        ends="after a day",
    ),
    ListRotation(
        "status-keys",
        "WebhookSecret",
        ("status_keys",),
        makes=new_webhook_key,
        is_handed_over=False,
        next_step="nothing: new links are signed with the new key, and the old ones still work",
        ends="after eight days, when the links that the old one signed have expired",
        may_begin=True,
    ),
    ListRotation(
        "callback-key",
        "WebhookSecret",
        ("callback_keys",),
        makes=_new_callback_key,
        is_handed_over=False,
        next_step=f"{_HALF_A_MINUTE}: `callbacks set URL`, so that RTC signs with it",
        ends="when RTC signs with the new one",
        may_begin=True,
    ),
    Replacement(
        "bot-token",
        ("SlackSecret", "RecorderSecret"),
        ("bot_token",),
        next_step="invite the bot again to its channels; within five minutes all functions use the token",
    ),
    Replacement(
        "rtc-key",
        ("RecorderSecret",),
        ("access_key", "secret_key"),
        next_step="disable the old key at Huawei Cloud after ten minutes, and delete it after a day",
        drops=("security_token",),
    ),
    Replacement(
        "iam-login",
        ("RecorderSecret",),
        _LOGIN,
        next_step="disable the old user at Huawei Cloud after ten minutes",
    ),
    Replacement(
        "obs-key",
        ("RecorderSecret",),
        ("obs_access_key", "obs_secret_key"),
        next_step="disable the old key at Huawei Cloud after ten minutes: links that were made with it expire then",
        drops=("obs_security_token",),
    ),
)
NAMES = (*(it.name for it in _ALL), f"{CALLER}NAME")


def rotation_of(name: str) -> Rotation:
    """Return what the name stands for. Raises OpsError."""
    if name.startswith(CALLER):
        return _of_caller(name)
    for rotation in _ALL:
        if rotation.name == name:
            return rotation
    raise OpsError(f"there is no {name!r} to rotate: it is one of {', '.join(NAMES)}")


def login_of(secret: RecorderSecret) -> str:
    """Return the name of what the recorder uses for RTC: a key, or a login."""
    return "rtc-key" if secret.access_key and secret.secret_key else "iam-login"


def _of_caller(name: str) -> ListRotation:
    caller = name.removeprefix(CALLER)
    return ListRotation(
        name,
        "WebhookSecret",
        ("callers", caller),
        makes=new_webhook_key,
        is_handed_over=True,
        next_step=f"{_HALF_A_MINUTE}: give the key above to {caller}. It is not shown again",
        ends=f"when {caller} uses the new one",
    )


def wrong_form(name: str, value: str) -> str:
    """Return what is wrong with the form of a value; empty for nothing. The value is not repeated."""
    if name == "signing-secret" and not re.fullmatch("[0-9a-f]{32}", value):
        return "a signing secret has 32 characters: digits and a to f"
    if name == "bot_token" and not re.fullmatch(r"xoxb-[\x21-\x7e]+", value):
        return "a bot token begins with xoxb-"
    if not value.isascii() or not value.isprintable() or (" " in value and name not in _LOGIN):
        return "it has characters that no such value has: check how it was pasted"
    return ""
