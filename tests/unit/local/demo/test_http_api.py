"""The page's HTTP API answers in one line what it can't do."""

import json
from typing import cast

import pytest

from local.demo.controller import Controller
from local.demo.http_api import HttpApi
from local.hook import Sender
from local.http_message import Headers, Request


class Alone:
    """A page whose webhook is gone."""

    def send(self, event: str) -> None:
        Sender("http://127.0.0.1:1/hooks/demo", "whsec_" + "bGlt" * 10, lambda _: None).post(event.encode())


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b'{"event": "{}"}', 502, "http://127.0.0.1:1/hooks/demo can't be reached"),
        (b"[" * 50_000 + b"]" * 50_000, 400, "nested too deeply"),
        (b'{"event": "{}", "event": "[]"}', 400, "event is twice"),
        (b'{"event": "\\ud800"}', 400, "surrogate"),
        (b'{"event": 5}', 400, "strings under event"),
    ],
)
def test_what_can_not_be_sent_is_one_line(body: bytes, status: int, words: str) -> None:
    """A webhook that does not answer, and a body that can't be read."""
    api = HttpApi()
    api.controller = cast(Controller, Alone())
    headers = Headers((("Host", "127.0.0.1:3000"), ("Content-Type", "application/json")))
    answer = api.answer(Request("POST", "/api/events", headers, body))
    assert isinstance(answer.body, bytes)
    error = json.loads(answer.body)["error"]
    assert (answer.status, words in error, error.isprintable()) == (status, True, True)
