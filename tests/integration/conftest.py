"""A recorder in this process between real parts: moto's table and queue, the RTC and Slack stand-ins, a set clock."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, override

import pytest
from moto import mock_aws
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from bot.people import People
from bot.posting import Messenger
from bot.slack_api import SlackApi
from functions.aws.event_bus import EventBus
from functions.aws.queue import OrderQueue, Queues, read
from functions.ledger.audit import acting
from functions.ledger.ledger import Ledger, open_ledger
from functions.ledger.pace import Pace
from functions.ledger.table import Table
from functions.worker.actions import Handlers, handlers
from functions.worker.adoption import Adoption
from functions.worker.attempting import Attempting
from functions.worker.callback import CallbackHandler
from functions.worker.channel_posts import ChannelPosts
from functions.worker.channel_turns import ChannelTurns
from functions.worker.check import CheckHandler, Checks
from functions.worker.combining import Combining
from functions.worker.delivery import Delivery, TryAgain
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
from local.aws.index_lag import IndexLag
from local.aws.moto_caches import remember
from local.aws.moto_reads import change_reads
from local.aws.moto_secrets import follow_current
from local.aws.moto_writes import change_writes
from local.aws.quick_moto import make_quick
from local.rtc.api import RtcApi
from local.rtc.credentials import MADE_UP
from local.slack.chat import ANN, CLASS_RECORDINGS, PEOPLE
from local.slack.workspace import SlackWorkspace
from shared import transport
from shared.actors import RTC, Actor
from shared.attempts import Attempt
from shared.audit import Cause
from shared.order_ids import new_order_id
from shared.orders import Callback, Check, Order, Start, Tick
from shared.questions import Need
from shared.recordings import FilesBy, Recording
from shared.rtc.auth import AkSkAuth
from shared.rtc.buckets import Bucket
from shared.rtc.callbacks import read_callback
from shared.rtc.client import RtcClient
from shared.rtc.models import RecordingRequest
from shared.signed_address import ReadKey
from shared.slack_refs import ReplyTo
from shared.team import InForce
from shared.team_document import team_of
from tests.builders import TIMETABLE, requests_of
from tests.in_memory import InMemory
from tests.ledger_table import AUDIT, TABLE, create_table
from tests.own_clients import connect
from tests.processes import PATIENCE_S
from tests.raw_server import RawServer, http
from tests.settable_clock import SettableClock

COMMAND = "/record"
TEAM = InForce(team_of({"callers": {TIMETABLE.id: {}}}))
"""The shipped rules, and a caller."""
ENOUGH = timedelta(minutes=1)
READ_KEY = ReadKey(MADE_UP.obs_access_key, MADE_UP.obs_secret_key, "https://obs.{location}.myhuaweicloud.com")
LONGEST = timedelta(hours=8)
"""How long a recording lasts at most."""
_SAID: dict[str, dict[str, Any]] = {}
"""What Slack says of people, which is the same in each test."""
make_quick()
remember()
_lag = IndexLag()
change_reads(_lag)
change_writes(_lag)
follow_current()


@pytest.fixture(scope="module")
def aws() -> Iterator[tuple[DynamoDBClient, SQSClient]]:
    """A table as template.yaml has it, and queues, on the clients that the functions have."""
    with mock_aws():
        dynamodb = connect("dynamodb")
        create_table(dynamodb)
        yield dynamodb, connect("sqs")


@pytest.fixture
def dynamodb(aws: tuple[DynamoDBClient, SQSClient]) -> DynamoDBClient:
    """The table's client."""
    return aws[0]


class Queue(OrderQueue):
    """A queue without delays, which it only writes down."""

    def __init__(self, client: SQSClient, url: str) -> None:
        super().__init__(client, url)
        self.delays: list[int] = []

    @override
    def put(self, order: Order, *, delay: int = 0) -> None:
        self.delays.append(delay)
        super().put(order)


