"""Events of the webhook's door: starts, stops, pings and status links with hostile values, mostly signed."""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from random import Random
from typing import Any
from urllib.parse import quote

from docs.webhook_examples import EVENTS
from tests.fuzz.hostile import (
    PLANTED,
    RAW,
    Pairs,
    Raw,
    a_text,
    a_value,
    as_json,
    mutate_bytes,
    mutate_event,
    mutate_text,
    mutate_value,
    one_of,
)
from tests.webhook_around import LIMITED_KEY, STATUS_KEY
from tests.webhook_requests import KEY, NOW, a_request

DOMAIN = "hooks.example.com"
_FULL: dict[str, Any] = {
    "type": "recording.start",
    "timestamp": "2026-03-02T10:30:00.123456+05:30",
    "data": {
        "room_id": "100",
        "user_id": 7,
        "is_record_audio": True,
        "video_type": "SCREENSTREAM",
        "select_stream_type": "HD",
        "max_idle_time": 30.0,
        "publish_param": {"rtmp_urls": [f"rtmp://live.example.com/app/{PLANTED}"]},
        "record_param": {"record_rule_id": "5f5e172b9016ed5b0961a43"},
    },
    "notify": {"channel": "C1"},
    "dry_run": False,
}
_SAMPLES: tuple[object, ...] = (
    *EVENTS.values(),
    _FULL,
    _FULL,
    {**_FULL, "dry_run": True},
    {**_FULL, "type": "ping", "data": {}},
)
_ORDER = "7KQ2M4X8P1ZA7KQ2M4X8P1ZA"


def webhook_event(seed: str, n: int) -> object:
    """Return the n-th event of a seed."""
    dice = Random(f"webhook {seed} {n}")
    kind = dice.random()
    event = _status_link(dice) if kind < 0.1 else _list(dice) if kind < 0.15 else _hook(dice)
    event["requestContext"] |= {"domainName": DOMAIN}
    event["headers"]["host"] = DOMAIN
    return (
        mutate_event(dice, event, [f"{DOMAIN}:x@evil.example", f"{DOMAIN}:443", f"{DOMAIN}.evil"])
        if dice.random() < 0.15
        else event
    )


def giant_webhook_events() -> Iterator[object]:
    """Make events as large as a Lambda function gets them, and signed ones as long as the door takes them."""
    bodies = [
        b"[" * 500_000,
        b'{"type":"ping","timestamp":"2026-03-02T10:30:00Z","data":{"a":[' + b"0," * 31_900 + b"0]}}",
        b'{"type":"ping","timestamp":"2026-03-02T10:30:00Z","data":{' + b'"a":0,' * 10_600 + b'"b":0}}',
        as_json({**_FULL, "data": [{}] * 20_000}).encode(),
        as_json({**_FULL, "data": {**_FULL["data"], "room_id": "a" * 60_000}}).encode(),
        as_json(Pairs([*_FULL.items(), *((str(n), n) for n in range(5000))])).encode(),
    ]
    for body in bodies:
        yield _signed(body, "timetable", KEY, "evt_1", str(int(NOW)), "v1,{0}")
        yield _signed(body, "timetable", KEY, "evt_1", str(int(NOW)), "v1,x " * 2000)
        yield a_request(body, {}, path="/hooks/timetable")


def _hook(dice: Random) -> dict[str, Any]:
    body = _body(dice)
    caller, key = dice.choice([("timetable", KEY)] * 8 + [("limited", LIMITED_KEY)] * 3 + [("nobody", KEY)])
    webhook_id = f"evt_{dice.randrange(200)}" if dice.random() < 0.9 else mutate_text(dice, "evt_1")[:200]
    moment = str(int(NOW) + dice.choice([0] * 15 + [299, -299, 301])) if dice.random() < 0.95 else a_text(dice)[:100]
    signatures = dice.choice(
        ["v1,{0}"] * 25 + ["v1,{0} v1,{0}", "v1a,x v1,{0}", "v1,", "v2,{0}", "v1,é", "v1,{0} " * 1000]
    )
    event = _signed(body, caller, key, webhook_id, moment, signatures)
    if dice.random() < 0.03:
        event["rawPath"] = "/hooks/" + a_text(dice)[:50]
    if dice.random() < 0.03:
        event["requestContext"]["http"]["method"] = dice.choice(["GET", "BREW", ""])
    return event


