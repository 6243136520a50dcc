"""Fulfilling an order, step by step: real ledger (moto), real RTC stand-in, real Slack stand-in, a clock of our own."""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NoReturn, override

import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from functions.aws.away import Away
from functions.ledger.attempts import Attempts
from functions.ledger.pace import NotYet, Pace
from functions.worker.delivery import AT_ONCE, DELAYS, LONGEST_WAIT, Delivery
from functions.worker.start import StartHandler
from local.http_message import Wire
from local.rtc.faults import Fault
from local.slack.chat import ANN, CLASS_RECORDINGS
from local.slack.faults import RESPONSE_URL_ENDED, THROTTLED
from local.slack.faults import Fault as SlackFault
from shared import transport
from shared.attempts import LEASE, UNKNOWN_IS_HELD, Busy, Claim, Duplicate, NotStarted, Started, State, Unknown
from shared.log_events import LogEvent
from shared.orders import Order, Start
from shared.rtc.auth import AkSkAuth
from shared.rtc.client import RtcClient
from shared.rtc.models import RecordingRequest
from tests.builders import requests_of
from tests.in_memory import InMemory
from tests.integration.conftest import ENOUGH, World, a_world
from tests.ledger_table import TABLE

SILENT_AFTER = Fault(wire=Wire.NOTHING, delay=60, made=True)
FAILED = Fault(status=500, error_code="RTC.00002001")
QUOTA = Fault(status=400, error_code="RTC.00001007")


@pytest.fixture
def world(aws: tuple[DynamoDBClient, SQSClient]) -> Iterator[World]:
    """A bot without a token: it answers by the response_url alone."""
    with a_world(aws, bot_token=False) as world:
        yield world


def _with_turns(start: StartHandler, **parts: Any) -> StartHandler:
    """The handler, with these parts of what gives it its turns."""
    turns = replace(start.attempting.turns, **parts)
    return replace(start, attempting=replace(start.attempting, turns=turns))


def test_an_order_is_started_settled_and_told_once(world: World) -> None:
    """One job, one attempt with it, one message; a redelivery does and says nothing more."""
    order = world.order()
    assert world.run(order) is None
    assert world.run(order, 2) is None
    assert [job.job_id for job in world.rtc.jobs()] == ["1"]
    assert isinstance(world.attempt(order).outcome, Started)
    (message,) = world.read()
    assert "s_1_100_user001" in message
    assert world.starts() == 1


def test_what_did_not_happen_is_tried_again_later_and_told_once(world: World) -> None:
    """RTC fails twice and then does it: growing delays, one job, and one message besides that it waits."""
    world.rtc.misbehave(FAILED, operation="start", times=2)
    order = world.order()
    for receive in (1, 2):
        delay = world.run(order, receive)
        assert delay is not None
        assert 0.8 * DELAYS[receive - 1] <= delay.total_seconds() <= DELAYS[receive - 1]
        assert len(world.read()) == 1
    assert world.run(order, 3) is None
    assert (len(world.rtc.jobs()), len(world.read()), world.attempt(order).calls) == (1, 2, 3)


def test_all_delays_of_an_order_fit_into_a_response_urls_life() -> None:
    """The last try comes within 20 minutes, for eight receives at the most."""
    assert sum(DELAYS) < 20 * 60
    assert len(DELAYS) == 7


def test_the_last_receive_tells_the_channel_that_it_was_given_up(world: World) -> None:
    """No order ends in silence: after the last try the channel reads that nothing was started."""
    world.rtc.misbehave(FAILED, operation="start", times=None)
    order = world.order()
    assert world.run(order, 1) is not None
    world.clock.tick(18 * 60)
    assert world.run(order, 2, last=True) is None
    outcome = world.attempt(order).outcome
    assert isinstance(outcome, NotStarted)
    assert outcome.gave_up
    assert "18 min" in world.read()[-1]
    assert world.rtc.jobs() == []


def test_an_unknown_outcome_is_told_and_never_sent_again(world: World) -> None:
    """RTC is silent after it made the job: it is said so, the stream is held, and one start is all that RTC saw."""
    world.rtc.misbehave(SILENT_AFTER, operation="start")
    order, another = world.order(), world.order()
    for receive in (1, 2, 3):
        assert world.run(order, receive) is None
    assert world.run(another) is None
    outcome = world.attempt(order).outcome
    assert isinstance(outcome, Unknown)
    assert outcome.held_until == world.clock() + UNKNOWN_IS_HELD
    assert world.attempt(order).state is State.UNKNOWN
    assert (world.starts(), len(world.rtc.jobs())) == (1, 1)
    assert all("may or may not be recording" in message for message in world.read())


