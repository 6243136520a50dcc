"""What bounds an answer: its length, and one time for all reads."""

import io
from socket import socket
from typing import cast

import pytest
import requests
from urllib3 import HTTPResponse

from shared import transport


def test_of_a_long_answer_only_the_first_bytes_are_read() -> None:
    """A body without end would fill the memory."""
    response = requests.Response()
    response.raw = HTTPResponse(io.BytesIO(b"x" * 1000), preload_content=False)
    assert transport.read_bounded(response, 100) == b"x" * 100


class _Socket:
    def __init__(self) -> None:
        self.limits = [10.0]

    def gettimeout(self) -> float:
        return self.limits[0]

    def settimeout(self, seconds: float) -> None:
        self.limits.append(seconds)


def test_each_read_has_only_the_time_that_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that sends slowly and then nothing gets no new limit, and after the limit nothing is read."""
    now = [0.0]
    monkeypatch.setattr("shared.transport.time.monotonic", lambda: now[0])
    sock = _Socket()
    reader = transport._UntilDeadline(cast("io.RawIOBase", io.BytesIO(b"abc")), cast("socket", sock))
    for moment in (4.0, 9.0):
        now[0] = moment
        assert reader.readinto(bytearray(1)) == 1
    assert sock.limits == [10.0, 6.0, 1.0]
    now[0] = 10.0
    with pytest.raises(TimeoutError):
        reader.readinto(bytearray(1))
