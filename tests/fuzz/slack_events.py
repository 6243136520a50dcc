"""Events of Slack's door: commands, clicks and what looks like them, mostly signed as Slack signs."""

import base64
import json
from collections.abc import Iterator
from random import Random
from typing import Any
from urllib.parse import quote_plus, urlencode

from bot.messages.controls import ControlName
from tests.fuzz.hostile import a_text, a_value, as_json, mutate_bytes, mutate_event, mutate_text, mutate_value, one_of
from tests.slack_requests import NOW, a_form, an_event, signed
from tests.unit.bot.language.command_lines import ASKED, CORRECTED, HELPED, STARTED

TYPED = (
    *STARTED, *CORRECTED, *ASKED, *HELPED,
    "stop 100 user001", "stop room=100 user001 screen", "stop job=1", "stop job",
    "stop 650b1c9f2f7c4b0e8a3d5e6f7a8b9c0d",
)  # fmt: skip
KNOWN_ORDER = "0123456789AB"
"""The order of the recording that the door knows."""
CLICK: dict[str, Any] = {
    "type": "block_actions",
    "user": {"id": "U1ANN", "team_id": "T1"},
    "team": {"id": "T1", "domain": "school"},
    "channel": {"id": "C1", "name": "class-recordings"},
    "container": {"type": "message", "message_ts": "1772447400.000100", "channel_id": "C1"},
    "trigger_id": "1.2.3",
    "response_url": "https://hooks.slack.com/actions/T1/1/x",
    "actions": [{"type": "button", "action_id": "stop", "block_id": "b", "value": "1", "action_ts": "1772447400.1"}],
}
_CONTROLS = (
    *((name, f"{sure}{KNOWN_ORDER}.0 {KNOWN_ORDER}.1") for name in ControlName for sure in ("", "yes ")),
    *((f"{name}-2", value) for name in ControlName for value in ("", "100 user001 hd", f"{KNOWN_ORDER}.0 -")),
)
"""An action_id with a value, as a message of some version may have it."""
_ENTERED = {"room": "100", "user": "user001", "idle": "10m", "until": "15:30"}
_STATE = {"values": {name: {"value": {"type": "plain_text_input", "value": text}} for name, text in _ENTERED.items()}}
_FORM = {
    "id": "V1",
    "callback_id": "start",
    "type": "modal",
    "private_metadata": '{"channel_id":"C1"}',
    "state": _STATE,
}
SUBMISSION = {
    "type": "view_submission",
    "user": {"id": "U1ANN"},
    "team": {"id": "T1"},
    "view": _FORM,
    "response_urls": [{"channel_id": "C1", "response_url": "https://hooks.slack.com/app/T1/1/x"}],
}
_FIELDS = (
    "command",
    "user_id",
    "channel_id",
    "response_url",
    "team_id",
    "enterprise_id",
    "is_enterprise_install",
    "payload",
)
SHORTCUT = {
    "type": "shortcut",
    "callback_id": "record",
    "user": {"id": "U1ANN"},
    "team": {"id": "T1"},
    "trigger_id": "1",
}


MESSAGE_SHORTCUT = {
    **SHORTCUT,
    "type": "message_action",
    "channel": {"id": "C1", "name": "class-recordings"},
    "message": {"type": "message", "text": "room 100 user001 hd", "ts": "1772447400.000100"},
    "response_url": "https://hooks.slack.com/app/T1/1/x",
}
_IN_HOME = {name: value for name, value in CLICK.items() if name not in {"channel", "response_url"}}
HOME_CLICK = _IN_HOME | {"container": {"type": "view", "view_id": "V1"}, "view": {"id": "V1", "type": "home"}}
EVENT = {
    "type": "event_callback",
    "team_id": "T1",
    "event": {"type": "app_home_opened", "user": "U1ANN", "channel": "D1", "tab": "home"},
    "event_id": "Ev1",
}


def slack_event(seed: str, n: int) -> object:
    """Return the n-th event of a seed."""
    dice = Random(f"slack {seed} {n}")
    is_event = dice.random() < 0.05
    body = _event(dice) if is_event else _body(dice)
    if dice.random() < 0.1:
        body = mutate_bytes(dice, body)
    shift = dice.choice([0, 0, 0, 0, 0, 299, -299, 301, 10**9]) if dice.random() < 0.1 else 0
    json_type = {"Content-Type": "application/json"} if is_event else {}
    event = an_event(body, signed(body, now=NOW + shift) | json_type if dice.random() < 0.97 else {})
    if dice.random() < 0.2:  # as text, the way a gateway passes on what it takes for text
        event |= {"body": body.decode(errors="replace"), "isBase64Encoded": False}
    return mutate_event(dice, event) if dice.random() < 0.15 else event


