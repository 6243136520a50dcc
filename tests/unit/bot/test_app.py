"""What the Bolt app answers, without a network: verified requests go in, replies and orders come out."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis.strategies import text
from slack_bolt import App, BoltRequest, BoltResponse

from bot.app import create_app
from bot.conversation import Conversation
from bot.messages.blocks import Audience, Reply
from bot.messages.replies import our_mistake
from shared.orders import NotQueued, Order, PerhapsQueued
from shared.slack_refs import ReplyTo
from shared.team import SHIPPED, STRICT, InForce, Trouble
from shared.team_document import team_of
from tests.block_kit import assert_slack_takes, read
from tests.builders import ANN, NOW, RESPONSE_URL, requests_of
from tests.known_recordings import KnownRecordings

COMMAND = {
    "command": "/record",
    "text": "room 100 user001 hd",
    "user_id": "U1ANN",
    "channel_id": "C1",
    "response_url": RESPONSE_URL,
}


@dataclass
class Outside:
    """What stands around the app: a queue, which may fail, and whoever hears of our mistakes."""

    failure: Exception | None = None
    orders: list[Order] = field(default_factory=list)
    reported: list[Exception] = field(default_factory=list)
    away: list[Exception] = field(default_factory=list)
    recordings: KnownRecordings = field(default_factory=KnownRecordings)
    team: InForce = field(default_factory=lambda: InForce(SHIPPED))

    def put(self, order: Order) -> None:
        if self.failure:
            raise self.failure
        self.orders.append(order)

    def app(self, command: str = "/record") -> App:
        return create_app(
            Conversation(
                command=command,
                idle_default=300,
                recordings=lambda: self.recordings,
                put=self.put,
                report_away=self.away.append,
                team=lambda: self.team,
                clock=lambda: NOW,
            ),
            report=self.reported.append,
            respond=lambda _url, _message: None,
        )


def _ask(app: App, **changes: str) -> BoltResponse:
    return app.dispatch(BoltRequest(body=COMMAND | changes, mode="socket_mode"))


def _reply(response: BoltResponse) -> Reply:
    """The reply in a 200, checked: Slack takes it, and only the asker sees it."""
    assert response.status == 200
    body: dict[str, Any] = json.loads(response.body)
    assert body.keys() == {"response_type", "text", "blocks"}
    reply = Reply(body["text"], body["blocks"], Audience(body["response_type"]))
    assert reply.to is Audience.ASKER
    assert_slack_takes(reply)
    return reply


def test_a_channel_s_room_and_preset_hold_where_they_are_not_typed() -> None:
    """In that channel alone, and from the next command after the document has changed."""
    team = team_of({"presets": {"lecture": {"quality": "sd"}}, "channels": {"C1": {"room": 7}}})
    outside = Outside(team=InForce(team))
    app = outside.app()
    _reply(_ask(app, text="user001 lecture"))
    (order,) = outside.orders
    (request,) = requests_of(order)
    assert (request.room_id, request.user_id, request.select_stream_type) == ("7", "user001", "SD")
    assert "the room is missing" not in _reply(_ask(app, text="lecture")).text
    assert _reply(_ask(app, text="user001 lecture", channel_id="C2")).text.startswith("✋ Nothing started")
    outside.team = InForce(SHIPPED)
    assert _reply(_ask(app, text="user001 preset=lecture")).text.startswith("✋ Nothing started")
    assert outside.orders == [order]


@pytest.mark.parametrize("text", ["user001", "100 user001 lecture", "100 user001"])
def test_while_the_configuration_can_not_be_read_nobody_reads_that_a_word_is_missing(text: str) -> None:
    """The channel may have a room, and the word may be a preset: nobody knows now, and nothing starts."""
    outside = Outside(team=InForce(STRICT, trouble=Trouble.AWAY))
    assert "can't be read" in _reply(_ask(outside.app(), text=text)).text
    assert not outside.orders


def test_a_command_becomes_an_order_and_its_asker_reads_so() -> None:
    """Who asked, where the answer goes and when it was, beside what is asked."""
    outside = Outside()
    reply = _reply(_ask(outside.app(), text="room 100 user001,user002 hd dry-run"))
    (order,) = outside.orders
    assert [request.user_id for request in requests_of(order)] == ["user001", "user002"]
    assert {request.max_idle_time for request in requests_of(order)} == {300}
    assert (order.action.kind, order.actor, order.placed_at) == ("start", ANN, NOW)
    assert order.reply_to == ReplyTo(channel_id="C1", response_url=RESPONSE_URL)
    assert order.order_id in read(reply)


def test_slacks_markup_is_undone_before_the_text_is_read() -> None:
    """Slack escapes what is typed and wraps addresses: RTC gets what the person typed, and no `&amp;`."""
    outside = Outside()
    _ask(outside.app(), text="100 user001 push=<rtmp://h/a?x=1&amp;y=2> push=rtmp://h/b?x=1&amp;amp;y=2")
    (order,) = outside.orders
    published = requests_of(order)[0].publish_param
    assert published
    assert published.rtmp_urls == ["rtmp://h/a?x=1&y=2", "rtmp://h/b?x=1&amp;y=2"]


@pytest.mark.parametrize(
    "typed",
    [
        "room 100 user001,user002 hd idle=10m",
        "100 user001,user002 hd idle=10m",
        "start room 100 user001,user002 hd idle=10m",
        "start 100 user001,user002 hd idle=10m",
        "room=100 user001,user002 hd idle=10m",
        "room=100 user=user001,user002 hd idle=10m",
        "100 user001;user002 idle 10m hd",
        "100\nuser001\nuser002\nHD\n--idle 10m",
        "\uff11\uff10\uff10 \u201cuser001\u201d, user002 hd \u2014idle 10m.",
    ],
)
def test_each_form_of_a_command_becomes_the_same_order(typed: str) -> None:
    """However people type it, and whatever their keyboards make of it."""
    outside = Outside()
    _reply(_ask(outside.app(), text=typed))
    (order,) = outside.orders
    assert [(request.room_id, request.user_id) for request in requests_of(order)] == [
        ("100", "user001"),
        ("100", "user002"),
    ]
    assert {(request.select_stream_type, request.max_idle_time) for request in requests_of(order)} == {("HD", 600)}


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("100 user001 1080p", "‹1080p› → fhd (or a person? user=1080p)"),
        ("100 user001 720p", "‹720p› → fhd (or a person? user=720p)"),
        ("100 user001 mute", "‹mute› → no-audio (or a person? user=mute)"),
        ("100 all", "‹all› → name each user, up to 10: user001,user002 (or a person? user=all)"),
        ("100 @ann", "‹@ann› → Slack people aren't RTC users: type the user's id in RTC"),
        ("hd user001", "the user is missing: who in room user001? (or a room called hd? room hd user001)"),
    ],
)
def test_each_common_error_is_answered_with_its_corrections(typed: str, answer: str) -> None:
    """Words of other tools, Slack's people, a room named like an option: nothing starts, both corrections show."""
    outside = Outside()
    assert answer in read(_reply(_ask(outside.app(), text=typed)))
    assert not outside.orders


