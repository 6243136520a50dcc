"""Many events at once, with what goes wrong on real networks: repetitions, and connections that break off."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from local.rtc.api import RtcApi
from local.slack.workspace import SlackWorkspace
from local.system import running
from shared.log_events import LogEvent
from tests.webhook_sender import RUNS, Sender, outcome, start

ROOM = "100"
_EVERY_REPEATED = 10
_EVERY_BROKEN_OFF = 12


@dataclass(frozen=True)
class Crowd:
    """What came of it: seconds until all was answered, and until all was done; users recorded; starts at RTC.

    `others` are the streams of which the links tell something else than that they were started.
    """

    accepted_after: float
    done_after: float
    users: list[str]
    starts: int
    others: list[dict[str, Any]]


def send_crowd(count: int, limit_s: float, senders: int = 8) -> Crowd:
    """Have `count` events sent by so many senders, each a start of a user of its own, on a system of their own.

    Every tenth is sent twice; every twelfth breaks off first, in its body or before its answer in turn.
    """
    rtc = RtcApi(calls_per_second=None, quota=count)
    starts: list[str] = []

    def hear(_: str, line: str) -> None:
        if LogEvent.CALLING_RTC in line:  # the stand-in's own record is kept of the last thousand calls only
            starts.append(line)

    with running(rtc=rtc, slack=SlackWorkspace(rate_limited=False, patience=limit_s), on_log=hear) as system:
        (caller,) = system.callers
        sender = Sender(system.hook_url(caller), caller.key)

        def send(number: int) -> str:
            event, webhook_id = start(ROOM, f"user{number}"), f"evt_{number}"
            if number % _EVERY_BROKEN_OFF == 0:
                sender.break_off(event, webhook_id, in_the_body=number % (2 * _EVERY_BROKEN_OFF) == 0)
            answers = [sender.send(event, webhook_id)]
            if number % _EVERY_REPEATED == 0:
                answers.append(sender.send(event, webhook_id))
            assert {answer.status_code for answer in answers} == {202}
            (order_id,) = {answer.json()["order_id"] for answer in answers}
            link: str = answers[0].json()["status_url"]
            assert order_id in link
            return link

        began = time.monotonic()
        with ThreadPoolExecutor(senders) as threads:
            links = list(threads.map(send, range(count)))
        accepted = time.monotonic()
        while len(rtc.jobs()) < count and time.monotonic() < accepted + limit_s:
            time.sleep(0.1)  # not by asking the links, which would take the system's time from the orders
        streams = [stream for link in links for stream in outcome(link, limit_s)["streams"]]
        done = time.monotonic()
        users = sorted(job.parameters.user_id for job in rtc.jobs())
        others = [stream for stream in streams if stream["state"] not in RUNS]
        return Crowd(accepted - began, done - began, users, len(starts), others)
