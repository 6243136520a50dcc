"""A stage for one recording, on which what AWS bills is counted: the same each time.

The functions' handlers run in this process, on moto; only the recorder's parts are wired as tests/integration does it,
so that a clock can be set. The processes are warm: what one reads every few minutes is not in the counts.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from io import StringIO
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from moto import mock_aws

from functions import slack, webhook
from functions.aws import clients
from functions.aws.event_bus import EventBus
from functions.aws.queue import Queues, read
from functions.worker.batch import Worker
from functions.worker.start import StartHandler
from local.rtc.credentials import MADE_UP
from local.rtc.jobs import Job, Jobs
from local.slack.chat import ANN, CLASS_RECORDINGS
from shared.orders import Check, Order, Start, Tick
from shared.recordings import FilesBy
from tests.builders import TIMETABLE
from tests.callback_requests import CALLBACK_KEY, callback_headers
from tests.integration.conftest import World, a_world
from tests.lambda_context import Context
from tests.ledger_table import AUDIT, TABLE, create_table
from tests.logs import loggers_restored
from tests.scale.meter import Meter, indexes_of
from tests.slack_requests import SIGNING_SECRET, a_form
from tests.slack_requests import an_event as slack_event
from tests.slack_requests import signed as signed_by_slack
from tests.team_documents import put_document
from tests.webhook_requests import KEY, a_request, an_event, signed

_REGION = "eu-west-1"
_STATUS_KEY = "whsec_" + "c3Rh" * 10
STREAM = {"room_id": "lecture-hall-3", "user_id": "teacher-12"}


@dataclass
class Counts:
    """What a recording took, by part, and the write units of its partitions."""

    parts: dict[str, Counter[str]] = field(default_factory=dict)
    partitions: Counter[str] = field(default_factory=Counter)

    @property
    def whole(self) -> Counter[str]:
        """Return the sum of the parts."""
        return sum(self.parts.values(), Counter[str]())


class Play:
    """A recording by a person's command, or by a caller's event."""

    def __init__(self, world: World, meter: Meter, sqs: Any) -> None:
        self.world = world
        self._meter = meter
        self._sqs = sqs
        start = world.handlers[Start]
        assert isinstance(start, StartHandler)
        self._worker = Worker(
            orders=world.ledger.orders,
            queues=Queues(world.queue, world.queue),
            handlers=world.handlers,
            due=world.due,
            telling=start.telling,
            results=start.results,
            rtc=lambda: world.client,
            max_receives=8,
            clock=world.clock,
        )
        self.counts = Counts()

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Count what is done inside the block as this part."""
        self._meter.spent.clear()
        rtc, posts = len(self.world.rtc.calls()), len(self.world.slack.calls())
        yield
        self._meter.spent["RTC calls"] += len(self.world.rtc.calls()) - rtc
        for call in self.world.slack.calls()[posts:]:
            self._meter.spent[
                f"Slack {call.request.path.rpartition('/')[2] if call.door == 'web_api' else call.door}"
            ] += 1
        self.counts.parts[name] = self.counts.parts.get(name, Counter()) + self._meter.spent
        self.counts.partitions += self._meter.partitions
        self._meter.partitions.clear()

    def type(self, text: str) -> None:
        """Let ann type a command."""
        delivery = self.world.slack.type_command(ANN, CLASS_RECORDINGS, text)
        form = a_form(
            text,
            user_id=ANN.user_id,
            channel_id=CLASS_RECORDINGS.channel_id,
            channel_name=CLASS_RECORDINGS.name,
            response_url=delivery.response_url,
        )
        self._invoke(
            "Slack", lambda: slack.handler(slack_event(form, signed_by_slack(form, now=time.time())), Context())
        )

    def send(self, type_: str, webhook_id: str) -> None:
        """Let a caller send an event."""
        now = time.time()
        body = an_event(STREAM, type_)
        self._invoke(
            "Webhook", lambda: webhook.handler(a_request(body, signed(body, webhook_id=webhook_id, now=now)), Context())
        )

    def call_back(self) -> None:
        """Let RTC call back about all that is new."""
        for call in self.world.rtc.callbacks_due():
            headers = callback_headers(call.body, now=time.time())
            event = a_request(call.body, headers, path="/rtc/callbacks")
            self._invoke("Webhook", partial(webhook.handler, event, Context()))

    def _invoke(self, function: str, handler: Callable[[], dict[str, Any]]) -> None:
        self._meter.spent["HTTP requests"] += 1
        self._meter.spent[f"{function} invocations"] += 1
        answer = handler()
        assert answer["statusCode"] < 300, answer

    @contextmanager
    def measuring(self, made: Mapping[str, Any]) -> Iterator[None]:
        """Measure these clients, once the doors have read their secrets and the team's configuration."""
        self.type("list")
        self.send("recording.stop", "evt_0")
        self.work()
        with self._meter.measuring(*made.values()):
            yield

    def work(self, most: int = 100) -> None:
        """Let the recorder do what is on the queue, each message in an invocation of its own."""
        for _ in range(most):
            messages = self._sqs.receive_message(QueueUrl=self.world.queue_url).get("Messages", [])
            if not messages:
                return
            self._sqs.delete_message(QueueUrl=self.world.queue_url, ReceiptHandle=messages[0]["ReceiptHandle"])
            order = read(messages[0]["Body"])
            assert isinstance(order, Order)
            self._receive(order.model_copy(update={"placed_at": self.world.clock()}))

    def tick(self, minutes: int) -> None:
        """Let minutes pass, with a tick after each of them. Its own query is no part of a recording."""
        for _ in range(minutes):
            self.world.clock.tick(60)
            self._receive(Tick(action=Check(), placed_at=self.world.clock()), kind="tick")
        self._meter.spent["dynamodb Query"] -= minutes

    def _receive(self, message: Order | Tick, kind: str = "Recorder") -> None:
        self._meter.spent[f"{kind} invocations"] += 1
        if kind != "tick":
            self._meter.spent["sqs ReceiveMessage"] += 1
            self._meter.spent["sqs DeleteMessage"] += 1
        record = {
            "messageId": "1",
            "receiptHandle": "none",
            "body": message.model_dump_json(),
            "eventSourceARN": f"arn:aws:sqs:{_REGION}:123456789012:{self.world.queue_url.rpartition('/')[2]}",
            "attributes": {"ApproximateReceiveCount": "1"},
        }
        assert self._worker.process(record, lambda: timedelta(minutes=1))


