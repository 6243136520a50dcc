"""Hostile values, and mutations of texts, JSON and API Gateway's events, all from a random generator that is given."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

PLANTED = "Zq9Planted7"
"""Stands for the key of a push address. No log line may have it."""

CHARACTERS = (
    "\x00\x07\x08\t\n\r\x1b\x7f\x85\xa0\xad\u034f\u061c\u115f\u180e\u200b\u200d\u200e\u202e\u2028\u2029\u2066\ufe0f"
    "\ufeff\ufffd\ufffe\uffff\U000e0041\U0010ffff\U0001f64f\u0301\u0660\u0663\uff11\uff1d\u2160\u00bd\u01c5\u0130\u00df"
    "\ufb01\u2011\u2014\u201c\u201d\u2026\u3002<>&|`*_~@#!?\"'\\/%=:;,.+-()[]{}$^"
)
# fmt: off
WORDS = (
    "null", "NaN", "true", "-1", "0", "1e999", "9" * 30, "9" * 5000, "\u0663\u0663", "../..", "%00", "${jndi:x}",
    "<!channel>", "<@U1|a>", "<#C1|x>", "<!here>", "<http://h/x|y>", "<mailto:a@b.c|a@b.c>", "<tel:+1|1>", "<|>", "<",
    "&amp;", "&lt;", "&amp;amp;", "&#0;", "payload", "payload=", "rtmp://[::1", "rtmp://h:99999999/a", "rtmp://h\u2100/a",
    f"push=rtmp://h/{PLANTED}", f"rtmps://u:{PLANTED}@h/a", "idle=", "idle=9999999999999999h", "idle=\u0663m",
    "idle=0.5h", "idle=-5s", "rule=", "user=", "room=", "job=", "=", "==", "--", "-", "\u2014\u2014", "room=room=room",
    "'; DROP TABLE x; --", "{{7*7}}", "\U0001f1e6", "a" * 65, "a" * 3000, "\u0301" * 500, "{}", "[]",
)
RAW = (
    "1e999", "-1e999", "NaN", "Infinity", "9" * 4301, "-" + "9" * 10000, "0." + "1" * 5000, "01", "tru", "", "//",
    '"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"', '"\x00"', '"\\x"', '"unended', "[1,]", "\ufeff1", '{"a":1,"a":2}',
    "[" * 150 + "]" * 150, "[" * 5000 + "]" * 5000, '{"a":' * 300 + "1" + "}" * 300,
)
"""JSON texts that Python's own writer would not write."""
# fmt: on
NUMBERS = (0, -1, 1, 2**31, 2**53 + 1, 2**63, 2**64, -(2**63) - 1, 10**30, 0.5, 30.0, 1e308, -0.0)


_HOSTS = ("", "evil.example", "a:b@c", "h:80:80", "[::1]:3000", "h/../x", "h\r\nx: y")
_MEDIA_TYPES = ("", "text/plain", "application/json; charset=utf-16", "APPLICATION/JSON;charset=UTF-8", "multipart/x")


class Raw(str):
    """JSON text that stands in a value as it is."""

    __slots__ = ()


class Pairs(list[tuple[str, object]]):
    """A JSON object whose names may come twice."""


def one_of[T](dice: Random, *makers: Callable[[], T]) -> T:
    """Return what one of these makes."""
    return dice.choice(makers)()


def a_text(dice: Random) -> str:
    """Return a text: a hostile word, some hostile characters, or both many times over."""
    some = "".join(dice.choices(CHARACTERS, k=dice.randrange(8)))
    word = dice.choice(WORDS)
    return one_of(
        dice,
        lambda: word,
        lambda: some,
        lambda: word + some + word,
        lambda: (some or "a") * dice.choice([10, 100, 1000]),
        lambda: " ".join(dice.choices(WORDS, k=dice.randrange(1, 12)))[:4000],
    )


def a_value(dice: Random, depth: int = 3) -> object:
    """Return a JSON value, or what its sender takes for one."""
    if depth and dice.random() < 0.3:
        inner = [a_value(dice, depth - 1) for _ in range(dice.randrange(4))]
        return inner if dice.random() < 0.5 else Pairs((a_text(dice)[:40], value) for value in inner)
    return one_of(
        dice,
        lambda: None,
        lambda: dice.random() < 0.5,
        lambda: dice.choice(NUMBERS),
        lambda: a_text(dice),
        lambda: a_text(dice),
        lambda: Raw(dice.choice(RAW)),
    )


def as_json(value: object) -> str:
    """Return a value as JSON text, with doubled names and raw pieces as they are."""
    match value:
        case Raw():
            return str(value)
        case Pairs():
            return "{" + ",".join(f"{json.dumps(name)}:{as_json(inner)}" for name, inner in value) + "}"
        case dict():
            return as_json(Pairs(value.items()))
        case list() | tuple():
            return f"[{','.join(map(as_json, value))}]"
        case _:
            return json.dumps(value, ensure_ascii=False)


