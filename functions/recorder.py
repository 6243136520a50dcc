"""The recorder's Lambda handler: it processes a batch of messages and returns the ids of those that are not done.

A batch's messages are processed at once, each in a thread. The queue delivers again those that are not done.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from functions.aws.cold_start import end_cold_start  # before all others: they are imported without the collector

# isort: split
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from bot.people import People
from bot.posting import Messenger
from bot.slack_api import SlackApi
from functions.aws import clients
from functions.aws.away import Away
from functions.aws.event_bus import EventBus, connect_events
from functions.aws.observability import logged
from functions.aws.queue import Queues, connect_queue
from functions.aws.secrets import Secret, SecretUnreadable, connect_secrets
from functions.aws.settings import read_settings
from functions.ledger.audit import AuditTable
from functions.ledger.configurations import Configurations
from functions.ledger.ledger import open_ledger
from functions.ledger.pace import Pace
from functions.ledger.table import Table
from functions.ledger.team_in_force import TeamInForce
from functions.worker.actions import handlers
from functions.worker.adoption import Adoption
from functions.worker.attempting import Attempting
from functions.worker.batch import Worker
from functions.worker.callback import CallbackHandler
from functions.worker.channel_posts import ChannelPosts
from functions.worker.channel_turns import ChannelTurns
from functions.worker.check import CheckHandler, Checks
from functions.worker.combining import Combining
from functions.worker.configuration import RecorderSecret, RecorderSettings
from functions.worker.due import DueHandler
from functions.worker.extend import ExtendHandler
from functions.worker.file_search import CALLS_PER_SECOND, FileSearch
from functions.worker.follow import Follower
from functions.worker.give_up import GiveUpHandler
from functions.worker.granting import Granting
from functions.worker.home import HomeHandler, OpenHomes
from functions.worker.link import LinkHandler
from functions.worker.move import MoveHandler
from functions.worker.outbox import Outbox
from functions.worker.redrawing import Redrawing
from functions.worker.release import ReleaseHandler
from functions.worker.results import Results
from functions.worker.rights import OrderRights
from functions.worker.settle import SettleHandler
from functions.worker.show import ShowHandler
from functions.worker.start import StartHandler
from functions.worker.stop import StopHandler
from functions.worker.targets import Targets
from functions.worker.telling import Telling
from functions.worker.turns import Turns
from shared import transport
from shared.rtc.client import RtcClient

if TYPE_CHECKING:  # the stubs are a development dependency, absent in Lambda
    from mypy_boto3_dynamodb import DynamoDBClient


@logged
def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Process an SQS batch, and return `batchItemFailures`."""

    def time_left() -> timedelta:
        return timedelta(milliseconds=context.get_remaining_time_in_millis())

    records = event["Records"]
    workers = [_worker(number) for number in range(len(records))]
    with ThreadPoolExecutor(max(len(records), 1)) as threads:
        are_done = threads.map(lambda worker, record: worker.process(record, time_left), workers, records)
        undone = [record["messageId"] for record, is_done in zip(records, are_done, strict=True) if not is_done]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in undone]}


@dataclass(frozen=True, slots=True)
class _Shared:
    """What all workers of a process use: AWS's clients are safe to share."""

    settings: RecorderSettings
    secret: Secret[RecorderSecret]
    dynamodb: "DynamoDBClient"
    queues: Queues
    team: TeamInForce


@cache
def _shared() -> _Shared:
    """Return what the workers share. Raises SettingsError."""
    settings = read_settings(RecorderSettings, os.environ)
    # Together with a second try, a call takes at most seven seconds (TIME_TO_SETTLE).
    dynamodb = clients.connect("dynamodb", clients.Limits(connect=1, read=2, tries=2))
    configurations = Configurations(Table(dynamodb, settings.ledger_table), settings.rtc_app_id)
    return _Shared(
        settings,
        Secret(connect_secrets(), settings.secret_id, RecorderSecret),
        dynamodb,
        Queues(connect_queue(settings.order_queue_url), connect_queue(settings.caller_queue_url)),
        TeamInForce(lambda: configurations),
    )


@lru_cache(maxsize=1)
def _people(api_url: str, bot_token: str) -> People:
    """Return whom to ask about people. All workers share what it knows."""
    return People(SlackApi(api_url=api_url, bot_token=bot_token))


