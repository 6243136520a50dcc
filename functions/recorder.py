"""The worker: takes orders from the queue, calls RTC, writes the ledger, answers in Slack.

One batch of messages in, the ids of those that are not done out: the queue keeps these and has them received again.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import Any, Protocol

import boto3
from botocore.config import Config

from bot.messages import replies
from bot.posting import Messenger
from bot.slack_api import CannotDeliver, SlackApi, TryLater
from functions.aws.observability import Metric, count, log_keys, logger, start_logging
from functions.aws.queue import OrderQueue, UnreadableOrder, connect_queue, read
from functions.aws.secrets import Secret, connect_secrets
from functions.aws.settings import read_settings
from functions.ledger.attempts import LedgerTable
from functions.ledger.orders import OrderRecords
from functions.ledger.stops import StopTable
from functions.worker.check import Watch
from functions.worker.configuration import RecorderSecret, RecorderSettings
from functions.worker.delivery import Delivery, TryAgain
from functions.worker.giving_up import give_up_starts, give_up_stop
from functions.worker.start import Recorder
from functions.worker.stop import Stopper
from shared import transport
from shared.orders import Order
from shared.rtc.auth import AkSkAuth, IamLogin, TokenAuth
from shared.rtc.client import RtcClient
from shared.slack_refs import ReplyTo


class LambdaContext(Protocol):
    """What of Lambda's context is used."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """How long the function may still run."""


def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Lambda's entry point: an SQS batch in, `batchItemFailures` out."""

    def time_left() -> timedelta:
        return timedelta(milliseconds=context.get_remaining_time_in_millis())

    worker = _worker()
    with log_keys(function_request_id=context.aws_request_id):
        undone = [record["messageId"] for record in event["Records"] if not worker.is_done(record, time_left)]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in undone]}


@cache
def _worker() -> "_Worker":
    """Everything wired, once per process."""
    start_logging("recorder", "INFO")  # so that wrong settings are told in the same form
    settings = read_settings(RecorderSettings, os.environ)
    start_logging("recorder", settings.log_level)
    limits = Config(connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 3})
    dynamodb = boto3.client("dynamodb", config=limits)
    return _Worker(
        settings=settings,
        secret=Secret(connect_secrets(), settings.secret_id, RecorderSecret),
        queue=connect_queue(settings.order_queue_url),
        ledger=LedgerTable(dynamodb, settings.ledger_table, settings.rtc_app_id),
        records=OrderRecords(dynamodb, settings.ledger_table),
        stops=StopTable(dynamodb, settings.ledger_table, settings.rtc_app_id),
    )


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Worker:
    settings: RecorderSettings
    secret: Secret[RecorderSecret]
    queue: OrderQueue
    ledger: LedgerTable
    records: OrderRecords
    stops: StopTable

    def is_done(self, record: Mapping[str, Any], time_left: Callable[[], timedelta]) -> bool:
        """Fulfil the order of one message. False where it has to be received again, or to go to the dead letters."""
        receive = int(record["attributes"]["ApproximateReceiveCount"])
        delivery = Delivery(receive, receive >= self.settings.max_receives, time_left)
        try:
            order = read(record["body"])
        except UnreadableOrder as error:
            logger.exception("a message is no order; it goes to the dead letters", extra={"wrong": str(error)})
            self.queue.later(record["receiptHandle"], 0)
            return False
        with log_keys(order_id=order.order_id, receive=str(receive)):
            delay = self._fulfil(order, delivery)
            if delay is None:
                return True
            self.queue.later(record["receiptHandle"], delay.total_seconds())
            return False

    def _fulfil(self, order: Order, delivery: Delivery) -> timedelta | None:
        """None once the order is done, else how soon to try again."""
        messenger = None
        try:
            # First of all, and with nothing but the ledger: so an order that can't be begun has a status all the same.
            if not order.look and not self.records.is_first(order, _now()):
                logger.warning("another body came under this webhook-id before; this one is dropped")
                return None
            secret = self.secret.read()
            messenger = _messenger(self.settings, secret.bot_token)
            rtc = _rtc_client(self.settings, secret)
            watch = Watch(self.ledger, rtc, messenger, self.queue, _now)
            recorder = Recorder(self.ledger, rtc, messenger, watch.begin, _now)
            if order.look:
                watch.look(order, delivery)
            elif order.stop is not None:
                Stopper(self.stops, rtc, recorder.tell, _now).fulfil(order, order.stop, delivery)
            else:
                recorder.fulfil(order, delivery)
        except TryAgain as again:
            logger.info("again later", extra={"seconds": round(again.delay.total_seconds(), 1)})
            delay = again.delay
        except Exception:
            # Whatever it is, it must not take the rest of the batch along; and it may be over at the next receive.
            logger.exception("an order failed by our mistake")
            count(Metric.RECORDER_FAILED)
            delay = delivery.delay()
        else:
            return None
        if delivery.last and not order.look:
            logger.error("the last receive did not do: the order goes to the dead letters")
            if order.body_digest is not None:
                self._give_up(order)
            if order.reply_to is not None:
                _confess(order, order.reply_to, messenger or _messenger(self.settings, None))
        return delay

    def _give_up(self, order: Order) -> None:
        try:
            if not self.records.is_first(order, _now()):
                return
            give_up_starts(order, self.ledger, _now())
            if order.stop is not None:
                give_up_stop(order, order.stop, self.stops, _now())
        except Exception:
            # Its status ends all the same, LATEST_END after it was placed.
            logger.exception("the ledger could not be told that the order was given up")


def _confess(order: Order, reply_to: ReplyTo, messenger: Messenger) -> None:
    try:
        messenger.post(replies.bug(order), reply_to, order.order_id)
    except (TryLater, CannotDeliver):
        logger.exception("the asker could not be told of our mistake")
        count(Metric.NOT_TOLD)


@lru_cache(maxsize=1)
def _rtc_client(settings: RecorderSettings, secret: RecorderSecret) -> RtcClient:
    """The client for these keys, kept with its connections for as long as the keys stay the same."""
    session = transport.new_session()
    auth: AkSkAuth | TokenAuth
    if secret.access_key is not None and secret.secret_key is not None:
        auth = AkSkAuth(secret.access_key, secret.secret_key, settings.rtc_project_id, secret.security_token)
    else:
        login = IamLogin(
            endpoint=settings.iam_endpoint,
            domain_name=secret.domain_name or "",
            user_name=secret.user_name or "",
            password=secret.password or "",
            project_id=settings.rtc_project_id,
        )
        auth = TokenAuth(login, session)
    return RtcClient(endpoint=settings.rtc_endpoint, app_id=settings.rtc_app_id, auth=auth, session=session)


@lru_cache(maxsize=1)
def _messenger(settings: RecorderSettings, bot_token: str | None) -> Messenger:
    return Messenger(
        SlackApi(api_url=settings.slack_api_url, bot_token=bot_token, response_url_prefix=settings.slack_response_url)
    )
