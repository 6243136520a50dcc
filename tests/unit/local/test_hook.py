"""python -m local hook, against answers that a network gives: it looks again, and says whether all went well."""

import json
import socket

import pytest

from local.errors import LocalError
from local.hook import Sender, event_of
from tests.raw_server import RawServer, http, sends

KEY = "whsec_" + "bGlt" * 10
START: dict[str, object] = {"type": "recording.start", "data": {}}
STOP: dict[str, object] = {"type": "recording.stop", "data": {}}


def _status(*states: str) -> bytes:
    streams = [{"state": state, "job_state": None} for state in states]
    return http(200, json.dumps({"state": "done", "streams": streams}).encode())


def _send(event: dict[str, object], *polls: bytes) -> bool:
    """What the tool makes of these answers to its looks, after its event was accepted."""
    answers = list(polls)

    def serve(sock: socket.socket) -> None:
        sends(answers.pop(0))(sock)

    with RawServer(serve) as server:
        accepted = {"order_id": "1", "status_url": f"{server.endpoint}/orders/1"}
        answers.insert(0, http(202, json.dumps(accepted).encode()))
        went_well = Sender(f"{server.endpoint}/hooks/demo", KEY, lambda _: None).send(event)
    assert not answers
    return went_well


def test_it_looks_again_where_the_outcome_can_not_be_told() -> None:
    """Throttled, failed, broken off, or answered by something else: the recording goes on meanwhile."""
    for trouble in (http(429, b"{}"), http(503, b"{}"), b"", http(502, b"<html>"), http(200, b"[]")):
        assert _send(START, trouble, _status("started"))


def test_a_link_that_opens_nothing_ends_it() -> None:
    """Looking again would change nothing."""
    with pytest.raises(LocalError, match="409"):
        _send(START, http(409, b'{"detail": "another body"}'))


@pytest.mark.parametrize(
    ("event", "states", "went_well"),
    [
        (START, ["started", "started"], True),
        (START, ["started", "recording", "ended"], True),
        (START, ["planned"], True),
        (START, ["started", "not_started"], False),
        (START, ["already_recording"], False),
        (START, [], False),
        (STOP, ["stopped"], True),
        (STOP, ["stopped", "not_stopped"], False),
        (STOP, [], False),
    ],
)
def test_all_went_well_only_where_every_stream_did_what_was_asked(
    event: dict[str, object], states: list[str], went_well: bool
) -> None:
    """A script goes by the exit status."""
    assert _send(event, _status(*states)) == went_well


@pytest.mark.parametrize(
    "answer",
    [
        http(202, b"{}"),
        http(202, b'{"status_url": 5}'),
        http(202, b'{"status_url": "orders/1"}'),
        http(202, b"[]"),
        http(200, b"<html>"),
        http(200, b'{"a": 1, "a": 2}'),
        b"",
    ],
)
def test_an_answer_of_something_else_is_one_line(answer: bytes) -> None:
    """As where the URL is that of another program."""
    with RawServer(sends(answer)) as server, pytest.raises(LocalError) as told:
        Sender(f"{server.endpoint}/hooks/demo", KEY, lambda _: None).send(START)
    assert str(told.value).isprintable()


@pytest.mark.parametrize("status", [b"{}", b'{"state": "done"}', b'{"state": "done", "streams": 5}'])
def test_a_status_of_something_else_is_one_line(status: bytes) -> None:
    """The same for what a link leads to."""
    with pytest.raises(LocalError, match=r"does not answer as recordbot's webhook does$"):
        _send(START, http(200, status))


@pytest.mark.parametrize(
    ("url", "key", "words"),
    [
        ("http://127.0.0.1:1/hooks/ci ", KEY, "a blank or a line end before or after the URL"),
        ("http://127.0.0.1:1/hooks/ci\n", KEY, "a blank or a line end before or after the URL"),
        ("http://127.0.0.1:1/hooks/c i", KEY, "the URL has to look like https://host/hooks/NAME"),
        ("127.0.0.1:1/hooks/ci", KEY, "the URL has to look like"),
        ("ftp://127.0.0.1/hooks/ci", KEY, "the URL has to look like"),
        ("http:///hooks/ci", KEY, "the URL has to look like"),
        ("http://127.0.0.1:99999/", KEY, "the URL has to look like"),
        ("http://[::1/hooks/ci", KEY, "the URL has to look like"),
        ("http://" + "a" * 70 + "/hooks/ci", KEY, "can't be reached"),
        ("http://127.0.0.1:1/hooks/ci", KEY, "can't be reached"),
        ("http://127.0.0.1:1/hooks/ci", KEY + " ", "a blank or a line end before or after it"),
        ("http://127.0.0.1:1/hooks/ci", "\n" + KEY, "a blank or a line end before or after it"),
        ("http://127.0.0.1:1/hooks/ci", "v1," + KEY, "a key starts with whsec_"),
    ],
)
def test_a_wrong_form_of_url_or_key_is_one_line(url: str, key: str, words: str) -> None:
    """It says which of the two is wrong, and never shows the key."""
    with pytest.raises(LocalError, match=words) as told:
        Sender(url, key, lambda _: None).send(START)
    assert str(told.value).isprintable()
    assert KEY not in str(told.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"room_id": 1, "room_id": 2}', "room_id is twice"),
        ("[" * 50_000 + "]" * 50_000, "nested too deeply"),
        ('{"room_id": NaN}', "NaN"),
        ('{"room_id": ' + "1" * 5000 + "}", "too many digits"),
        ('{"room_id": "\\ud800"}', "surrogate"),
        ("", "Expecting value"),
    ],
)
def test_an_event_that_is_no_json_is_one_line(text: str, words: str) -> None:
    """It says why, and shows an example."""
    with pytest.raises(LocalError, match=words) as told:
        event_of(text)
    assert str(told.value).isprintable()
    assert "user001" in str(told.value)