def test_a_refusal_is_told_at_once(world: World) -> None:
    """What RTC will not do is not tried again."""
    world.rtc.misbehave(QUOTA, operation="start", times=None)
    order = world.order()
    assert world.run(order) is None
    assert "RTC.00001007 JobExceed" in world.read()[0]
    assert world.starts() == 1


def test_a_running_job_makes_the_second_order_a_duplicate(world: World) -> None:
    """The job is shown first; while it runs nothing new is started, and only the asker reads so."""
    world.run(world.order())
    world.clock.tick(12 * 60)
    order = world.order()
    assert world.run(order) is None
    assert isinstance(world.attempt(order).outcome, Duplicate)
    assert world.starts() == 1
    message = world.slack.chat.messages(CLASS_RECORDINGS, ANN)[-1]
    assert message.only_for == ANN.user_id
    assert "for 12 min" in world.slack.chat.as_text(message)


def test_a_job_that_is_over_frees_its_stream(world: World) -> None:
    """The ledger does not know that the recording ended: RTC is asked, and the start goes on."""
    world.run(world.order())
    world.clock.tick(60)
    world.client.stop("1")
    order = world.order()
    assert world.run(order) is None
    assert [job.job_id for job in world.rtc.jobs()] == ["1", "2"]


def test_a_lock_whose_recording_has_expired_is_freed_too(world: World, dynamodb: DynamoDBClient) -> None:
    """DynamoDB deletes expired items one by one: the lock may be the last of them."""
    first = world.order()
    world.run(first)
    key = {"pk": {"S": f"ORDER#{first.order_id}"}, "sk": {"S": "recording#0"}}
    dynamodb.delete_item(TableName=TABLE, Key=key)
    assert isinstance(_outcome_of_another(world), Duplicate)
    world.clock.tick(60)
    world.client.stop("1")
    assert isinstance(_outcome_of_another(world), Started)


def _outcome_of_another(world: World) -> object:
    order = world.order()
    assert world.run(order) is None
    return world.attempt(order).outcome


def test_a_job_that_rtc_has_forgotten_frees_its_stream(world: World) -> None:
    """A 404 for the locked job is an end as well."""
    world.run(world.order())
    world.clock.tick(60)
    world.client.stop("1")
    world.rtc.misbehave(Fault(status=404, error_code="RTC.00001003"), operation="show")
    assert world.run(world.order()) is None
    assert len(world.rtc.jobs()) == 2


@pytest.mark.parametrize("fault", [FAILED, Fault(status=503), Fault(wire=Wire.RESET)])
def test_a_locked_job_that_cannot_be_shown_is_asked_for_again(world: World, fault: Fault) -> None:
    """Asking changes nothing, so whatever came of it, it may be repeated; nothing is said before it is known."""
    world.run(world.order())
    world.rtc.misbehave(fault, operation="show")
    order = world.order()
    assert world.run(order) is not None
    assert world.run(order, 2) is None
    assert isinstance(world.attempt(order).outcome, Duplicate)


def test_of_several_streams_each_has_its_own_outcome_and_all_share_one_message(world: World) -> None:
    """One of three is refused: two jobs, three attempts, one message with a line for each."""
    world.rtc.misbehave(QUOTA, operation="start")
    order = world.order("a", "b", "c")
    assert world.run(order) is None
    assert [job.parameters.user_id for job in world.rtc.jobs()] == ["b", "c"]
    assert [type(world.attempt(order, n).outcome).__name__ for n in range(3)] == ["NotStarted", "Started", "Started"]
    (message,) = world.read()
    assert [mark for mark in "⛔✅" if mark in message] == ["⛔", "✅"]


def test_a_redelivery_works_only_on_what_has_no_outcome(world: World) -> None:
    """One of two streams has to wait: the other is started once, and the answer comes when both are done."""
    world.rtc.misbehave(FAILED, operation="start")
    order = world.order("a", "b")
    assert world.run(order) is not None
    assert world.run(order, 2) is None
    assert (world.starts(), len(world.rtc.jobs()), len(world.read())) == (3, 2, 2)


