"""Where drills take place: the functions in this process, AWS's stand-in in another, RTC and Slack on loopback.

Slack and callers reach the doors through the stand-in of API Gateway. The recorder is handed at once what it put off,
with the clock set forward, so that no drill waits.
"""

import json
import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from bot.slack_api import SlackApi
from functions import recorder, slack, webhook
from functions.aws import clients
from functions.aws.observability import logger
from functions.aws.queue import OrderQueue
from functions.aws.secrets import Secret
from functions.ledger.ledger import open_ledger
from functions.ledger.team_in_force import TeamInForce
from local.aws.account import Aws
from local.aws.api_gateway import ApiGateway
from local.aws.calls import REGION
from local.aws.template import read_template
from local.rtc.api import RtcApi
from local.rtc.credentials import MADE_UP
from local.rtc.server import serve
from local.slack.chat import ANN, CLASS_RECORDINGS
from local.slack.workspace import SlackWorkspace
from local.system import DOOR, HOOKS, TEMPLATE
from shared.attempts import LEASE
from shared.order_ids import new_order_id
from shared.rtc.client import RtcClient
from tests.integration.drills.drill import WATCHED, Drill, Seen
from tests.lambda_context import Context
from tests.ledger_table import TABLE, create_table
from tests.logs import loggers_restored
from tests.raw_server import RawServer, Reply
from tests.recorder_settings import RECORDER
from tests.team_documents import put_document
from tests.webhook_around import STATUS_KEY
from tests.webhook_requests import KEY
from tests.webhook_sender import Sender

MAX_RECEIVES = 3
_ROUNDS = 20
_INDEX_LAG_S = 30
"""How far the ledger's index is behind in a drill: much further than it ever is on AWS."""
_SECRETS = ("SlackSecret", "WebhookSecret", "RecorderSecret")


