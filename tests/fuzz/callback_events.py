"""Events of the door of RTC's callbacks: callbacks with hostile values, mostly signed."""

from collections.abc import Iterator
from random import Random

from tests.callback_requests import COMPLETE, a_callback, callback_headers
from tests.fuzz.hostile import a_text, as_json, mutate_bytes, mutate_event, mutate_text, mutate_value
from tests.webhook_requests import NOW

_EVENTS = ("RECORD_NEW_FILE_START", "RECORD_FILE_COMPLETE", "CLOUD_RECORD_SERVER_OVER", "CLOUD_RECORD_OVER")


def callback_event(seed: str, n: int) -> object:
    """Return the n-th event of a seed."""
    dice = Random(f"callback {seed} {n}")
    body = _body(dice)
    headers = callback_headers(
        body,
        now=NOW + dice.choice([0] * 15 + [299, -299, 301]),
        rand="".join(dice.choices("0123456789abcdef", k=dice.choice([1, 8, 32]))),
        milliseconds=dice.random() < 0.2,
    )
    if dice.random() < 0.05:
        name = dice.choice([*headers])
        headers[name] = mutate_text(dice, headers[name])
    event = a_callback(body, headers)
    return mutate_event(dice, event) if dice.random() < 0.15 else event


def giant_callbacks() -> Iterator[object]:
    """Make signed callbacks as long as the door takes them, and longer ones."""
    for body in (b"[" * 60_000, b'{"a":' * 10_000, as_json(COMPLETE | {"obs_object": "a" * 60_000}).encode()):
        yield a_callback(body)
    yield a_callback(b"{" + b" " * 500_000 + b"}")


def _body(dice: Random) -> bytes:
    value: object = COMPLETE | {"event_type": dice.choice(_EVENTS)}
    for _ in range(dice.choice([0, 1, 1, 2, 5])):
        value = mutate_value(dice, value)
    if dice.random() < 0.1:
        value = COMPLETE | {dice.choice([*COMPLETE]): a_text(dice)}
    body = as_json(value).encode(errors="surrogatepass")
    return mutate_bytes(dice, body) if dice.random() < 0.1 else body
