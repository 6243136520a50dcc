"""Run the page and the system behind it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

from bot.manifest import SCOPES
from local.aws.built import Built
from local.demo.controller import Controller
from local.demo.event_log import EventLog
from local.demo.http_api import HttpApi
from local.loopback import Server
from local.rtc.api import RtcApi
from local.slack.workspace import SlackWorkspace
from local.system import Account, System, running


@contextmanager
def served(
    port: int, rtc: Account | None = None, *, built: Built | None = None, show: Callable[[str], None] = lambda _: None
) -> Iterator[tuple[str, System]]:
    """Run both until the context ends; yield the page's address on 127.0.0.1:`port` (0: any free port) and the system.

    `show` is called with a line for each event for other systems, from any thread.

    The bot has the scopes of its manifest. Nobody is in the rooms of the RTC stand-in, so a recording ends by itself
    after its idle time.
    Raises LocalError if the system can't run. If the port is in use, that is PortTaken, before anything is started.
    """
    event_log, http_api = EventLog(), HttpApi()

    def take(event: Mapping[str, Any]) -> None:
        if event_log.add_event(event):
            show(_in_a_line(event))

    with (
        closing(Server(http_api.answer, port)) as server,
        running(
            rtc=rtc or RtcApi(empty_rooms=True),
            slack=SlackWorkspace(scopes=frozenset(SCOPES)),
            built=built,
            by_clock=True,
            files=True,
            on_log=event_log.add_line,
            on_call=event_log.add_call,
            on_event=take,
        ) as system,
        system.slack.chat.watching(event_log.notify),
    ):
        http_api.controller = Controller(system, event_log, server.port)
        try:
            yield server.endpoint, system
        finally:
            server.close()  # the page's requests end before the system does


def _in_a_line(event: Mapping[str, Any]) -> str:
    about = event["data"]
    return f"event {event['type']}: {about['user_id']} in room {about['room_id']} ({event['id']})"
