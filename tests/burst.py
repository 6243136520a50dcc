"""Many orders of a caller at once, and one person's command among them, on a system whose RTC throttles."""

import math
import re
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import override

from local.http_message import Answer, Request
from local.rtc.api import RtcApi
from local.rtc.faults import Fault
from local.slack.chat import ANN, CLASS_RECORDINGS, Chat, Message
from local.slack.workspace import SlackWorkspace
from local.system import System, running
from tests.webhook_sender import Sender, request, start

RTC_TAKES_S = 0.15
_SENDERS = 8
_ACCEPTED = {200, 201, 204}


class _Rtc(RtcApi):
    """RTC as slow as it is from far away; it notes when each call came, and its answer's status."""

    def __init__(self, count: int) -> None:
        super().__init__(quota=count + 1)
        self.heard: list[tuple[float, str, int]] = []
        self.misbehave(Fault(delay=RTC_TAKES_S), times=None)

    @override
    def answer(self, request: Request) -> Answer:
        answer = super().answer(request)
        self.heard.append((time.monotonic(), request.method, answer.status))
        return answer


@dataclass(frozen=True)
class Burst:
    """What came of it. Times are in seconds; what did not happen within the limit took forever."""

    orders: int
    accepted: int
    """Events to which the webhook said 202."""
    jobs: int
    calls: int
    """Calls of RTC: starts and checks."""
    refused: int
    """Calls that RTC refused for speed, or for another reason."""
    starts_per_second: float
    calls_per_second: float
    """From the first start to the last one."""
    answered_after: float
    """From the person's command to its answer."""
    told: int
    """Orders of which the caller, or with `notify` the channel, knows the outcome."""
    told_after: float
    """From the last job until all of them were told."""
    messages: int
    """Messages in the channel."""
    dead_letters: int

    def __str__(self) -> str:
        lines = (f"| {it.name} | {_shown(getattr(self, it.name))} |" for it in fields(self))
        return "\n".join(("| figure | value |", "|---|---|", *lines))


def send_burst(
    count: int, *, limit_s: float, notify: bool = False, parameters: Mapping[str, str] | None = None
) -> Burst:
    """Have `count` starts sent by eight senders; a person asks for another once a tenth of them has begun.

    With `notify`, all answers go to one channel. It ends after `limit_s` seconds, with the figures so far.
    """
    rtc = _Rtc(count)
    more = {"notify": {"channel": CLASS_RECORDINGS.channel_id}} if notify else {}
    with running(rtc=rtc, slack=SlackWorkspace(), parameters=parameters) as system:
        (caller,) = system.callers
        sender = Sender(system.hook_url(caller), caller.key)
        end = time.monotonic() + limit_s

        def send(number: int) -> str:
            if time.monotonic() > end:
                return ""
            answer = sender.send(start("100", f"user{number}", **more), f"evt_{number}")
            link: str = answer.json()["status_url"] if answer.ok else ""
            return link

        with _noting_users(system.slack.chat) as seen, ThreadPoolExecutor(_SENDERS + 1) as threads:
            links = [threads.submit(send, number) for number in range(count)]
            _wait_for(lambda: len(rtc.jobs()) >= count // 10, end)
            answered = threads.submit(_ask_as_a_person, system, end)
            _wait_for(lambda: len(rtc.jobs()) > count, end)
            last_job = time.monotonic()
            answered_after = answered.result()
            if notify:
                _wait_for(lambda: len(seen) >= count, end)
                told, told_after = len(seen), max(seen.values(), default=last_job) - last_job
            else:
                told = sum(threads.map(lambda link: _reads_its_outcome(link, end), links))
                told_after = time.monotonic() - last_job
        dead = system.stack.sqs.get_queue_attributes(
            QueueUrl=system.stack.queue_url("DeadLetterQueue"), AttributeNames=["ApproximateNumberOfMessages"]
        )["Attributes"]["ApproximateNumberOfMessages"]
        starts = [at for at, method, _ in rtc.heard if method == "POST"]
        seconds = starts[-1] - starts[0] if len(starts) > 1 else math.inf
        return Burst(
            orders=count,
            accepted=sum(bool(link.result()) for link in links),
            jobs=len(rtc.jobs()),
            calls=len(rtc.heard),
            refused=sum(status not in _ACCEPTED for *_, status in rtc.heard),
            starts_per_second=(len(starts) - 1) / seconds,
            calls_per_second=sum(starts[0] < at <= starts[-1] for at, *_ in rtc.heard) / seconds,
            answered_after=answered_after,
            told=told,
            told_after=told_after if told == count else math.inf,
            messages=len(system.slack.chat.messages(CLASS_RECORDINGS)),
            dead_letters=int(dead),
        )


def _ask_as_a_person(system: System, end: float) -> float:
    """Return how many seconds the answer to a person's command takes."""
    chat = system.slack.chat
    began = time.monotonic()
    system.slack.type_command(ANN, CLASS_RECORDINGS, "room 200 ann001")

    def is_answered() -> bool:
        texts = map(chat.as_text, chat.messages(CLASS_RECORDINGS, ANN))
        return any("Starting ann001" in text or "Recording ann001" in text for text in texts)

    return time.monotonic() - began if chat.wait_for(is_answered, max(end - began, 0)) else math.inf


@contextmanager
def _noting_users(chat: Chat) -> Iterator[dict[str, float]]:
    """Give the users of whom the channel has read that they are recorded, and when it first did."""
    seen: dict[str, float] = {}

    def note(message: Message) -> None:
        for user in re.findall(r"\buser\d+\b", chat.as_text(message)):
            seen.setdefault(user, time.monotonic())

    with chat.listening(note):
        yield seen


def _reads_its_outcome(link: Future[str], end: float) -> bool:
    """Return whether the status link says, in time, that the order is done and its stream was started."""
    found: list[str] = []

    def is_done() -> bool:
        status = request("GET", link.result()).json()
        if status.get("state") == "done":
            found.extend(stream["state"] for stream in status["streams"])
        return bool(found)

    if link.result():
        _wait_for(is_done, end)
    return found == ["started"]


def _wait_for(is_so: Callable[[], bool], end: float) -> None:
    while not is_so() and time.monotonic() < end:
        time.sleep(0.1)


def _shown(value: int | float) -> str:  # noqa: PYI041 - a number of things, or seconds
    return f"{value:.1f}" if isinstance(value, float) else str(value)
