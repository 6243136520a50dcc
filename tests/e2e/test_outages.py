"""When a part is gone for good: the asker and the operator read so, and the ledger is right.

The test that breaks its system for good has one of its own.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from local.aws.lambda_pool import Invocation
from local.rtc.api import RtcApi
from local.rtc.credentials import MADE_UP
from local.slack.chat import ANN, CLASS_RECORDINGS
from local.slack.faults import RESPONSE_URL_ENDED
from local.slack.workspace import SlackWorkspace
from local.system import Account, running
from shared.log_events import LogEvent
from shared.orders import Order
from tests.e2e.conftest import BUILT, Deployment, deployed, eventually, new_room
from tests.leftovers import clear
from tests.processes import DRAIN_S, PATIENCE_S

pytestmark = pytest.mark.drill


@pytest.fixture(scope="module")
def tokenless_system() -> Iterator[Deployment]:
    """A system whose bot has no token, and answers by response_url alone."""
    yield from deployed([], bot_token=False)


@pytest.fixture
def bot(tokenless_system: Deployment) -> Iterator[Deployment]:
    """The system without a token, with a room of one's own; Slack behaves again afterwards."""
    yield replace(tokenless_system, room=new_room())
    tokenless_system.slack.behave()
    clear(tokenless_system.system)


def test_a_response_url_that_has_ended_leaves_the_outcome_in_the_ledger(bot: Deployment) -> None:
    """Nothing can be told any more; the recording runs, the ledger has it, and nothing goes round for ever."""
    bot.slack.misbehave(RESPONSE_URL_ENDED, times=None)
    bot.type("ROOM user001")
    bot.system.stack.wait_until_drained(DRAIN_S)
    assert (len(bot.jobs()), bot.kinds()) == (1, ["started"])
    assert any(LogEvent.NOT_ANSWERED in line for line in bot.logs)
    assert not any(bot.room in letter for letter in bot.dead_letters())


def test_without_a_bot_token_the_answer_comes_by_the_response_url(bot: Deployment) -> None:
    """Two posts of five: starting, then recording."""
    bot.type("ROOM user001")
    bot.read("🟡 Starting")
    bot.read("🔴 Recording")
    assert [job.parameters.user_id for job in bot.jobs()] == ["user001"]


def test_what_is_gone_for_good_is_told() -> None:
    """RTC: tried again, then given up. Then the table: the order lies in the dead letters. Then the order queue."""
    nobody = Account("http://127.0.0.1:9", MADE_UP.app_id, MADE_UP.project_id, {"access_key": "A", "secret_key": "S"})
    slack = SlackWorkspace(rate_limited=False, patience=PATIENCE_S)
    calls: list[Invocation] = []
    parameters = {"MaxReceives": "2"}
    with running(
        rtc=nobody, slack=slack, bot_token=False, parameters=parameters, built=BUILT, on_call=calls.append
    ) as system:
        bot = Deployment(system, RtcApi(), slack, [], calls, [])
        _without_rtc(bot)
        bot = replace(bot, room=new_room())
        _without_table(bot)
        bot.system.stack.sqs.delete_queue(QueueUrl=bot.system.stack.queue_url("OrderQueue"))
        bot.type("ROOM user002")
        assert "Nothing was done" in slack.chat.as_text(slack.chat.messages(CLASS_RECORDINGS, ANN)[-1])


def _without_rtc(bot: Deployment) -> None:
    """Nobody is at the address: the channel reads that nothing was started."""
    bot.type("ROOM user001")
    bot.hand_back()
    assert "Nothing was started" in bot.read("⛔ Not recorded", "RTC did not take the request", "no connection")
    assert bot.kinds() == ["not_started"]
    bot.system.stack.wait_until_drained(DRAIN_S)


def _without_table(bot: Deployment) -> None:
    """A bug of ours, as far as anybody knows: the asker reads so, and the order waits for an operator."""
    stack, chat = bot.system.stack, bot.slack.chat
    stack.dynamodb.delete_table(TableName=stack.table_name("LedgerTable"))
    bot.type("ROOM user001")
    for receive in (1, 2):
        bot.hand_back(receive)
    eventually(lambda: any(bot.room in letter for letter in bot.dead_letters()))
    (told,) = [text for it in chat.messages(CLASS_RECORDINGS, ANN) if "our mistake" in (text := chat.as_text(it))]
    (order_id,) = {Order.model_validate_json(letter).order_id for letter in bot.dead_letters()}
    assert f"Nothing is lost: order {order_id} is kept for an operator." in told
