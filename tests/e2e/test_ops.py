"""python -m ops --local against the running system, in processes of their own, interrupted and run again."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from local.aws.faults import Fault
from local.demo.controller import Controller
from local.demo.event_log import EventLog
from local.demo.http_api import HttpApi
from local.loopback import Server
from local.rtc import faults as rtc_faults
from local.slack.chat import ANN, BEN
from shared.actors import Actor
from shared.order_ids import new_order_id
from shared.orders import Order, Start
from shared.rtc.models import RecordingRequest
from shared.slack_refs import ReplyTo
from tests.e2e import audit
from tests.e2e.conftest import Deployment, eventually
from tests.paths import ROOT
from tests.processes import PATIENCE_S, without_progress

pytestmark = [pytest.mark.sources, pytest.mark.drill]
LATE = Fault(delay=600)
"""The call is carried out, and the word waits for its answer until it is interrupted."""


@dataclass
class Ops:
    """What an operator types while the page is on this port."""

    bot: Deployment
    port: int

    def begin(self, *words: str) -> subprocess.Popen[str]:
        """Type the words."""
        environment = {name: it for name, it in os.environ.items() if not name.startswith("AWS_")}
        return subprocess.Popen(
            [sys.executable, "-m", "ops", *words, "--local"],
            cwd=ROOT,
            env=environment | {"PORT": str(self.port)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str, status: int = 0) -> str:
        """Type the words, and return what is printed."""
        with self.begin(*words) as process:
            out, err = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == status, (out, err)
        return out

    def ask(self, *words: str, status: int = 0) -> dict[str, Any]:
        """Type the words with --json, and return the document."""
        document: dict[str, Any] = json.loads(self.run(*words, "--json", status=status))
        return document

    def interrupt(self, *words: str, at: str, holding: str) -> str:
        """Type the words, and Ctrl-C once AWS has carried out that call of theirs. Return what was printed."""
        before = self._calls(at)
        self.bot.system.stack.misbehave(LATE, at.partition(":")[2], holding=holding)
        with self.begin(*words) as process:
            eventually(lambda: self._calls(at) > before or process.poll() is not None)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=PATIENCE_S)
        assert (process.returncode, without_progress(err)) == (130, "")
        return out

    def _calls(self, action: str) -> int:
        return sum(it.caller == "AKIALOCAL" and it.action == action for it in self.bot.system.stack.aws_calls())


@pytest.fixture
def ops(bot: Deployment) -> Iterator[Ops]:
    """The shared system, with a page."""
    http_api = HttpApi()
    with closing(Server(http_api.answer)) as server:
        http_api.controller = Controller(bot.system, EventLog(), server.port)
        yield Ops(bot, server.port)


def _given_up(bot: Deployment) -> Order:
    """An order of ann's that lies among the dead letters, though nothing is wrong with it."""
    channel = bot.new_channel()
    order = Order(
        order_id=new_order_id(),
        actor=Actor(kind="slack_user", id=ANN.user_id),
        action=Start(requests=(RecordingRequest(room_id=bot.room, user_id="user001"),)),
        placed_at=datetime.now(UTC),
        reply_to=ReplyTo(channel_id=channel.channel_id, is_public=True),
    )
    url = bot.system.stack.queue_url("DeadLetterQueue")
    bot.system.stack.sqs.send_message(QueueUrl=url, MessageBody=order.model_dump_json())
    return order


def test_doctor_finds_what_is_planted(ops: Ops) -> None:
    """Of the running system it knows all but what a local one lacks; a mistake that comes is in its next answer."""
    before = _by_verdict(ops.ask("doctor", status=1))
    assert before["wrong"] == ["Slack scopes"]  # the bot of the tests may not post where it is no member
    assert before["unknown"] == ["ticks", "page alarms", "notice alarms"]
    _given_up(ops.bot)
    ops.bot.rtc.misbehave(rtc_faults.Fault(status=403, error_code="RTC.00001021"), operation="show", times=None)
    after = _by_verdict(ops.ask("doctor", status=1))
    assert after["wrong"] == ["Slack scopes", "RTC key", "dead letters"]