class Clock:
    """The real time, and how far it was set forward."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def seconds(self) -> float:
        """Return the time in seconds since the epoch."""
        return self().timestamp()

    def tick(self, seconds: float) -> None:
        """Set it forward."""
        self.ahead += timedelta(seconds=seconds)


class Place:
    """The parts of one drill, and what a drill does with them."""

    hook: Sender

    def __init__(self, aws: Aws, clock: Clock, rtc: RtcApi, workspace: SlackWorkspace, queues: "Queues") -> None:
        self.aws = aws
        self.clock = clock
        self.rtc = rtc
        self.slack = workspace
        self.queues = queues
        self.orders: list[str] = []
        self.other_rtc: RawServer | None = None
        self.aws_limit = 5
        """Seconds for which a call of SQS or Secrets Manager is waited for; one in a deployment."""
        self.slack_ahead = 0.0
        """How far Slack's clock is ahead of ours, in seconds."""
        self.environment: dict[str, str] = {}
        self.parts = ExitStack()
        """What a drill adds, until it ends."""
        self.logged: set[str] = set()
        """The messages in the log."""
        self.said: list[str] = []
        """What a caller of the webhook read."""

    def type(self, text: str) -> None:
        """Let ann type a command, and let the recorder work until nothing is left."""
        self.slack.type_command(ANN, CLASS_RECORDINGS, text)
        self.work()

    def configure(self, document: Mapping[str, object] | str) -> None:
        """Let this be the team's configuration."""
        put_document(self.aws.dynamodb, TABLE, self.rtc.credentials.app_id, document)

    def replace_rtc(self, reply: Reply) -> None:
        """Let another server answer as RTC, with these bytes."""
        self.other_rtc = self.parts.enter_context(RawServer(reply))
        self.environment["RTC_ENDPOINT"] = self.other_rtc.endpoint

    def send(self, event: dict[str, object]) -> None:
        """Let a caller send an event once, note the answer, and let the recorder work until nothing is left."""
        body = json.dumps(event).encode()
        answer = self.hook.post(body, self.hook.headers(body, new_order_id()))
        again = answer.headers.get("retry-after")
        self.said.append(f"HTTP {answer.status_code}" + (f", Retry-After: {again}" if again else ""))
        self.work()

    def work(self) -> None:
        """Deliver what is on the queue until it is empty."""
        for _ in range(_ROUNDS):
            batches = {
                url: records for url in (self.queues.people, self.queues.callers) if (records := self._take(url))
            }
            if not batches:
                return
            for url, records in batches.items():
                self._deliver(url, records)
            self.clock.tick(LEASE.total_seconds() + 1)
        raise AssertionError("the queues don't get empty")

    def seen(self) -> Seen:
        """Return what there is now."""
        ledger = open_ledger(self.aws.dynamodb, TABLE, self.rtc.credentials.app_id)
        self.aws.behave()
        states = [
            attempt.outcome.kind if attempt.outcome else attempt.state.value
            for order_id in self.orders
            for attempt in ledger.orders.read(order_id).attempts
        ]
        dead = self.aws.sqs.receive_message(QueueUrl=self.queues.dead, MaxNumberOfMessages=10).get("Messages", [])
        messages = self.slack.chat.messages(CLASS_RECORDINGS, ANN)
        headlines = [self.slack.chat.as_text(message).split("\n", 1)[0] for message in messages]
        reads = [headline.removesuffix(f" · @{ANN.name}") for headline in headlines]  # a late answer mentions her
        made = [text for text in (*reads, *self.said) if not text.startswith("⏳")]
        starts = [it for it in self.other_rtc.requests if it.startswith(b"POST")] if self.other_rtc else []
        return Seen(
            tuple(made),
            jobs=len(self.rtc.jobs()) + len(starts),
            ledger=", ".join(states) or "nothing",
            dead_letters=len(dead),
            log=tuple(event for event in WATCHED if event in self.logged),
        )

    @property
    def _sqs(self) -> Any:
        return self.aws.sqs

    def _deliver(self, url: str, records: list[dict[str, Any]]) -> None:
        failed = recorder.handler({"Records": records}, Context())["batchItemFailures"]
        again = {it["itemIdentifier"] for it in failed}
        for record in records:
            handle = {"QueueUrl": url, "ReceiptHandle": record["receiptHandle"]}
            if record["messageId"] in again:
                self._sqs.change_message_visibility(**handle, VisibilityTimeout=0)
            else:
                self._sqs.delete_message(**handle)

    def _take(self, url: str) -> list[dict[str, Any]]:
        answer = self._sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=5, MessageSystemAttributeNames=["All"], VisibilityTimeout=60
        )
        records = []
        for message in answer.get("Messages", []):
            order_id = json.loads(message["Body"]).get("order_id")
            if order_id not in self.orders:
                self.orders.append(order_id)
            records.append(
                {
                    "messageId": message["MessageId"],
                    "receiptHandle": message["ReceiptHandle"],
                    "body": message["Body"],
                    "attributes": message["Attributes"],
                    "eventSourceARN": f"arn:aws:sqs:{REGION}:123456789012:{url.rpartition('/')[2]}",
                }
            )
        return records


@contextmanager
def an_account() -> Iterator[Aws]:
    """AWS with a table and secrets; each place has queues of its own."""
    with closing(Aws()) as aws:
        create_table(aws.dynamodb)
        for name in _SECRETS:
            aws._secrets.create_secret(Name=name, SecretString="{}")
        yield aws


