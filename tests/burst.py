"""Many orders of a caller at once, and one person's command among them, on a system whose RTC throttles."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import override

from local.http_message import Answer, Request
from local.rtc.api import RtcApi
from local.rtc.faults import Fault
from local.slack.chat import ANN, CLASS_RECORDINGS
from local.slack.workspace import SlackWorkspace
from local.system import System, running
from tests.webhook_sender import Sender, outcome, start

RTC_TAKES_S = 0.15
_PATIENCE_S = 60.0


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
    """What came of it."""

    calls: int
    refused: int
    """Calls that RTC refused for speed."""
    starts_per_second: float
    calls_per_second: float
    """From the first start to the last one."""
    answered_after: float
    """Seconds from the person's command to its answer."""
    told_after: float
    """Seconds from the last job until every caller could read its outcome."""
    jobs: int
    not_started: int
    dead_letters: int


def send_burst(count: int, *, limit_s: float, senders: int = 8, parameters: dict[str, str] | None = None) -> Burst:
    """Have `count` starts sent by so many senders; a person asks for another once a tenth of them has begun."""
    rtc = _Rtc(count)
    with running(rtc=rtc, slack=SlackWorkspace(), parameters=parameters) as system:
        (caller,) = system.callers
        sender = Sender(system.hook_url(caller), caller.key)

        def send(number: int) -> str:
            answer = sender.send(start("100", f"user{number}"), f"evt_{number}")
            assert answer.status_code == 202, answer.text
            link: str = answer.json()["status_url"]
            return link

        end = time.monotonic() + limit_s
        with ThreadPoolExecutor(senders) as threads:
            links = [threads.submit(send, number) for number in range(count)]
            while len(rtc.jobs()) < count // 10:
                assert time.monotonic() < end, "nothing is started"
                time.sleep(0.05)
            answered_after = _ask_as_a_person(system)
            while len(rtc.jobs()) < count + 1 and time.monotonic() < end:
                time.sleep(0.1)
        last_job = time.monotonic()
        with ThreadPoolExecutor(senders) as readers:
            told = list(readers.map(lambda link: outcome(link.result(), limit_s), links))
        told_after = time.monotonic() - last_job
        streams = [stream for order in told for stream in order["streams"]]
        system.stack.wait_until_drained(limit_s)
        dead = system.stack.sqs.get_queue_attributes(
            QueueUrl=system.stack.queue_url("DeadLetterQueue"), AttributeNames=["ApproximateNumberOfMessages"]
        )["Attributes"]["ApproximateNumberOfMessages"]
    starts = [at for at, method, _ in rtc.heard if method == "POST"]
    seconds = starts[-1] - starts[0]
    return Burst(
        calls=len(rtc.heard),
        refused=sum(status not in {200, 201, 204} for *_, status in rtc.heard),
        starts_per_second=(len(starts) - 1) / seconds,
        calls_per_second=sum(starts[0] < at <= starts[-1] for at, *_ in rtc.heard) / seconds,
        answered_after=answered_after,
        told_after=told_after,
        jobs=len(rtc.jobs()),
        not_started=sum(stream["state"] != "started" for stream in streams),
        dead_letters=int(dead),
    )


def _ask_as_a_person(system: System) -> float:
    """Return how many seconds the answer to a person's command takes."""
    chat = system.slack.chat
    began = time.monotonic()
    system.slack.type_command(ANN, CLASS_RECORDINGS, "room 200 user001")

    def answer() -> str:
        texts = map(chat.as_text, chat.messages(CLASS_RECORDINGS, ANN))
        return next((text for text in texts if "Starting user001" in text or "Recording user001" in text), "")

    assert chat.wait_for(answer, _PATIENCE_S), "the person has no answer"
    return time.monotonic() - began