@contextmanager
def playing() -> Iterator[Play]:
    """Give a stage on which nothing was recorded yet, with warm doors."""
    with ExitStack() as parts:
        patch = parts.enter_context(pytest.MonkeyPatch.context())
        parts.enter_context(mock_aws())
        parts.enter_context(loggers_restored())
        parts.enter_context(redirect_stdout(StringIO()))
        patch.setattr(Jobs, "start", _start_with_a_long_id)
        session = boto3.Session("made", "up", region_name=_REGION)
        unsigned = Config(signature_version=UNSIGNED)
        made: dict[str, Any] = {
            it: session.client(it, config=unsigned) for it in ("dynamodb", "sqs", "events", "secretsmanager")
        }
        plain = session.client("dynamodb", config=unsigned), session.client("sqs", config=unsigned)
        create_table(plain[0])
        put_document(plain[0], TABLE, MADE_UP.app_id, {"callers": {TIMETABLE.id: {}}})
        world = parts.enter_context(
            a_world(
                (made["dynamodb"], made["sqs"]),
                bot_token=True,
                files_by=FilesBy.CALLBACKS,
                bus=EventBus(lambda: made["events"], "default"),
                app_id=MADE_UP.app_id,
            )
        )
        world.rtc.call_back("http://door.invalid/rtc/callbacks", CALLBACK_KEY)
        for door in (slack, webhook):
            parts.callback(door._door.cache_clear)
        _wire_doors(patch, world, made)
        play = Play(world, Meter(plain[0], indexes_of({"LedgerTable": TABLE, "AuditTable": AUDIT.name})), plain[1])
        with play.measuring(made):
            yield play


def _wire_doors(patch: pytest.MonkeyPatch, world: World, made: dict[str, Any]) -> None:
    secrets = {
        "slack": {"signing_secrets": [SIGNING_SECRET], "bot_token": world.slack.bot_token},
        "webhook": {"callers": {TIMETABLE.id: [KEY]}, "status_keys": [_STATUS_KEY], "callback_keys": [CALLBACK_KEY]},
    }
    for name, value in {
        "ORDER_QUEUE_URL": world.queue_url,
        "LEDGER_TABLE": TABLE,
        "RTC_APP_ID": MADE_UP.app_id,
        "RTC_CALLBACKS": "true",
        "SLACK_COMMAND": "/record",
        "DEFAULT_IDLE_SECONDS": "300",
        "RECORD_RULE_ID": MADE_UP.record_rule_id,
        "SLACK_API_URL": world.slack.api_url,
        "SLACK_RESPONSE_URL": world.slack.response_url_prefix,
    }.items():
        patch.setenv(name, value)
    patch.setattr(clients, "connect", lambda service, _limits: made[service])
    for door, name in ((slack, "slack"), (webhook, "webhook")):
        made["secretsmanager"].create_secret(Name=name, SecretString=json.dumps(secrets[name]))
        patch.setenv("SECRET_ID", name)
        door._door.cache_clear()
        door._door()


def _start_with_a_long_id(self: Jobs, *asked: Any, _start: Callable[..., Job] = Jobs.start) -> Job:
    """Start a job whose id is as long as RTC's: it is in most items."""
    job = _start(self, *asked)
    longer = replace(self._jobs.pop(job.job_id), job_id=f"{int(job.job_id):032x}")
    self._jobs[longer.job_id] = longer
    return longer
