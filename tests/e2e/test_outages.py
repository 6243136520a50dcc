"""When a part is gone for good: the asker and the operator read so, and the ledger is right.

A test that breaks its system for good has one of its own.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from local.rtc.api import RtcApi
from local.rtc.credentials import MADE_UP
from local.rtc.server import serve
from local.slack.chat import ANN, CLASS_RECORDINGS
from local.slack.faults import RESPONSE_URL_ENDED
from local.slack.workspace import SlackWorkspace
from local.system import Account, running
from shared.log_events import LogEvent
from shared.orders import Order
from tests.e2e.conftest import BUILT, Deployment, deployed, eventually, new_room
from tests.processes import PATIENCE_S


@pytest.fixture(scope="module")
def tokenless_system() -> Iterator[Deployment]:
    """A system whose bot has no token, and answers by response_url alone."""
    yield from deployed([], bot_token=False)


@pytest.fixture
def bot(tokenless_system: Deployment) -> Iterator[Deployment]:
    """The system without a token, with a room of one's own; Slack behaves again afterwards."""
    yield replace(tokenless_system, room=new_room())
    tokenless_system.slack.behave()


@pytest.fixture
def own_bot() -> Iterator[Deployment]:
    """A system of one's own, to break; the bot has no token."""
    yield from deployed([], bot_token=False)


def test_a_response_url_that_has_ended_leaves_the_outcome_in_the_ledger(bot: Deployment) -> None:
    """Nothing can be told any more; the recording runs, the ledger has it, and nothing goes round for ever."""
    bot.slack.misbehave(RESPONSE_URL_ENDED, times=None)
    bot.type("ROOM user001")
    bot.system.stack.wait_until_drained(PATIENCE_S)
    assert (len(bot.jobs()), bot.kinds()) == (1, ["started"])
    assert any(LogEvent.NOT_ANSWERED in line for line in bot.logs)
    assert bot.dead_letters() == []


def test_without_a_bot_token_the_answer_comes_by_the_response_url(bot: Deployment) -> None:
    """Two posts of five: starting, then recording."""
    bot.type("ROOM user001")
    bot.read("🟡 Starting")
    bot.read("🔴 Recording")
    assert [job.parameters.user_id for job in bot.jobs()] == ["user001"]


def test_rtc_dead_and_a_wrong_key_are_told_apart() -> None:
    """Nobody at the address: tried again, then given up. A wrong key: told at once, for five tries would lock it."""
    api = RtcApi(calls_per_second=None)
    nobody = Account("http://127.0.0.1:9", MADE_UP.app_id, MADE_UP.project_id, {"access_key": "A", "secret_key": "S"})
    slack = SlackWorkspace(rate_limited=False, patience=PATIENCE_S)
    with running(rtc=nobody, slack=slack, parameters={"MaxReceives": "2"}, built=BUILT) as system:
        bot = Deployment(system, api, slack, [], [])
        bot.type("ROOM user001")
        assert "Nothing was started" in bot.read("⛔ Not recorded", "RTC did not take the request", "no connection")
        assert bot.kinds() == ["not_started"]

    keys = {"access_key": MADE_UP.access_key, "secret_key": "wrong"}
    slack = SlackWorkspace(rate_limited=False, patience=PATIENCE_S)
    with serve(api) as server:
        account = Account(server.endpoint, MADE_UP.app_id, MADE_UP.project_id, keys)
        with running(rtc=account, slack=slack, built=BUILT) as system:
            bot = Deployment(system, api, slack, [], [])
            bot.type("ROOM user001")
            bot.read("⛔ Not recorded", "HTTP 401", "Ask an operator")
            assert (bot.starts(), bot.kinds()) == (1, ["not_started"])


def test_a_bug_of_ours_tells_the_asker_and_leaves_the_order_to_an_operator(own_bot: Deployment) -> None:
    """With the table gone nothing can be done: the asker reads so, and the order lies in the dead letters.

    With the order queue gone as well, the next asker reads that nothing was started.
    """
    stack = own_bot.system.stack
    stack.dynamodb.delete_table(TableName=stack.table_name("LedgerTable"))
    own_bot.type("ROOM user001")
    eventually(lambda: any(own_bot.room in letter for letter in own_bot.dead_letters()))
    chat = own_bot.slack.chat
    (told,) = [text for it in chat.messages(CLASS_RECORDINGS, ANN) if "our mistake" in (text := chat.as_text(it))]
    (order_id,) = {Order.model_validate_json(letter).order_id for letter in own_bot.dead_letters()}
    assert f"Nothing is lost: order {order_id} is kept for an operator." in told
    assert own_bot.starts() == 0

    stack.sqs.delete_queue(QueueUrl=stack.queue_url("OrderQueue"))
    own_bot.type("ROOM user002")
    assert "Nothing was done" in chat.as_text(chat.messages(CLASS_RECORDINGS, ANN)[-1])
    assert own_bot.jobs() == []
