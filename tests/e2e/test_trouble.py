"""When RTC, Slack, the queue or the recorder itself fail: the right answer, the right jobs, the right ledger."""

import json
from datetime import UTC, datetime

import pytest

from local.http_message import Wire
from local.rtc.api import RtcApi
from local.rtc.credentials import MADE_UP
from local.rtc.faults import Fault
from local.rtc.server import serve
from local.slack.chat import ANN, CLASS_RECORDINGS
from local.slack.faults import RESPONSE_URL_ENDED
from local.slack.workspace import SlackWorkspace
from local.system import Account, running
from shared.actors import Actor
from shared.log_events import LogEvent
from shared.orders import Order, Start, new_order_id
from shared.rtc.models import RecordingRequest
from shared.slack_refs import ReplyTo
from tests.e2e.conftest import BUILT, PATIENCE_S, Deployment, eventually


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(status=404, error_code="RTC.00001003"), "RTC.00001003"),
        (Fault(status=400, error_code="RTC.00001007"), "RTC.00001007 JobExceed · HTTP 400 · request "),
        (Fault(status=403, body="<html>denied</html>"), "HTTP 403"),
    ],
)
def test_a_refusal_is_told_once_with_code_and_request_id(bot: Deployment, fault: Fault, words: str) -> None:
    """No job, one call, and the channel reads why and what to do."""
    bot.rtc.misbehave(fault, operation="start")
    bot.type("ROOM user001")
    bot.read("⛔ Not recorded: user001", words)
    assert (bot.starts(), bot.jobs(), bot.kinds()) == (1, [], ["not_started"])


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault(wire=Wire.NOTHING, delay=60, made=True), id="silent after it made the job"),
        pytest.param(Fault(wire=Wire.RESET, made=True), id="reset after it made the job"),
        pytest.param(Fault(status=502, body="<html>Bad Gateway</html>"), id="HTML"),
        pytest.param(Fault(wire=Wire.CUT, made=True), id="cut"),
    ],
)
def test_an_unknown_outcome_is_told_held_and_never_repeated(bot: Deployment, fault: Fault) -> None:
    """One start went out; the channel reads that nobody knows; the same command again starts nothing."""
    bot.rtc.misbehave(fault, operation="start")
    bot.type("ROOM user001")
    bot.read("❓ user001", "may or may not be recording", "Held until")
    bot.type("ROOM user001")
    bot.read("Nothing new was started", "held until")
    assert (bot.starts(), len(bot.jobs()), bot.kinds()) == (1, int(fault.made), ["unknown", "duplicate"])


def test_rtc_failing_twice_and_then_well_is_one_job_and_one_answer(bot: Deployment) -> None:
    """What RTC says did not happen is tried again through the queue."""
    bot.rtc.misbehave(Fault(status=500, error_code="RTC.00002001"), operation="start", times=2)
    bot.type("ROOM user001")
    bot.read("🔴 Recording user001")
    assert (bot.starts(), len(bot.jobs()), bot.kinds()) == (3, 1, ["started"])


def test_rtc_slow_is_still_one_job(bot: Deployment) -> None:
    """Five seconds are within the limit."""
    bot.rtc.misbehave(Fault(delay=5), operation="start")
    bot.type("ROOM user001")
    bot.read("job ")
    assert (bot.starts(), len(bot.jobs())) == (1, 1)


def test_the_same_message_twice_at_the_same_time_is_one_job_and_one_answer(bot: Deployment) -> None:
    """Two recorders get the order at once: one calls RTC, the other waits and finds it told."""
    bot.rtc.misbehave(Fault(delay=1), operation="start")
    delivery = bot.type("help")
    order = Order(
        order_id=new_order_id(),
        actor=Actor(kind="slack_user", id=ANN.user_id),
        action=Start(requests=(RecordingRequest(room_id=bot.room, user_id="user001"),)),
        placed_at=datetime.now(UTC),
        reply_to=ReplyTo(channel_id=CLASS_RECORDINGS.channel_id, response_url=delivery.response_url),
    )
    bot.put(order.model_dump_json())
    bot.put(order.model_dump_json())
    bot.read("🔴 Recording user001")
    bot.system.stack.wait_until_drained(PATIENCE_S)
    assert (bot.starts(), len(bot.jobs()), bot.kinds(), len(bot.seen())) == (1, 1, ["started"], 1)


