"""The recorder under anything: orders, ticks, ends, outages, kills and other recorders, in any order."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast, override

import pytest
from hypothesis import settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from hypothesis.strategies import booleans, integers, none, one_of, sampled_from, tuples
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from functions.aws.observability import logger
from functions.aws.queue import Queues
from functions.worker.batch import Worker
from functions.worker.start import StartHandler
from local.http_message import Wire
from local.rtc.faults import Fault, Operation
from local.rtc.jobs import Job
from local.slack.chat import ANN, CLASS_RECORDINGS
from local.slack.faults import THROTTLED
from shared.actors import Actor
from shared.attempts import UNKNOWN_IS_HELD
from shared.log_events import LogEvent
from shared.order_ids import new_order_id
from shared.orders import Action, Check, Extend, Move, Order, Release, Show, Start, Stop, Tick
from shared.recording_clock import AT_MOST, notice_due
from shared.recordings import Recording, RecordingState
from shared.rtc.errors import RtcError
from shared.rtc.models import RecordingRequest
from shared.slack_refs import ReplyTo
from tests.builders import BEN, TIMETABLE
from tests.integration.conftest import ENOUGH, World, a_world
from tests.integration.interrupting import Interruption, Killed, interrupting, kill

PEOPLE = (Actor(kind="slack_user", id=ANN.user_id), BEN, TIMETABLE)
USERS = ("user001", "user002")
ROOM = "100"
MAX_RECEIVES = 8
VISIBLE_AGAIN = timedelta(minutes=2)
"""After this time SQS delivers the message of a recorder that was killed again."""
AWAY = Fault(status=503)
SILENT_AFTER = Fault(wire=Wire.NOTHING, delay=60, made=True)
OPERATIONS: tuple[Operation, ...] = ("start", "show", "stop")
A_FEW = integers(0, 3)
WHO = sampled_from(PEOPLE)
LASTS = sampled_from([None, 5])
type Interrupted = tuple[int, str, bool] | None
"""At which write a recorder is interrupted, when, and whether it is killed; else another one works at that moment."""
type Received = Interrupted | str
INTERRUPTED = one_of(none(), tuples(integers(0, 8), sampled_from(["before", "after"]), booleans()))
RECEIVED = one_of(INTERRUPTED, sampled_from(["later"]))


@dataclass
class Message:
    """A message on the queue."""

    body: str
    not_before: datetime
    receives: int = 0


@dataclass(frozen=True, slots=True)
class ToldDelays(Queues):
    """Queues that say how long a message is delayed."""

    told: list[float] = field(default_factory=list)

    @override
    def delay(self, record: object, seconds: float) -> None:
        self.told.append(seconds)


class RecorderUnderAnything(RuleBasedStateMachine):
    """Two streams, three who ask, and all that can happen to a recorder."""

    def __init__(self, aws: tuple[DynamoDBClient, SQSClient]) -> None:
        super().__init__()
        self.aws = aws
        self.parts = ExitStack()
        self.world: World = self.parts.enter_context(a_world(aws, bot_token=True))
        self.mistakes: list[str] = self.parts.enter_context(_mistakes())
        start = self.world.handlers[Start]
        assert isinstance(start, StartHandler)
        self.queues = ToldDelays(self.world.queue, self.world.queue)
        self.worker = Worker(
            orders=self.world.ledger.orders,
            queues=self.queues,
            handlers=self.world.handlers,
            due=self.world.due,
            telling=start.telling,
            results=start.results,
            rtc=lambda: self.world.client,
            max_receives=MAX_RECEIVES,
            clock=self.world.clock,
        )
        self.messages: list[Message] = []
        self.ids: list[str] = []
        """Of all recordings that were asked for."""
        self.stops: list[Order] = []
        self.jobs: dict[str, Job] = {}
        """RTC's jobs, as they were after the last step."""
        self.lost: set[str] = set()
        """Jobs whose start nobody answered, or whose recorder was killed before it stored the answer."""
        self.died_young: set[str] = set()
        """Jobs that never ran."""
        self.stopped_elsewhere: set[str] = set()
        self.released: set[str] = set()
        """The users whose streams somebody has said to be free."""
        self.limits: dict[str, datetime] = {}
        """When each recording's time was over, as it was before this step."""
        self.was_killed = False

    @override
    def teardown(self) -> None:
        with self.parts:
            self._let_it_end()

    # What people ask, which is received at once or waits on the queue

    @initialize(lasts=LASTS, received=RECEIVED)
    def first_start(self, lasts: int | None, received: Received) -> None:
        self._start(USERS, PEOPLE[0], received, max_duration=lasts and _minutes(lasts))

    @rule(
        users=sampled_from([USERS[:1], USERS]), who=WHO, after=sampled_from([0, 0, 3]), lasts=LASTS, received=RECEIVED
    )
    def start(self, users: tuple[str, ...], who: Actor, after: int, lasts: int | None, received: Received) -> None:
        start_at = self._in(after) if after else None
        self._start(users, who, received, start_at=start_at, max_duration=lasts and _minutes(lasts))

    @precondition(lambda self: self.ids)
    @rule(which=A_FEW, who=WHO, received=RECEIVED)
    def again(self, which: int, who: Actor, received: Received) -> None:
        old = self._recording(which)
        if old is not None and old.state is RecordingState.UNKNOWN:
            self.released.add(old.request.user_id)
            self._start((old.request.user_id,), who, received, releases=(old.id,))

    @precondition(lambda self: self.ids)
    @rule(which=A_FEW, by_stream=booleans(), by_two=booleans(), received=RECEIVED)
    def stop(self, which: int, by_stream: bool, by_two: bool, received: Received) -> None:
        user = USERS[which % len(USERS)]
        action = Stop(room_id=ROOM, user_id=user) if by_stream else Stop(recordings=(self._id(which),))
        for who in PEOPLE[: 1 + by_two]:
            order = self._order(action, who)
            self.stops.append(order)
            self._ask(order, received)

    @precondition(lambda self: self.ids)
    @rule(
        which=A_FEW,
        what=sampled_from(["extend", "move", "show", "release"]),
        minutes=sampled_from([2, 30]),
        received=RECEIVED,
    )
    def change(self, which: int, what: str, minutes: int, received: Received) -> None:
        rid, then = self._id(which), self._in(minutes)
        actions: dict[str, Action] = {
            "extend": Extend(recording=rid, ends_at=then),
            "move": Move(recordings=(rid,), start_at=then),
            "show": Show(recording=rid, known=""),
            "release": Release(recordings=(rid,)),
        }
        found = self._recording(which)
        if what == "release" and found is not None:
            self.released.add(found.request.user_id)
        self._ask(self._order(actions[what], PEOPLE[0]), received)

    # What the recorder does

    @precondition(lambda self: self._ready())
    @rule(which=A_FEW, interrupted=INTERRUPTED)
    def work(self, which: int, interrupted: Interrupted) -> None:
        ready = self._ready()
        self._receive(ready[which % len(ready)], interrupted)

    @rule(minutes=sampled_from([1, 1, 1, 5]), doubled=booleans(), interrupted=INTERRUPTED)
    def ticks(self, minutes: int, doubled: bool, interrupted: Interrupted) -> None:
        for _ in range(minutes):
            self.world.clock.tick(60)
            for _ in range(1 + doubled):
                self._receive(self._tick(), interrupted)

    @rule(seconds=sampled_from([1, 2, 30, 600, 1200]))
    def nothing_happens(self, seconds: int) -> None:
        self.world.clock.tick(seconds)

    # What RTC and Slack do

    @rule(is_empty=booleans())
    def room(self, is_empty: bool) -> None:
        (self.world.rtc.leave if is_empty else self.world.rtc.join)(ROOM)

    @precondition(lambda self: self.jobs)
    @rule(which=A_FEW)
    def job_fails(self, which: int) -> None:
        job = self._job(which)
        if job.state != "STOPPED":
            self.world.rtc.fail(job.job_id)
            if job.state == "INIT":
                self.died_young.add(job.job_id)

    @precondition(lambda self: self.jobs)
    @rule(which=A_FEW)
    def job_is_stopped_elsewhere(self, which: int) -> None:
        job = self._job(which)
        with suppress(RtcError):
            self.stopped_elsewhere.add(job.job_id)
            self.world.client.stop(job.job_id)

    @rule(trouble=sampled_from([*OPERATIONS, None, "silent start", "silent stop", "Slack"]))
    def trouble(self, trouble: Operation | str | None) -> None:
        if trouble == "Slack":
            self.world.slack.misbehave(THROTTLED, times=None)
        elif trouble is not None and trouble.startswith("silent"):
            self.world.rtc.misbehave(SILENT_AFTER, operation="start" if trouble.endswith("start") else "stop")
        else:
            self.world.rtc.misbehave(AWAY, operation=cast(Operation | None, trouble), times=None)

    @rule()
    def all_is_well(self) -> None:
        self.world.rtc.behave()
        self.world.slack.behave()

    # What always holds

    @invariant()
    def holds(self) -> None:
        assert not self.mistakes
        recordings = self._recordings()
        by_job = {it.job_id: it for it in recordings}
        self._no_job_is_lost_or_doubled(by_job)
        self._no_job_is_stopped_unasked(by_job)
        for recording in recordings:
            self._state_is_one_that_rtc_had(recording)
            self._is_due(recording)
        live = {it.id: it for it in recordings if not it.is_over}
        assert {it.id for it in self.world.ledger.recordings.live()} == set(live)
        self._locks_end_with_recordings(live)
        self.limits = {it.id: it.limit.ends_at for it in recordings if it.limit is not None}
        self.was_killed = False

    def _no_job_is_lost_or_doubled(self, by_job: Mapping[str | None, Recording]) -> None:
        silent = any(call.operation == "start" and call.fault == SILENT_AFTER for call in self.world.rtc.calls())
        jobs = self.world.rtc.jobs()
        for job in jobs:
            if job.job_id not in self.jobs:
                assert self.world.ledger.recordings.of_job(job.job_id) == by_job.get(job.job_id)
                if job.job_id not in by_job:
                    assert self.was_killed or silent, f"RTC named job {job.job_id}, and no recording has it"
                    self.lost.add(job.job_id)
            assert job.job_id in self.lost or job.job_id in by_job
            for other in [it for it in jobs if int(it.job_id) < int(job.job_id) and _is_of_one_stream(it, job)]:
                is_held = job.created < other.created + UNKNOWN_IS_HELD
                may_be_over = other.job_id in self.lost and (not is_held or _user(job) in self.released)
                assert may_be_over or (other.stopped and other.stopped <= job.created), "started twice"

    def _no_job_is_stopped_unasked(self, by_job: Mapping[str | None, Recording]) -> None:
        for job in self.world.rtc.jobs():
            before = self.jobs.get(job.job_id)
            if job.stop_reason == "TENANT_STOP" and (before is None or before.state != "STOPPED"):
                recording = by_job.get(job.job_id)
                if recording is None:
                    assert job.job_id in self.stopped_elsewhere
                else:
                    by_clock = self.limits.get(recording.id, self.world.clock()) <= self.world.clock()
                    is_asked = any(_means(stop, recording) for stop in self.stops)
                    assert by_clock or is_asked or job.job_id in self.stopped_elsewhere
            self.jobs[job.job_id] = job

    def _state_is_one_that_rtc_had(self, recording: Recording) -> None:
        job = self.jobs.get(recording.job_id or "")
        if job is None:
            assert recording.job is None
            assert recording.state in {RecordingState.PLANNED, RecordingState.UNKNOWN, RecordingState.ENDED}
            return
        assert recording.job is not None
        had = {"INIT", job.state} | (set() if job.job_id in self.died_young else {"RUNNING"} - {_not_yet(job)})
        assert recording.job.state in had
        assert recording.state is not RecordingState.RECORDING or "RUNNING" in had
        assert recording.state is not RecordingState.LOST
        assert not recording.is_over or job.state == "STOPPED"

    def _is_due(self, recording: Recording) -> None:
        now = self.world.clock()
        if recording.is_over:
            is_told = recording.drawn == recording.visible and notice_due(recording, now) is None
            assert is_told == (recording.due_at is None)
            return
        until = {RecordingState.PLANNED: recording.since, RecordingState.UNKNOWN: recording.held_until}
        assert recording.due_at is not None
        assert recording.due_at <= max(now + AT_MOST, until.get(recording.state) or now)

    def _locks_end_with_recordings(self, live: dict[str, Recording]) -> None:
        holders = set()
        for user in USERS:
            lock = self.world.ledger.locks.read(RecordingRequest(room_id=ROOM, user_id=user))
            if lock is not None and (lock.job_id or lock.held_until):
                holders.add(lock.recording_id)
                assert live[lock.recording_id].job_id == lock.job_id
        assert {it.id for it in live.values() if it.is_at_rtc} <= holders

    def _let_it_end(self) -> None:
        """When all is well again, everything is told as it is."""
        self.all_is_well()
        for minutes in (*[2] * 8, *[15] * 5):
            self.world.clock.tick(60 * minutes)
            for message in (self._tick(), *self._ready()):
                self._receive(message, None)
        self.holds()
        for recording in self._recordings():
            job = self.jobs.get(recording.job_id or "")
            if job is not None:
                assert recording.is_over == (job.state == "STOPPED")
            assert recording.state in {RecordingState.PLANNED, RecordingState.RECORDING, RecordingState.ENDED}
            assert recording.drawn == recording.visible
        if all(recording.is_over for recording in self._recordings()):
            # Replies in threads, which mention somebody, stay as they are.
            messages = [text for text in self.world.read() if not text.partition(" ")[2].startswith("@")]
            assert not [text for text in messages if text.startswith(("🔴", "🟡", "📅 Planned", "⏳ Stopping"))]

    def _start(self, users: tuple[str, ...], who: Actor, received: Received, **fields: Any) -> None:
        requests = tuple(RecordingRequest(room_id=ROOM, user_id=user) for user in users)
        order = self._order(Start(requests=requests, **fields), who)
        self.ids += [f"{order.order_id}.{n}" for n in range(len(users))]
        self._ask(order, received)

    def _order(self, action: Action, who: Actor) -> Order:
        reply_to = ReplyTo(channel_id=CLASS_RECORDINGS.channel_id)
        return Order(order_id=new_order_id(), actor=who, action=action, placed_at=self.world.clock(), reply_to=reply_to)

    def _ask(self, order: Order, received: Received) -> None:
        message = Message(order.model_dump_json(), self.world.clock())
        if isinstance(received, str):
            self.messages.append(message)
        else:
            self._receive(message, received)

    def _tick(self) -> Message:
        now = self.world.clock()
        return Message(Tick(action=Check(), placed_at=now).model_dump_json(), now)

    def _receive(self, message: Message, interrupted: Interrupted) -> None:
        """Let a recorder have the message, with what becomes of it, and what it puts on the queue itself."""
        if message in self.messages:
            self.messages.remove(message)
        message.receives += 1
        record = {
            "body": message.body,
            "attributes": {"ApproximateReceiveCount": str(message.receives)},
            "receiptHandle": "",
        }
        place, moment, is_killed = interrupted or (None, "before", False)
        interruption = Interruption(place, moment, kill if is_killed else self._another_works)
        try:
            with interrupting(self.aws, interruption):
                is_done = self.worker.process(record, lambda: ENOUGH)
            again = None if is_done else timedelta(seconds=self.queues.told.pop())
        except Killed:
            self.was_killed = True
            again = VISIBLE_AGAIN
        if again is not None and message.receives < MAX_RECEIVES:
            message.not_before = self.world.clock() + again
            self.messages.append(message)
        while (put := self.world.next_message()) is not None:
            self.messages.append(Message(put.model_dump_json(), self.world.clock()))

    def _another_works(self) -> None:
        ready = self._ready()
        self._receive(ready[0] if ready else self._tick(), None)

    def _ready(self) -> list[Message]:
        return [it for it in self.messages if it.not_before <= self.world.clock()]

    def _recordings(self) -> list[Recording]:
        return [it for it in map(self.world.ledger.recordings.of_id, self.ids) if it is not None]

    def _id(self, which: int) -> str:
        return self.ids[-1 - which % len(self.ids)]

    def _recording(self, which: int) -> Recording | None:
        return self.world.ledger.recordings.of_id(self._id(which))

    def _job(self, which: int) -> Job:
        jobs = self.world.rtc.jobs()
        return jobs[-1 - which % len(jobs)]

    def _in(self, minutes: int) -> datetime:
        return self.world.clock() + _minutes(minutes)


