"""When RTC, Slack, the queue or the recorder itself fail: the right answer, the right jobs, the right ledger."""

import json
from datetime import UTC, datetime

import pytest

from local.aws.faults import Fault as AwsFault
from local.http_message import Wire
from local.rtc.faults import Fault
from local.slack.chat import ANN, BEN, CLASS_RECORDINGS
from shared.actors import Actor
from shared.log_events import LogEvent
from shared.order_ids import new_order_id
from shared.orders import Order, Start
from shared.rtc.models import RecordingRequest
from shared.slack_refs import ReplyTo
from tests.e2e.conftest import Deployment, eventually
from tests.processes import DRAIN_S

pytestmark = pytest.mark.drill


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
        pytest.param(Fault(wire=Wire.NOTHING, delay=600, made=True), id="silent after it made the job"),
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
    for receive in (1, 2):
        bot.hand_back(receive)
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
    bot.system.stack.wait_until_drained(DRAIN_S)
    assert (bot.starts(), len(bot.jobs()), bot.kinds(), len(bot.seen(BEN))) == (1, 1, ["started"], 1)


def test_the_recorder_killed_in_the_call_leaves_an_unknown_outcome(bot: Deployment) -> None:
    """The message comes back after the lease: nobody can know, so it is told and not repeated."""
    bot.rtc.misbehave(Fault(delay=600, made=True), operation="start")
    bot.type("ROOM user001")
    eventually(bot.starts)
    bot.kill_recorder()
    bot.hand_back_all()
    bot.read("may or may not be recording")
    assert (bot.starts(), len(bot.jobs()), bot.kinds()) == (1, 1, ["unknown"])


def test_an_outcome_that_the_ledger_does_not_take_is_stored_later(bot: Deployment) -> None:
    """It waits on the queue as a settle: one start, one job, one answer, and no dead letter."""
    failed = AwsFault(status=500, code="InternalServerError")
    bot.system.stack.wait_until_drained(DRAIN_S)  # so that no other outcome is stored meanwhile
    bot.system.stack.misbehave(failed, "TransactWriteItems", holding=r"\"state\":\"settled\"", times=4)
    bot.type("ROOM user001")
    bot.read("🔴 Recording user001")
    bot.system.stack.wait_until_drained(DRAIN_S)
    assert (bot.starts(), len(bot.jobs()), bot.kinds(), len(bot.seen(BEN))) == (1, 1, ["started"], 1)
    assert any(LogEvent.NOT_STORED in line for line in bot.logs)
    assert not any(bot.room in letter for letter in bot.dead_letters())


def test_a_message_that_is_no_order_goes_to_the_dead_letters(bot: Deployment) -> None:
    """It harms nobody else in its batch, and is there for an operator."""
    garbage = json.dumps({"room": bot.room})
    bot.put(garbage)
    for receive in (1, 2, 3):
        bot.hand_back(receive)
    eventually(lambda: garbage in bot.dead_letters())
