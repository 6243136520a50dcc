"""The whole system, in processes of its own, with what the tests need to look into it."""

import json
import os
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from local.aws.built import find_built
from local.aws.lambda_pool import Invocation
from local.rtc.api import RtcApi
from local.rtc.jobs import Job
from local.slack.chat import ANN, CLASS_RECORDINGS, Channel, Message, Person
from local.slack.delivery import Delivery
from local.slack.workspace import SlackWorkspace
from local.system import System, new_caller, running
from shared.attempts import Attempt
from tests.e2e import audit
from tests.leftovers import clear
from tests.patient import be_patient
from tests.processes import PATIENCE_S

BUILT = find_built() if os.environ.get("RECORDBOT_BUILT") else None
"""With RECORDBOT_BUILT set, as `make test-built` does, it is the artifacts that are tested, and not the sources."""


LONGEST = (
    "/integration/test_page.py",
    "/e2e/test_commands.py",
    "/integration/test_local_aws.py",
    *(f"/e2e/test_{name}.py" for name in ("files", "golden", "plays", "trouble", "socket_mode", "webhook")),
    "/local/test_child.py",
    "/shared/test_command_line.py",
)
"""The files that wait longest, the longest first: they would be the last to end if they began late."""
BETWEEN = 8
"""Files that begin between two of the longest. They use the CPU while the long ones wait."""


@pytest.hookimpl(trylast=True)  # what is deselected takes nobody's turn
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the files that wait begin first, with files between them that use the CPU.

    The ones of this folder wait for most of their time. Those of integration work for longer than the other ones.
    """
    here, integration = f"{Path(__file__).parent}/", f"{Path(__file__).parents[1]}/integration/"
    paths = dict.fromkeys(str(item.path) for item in items)
    longest = [it for end in LONGEST for it in paths if it.endswith(end)]
    waiting = [it for it in paths if it.startswith(here) and it not in longest]
    others = [it for it in paths if it not in {*longest, *waiting}]
    working = iter(sorted(others, key=lambda it: not it.startswith(integration)))
    order = [it for first in longest for it in (first, *islice(working, BETWEEN))]
    order += [it for first in waiting for it in (first, *islice(working, 1))]
    turns = {path: turn for turn, path in enumerate((*order, *working))}
    items.sort(key=lambda item: turns[str(item.path)])


def new_room() -> str:
    """A room that no other test records."""
    return f"r1{uuid.uuid4().hex[:7]}"  # a name without a digit may be taken for a word


@dataclass
class Deployment:
    """A system that runs, and a room of its own for each test."""

    system: System
    rtc: RtcApi
    slack: SlackWorkspace
    logs: list[str]
    calls: list[Invocation]
    events: list[Mapping[str, Any]]
    """What the event bus delivered to another system's queue; an event may be there twice."""
    room: str = field(default_factory=new_room)

    def type(
        self, text: str, person: Person = ANN, channel: Channel = CLASS_RECORDINGS, *, markup: bool = False
    ) -> Delivery:
        """Let somebody type `/record TEXT`; ROOM in it stands for this test's room. `markup`: it is Slack's already."""
        return self.slack.type_command(person, channel, text.replace("ROOM", self.room), markup=markup)

    def new_channel(self) -> Channel:
        """A public channel that no other test records in, with the bot in it."""
        channel = replace(CLASS_RECORDINGS, channel_id=f"C{uuid.uuid4().hex[:8].upper()}", name=f"lectures-{self.room}")
        self.slack.chat.channels[channel.channel_id] = channel
        return channel

    def seen(self, person: Person = ANN, channel: Channel = CLASS_RECORDINGS) -> list[Message]:
        """The messages about this test's room that somebody sees, the oldest first."""
        messages = self.slack.chat.messages(channel, person)
        return [message for message in messages if self.room in self.slack.chat.as_text(message)]

    def read(self, *needed: str, person: Person = ANN, channel: Channel = CLASS_RECORDINGS) -> str:
        """The first message about this test's room with all of these words in it, once somebody can read it."""

        def look() -> str:
            texts = [self.slack.chat.as_text(message) for message in self.seen(person, channel)]
            return next((text for text in texts if all(words in text for words in needed)), "")

        found = self.slack.chat.wait_for(look, PATIENCE_S)
        assert found, f"nobody said {needed}; what was said: {self.slack.chat.messages(channel, person)}"
        return found

    def jobs(self) -> list[Job]:
        """RTC's jobs in this test's room."""
        return [job for job in self.rtc.jobs() if job.parameters.room_id == self.room]

    def starts(self) -> int:
        """How many starts for this test's room RTC was asked for."""
        body = f'"{self.room}"'.encode()
        return sum(call.operation == "start" and body in call.request.body for call in self.rtc.calls())

    def items(self) -> list[dict[str, Any]]:
        """All that is in the ledger: what one scan reads ends at a megabyte."""
        stack = self.system.stack
        pages = stack.dynamodb.get_paginator("scan").paginate(TableName=stack.table_name("LedgerTable"))
        return [item for page in pages for item in page["Items"]]

    def attempts(self) -> list[Attempt]:
        """What the ledger has of this test's room, as it is in the table."""
        orders = [
            item
            for item in self.items()
            if item["pk"]["S"].startswith("ORDER#") and item["sk"]["S"].startswith("attempt#")
        ]
        attempts = [Attempt.model_validate_json(item["data"]["S"]) for item in orders]
        mine = [attempt for attempt in attempts if attempt.request.room_id == self.room]
        return sorted(mine, key=lambda attempt: (attempt.began_at, attempt.n))

    def kinds(self) -> list[str]:
        """The kinds of the outcomes that the ledger has of this test's room."""
        return [attempt.outcome.kind if attempt.outcome else attempt.state for attempt in self.attempts()]

    def hand_back(self, receive: int = 1) -> None:
        """Let this test's message come back as soon as the recorder has failed on it, and not after minutes."""
        self._show_again(eventually(lambda: self.received()[receive - 1 :])[0])

    def kill_recorder(self) -> None:
        """Kill the recorder, and have all of this test's messages that it had ready to `hand_back_all`."""
        self.system.stack.kill("RecorderFunction")
        eventually(lambda: self.received() and not self.is_recorder_at_work())

    def hand_back_all(self) -> None:
        """Let each of this test's messages that the recorder has not done come back at once.

        Which of them a killed recorder had is a matter of time: the order, or a check of what it started.
        """
        for record in {record["messageId"]: record for record in self.received()}.values():
            with suppress(self.system.stack.sqs.exceptions.ClientError):  # it is done, or back already
                self._show_again(record)

    def _show_again(self, record: dict[str, Any]) -> None:
        sqs = self.system.stack.sqs
        queue = record["eventSourceARN"].rpartition(":")[2]
        sqs.change_message_visibility(
            QueueUrl=sqs.get_queue_url(QueueName=queue)["QueueUrl"],
            ReceiptHandle=record["receiptHandle"],
            VisibilityTimeout=0,
        )

    def received(self) -> list[dict[str, Any]]:
        """This test's messages as the recorder got them, once it had ended with them."""
        ended = [it for it in list(self.calls) if it.function == "RecorderFunction" and it.seconds is not None]
        records = [record for it in ended for record in json.loads(it.event)["Records"]]
        return [record for record in records if self.room in record["body"]]

    def is_recorder_at_work(self) -> bool:
        """Whether the recorder has a message, of whomever."""
        calls = [it.seconds is not None for it in list(self.calls) if it.function == "RecorderFunction"]
        return calls.count(False) > calls.count(True)

    def put(self, body: str) -> None:
        """Put a message on the queue of people's orders."""
        self.system.stack.sqs.send_message(QueueUrl=self.system.stack.queue_url("OrderQueue"), MessageBody=body)

    def dead_letters(self) -> list[str]:
        """The bodies in the dead-letter queue."""
        url = self.system.stack.queue_url("DeadLetterQueue")
        answer = self.system.stack.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        return [message["Body"] for message in answer.get("Messages", [])]