def _user(job: Job) -> str:
    return job.parameters.user_id


def _is_of_one_stream(job: Job, other: Job) -> bool:
    return _user(job) == _user(other)


def _minutes(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)


def _not_yet(job: Job) -> str:
    return "RUNNING" if job.state == "INIT" else ""


def _means(stop: Order, recording: Recording) -> bool:
    """Whether a stop names the recording, and was asked for when it had begun."""
    assert isinstance(stop.action, Stop)
    if stop.action.recordings:
        return recording.id in stop.action.recordings
    return stop.action.user_id == recording.request.user_id and recording.since <= stop.placed_at


@contextmanager
def _mistakes() -> Iterator[list[str]]:
    """What is logged of errors that are none of RTC's, AWS's or Slack's."""
    found: list[str] = []

    def note(record: logging.LogRecord) -> bool:
        if record.getMessage() in {LogEvent.ORDER_FAILED, LogEvent.FOLLOWING_FAILED}:
            found.append(f"{record.getMessage()}: {record.exc_info}")
        return True

    logger.addFilter(note)
    try:
        yield found
    finally:
        logger.removeFilter(note)


@pytest.mark.hypothesis
def test_the_recorder_is_right_whatever_happens(aws: tuple[DynamoDBClient, SQSClient]) -> None:
    """No job is lost, started twice or stopped unasked; no state is made up; whatever isn't over is due again."""
    run_state_machine_as_test(
        lambda: RecorderUnderAnything(aws),  # type: ignore[arg-type] # takes any factory
        settings=settings(max_examples=max(1, settings().max_examples // 3), stateful_step_count=20, deadline=None),
    )