def _list(dice: Random) -> dict[str, Any]:
    """Return a request for a caller's own recordings, with a query that may be right."""
    values = [a_text(dice)[:80], str(dice.randrange(-5, 200)), "A" * dice.randrange(58, 205), ""]
    pairs = [
        (dice.choice(["limit", "cursor", a_text(dice)[:9]]), dice.choice(values)) for _ in range(dice.randrange(4))
    ]
    body = b"" if dice.random() < 0.9 else _body(dice)
    event = _signed(body, "-", dice.choice([KEY, LIMITED_KEY]), "evt_1", str(int(NOW)), "v1,{0}")
    event["requestContext"]["http"]["method"] = dice.choice(["GET", "GET", "GET", "POST"])
    query = "&".join(f"{quote(name)}={quote(value)}" for name, value in pairs)
    return event | {
        "rawPath": "/recordings",
        "rawQueryString": query if dice.random() < 0.8 else mutate_text(dice, query),
    }


def _signed(body: bytes, caller: str, key: str, webhook_id: str, moment: str, signatures: str) -> dict[str, Any]:
    """Return a request; {0} in the signatures stands for the right one."""
    content = b"%s.%s.%s" % (webhook_id.encode(), moment.encode(), body)
    digest = hmac.digest(base64.b64decode(key.removeprefix("whsec_")), content, hashlib.sha256)
    headers = {
        "content-type": "application/json",
        "webhook-id": webhook_id,
        "webhook-timestamp": moment,
        "webhook-signature": signatures.format(base64.b64encode(digest).decode()),
    }
    return a_request(body, headers, path=f"/hooks/{caller}")


def _body(dice: Random) -> bytes:
    value = dice.choice(_SAMPLES)
    for _ in range(dice.choice([0, 1, 1, 1, 2, 5])):
        value = mutate_value(dice, value)
    if dice.random() < 0.1:
        value = Pairs(
            [
                ("type", "ping"),
                ("timestamp", "2026-03-02T10:30:00Z"),
                ("data", Pairs([("a", dice.choice([a_value(dice), *map(Raw, RAW)]))])),
            ]
        )
    if dice.random() < 0.03:
        value = {**_FULL, "data": [_FULL["data"]] * dice.choice([2, 10, 11, 200])}
    body = as_json(value).encode(errors="surrogatepass")
    return mutate_bytes(dice, body) if dice.random() < 0.1 else body


def _status_link(dice: Random) -> dict[str, Any]:
    expires = (
        str(int(NOW) + dice.choice([0, -1, 3600, 7 * 86400, 10**11])) if dice.random() < 0.8 else a_text(dice)[:60]
    )
    body = dice.choice(["", "e3b0c44298fc1c14", a_text(dice)[:40]])
    order_id = _ORDER if dice.random() < 0.9 else mutate_text(dice, _ORDER)[:60]
    message = f"GET /orders/{order_id} of {body} until {expires}".encode()
    key = base64.b64decode(STATUS_KEY.removeprefix("whsec_"))
    signature = base64.urlsafe_b64encode(hmac.digest(key, message, hashlib.sha256)).decode().rstrip("=")
    query = f"body={quote(body)}&expires={quote(expires)}&signature={signature}"
    query = one_of(dice, lambda: query, lambda: query, lambda: f"{query}&{query}", lambda: mutate_text(dice, query))
    path = dice.choice([f"/orders/{order_id}"] * 8 + ["/openapi.json", "/", "/orders/", a_text(dice)[:50]])
    event = a_request(b"", {}, path=path, method="GET")
    return event | {"rawQueryString": query}
