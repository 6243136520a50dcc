"""An event is plain JSON, and of bounded length."""

import pytest

from functions.webhook_api.door import MOST_BYTES
from tests.webhook_around import START, Around
from tests.webhook_requests import an_event, signed

CONTENT_TYPES = {
    "application/json; charset=utf-8": 202,
    'Application/JSON;Charset="UTF-8"': 202,
    "application/json; version=2; charset=utf-8": 202,
    'application/json; title="a; charset=utf-16"; charset="utf-8";': 202,
    "application/json;": 202,
    "application/json;; charset=utf-8 ;": 202,
    "application/json; xcharset=utf-16": 202,
    "application/json; charset=utf-16": 415,
    "application/json; version=2; charset=utf-16": 415,
    "application/json; charset=utf-8; charset=utf-16": 415,
    'application/json; charset=""': 415,
    "application/json, application/json": 415,
    "text/plain": 415,
    "": 415,
    "application/jsonx": 415,
}


def test_only_json_is_taken(around: Around) -> None:
    """By its name, however it is written, and in UTF-8."""
    answered = {it: around.ask(START, signed(START) | {"content-type": it})[0] for it in CONTENT_TYPES}
    assert answered == CONTENT_TYPES


def test_an_empty_content_encoding_is_none(around: Around) -> None:
    """A sender whose library always sets the header is taken."""
    encodings = ("", "identity", "Identity", " , identity")
    assert [around.ask(START, signed(START) | {"content-encoding": it})[0] for it in encodings] == [202] * 4


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
        START.replace(b'"type"', b'"t\\u0079pe": "ping", "type"'),
        an_event({"a": [{"b": 1}]}, "ping").replace(b'"b"', b'"b": 2, "b"'),
    ],
)
def test_a_name_stands_once(around: Around, body: bytes) -> None:
    """Two readers may take different ones: nobody could say what was ordered."""
    status, problem = around.ask(body)
    assert (status, "is twice in one object" in problem["detail"]) == (400, True)
    assert not around.orders


@pytest.mark.parametrize("event", [an_event({"x": 5}, "ping"), an_event({"room_id": 5, "user_id": "a"})])
def test_a_value_that_json_does_not_have_is_refused(around: Around, event: bytes) -> None:
    """So is a number that some readers can't hold, wherever it stands."""
    for value in ("1" * 4301, "-" + "1" * 60_000, "NaN", "-Infinity", "1e999", '"\\ud800"'):
        status, problem = around.ask(event.replace(b"5", value.encode()))
        assert (status, problem["detail"].startswith("the body is no JSON")) == (400, True), value[:10]


@pytest.mark.parametrize("depth", [150, 250, 30_000])
def test_brackets_may_be_nested_but_not_without_end(around: Around, depth: int) -> None:
    """A body of brackets alone is the caller's mistake, not a failure of ours."""
    ping = an_event({"x": 5}, "ping").replace(b"5", b"[" * depth + b"]" * depth)
    assert around.ask(ping)[0] == (200 if depth == 150 else 400)


def test_a_body_too_long_is_refused_before_it_is_verified(around: Around) -> None:
    """With a status of its own, which needs no signature."""
    assert around.ask(b" " * (MOST_BYTES + 1), {})[0] == 413
    padded = START + b" " * (MOST_BYTES - len(START))
    assert around.ask(padded)[0] == 202