def test_the_recorder_killed_in_the_call_leaves_an_unknown_outcome(bot: Deployment) -> None:
    """The message comes back after the lease: nobody can know, so it is told and not repeated."""
    bot.rtc.misbehave(Fault(delay=8, made=True), operation="start")
    bot.type("ROOM user001")
    eventually(bot.starts)
    bot.system.stack.kill("RecorderFunction")
    bot.read("may or may not be recording")
    assert (bot.starts(), len(bot.jobs()), bot.kinds()) == (1, 1, ["unknown"])


def test_a_message_that_is_no_order_goes_to_the_dead_letters(bot: Deployment) -> None:
    """It harms nobody else in its batch, and is there for an operator."""
    garbage = json.dumps({"room": bot.room})
    bot.put(garbage)
    eventually(lambda: garbage in bot.dead_letters())


def test_a_response_url_that_has_ended_leaves_the_outcome_in_the_ledger(own_bot: Deployment) -> None:
    """Nothing can be told any more; the recording runs, the ledger has it, and nothing goes round for ever."""
    own_bot.slack.misbehave(RESPONSE_URL_ENDED, times=None)
    own_bot.type("ROOM user001")
    own_bot.system.stack.wait_until_drained(PATIENCE_S)
    assert (len(own_bot.jobs()), own_bot.kinds()) == (1, ["started"])
    assert any(LogEvent.NOT_ANSWERED in line for line in own_bot.logs)
    assert own_bot.dead_letters() == []


def test_without_a_bot_token_the_answer_comes_by_the_response_url(own_bot: Deployment) -> None:
    """Two posts of five: starting, then recording; and the dead queue tells the person that nothing was started."""
    own_bot.type("ROOM user001")
    own_bot.read("🟡 Starting")
    own_bot.read("🔴 Recording")
    url = own_bot.system.stack.queue_url("OrderQueue")
    own_bot.system.stack.sqs.delete_queue(QueueUrl=url)
    own_bot.type("ROOM user002")
    last = own_bot.slack.chat.messages(CLASS_RECORDINGS, ANN)[-1]
    assert "Nothing was started" in own_bot.slack.chat.as_text(last)
    assert [job.parameters.user_id for job in own_bot.jobs()] == ["user001"]


def test_rtc_dead_and_a_wrong_key_are_told_apart() -> None:
    """Nobody at the address: tried again, then given up. A wrong key: told at once, for five tries would lock it."""
    api = RtcApi(calls_per_second=None)
    nobody = Account("http://127.0.0.1:9", MADE_UP.app_id, MADE_UP.project_id, {"access_key": "A", "secret_key": "S"})
    slack = SlackWorkspace(rate_limited=False)
    with running(rtc=nobody, slack=slack, parameters={"MaxReceives": "2"}, built=BUILT) as system:
        bot = Deployment(system, api, slack, [])
        bot.type("ROOM user001")
        assert "Nothing was started" in bot.read("⛔ Not recorded", "RTC did not take the request", "no connection")
        assert bot.kinds() == ["not_started"]

    keys = {"access_key": MADE_UP.access_key, "secret_key": "wrong"}
    slack = SlackWorkspace(rate_limited=False)
    with serve(api) as server:
        account = Account(server.endpoint, MADE_UP.app_id, MADE_UP.project_id, keys)
        with running(rtc=account, slack=slack, built=BUILT) as system:
            bot = Deployment(system, api, slack, [])
            bot.type("ROOM user001")
            bot.read("⛔ Not recorded", "HTTP 401", "Ask an operator")
            assert (bot.starts(), bot.kinds()) == (1, ["not_started"])


def test_a_bug_of_ours_tells_the_asker_and_leaves_the_order_to_an_operator(own_bot: Deployment) -> None:
    """With the table gone nothing can be done: the asker reads so, and the order lies in the dead letters."""
    stack = own_bot.system.stack
    stack.dynamodb.delete_table(TableName=stack.table_name("LedgerTable"))
    own_bot.type("ROOM user001")
    eventually(lambda: any(own_bot.room in letter for letter in own_bot.dead_letters()))
    chat = own_bot.slack.chat
    (told,) = [text for it in chat.messages(CLASS_RECORDINGS, ANN) if "our mistake" in (text := chat.as_text(it))]
    (order_id,) = {Order.model_validate_json(letter).order_id for letter in own_bot.dead_letters()}
    assert f"Nothing is lost: order {order_id} is kept for an operator." in told
    assert own_bot.starts() == 0