@cache
def _worker(_number: int) -> Worker:
    """Return the worker for one message of a batch, built once per process. One thread at a time uses it."""
    shared = _shared()
    settings, secret, queues = shared.settings, shared.secret, shared.queues
    ledger_table = Table(shared.dynamodb, settings.ledger_table)
    pace = Pace(ledger_table, settings.rtc_app_id, settings.rtc_calls_per_second)
    rtc_client, slack = lru_cache(maxsize=1)(_rtc_client), lru_cache(maxsize=1)(_messenger)

    def rtc() -> RtcClient:
        return rtc_client(settings, secret.read())

    def messenger() -> Messenger:
        try:
            return slack(settings, secret.read().bot_token)
        except (SecretUnreadable, Away):
            return slack(settings, None)  # a response_url needs no token

    objects_pace = Pace(ledger_table, f"{settings.rtc_app_id}#objects", CALLS_PER_SECOND)
    search = FileSearch(objects_pace, rtc, settings.bucket, settings.files_by, _now)
    bus = EventBus(connect_events, settings.event_bus_name) if settings.event_bus_name else None
    ledger = open_ledger(
        shared.dynamodb,
        settings.ledger_table,
        settings.rtc_app_id,
        search.files_by,
        sends_events=bus is not None,
        audit=AuditTable(settings.audit_table, timedelta(days=settings.audit_retention_days)),
    )

    def people() -> People | None:
        try:
            bot_token = secret.read().bot_token
        except (SecretUnreadable, Away):
            return None
        return None if bot_token is None else _people(settings.slack_api_url, bot_token)

    command = settings.slack_command
    channels = ChannelTurns(ledger_table, settings.rtc_app_id, _now)
    posts = ChannelPosts(channels, messenger, _now)
    telling = Telling(ledger.answers, posts, Combining(ledger, command, _now), command, _now)
    turns = Turns(pace, rtc, _now)
    checks = Checks(queues, _now)
    results = Results(queues, telling, _now)
    homes = OpenHomes(ledger.homes, messenger, queues, _now)
    redrawing = Redrawing(ledger, telling, homes, _now)
    adoption = Adoption(ledger, turns, _now)
    follower = Follower(
        ledger, turns, redrawing, search, adoption, Outbox(ledger.recordings, bus, _now), queues.put, _now
    )
    longest = timedelta(hours=settings.max_recording_hours)
    rights = OrderRights(shared.team.read, people, ledger.usages, ledger.orders.note, telling, _now)
    granting = Granting(ledger, rights, redrawing, _now)
    attempting = Attempting(ledger, turns, longest, _now)
    start = StartHandler(ledger, attempting, telling, checks, results, redrawing, granting, _now)
    stop = StopHandler(ledger, Targets(ledger, rights), turns, telling, results, redrawing, rights, _now)
    table = handlers(
        start=start,
        stop=stop,
        check=CheckHandler(ledger, follower, checks, _now),
        show=ShowHandler(ledger, follower, telling, rights, _now),
        extend=ExtendHandler(ledger, redrawing, telling, rights, _now),
        release=ReleaseHandler(ledger, redrawing, telling, rights, _now),
        move=MoveHandler(ledger, redrawing, telling, rights, _now),
        home=HomeHandler(ledger, channels, messenger, shared.team.read, command, _now),
        link=LinkHandler(
            ledger,
            telling,
            rights,
            lambda: secret.read().read_key(settings.obs_endpoint),
            settings.record_location,
            _now,
        ),
        give_up=GiveUpHandler(ledger, stop, telling, rights, _now),
        callback=CallbackHandler(ledger, follower, adoption, _now),
        settle=SettleHandler(ledger, start, stop, telling, results, _now),
    )
    due = DueHandler(ledger.recordings, follower, queues, _now)
    return Worker(ledger.orders, queues, table, due, telling, results, rtc, settings.max_receives, _now)


def _now() -> datetime:
    return datetime.now(UTC)


def _rtc_client(settings: RecorderSettings, secret: RecorderSecret) -> RtcClient:
    """Return a client for these keys. A worker keeps it, with its connections, until the keys change."""
    session = transport.new_session()
    auth = secret.auth(settings.rtc_project_id, settings.iam_endpoint, session)
    return RtcClient(endpoint=settings.rtc_endpoint, app_id=settings.rtc_app_id, auth=auth, session=session)


def _messenger(settings: RecorderSettings, bot_token: str | None) -> Messenger:
    slack = SlackApi(
        api_url=settings.slack_api_url, bot_token=bot_token, response_url_prefix=settings.slack_response_url
    )
    return Messenger(slack)


end_cold_start(lambda: _worker(0))