def test_an_interrupted_redrive_is_run_again(ops: Ops) -> None:
    """Between the sending and the deleting the order is in both queues: it is started once, and nothing is left."""
    order = _given_up(ops.bot)
    (shown,) = ops.ask("dead-letters", "show")["dead_letters"]
    assert (shown["order"], shown["by"]) == (order.order_id, f"slack_user {ANN.user_id}")
    ops.interrupt("dead-letters", "redrive", "--all", at="sqs:SendMessage", holding=order.order_id)
    assert f"{order.order_id} is sent back" in ops.run("dead-letters", "redrive", "--all")
    eventually(lambda: len(_received(ops.bot, order)) > 1)
    assert ops.bot.starts() == 1
    (row,) = ops.ask("recordings")["recordings"]
    assert (row["recording"], row["room"], row["user"]) == (f"{order.order_id}.0", ops.bot.room, "user001")
    other = _given_up(ops.bot)
    ops.run("dead-letters", "drop", other.order_id, "--yes")
    assert ops.ask("dead-letters", "show")["dead_letters"] == []


def _received(bot: Deployment, order: Order) -> set[str]:
    """The messages with this start that the recorder has handled."""
    starts = [it for it in bot.received() if order.order_id in it["body"] and '"kind":"start"' in it["body"]]
    return {it["messageId"] for it in starts}


def test_an_interrupted_rotation_is_run_again(ops: Ops) -> None:
    """The key that was made and did not become current is taken then; the caller's old one works all the time."""
    old = next(it.key for it in ops.bot.system.callers if it.name == "demo")
    said = ops.interrupt(
        "secrets", "rotate", "caller:demo", at="secretsmanager:PutSecretValue", holding="WebhookSecret"
    )
    assert "whsec_" not in said
    assert _keys(ops) == [old]
    new = ops.ask("secrets", "rotate", "caller:demo")["key"]
    assert _keys(ops) == [new, old]
    ops.run("secrets", "rotate", "caller:demo", "--undo", "--yes")
    assert _keys(ops) == [old]


def test_who_did_what_is_printed_and_an_interrupted_forget_is_run_again(ops: Ops) -> None:
    """Ben's recording: who started and stopped it, until Ben is forgotten; one made-up id stands for Ben then."""
    bot = ops.bot
    bot.type("ROOM user001", BEN)
    bot.read("🔴 Recording user001", person=BEN)
    bot.type("stop ROOM user001", BEN)
    bot.read("⏹️ Recorded user001", person=BEN)
    bot.type("history ROOM", BEN)
    assert "stop asked for by" in bot.read("1 recording: room", person=BEN)
    eventually(lambda: "stop_done" in ops.run("audit", "--room", bot.room))
    said = ops.run("audit", "--room", bot.room, "--format", "csv")
    assert BEN.user_id in said
    ops.interrupt("forget", BEN.user_id, "--yes", at="dynamodb:UpdateItem", holding=bot.room)
    instead = ops.ask("forget", BEN.user_id, "--yes")["instead"]
    after = ops.run("audit", "--room", bot.room, "--format", "csv")
    assert BEN.user_id not in after + json.dumps(bot.items()) + json.dumps(audit.items(bot.system, "AuditTable"))
    assert after == said.replace(f"slack_user {BEN.user_id}", f"forgotten {instead}")


def _keys(ops: Ops) -> list[str]:
    """The caller's keys, as the webhook reads them."""
    found = ops.bot.system.stack.secret("WebhookSecret")
    keys: list[str] = found["callers"]["demo"]
    return keys


def test_the_words_that_only_read(ops: Ops) -> None:
    """Where RTC calls back, and which configuration holds."""
    assert ops.ask("callbacks", "show")["url"] is None
    assert ops.ask("config", "show")["version"] == 1


def _by_verdict(answer: dict[str, Any]) -> dict[str, list[str]]:
    return {
        verdict: [it["what"] for it in answer["findings"] if it["verdict"] == verdict]
        for verdict in ("wrong", "unknown")
    }
