"""An event is plain JSON, and of bounded length."""

import pytest

from functions.webhook_api.door import MOST_BYTES
from tests.webhook_around import START, Around
from tests.webhook_requests import signed


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json; charset=utf-8", 202),
        ('Application/JSON;Charset="UTF-8"', 202),
        ("application/json; charset=utf-16", 415),
        ("text/plain", 415),
        ("", 415),
        ("application/jsonx", 415),
    ],
)
def test_only_json_is_taken(around: Around, content_type: str, status: int) -> None:
    """By its name, however it is written, and in UTF-8."""
    assert around.ask(START, signed(START) | {"content-type": content_type})[0] == status


def test_a_compressed_body_is_not_taken(around: Around) -> None:
    """It is told as that, and not as broken JSON."""
    refused = around.ask(START, signed(START) | {"content-encoding": "gzip"})
    assert (refused[0], "Content-Encoding" in refused[1]["detail"]) == (415, True)


def test_a_byte_order_mark_is_told_as_one(around: Around) -> None:
    """Nobody sees it in an editor."""
    marked = "\ufeff".encode() + START
    status, problem = around.ask(marked)
    assert (status, "byte order mark" in problem["detail"]) == (400, True)


@pytest.mark.parametrize(
    "body",
    [
        START.replace(b'"room_id"', b'"room_id": 1, "room_id"'),
        START.replace(b'"type"', b'"type": "ping", "type"'),
    ],
)
def test_a_name_stands_once(around: Around, body: bytes) -> None:
    """Two readers may take different ones: nobody could say what was ordered."""
    assert around.ask(body)[0] == 400
    assert not around.orders


def test_a_body_too_long_is_refused_before_it_is_verified(around: Around) -> None:
    """With a status of its own, which needs no signature."""
    assert around.ask(b" " * (MOST_BYTES + 1), {})[0] == 413
    padded = START + b" " * (MOST_BYTES - len(START))
    assert around.ask(padded)[0] == 202