def mutate_text(dice: Random, text: str) -> str:
    """Return the text with one to four changes: a piece dropped, doubled, moved, or replaced by something hostile."""
    for _ in range(dice.randrange(1, 5)):
        start = dice.randrange(len(text) + 1)
        end = start + dice.choice([0, 1, 1, 2, 5, 20])
        text = text[:start] + _mutate_piece(dice, text[start:end]) + text[end:]
    return text


def _mutate_piece(dice: Random, piece: str) -> str:
    return one_of(
        dice,
        lambda: "",
        lambda: piece * 2,
        lambda: a_text(dice),
        lambda: f" {a_text(dice)} ",
        lambda: dice.choice(CHARACTERS),
        piece.swapcase,
        lambda: piece[::-1],
    )


def mutate_value(dice: Random, value: object) -> object:
    """Return the value with one change somewhere: a hostile value, an absent, unknown or doubled name."""
    if isinstance(value, Mapping) and value and dice.random() < 0.85:
        pairs = Pairs(value.items())
        place = dice.randrange(len(pairs))
        name, inner = pairs[place]
        changed: list[tuple[str, object]] = one_of(
            dice,
            lambda: [(name, mutate_value(dice, inner))],
            lambda: [(name, mutate_value(dice, inner))],
            lambda: [(name, a_value(dice))],
            list,
            lambda: [(name, inner), (name, a_value(dice))],
            lambda: [(name, inner), (a_text(dice)[:100], a_value(dice))],
            lambda: [(mutate_text(dice, name), inner)],
        )
        pairs[place : place + 1] = changed
        return pairs
    if isinstance(value, list) and value and dice.random() < 0.7:
        place = dice.randrange(len(value))
        return one_of(
            dice,
            lambda: [*value[:place], mutate_value(dice, value[place]), *value[place + 1 :]],
            lambda: value * dice.choice([2, 11]),
            list,
        )
    if isinstance(value, str) and dice.random() < 0.6:
        return mutate_text(dice, value)
    return a_value(dice)


def mutate_bytes(dice: Random, body: bytes) -> bytes:
    """Return the bytes with one change that no encoder would make."""
    place = dice.randrange(len(body) + 1)
    return one_of(
        dice,
        lambda: body[:place],
        lambda: body[:place] + dice.randbytes(dice.randrange(1, 9)) + body[place:],
        lambda: (
            body[:place] + dice.choice([b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\x00", b"\xef\xbb\xbf"]) + body[place:]
        ),
        lambda: body.decode(errors="replace").encode("utf-16"),
        lambda: body * 2,
        lambda: b"\xef\xbb\xbf" + body,
        lambda: body + b" " * dice.choice([1, 64_000]),
    )


def mutate_event(dice: Random, event: Mapping[str, Any], hosts: Sequence[str] = ()) -> object:
    """Return API Gateway's event with one to three changes: headers, encodings, flags, types. It may be no event."""
    if dice.random() < 0.02:
        return one_of(dice, lambda: None, lambda: [event], lambda: "event", lambda: 5)
    changed = dict(event)
    headers = dict(event["headers"])
    for _ in range(dice.randrange(1, 4)):
        if dice.random() < 0.5:
            _mutate_headers(dice, headers, hosts)
        else:
            _mutate_envelope(dice, changed)
    changed["headers"] = headers if dice.random() > 0.03 else dice.choice([None, [], "x", {"": ""}, {"a": None}])
    return changed


def _mutate_headers(dice: Random, headers: dict[Any, Any], hosts: Sequence[str]) -> None:
    name = dice.choice([*headers, "host", "content-type", "content-encoding", a_text(dice)[:50]])
    value = headers.pop(name, "")
    changed: dict[Any, Any] = one_of(
        dice,
        dict[Any, Any],
        lambda: {name: a_text(dice)},
        lambda: {name: dice.choice([None, [value], 5, "\ud800"])},
        lambda: {name: f"{value},{value}"},
        lambda: {name.upper(): value},
        lambda: {name: mutate_text(dice, str(value))},
        lambda: {name: value, "content-type": dice.choice(_MEDIA_TYPES)},
        lambda: {name: value, "host": dice.choice([*_HOSTS, *hosts])},
    )
    headers.update(changed)


def _mutate_envelope(dice: Random, event: dict[str, Any]) -> None:
    body = str(event.get("body"))
    name = dice.choice([*event, "isBase64Encoded"])
    changed: dict[str, Any] = one_of(
        dice,
        lambda: {name: dice.choice([None, [], {}, 5, "\ud800", a_text(dice)])},
        lambda: {"isBase64Encoded": dice.choice([True, False, None, "true", 1, "false", []])},
        lambda: {"body": dice.choice([None, 5, {}, "\ud800", a_text(dice)])},
        lambda: {"body": mutate_text(dice, body[:2000])},
        lambda: {"body": base64.b64encode(body.encode(errors="replace")).decode()},
    )
    event.update(changed)