def eventually[Found](look: Callable[[], Found], limit_s: float = PATIENCE_S) -> Found:
    """What `look` finds as soon as it is true-ish; fails after the limit."""
    end = time.monotonic() + limit_s
    while not (found := look()):
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)
    return found


def deployed(
    logs: list[str], *, bot_token: bool = True, rtc: RtcApi | None = None, files: bool = False
) -> Iterator[Deployment]:
    """A system whose stand-ins do not throttle, and which gives up after three receives.

    `files`: RTC calls back, the bucket is listed, and events are sent.
    """
    api = rtc or RtcApi(calls_per_second=None)
    slack = SlackWorkspace(rate_limited=False, patience=PATIENCE_S)
    calls: list[Invocation] = []
    events: list[Mapping[str, Any]] = []
    with running(
        rtc=api,
        slack=slack,
        bot_token=bot_token,
        callers=[new_caller(), new_caller("limited", {"rooms": ["100"], "channels": []})],
        built=BUILT,
        files=files,
        parameters={"MaxReceives": "3", "LogLevel": "DEBUG"},
        on_log=lambda function, line: logs.append(f"{function}: {line}"),
        on_call=calls.append,
        on_event=events.append,
    ) as system:
        be_patient(system)
        yield Deployment(system, api, slack, logs, calls, events)


@pytest.fixture(scope="package")
def shared_system() -> Iterator[Deployment]:
    """One system for all tests that leave it as they found it; the bot has a token."""
    yield from deployed([])


@pytest.fixture
def bot(shared_system: Deployment) -> Iterator[Deployment]:
    """The shared system with a room of one's own. Afterwards all behaves again, the audit is whole, nothing is left."""
    shared = shared_system
    bot = replace(shared, room=new_room())
    yield bot
    shared.rtc.behave()
    shared.system.stack.behave()
    shared.slack.behave()
    clear(shared.system, before=audit.check)


def order_ids(deployment: Deployment) -> set[str]:
    """The ids of all orders that the functions logged."""
    lines = [line.partition(": ")[2] for line in deployment.logs]
    return {json.loads(line)["order_id"] for line in lines if line.startswith("{") and '"order_id"' in line}
