"""python -m local hook, against answers that a network gives: it looks again, and says whether all went well."""

import json
import socket

import pytest

from local.errors import LocalError
from local.hook import Sender
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
    for trouble in (http(429, b"{}"), http(503, b"{}"), b"", http(502, b"<html>")):
        assert _send(START, trouble, _status("started"))


def test_a_link_that_opens_nothing_ends_it() -> None:
    """Looking again would change nothing."""
    with pytest.raises(LocalError, match="409"):
        _send(START, http(409, b'{"detail": "another body"}'))


@pytest.mark.parametrize(
    ("event", "states", "went_well"),
    [
        (START, ["started", "started"], True),
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
