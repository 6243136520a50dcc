"""The page and the system behind it, from the first request to the last."""

from collections.abc import Iterator
from contextlib import contextmanager

from local.aws.built import Built
from local.demo.desk import Desk
from local.demo.face import Face
from local.demo.witness import Witness
from local.loopback import Server
from local.system import Account, System, running


@contextmanager
def served(port: int, rtc: Account | None = None, *, built: Built | None = None) -> Iterator[tuple[str, System]]:
    """Give the page's address, on 127.0.0.1:`port` (0: any free port), and the system, until the context ends.

    Raises LocalError, in one line, if it can't run; PortTaken, which is one, before anything else is started.
    """
    witness, face = Witness(), Face()
    with (
        Server(face.answer, port) as server,
        running(rtc=rtc, built=built, on_log=witness.hear, on_call=witness.see) as system,
        system.slack.chat.listening(witness.stir),
    ):
        face.desk = Desk(system, witness)
        try:
            yield server.endpoint, system
        finally:
            server.close()  # the page's requests end before what they ask