@contextmanager
def a_place(aws: Aws, *, bot_token: bool = True) -> Iterator[Place]:
    """A system in which nothing has happened, and every function is cold."""
    with ExitStack() as parts, pytest.MonkeyPatch.context() as patch, loggers_restored():
        clock = Clock()
        # Locks are per app, so each place has an app of its own.
        api = RtcApi(replace(MADE_UP, app_id=new_order_id()), clock=clock, calls_per_second=None)
        # A busy machine may take longer than the three seconds of Slack's patience.
        workspace = SlackWorkspace(rate_limited=False, patience=30, clock=lambda: time.time() + place.slack_ahead)
        parts.enter_context(closing(workspace))
        place = Place(aws, clock, api, workspace, _queues(aws))
        parts.push(place.parts)

        def note(record: logging.LogRecord) -> bool:
            place.logged.add(record.getMessage())
            return True

        logger.addFilter(note)
        parts.callback(logger.removeFilter, note)
        rtc = parts.enter_context(serve(api))
        handlers = {"SlackFunction": slack.handler, "WebhookFunction": webhook.handler}
        gateway = ApiGateway(read_template(TEMPLATE).routes, lambda name, event: handlers[name](event, Context()))
        parts.enter_context(closing(gateway))
        workspace.request_url = gateway.endpoint + DOOR
        place.hook = Sender(f"{gateway.endpoint}{HOOKS}timetable", KEY)
        place.environment = {
            **RECORDER,
            **aws.environment,
            "LEDGER_TABLE": TABLE,
            "CALLER_QUEUE_URL": place.queues.callers,
            "RTC_CALLS_PER_SECOND": "100",
            "MAX_RECEIVES": str(MAX_RECEIVES),
            "RTC_ENDPOINT": rtc.endpoint,
            "RTC_APP_ID": api.credentials.app_id,
            "RTC_PROJECT_ID": api.credentials.project_id,
            "IAM_ENDPOINT": rtc.endpoint,
            "SLACK_API_URL": workspace.api_url,
            "SLACK_RESPONSE_URL": workspace.response_url_prefix,
            "DEFAULT_IDLE_SECONDS": "300",
            "RECORD_RULE_ID": "",
        }
        keys = {"access_key": api.credentials.access_key, "secret_key": api.credentials.secret_key}
        token = {"bot_token": workspace.bot_token} if bot_token else {}
        slack_secret = {"signing_secrets": [workspace.signing_secret], **token}
        webhook_secret = {"callers": {"timetable": [KEY]}, "status_keys": [STATUS_KEY]}
        for name, value in zip(_SECRETS, (slack_secret, webhook_secret, keys | token), strict=True):
            aws._secrets.put_secret_value(SecretId=name, SecretString=json.dumps(value))
        _prepare(patch, place)
        place.configure({"callers": {"timetable": {}}})
        forget()
        yield place
        forget()
        aws.behave()


def play(aws: Aws, drill: Drill) -> Seen:
    """Play the drill, and return what there is in the end."""
    with a_place(aws, bot_token=drill.bot_token) as place:
        aws.lag_indexes(_INDEX_LAG_S)
        drill.fail(place)
        drill.play(place)
        return place.seen()


def forget() -> None:
    """Let the next call of each function be a cold start."""
    for cached in (recorder._worker, recorder._shared, slack._door, webhook._door):
        cached.cache_clear()


def _prepare(patch: pytest.MonkeyPatch, place: Place) -> None:
    """Give each function its environment, the clock, short limits, and a queue without delays."""
    for name, value in place.aws.environment.items():
        patch.setenv(name, value)
    for module, secret in zip((slack, webhook, recorder), _SECRETS, strict=True):
        queue = place.queues.callers if module is webhook else place.queues.people
        environment = _Environment(place, {"SECRET_ID": secret, "ORDER_QUEUE_URL": queue})
        patch.setattr(module, "os", SimpleNamespace(environ=environment))
        patch.setattr(module, "Secret", partial(Secret, clock=place.clock.seconds))
        patch.setattr(module, "TeamInForce", partial(TeamInForce, clock=place.clock.seconds))
    patch.setattr(recorder, "_now", place.clock)
    # A busy machine may be slower than the limits of a deployment allow.
    patch.setattr(recorder, "RtcClient", partial(RtcClient, limits=(5, 6)))
    patch.setattr(recorder, "SlackApi", partial(SlackApi, limits=(5, 8)))
    connect = clients.connect

    def connect_slowly(service: str, limits: clients.Limits) -> Any:
        more = limits._replace(read=place.aws_limit) if service in {"sqs", "secretsmanager"} else limits
        return connect(service, more)

    patch.setattr(clients, "connect", connect_slowly)
    send = OrderQueue._send
    patch.setattr(OrderQueue, "_send", lambda queue, order, _delay: send(queue, order, 0))


class _Environment(Mapping[str, str]):
    """A function's environment, as the place has it when it is read."""

    def __init__(self, place: Place, own: dict[str, str]) -> None:
        self._place = place
        self._own = own

    def __getitem__(self, name: str) -> str:
        return self._now()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._now())

    def __len__(self) -> int:
        return len(self._now())

    def _now(self) -> dict[str, str]:
        return self._place.environment | self._own


@dataclass(frozen=True)
class Queues:
    """The URLs of a place's queues."""

    people: str
    callers: str
    dead: str


def _queues(aws: Aws) -> Queues:
    name = new_order_id()
    dead = aws.sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
    arn = aws.sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": str(MAX_RECEIVES)})
    people, callers = (
        aws.sqs.create_queue(QueueName=f"{name}-{who}", Attributes={"RedrivePolicy": redrive})["QueueUrl"]
        for who in ("people", "callers")
    )
    return Queues(people, callers, dead)