@dataclass
class World:
    """A recorder and all that it meets."""

    handlers: Handlers
    due: DueHandler
    ledger: Ledger
    client: RtcClient
    rtc: RtcApi
    slack: SlackWorkspace
    queue: Queue
    clock: SettableClock
    sqs: SQSClient
    queue_url: str
    team: InForce = TEAM
    people: People | None = None

    def forget_people(self) -> None:
        """Let the next question about a person be asked of Slack."""
        assert self.people is not None
        self.people._users.clear()
        self.people._groups.clear()

    def order(self, *users: str, dry_run: bool = False) -> Order:
        """An order as if ann had just typed it in #class-recordings. No request goes to the door."""
        return Order(
            order_id=new_order_id(),
            actor=Actor(kind="slack_user", id=ANN.user_id),
            action=Start(
                requests=tuple(RecordingRequest(room_id="100", user_id=user) for user in users or ("user001",)),
                dry_run=dry_run,
            ),
            placed_at=self.clock(),
            reply_to=ReplyTo(
                channel_id=CLASS_RECORDINGS.channel_id,
                response_url=self.slack._response_url(CLASS_RECORDINGS, ANN),
                is_public=True,
            ),
        )

    def run(
        self, order: Order, receive: int = 1, *, last: bool = False, time_left: timedelta = ENOUGH
    ) -> timedelta | None:
        """None where the order is done, else how long until it is to be received again."""
        handler = self.handlers[type(order.action)]
        try:
            with acting(Cause.of(order)):
                handler.run(order, order.action, Delivery(receive, last, lambda: time_left))
        except TryAgain as again:
            return again.delay
        return None

    def tick(self, *, minutes: int = 1, every: int = 1, time_left: timedelta = ENOUGH) -> None:
        """Let minutes pass, with a tick after each of them, or after so many."""
        for _ in range(minutes // every):
            self.clock.tick(60 * every)
            self.tick_again(time_left=time_left)

    def tick_again(self, *, time_left: timedelta = ENOUGH) -> None:
        """One more tick, in the same second."""
        self.due.run(Tick(action=Check(), placed_at=self.clock()), self.delivery(time_left=time_left))

    def delivery(self, *, time_left: timedelta = ENOUGH) -> Delivery:
        """A first receive."""
        return Delivery(1, last=False, time_left=lambda: time_left)

    def next_check(self) -> Order | None:
        """The order of the next check, taken from the queue."""
        order = self.next_message()
        assert not isinstance(order, Tick)
        return order

    def next_message(self) -> Order | Tick | None:
        """The next message, taken from the queue."""
        messages = self.sqs.receive_message(QueueUrl=self.queue_url, WaitTimeSeconds=0).get("Messages", [])
        for message in messages:
            self.sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
        return read(messages[0]["Body"]) if messages else None

    def read(self) -> list[str]:
        """What ann read in the channel, each message as text, without its buttons (test_clicks.py has those)."""
        texts = [self.slack.chat.as_text(message) for message in self.slack.chat.messages(CLASS_RECORDINGS, ANN)]
        return [re.sub(r"\n\[[^\n]*\]$", "", text) for text in texts]

    def call_back(self) -> None:
        """Let RTC call back about all that is new, and take what it says."""
        assert self.try_callbacks() == []

    def try_callbacks(self) -> list[Order]:
        """Let RTC call back about all that is new. Return the orders that have to be received again."""
        callbacks = [Callback(said=read_callback(call.body)) for call in self.rtc.callbacks_due()]
        orders = [Order(order_id=new_order_id(), actor=RTC, action=it, placed_at=self.clock()) for it in callbacks]
        return [order for order in orders if self.run(order) is not None]

    def running(self) -> Order:
        """A start of ann's whose job runs, and whose first checks are over."""
        order = self.order()
        assert self.run(order) is None
        self.clock.tick(2)
        while check := self.next_check():
            assert self.run(check) is None
        return order

    def recording(self, order: Order) -> Recording:
        """The recording of the order's first stream, as the ledger has it."""
        found = self.ledger.recordings.read(order.order_id, 0)
        assert found is not None
        return found

    def attempt(self, order: Order, n: int = 0) -> Attempt:
        """An attempt that has its outcome."""
        attempt = self.ledger.attempts.claim(order, n, requests_of(order)[n], self.clock())
        assert isinstance(attempt, Attempt)
        assert attempt.outcome is not None
        return attempt

    def starts(self) -> int:
        """How many starts RTC was asked for."""
        return sum(call.operation == "start" for call in self.rtc.calls())


def handlers_of(
    ledger: Ledger,
    turns: Turns,
    telling: Telling,
    checks: Checks,
    search: FileSearch,
    clock: SettableClock,
    team: Callable[[], InForce] = lambda: TEAM,
    people: People | None = None,
    bus: EventBus | None = None,
) -> tuple[Handlers, DueHandler]:
    """The table of handlers over these parts, and what handles ticks."""
    rights = OrderRights(team, lambda: people, ledger.usages, ledger.orders.note, telling, clock)
    results = Results(checks.queues, telling, clock)
    homes = OpenHomes(ledger.homes, telling.posts.messenger, checks.queues, clock)
    redrawing = Redrawing(ledger, telling, homes, clock)
    adoption = Adoption(ledger, turns, clock)
    outbox = Outbox(ledger.recordings, bus, clock)
    follower = Follower(ledger, turns, redrawing, search, adoption, outbox, checks.queues.put, clock)
    granting = Granting(ledger, rights, redrawing, clock)
    attempting = Attempting(ledger, turns, LONGEST, clock, clock.tick)
    start = StartHandler(ledger, attempting, telling, checks, results, redrawing, granting, clock)
    stop = StopHandler(ledger, Targets(ledger, rights), turns, telling, results, redrawing, rights, clock)
    table = handlers(
        start=start,
        stop=stop,
        check=CheckHandler(ledger, follower, checks, clock),
        show=ShowHandler(ledger, follower, telling, rights, clock),
        extend=ExtendHandler(ledger, redrawing, telling, rights, clock),
        release=ReleaseHandler(ledger, redrawing, telling, rights, clock),
        move=MoveHandler(ledger, redrawing, telling, rights, clock),
        home=HomeHandler(ledger, telling.posts.channels, telling.posts.messenger, team, telling.command, clock),
        link=LinkHandler(ledger, telling, rights, lambda: READ_KEY, MADE_UP.region, clock),
        give_up=GiveUpHandler(ledger, stop, telling, rights, clock),
        callback=CallbackHandler(ledger, follower, adoption, clock),
        settle=SettleHandler(ledger, start, stop, telling, results, clock),
    )
    return table, DueHandler(ledger.recordings, follower, checks.queues, clock)


def acquainted(slack_api: SlackApi) -> People:
    """People as a recorder that has asked Slack of everybody, so that no test's fault hits these calls."""
    people = People(slack_api)
    if not _SAID:
        for person in PEOPLE:
            people.person(person.user_id, frozenset(Need))
        _SAID.update(users=dict(people._users), groups=dict(people._groups), ours=dict(people._ours))
    now = people.clock()
    for known, name in ((people._users, "users"), (people._groups, "groups")):
        known.update({key: replace(it, asked_at=now) for key, it in _SAID[name].items()})
    people._ours.update(_SAID["ours"])
    return people


@contextmanager
def a_world(
    aws: tuple[DynamoDBClient, SQSClient],
    *,
    bot_token: bool,
    busy_channel: bool = False,
    bucket: Bucket | None = None,
    files_by: FilesBy = FilesBy.NOTHING,
    bus: EventBus | None = None,
    app_id: str = "",
) -> Iterator[World]:
    """A recorder whose ledger, queue, RTC and Slack know nothing yet. In a `busy_channel` Slack limits the posts.

    The ledger is that of an app of its own, unless one is named.
    """
    dynamodb, sqs = aws
    clock = SettableClock()
    # Slack keeps its own time, but for the limits of a channel.
    seconds: Callable[[], float] = (lambda: clock().timestamp()) if busy_channel else time.time
    api = RtcApi(clock=clock, calls_per_second=None)
    made_up = api.credentials
    session = transport.new_session()
    session.mount("http://", InMemory(api.answer))
    auth = AkSkAuth(made_up.access_key, made_up.secret_key, made_up.project_id, clock=clock)
    rtc = RtcClient(endpoint="http://rtc.invalid", app_id=made_up.app_id, auth=auth, session=session, clock=clock)
    objects_pace = Pace(Table(dynamodb, TABLE), new_order_id(), CALLS_PER_SECOND)
    search = FileSearch(objects_pace, lambda: rtc, bucket, files_by, clock, clock.tick)
    ledger = open_ledger(
        dynamodb, TABLE, app_id or new_order_id(), search.files_by, sends_events=bus is not None, audit=AUDIT
    )
    url = sqs.create_queue(QueueName=new_order_id())["QueueUrl"]
    queue = Queue(sqs, url)
    with (
        RawServer(lambda sock: sock.sendall(http(200))) as door,
        closing(SlackWorkspace(rate_limited=busy_channel, patience=PATIENCE_S, clock=seconds)) as slack,
    ):
        slack.request_url = door.endpoint
        slack_api = SlackApi(
            api_url=slack.api_url,
            bot_token=slack.bot_token if bot_token else None,
            response_url_prefix=slack.response_url_prefix,
            limits=(PATIENCE_S, PATIENCE_S),
        )
        channels = ChannelTurns(Table(dynamodb, TABLE), new_order_id(), clock, clock.tick)
        combining = Combining(ledger, COMMAND, clock)
        posts = ChannelPosts(channels, lambda: Messenger(slack_api), clock)
        telling = Telling(ledger.answers, posts, combining, COMMAND, clock, clock.tick)
        checks = Checks(Queues(queue, queue), clock)
        pace = Pace(Table(dynamodb, TABLE), new_order_id(), 10)
        turns = Turns(pace, lambda: rtc, clock, clock.tick)
        people = None
        if bot_token:
            people = acquainted(slack_api)
        table, due = handlers_of(ledger, turns, telling, checks, search, clock, lambda: world.team, people, bus)
        world = World(table, due, ledger, rtc, api, slack, queue, clock, sqs, url, people=people)
        yield world