def _body(dice: Random) -> bytes:
    return one_of(dice, *[lambda: _command(dice)] * 6, lambda: _payload(dice), lambda: _fields(dice))


def _command(dice: Random) -> bytes:
    text = dice.choice(TYPED)
    if dice.random() < 0.9:
        text = mutate_text(dice, text)
    if dice.random() < 0.1:
        text = " ".join([text, *dice.choices(TYPED, k=dice.choice([1, 1, 2, 5, 20]))])
    if dice.random() < 0.005:
        text = (text * 1000)[: dice.choice([10_000, 100_000])]
    changes = {}
    if dice.random() < 0.1:
        changes[dice.choice(_FIELDS)] = a_text(dice)
    return a_form(text, **changes)


def _payload(dice: Random) -> bytes:
    action_id, value_ = dice.choice(_CONTROLS)
    click = CLICK | {"actions": [{**CLICK["actions"][0], "action_id": action_id, "value": value_}]}
    in_home = HOME_CLICK | {"actions": click["actions"]}
    value: object = dice.choice([CLICK, click, SUBMISSION, SHORTCUT, MESSAGE_SHORTCUT, in_home])
    if dice.random() < 0.9:
        value = mutate_value(dice, value)
    return b"payload=" + quote_plus(as_json(value), errors="surrogatepass").encode()


def _event(dice: Random) -> bytes:
    """Return the JSON of an event, or of what an event may look like."""
    value: object = dice.choice([EVENT, EVENT, {"type": "url_verification", "challenge": "c"}, HOME_CLICK])
    if dice.random() < 0.9:
        value = mutate_value(dice, value)
    return as_json(value).encode(errors="surrogatepass")


def _fields(dice: Random) -> bytes:
    """Return a form with fields doubled, missing, unknown or not encoded."""
    fields = a_form(dice.choice(TYPED)).split(b"&")
    for _ in range(dice.randrange(1, 4)):
        place = dice.randrange(len(fields))
        fields[place : place + 1] = _mutate_field(dice, fields[place])
    return b"&".join(fields)


def _mutate_field(dice: Random, field: bytes) -> list[bytes]:
    return one_of(
        dice,
        lambda: [b""],
        lambda: [field] * dice.choice([2, 101]),
        lambda: [field, urlencode({a_text(dice)[:30]: a_text(dice)}).encode()],
        lambda: [field.partition(b"=")[0]],
        lambda: [field + dice.choice([b"%", b"%zz", b"%ff", b"%00", b"\xff", b"%ed%a0%80", b"+" * 5000])],
        lambda: [b"payload=" + quote_plus(as_json(a_value(dice)), errors="surrogatepass").encode()],
    )


def giant_slack_events(size: int, *, is_signed: bool) -> Iterator[object]:
    """Make events with bodies of about this many bytes."""
    texts = ("room 100 user001 ", "\ufdfa", "<@U1|", "&amp;", "push=rtmp://h/a ", "user=a,", "\u0301", "idle=1", "=")
    for text in texts:
        yield _giant(a_form(text * (size // len(quote_plus(text)))), is_signed=is_signed)
    for start, again in (
        (b"payload=", b"["),
        (b"payload=[", b"0,"),
        (b"payload=", b'{"a":'),
        (b"", b"a=b&"),
        (b"", b"%41"),
        (b"", b"%"),
    ):
        yield _giant(start + again * (size // len(again)), is_signed=is_signed)
    many = as_json([CLICK] * (size // 500)).encode()
    yield _giant(b"payload=" + many, is_signed=is_signed)


def _giant(body: bytes, *, is_signed: bool) -> object:
    return an_event(body, None if is_signed else {})


def body_of(event: object) -> bytes:
    """Return the body that an event carries, to show it."""
    if not isinstance(event, dict) or not isinstance(event.get("body"), str):
        return b""
    body: str = event["body"]
    try:
        return base64.b64decode(body, validate=True) if event.get("isBase64Encoded") is True else body.encode()
    except ValueError:
        return json.dumps(body).encode()