def test_a_call_under_somebodys_lease_is_waited_for(world: World) -> None:
    """Delivered twice at the same time: the second comes back when the first's lease is over."""
    order = world.order()
    world.ledger.attempts.claim(order, 0, requests_of(order)[0], world.clock())
    assert world.run(order) == LEASE
    assert world.starts() == 0


def test_a_recorder_that_died_in_the_call_leaves_an_unknown_outcome(world: World) -> None:
    """Nobody can know what RTC made of it: it is answered as unknown, and not sent again."""
    order = world.order()
    world.ledger.attempts.claim(order, 0, requests_of(order)[0], world.clock())
    world.clock.tick(LEASE.total_seconds())
    assert world.run(order, 2) is None
    assert "may or may not be recording" in world.read()[0]
    assert world.starts() == 0


def test_on_the_last_receive_a_live_lease_is_waited_for(world: World) -> None:
    """There is no next receive to leave it to: the order does not end in silence."""
    order = world.order()
    world.ledger.attempts.claim(order, 0, requests_of(order)[0], world.clock())
    assert world.run(order, 3, last=True) is None
    assert "may or may not be recording" in world.read()[0]
    assert world.starts() == 0


def test_on_the_last_receive_another_s_answer_is_waited_for(world: World) -> None:
    """Whoever began to answer and died leaves it to the last receive, which waits for its turn."""
    order = world.order()
    world.ledger.answers.begin(order.order_id, world.clock())
    assert world.run(order, 3, last=True) is None
    assert len(world.read()) == 1


def test_a_call_that_was_abandoned_is_told_even_without_time_for_another(world: World) -> None:
    """Saying "unknown" takes no call, so it needs no time for one."""
    order = world.order()
    world.ledger.attempts.claim(order, 0, requests_of(order)[0], world.clock())
    world.clock.tick(LEASE.total_seconds())
    assert world.run(order, 3, last=True, time_left=timedelta(seconds=12)) is None
    assert world.attempt(order).state is State.UNKNOWN


def test_slack_cannot_put_an_answer_off_for_a_day(world: World) -> None:
    """Retry-After is obeyed within the life of a response_url."""
    world.slack.misbehave(SlackFault(status=429, error="ratelimited", retry_after=86400))
    delay = world.run(world.order())
    assert delay is not None
    assert delay.total_seconds() <= DELAYS[-1]


