"""How RTC's stand-in posts callbacks."""

from collections.abc import Sequence
from contextlib import closing

import pytest

from local.http_message import Answer, Request
from local.loopback import Server
from local.rtc import callbacks
from local.rtc.callbacks import Call, Sender
from tests.processes import PATIENCE_S, within


@pytest.mark.parametrize(("statuses", "posted"), [([503, 200], 2), ([503, 503, 503], 3), ([401], 1), ([200], 1)])
def test_what_the_address_cannot_take_is_posted_again(
    monkeypatch: pytest.MonkeyPatch, statuses: Sequence[int], posted: int
) -> None:
    """Three times in all; what it takes or refuses is posted once, and then comes what is due next."""
    monkeypatch.setattr(callbacks, "_AGAIN_S", 0)
    bodies: list[bytes] = []
    answers = iter([*statuses, 200])

    def answer(request: Request) -> Answer:
        bodies.append(request.body)
        return Answer(next(answers))

    with closing(Server(answer)) as server:
        due = [[Call(server.endpoint, {}, b"first"), Call(server.endpoint, {}, b"next")]]
        with closing(Sender(lambda: due.pop() if due else [])):
            assert within(PATIENCE_S, lambda: b"next" in bodies)
    assert bodies == [b"first"] * posted + [b"next"]
