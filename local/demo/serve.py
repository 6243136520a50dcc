"""The page and the system behind it, from the first request to the last."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from local.aws.built import Built
from local.demo.controller import Controller
from local.demo.event_log import EventLog
from local.demo.http_api import HttpApi
from local.loopback import Server
from local.system import Account, System, running


@contextmanager
def served(port: int, rtc: Account | None = None, *, built: Built | None = None) -> Iterator[tuple[str, System]]:
    """Give the page's address, on 127.0.0.1:`port` (0: any free port), and the system, until the context ends.

    Raises LocalError, in one line, if it can't run; PortTaken, which is one, before anything else is started.
    """
    event_log, http_api = EventLog(), HttpApi()
    with (
        closing(Server(http_api.answer, port)) as server,
        running(rtc=rtc, built=built, on_log=event_log.hear, on_call=event_log.see) as system,
        system.slack.chat.listening(event_log.stir),
    ):
        http_api.controller = Controller(system, event_log)
        try:
            yield server.endpoint, system
        finally:
            server.close()  # the page's requests end before what they ask