def test_a_job_that_is_not_as_asked_is_logged_and_told(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """RTC's answer names another idle time and another app: the person reads both, and an operator finds it."""
    body = '{"job_id": "9", "app_id": "another", "max_idle_time": 60}'
    world.rtc.misbehave(Fault(status=201, body=body, content_type="application/json"), operation="start")
    assert world.run(world.order()) is None
    (line,) = [it for it in caplog.records if it.message == LogEvent.JOB_DIFFERS]
    found = {it["field"]: (it["asked"], it["answered"]) for it in vars(line)["differences"]}
    app_id = world.rtc.credentials.app_id
    assert (vars(line)["job_id"], found) == ("9", {"app_id": (app_id, "another"), "max_idle_time": (30, 60)})
    assert "ends when the room is idle for 1 min (asked: 30 s)" in world.read()[0]
    assert f"app another (asked: {app_id})" in world.read()[0]


@pytest.mark.parametrize("job_id", ["9" * 129, "two words"])
def test_a_job_id_that_cannot_be_used_is_told_and_logged(
    world: World, job_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Its outcome is unknown, and an operator can look for the job."""
    body = json.dumps({"job_id": job_id})
    world.rtc.misbehave(Fault(status=201, body=body, content_type="application/json"), operation="start")
    assert world.run(world.order()) is None
    assert job_id in world.read()[0]
    (line,) = [it for it in caplog.records if it.message == LogEvent.OUTCOME_UNKNOWN]
    assert vars(line)["job_id"] == job_id


def test_a_duplicate_has_its_stream_name(world: World) -> None:
    """RTC has just shown the job, and said the name."""
    world.run(world.order())
    order = world.order()
    assert world.run(order) is None
    outcome = world.attempt(order).outcome
    assert isinstance(outcome, Duplicate)
    assert outcome.job is not None
    assert "job 1 · s_1_100_user001 · " in world.read()[-1]


def test_a_job_with_an_impossible_date_is_still_a_job(world: World) -> None:
    """A start that worked is never answered as unknown because of a field that nobody needs."""
    body = '{"job_id": "9", "create_time": "0001-01-01T00:00:00+14:00"}'
    world.rtc.misbehave(Fault(status=201, body=body, content_type="application/json"), operation="start")
    order = world.order()
    assert world.run(order) is None
    assert isinstance(world.attempt(order).outcome, Started)


def test_nothing_is_begun_that_the_time_left_cannot_finish(world: World) -> None:
    """Shortly before Lambda's limit no call is made; the order comes again, also after its last receive."""
    order = world.order()
    for last in (False, True):
        assert world.run(order, last=last, time_left=timedelta(seconds=10)) == timedelta(seconds=1)
    assert (world.starts(), world.read()) == (0, [])
    assert world.run(order) is None
    assert world.starts() == 1


def test_without_the_ledger_there_is_no_turn_and_no_call(world: World) -> None:
    """The claim is given back, so the order goes on when the ledger is there again."""
    start = world.handlers[Start]
    assert isinstance(start, StartHandler)

    class NoPace(Pace):
        @override
        def book(self, turns_ahead: int, within: timedelta, now: datetime) -> NoReturn:
            raise Away("the ledger throttles")

    away = _with_turns(start, pace=NoPace(start.attempting.turns.pace._table, "app", 10))
    order = world.order()
    with pytest.raises(Away):
        away.run(order, Start(requests=requests_of(order)), Delivery(1, last=False, time_left=lambda: ENOUGH))
    assert world.starts() == 0
    assert world.run(order) is None
    assert world.starts() == 1


def test_an_order_that_nobody_expects_any_more_is_not_begun(world: World) -> None:
    """A redrive next morning starts no recording."""
    order = world.order()
    world.clock.tick(LONGEST_WAIT.total_seconds() + 1)
    assert world.run(order) is None
    assert (world.starts(), len(world.read())) == (0, 1)
    assert "waited too long" in world.read()[0]


def test_an_order_that_waited_too_long_for_a_turn_is_not_begun(world: World) -> None:
    """Also where the job that holds the stream must be shown first: it waits for no turn for ever."""
    assert world.run(world.order()) is None
    order = world.order()
    world.clock.tick(LONGEST_WAIT.total_seconds() + 1)
    calls = len(world.rtc.calls())
    assert world.run(order) is None
    assert len(world.rtc.calls()) == calls
    assert "waited too long" in world.read()[-1]


def test_an_answer_that_slack_throttles_is_given_later_and_nothing_is_done_twice(world: World) -> None:
    """Settled but not answered: the redelivery only answers, after as long as Slack asked for."""
    world.slack.misbehave(THROTTLED)
    order = world.order()
    delay = world.run(order)
    assert delay is not None
    assert delay.total_seconds() >= 1
    assert world.run(order, 2) is None
    assert (world.starts(), len(world.read())) == (1, 1)


def test_the_reason_of_an_answer_that_slack_never_took_is_logged(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """The last receive logs what Slack said; a receive before it says that too, but not as the end."""
    world.slack.misbehave(SlackFault(status=500), times=None)
    order = world.order()
    caplog.set_level(logging.INFO, "recordbot")
    assert world.run(order) is not None
    assert LogEvent.NOT_ANSWERED not in caplog.messages
    assert world.run(order, 8, last=True) is None
    (first, why), (last, why_in_the_end) = [
        (it.message, vars(it)["reason"]) for it in caplog.records if hasattr(it, "reason")
    ]
    assert (first, last) == (LogEvent.ANSWER_DELAYED, LogEvent.NOT_ANSWERED)
    assert why == why_in_the_end != ""


def test_an_answer_that_can_never_be_given_ends_in_the_ledger(world: World) -> None:
    """A response_url that has ended is final: the order is done, its outcome kept."""
    world.slack.misbehave(RESPONSE_URL_ENDED)
    order = world.order()
    assert world.run(order) is None
    assert isinstance(world.attempt(order).outcome, Started)
    assert world.ledger.answers.begin(order.order_id, world.clock()) is None


def test_one_post_of_five_is_kept_for_the_last_receive(world: World) -> None:
    """Where answers fail again and again, Slack's five posts are not used up before the end."""
    order = world.order()
    for _ in range(3):
        assert world.ledger.answers.begin(order.order_id, world.clock()) is not None
        world.ledger.answers.abandon(order.order_id, world.clock())
    assert world.run(order, 5) is not None
    assert world.read() == []
    assert world.run(order, 8, last=True) is None
    assert len(world.read()) == 1


def test_a_throttled_answer_uses_up_none_of_the_posts(world: World) -> None:
    """However often Slack refuses an answer for its speed, the next receive after that answers."""
    order = world.order()
    world.slack.misbehave(THROTTLED, times=None)
    for receive in range(1, 6):
        assert world.run(order, receive) is not None
    world.slack.behave()
    assert world.run(order, 6) is None
    assert len(world.read()) == 1


def test_while_another_answers_the_order_waits(world: World) -> None:
    """Two that come to answer at once: one does."""
    order = world.order()
    world.ledger.answers.begin(order.order_id, world.clock())
    assert world.run(order) is not None
    assert world.read() == []
    assert isinstance(world.ledger.answers.begin(order.order_id, world.clock()), Busy)


def test_a_dry_run_sends_nothing_and_shows_everything(world: World) -> None:
    """The asker reads the body, the headers and the canonical request; RTC and the ledger hear nothing."""
    assert world.run(world.order(dry_run=True)) is None
    (message,) = world.read()
    assert world.rtc.calls() == []
    assert '"room_id": "100"' in message
    assert "x-sdk-date" in message
    assert world.rtc.credentials.secret_key not in message


def test_a_stream_that_somebody_else_records_is_told_as_such(world: World) -> None:
    """RTC says JobRunning though the ledger knows of nothing: no job id is made up."""
    world.rtc.misbehave(Fault(status=400, error_code="RTC.00001006"), operation="start")
    order = world.order()
    assert world.run(order) is None
    outcome = world.attempt(order).outcome
    assert isinstance(outcome, NotStarted)
    assert outcome.failure.error_code == "RTC.00001006"
    assert "RTC.00001006" in world.read()[0]


def test_a_wrong_key_is_asked_with_once(world: World) -> None:
    """Five wrong signatures lock a key: a 401 is answered, not tried again."""
    made_up = world.rtc.credentials
    session = transport.new_session()
    session.mount("http://", InMemory(world.rtc.answer))
    auth = AkSkAuth(made_up.access_key, "wrong", made_up.project_id, clock=world.clock)
    rtc = RtcClient(endpoint="http://rtc.invalid", app_id=made_up.app_id, auth=auth, session=session, clock=world.clock)
    start = world.handlers[Start]
    assert isinstance(start, StartHandler)
    world.handlers = {Start: _with_turns(start, rtc=lambda: rtc)}
    assert world.run(world.order()) is None
    assert world.starts() == 1
    assert "HTTP 401" in world.read()[0]


def test_a_stream_that_only_waited_shows_no_call(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither while it waits for a turn, nor after it has waited too long."""
    monkeypatch.setattr(Pace, "book", lambda _pace, _ahead, _within, now: NotYet(now + timedelta(hours=1)))
    order = world.order()
    assert world.run(order) is not None
    waiting = world.ledger.attempts.read(order.order_id, 0)
    assert waiting is not None
    assert (waiting.state, waiting.calls) == (State.WAITING, 0)
    world.clock.tick(LONGEST_WAIT.total_seconds() + 1)
    assert world.run(order) is None
    assert (world.attempt(order).calls, world.starts()) == (0, 0)


def test_a_claim_without_time_for_the_call_is_made_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """DynamoDB was slow. A call that outlives its lease would count as abandoned while it is made."""
    real_claim = Attempts.claim

    def claim(attempts: Attempts, order: Order, n: int, request: RecordingRequest, *rest: Any) -> Claim:
        claimed = real_claim(attempts, order, n, request, *rest)
        world.clock.tick(16)
        return claimed

    monkeypatch.setattr(Attempts, "claim", claim)
    order = world.order()
    assert world.run(order) == AT_ONCE
    assert world.starts() == 0
    monkeypatch.undo()
    assert world.run(order) is None
    assert (world.attempt(order).calls, world.starts()) == (1, 1)


def test_a_start_is_not_tried_again_after_the_longest_wait(world: World) -> None:
    """Waits for turns give an order its receives anew, so a failure ends it before nobody can be told any more."""
    order = world.order()
    world.clock.tick(LONGEST_WAIT.total_seconds() - 60)
    world.rtc.misbehave(FAILED, operation="start")
    assert world.run(order, receive=7) is None
    outcome = world.attempt(order).outcome
    assert isinstance(outcome, NotStarted)
    assert outcome.gave_up