def test_somebody_mentioned_is_told_apart_from_a_user_of_rtc() -> None:
    """A mention comes as Slack's id; the error repeats the name that was typed."""
    outside = Outside()
    reply = read(_reply(_ask(outside.app(), text="100 <@U0ANN|ann> hd")))
    assert "‹@ann› → Slack people aren't RTC users" in reply
    assert not outside.orders


def test_every_order_has_an_id_of_its_own() -> None:
    """Slack's requests carry none; typed twice is asked twice."""
    outside = Outside()
    app = outside.app()
    for _ in range(20):
        _ask(app)
    assert len({order.order_id for order in outside.orders}) == 20


@pytest.mark.parametrize(("typed", "said"), [("", "user001"), ("help", "user001"), ("help idle", "idle")])
def test_help_is_answered_without_an_order(typed: str, said: str) -> None:
    """A question needs no queue."""
    outside = Outside(failure=NotQueued())
    assert said in read(_reply(_ask(outside.app(), text=typed)))
    assert not outside.orders


def test_an_error_is_answered_with_the_way_out() -> None:
    """At once, by the command's own name, and nothing is put on the queue."""
    outside = Outside()
    reply = _reply(_ask(outside.app("/rec"), command="/rec", text="room 100 user001 hdd"))
    assert "Nothing started" in reply.text
    assert "/rec room 100 user001" in read(reply)
    assert not outside.orders


def test_a_queue_that_takes_nothing_is_said_to() -> None:
    """Nothing was started, and that is what the person reads."""
    outside = Outside(NotQueued("order 1"))
    assert "Nothing was done" in read(_reply(_ask(outside.app())))
    assert not outside.reported


def test_a_queue_that_may_have_the_order_is_not_said_to_lack_it() -> None:
    """Neither accepted nor refused: the person is told how to find out."""
    reply = read(_reply(_ask(Outside(PerhapsQueued("order 1")).app())))
    assert "may or may not" in reply
    assert "Nothing was done" not in reply


def test_a_mistake_of_ours_is_owned_up_to_and_reported() -> None:
    """A 500 would show the person nothing of use."""
    outside = Outside(RuntimeError("oh"))
    reply = _reply(_ask(outside.app()))
    assert reply == our_mistake()
    assert "Nothing was done" in read(reply)
    assert outside.reported == [outside.failure]


def test_a_command_of_another_name_is_told_ours() -> None:
    """The app's settings in Slack and the function's may differ."""
    outside = Outside()
    assert "/record help" in read(_reply(_ask(outside.app(), command="/recording")))
    assert not outside.orders


@pytest.mark.parametrize("name", ["user_id", "channel_id", "response_url"])
@pytest.mark.parametrize("lack", [lambda body, name: body.pop(name), lambda body, name: body.update({name: ""})])
def test_a_command_half_there_is_refused(name: str, lack: Callable[[dict[str, str], str], None]) -> None:
    """Nobody could be answered: that is no order, and no mistake of ours."""
    outside = Outside()
    body = COMMAND.copy()
    lack(body, name)
    response = outside.app().dispatch(BoltRequest(body=body, mode="socket_mode"))
    assert (response.status, outside.orders, outside.reported) == (400, [], [])


@pytest.mark.parametrize(
    "body",
    [
        {"type": "view_closed", "view": {"type": "modal", "callback_id": "start"}},
        {"type": "event_callback", "event": {"type": "app_mention"}},
        {},
    ],
)
def test_what_nobody_asked_for_is_taken_in_silence(body: dict[str, object]) -> None:
    """A 404 would show the person a warning sign."""
    outside = Outside()
    response = outside.app().dispatch(BoltRequest(body=body, mode="socket_mode"))
    assert (response.status, response.body, outside.reported) == (200, "", [])


_APP = Outside().app()


@given(text())
def test_any_text_gets_an_answer_that_slack_takes(typed: str) -> None:
    """Whatever people type."""
    _reply(_ask(_APP, text=typed))


def test_bolt_logs_no_bodies(caplog: pytest.LogCaptureFixture) -> None:
    """Not even where the root logger is at DEBUG; and it leaves the functions' logger at the level it has."""
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("recordbot").setLevel(logging.INFO)
        app = Outside(RuntimeError("oh")).app()
        for command in ("/record", "/other"):
            _ask(app, command=command, text="help s3cret")
        app.dispatch(BoltRequest(body={"type": "s3cret"}, mode="socket_mode"))
    assert logging.getLogger("recordbot").level == logging.INFO
    assert "s3cret" not in caplog.text
    assert RESPONSE_URL not in caplog.text


def test_the_app_verifies_nothing_and_so_takes_nothing_unverified() -> None:
    """In Bolt's HTTP mode it has no secret to verify with: it never answers as if a request were Slack's."""
    outside = Outside()
    response = outside.app().dispatch(BoltRequest(body="command=%2Frecord&text=100+user001", headers={}))
    assert (response.status, outside.orders) == (400, [])
