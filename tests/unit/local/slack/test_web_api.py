"""The Web API: who may post where, how fast, and Slack's words for everything else."""

import json
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from local.http_message import Answer, Headers, Request
from local.slack.chat import (
    ANN,
    ANN_AND_BEN,
    ANN_AND_BOT,
    BOT,
    CHANNELS,
    CLASS_RECORDINGS,
    GENERAL,
    PEOPLE,
    SLACKBOT,
    STAFF,
    Channel,
    Chat,
)
from local.slack.content import Content
from local.slack.web_api import SCOPES, WebApi

type Json = dict[str, object]
HERE = CLASS_RECORDINGS.channel_id
ARCHIVED = replace(CLASS_RECORDINGS, channel_id="C0OLD", archived=True)


class _Clock:
    now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


class _Bot:
    """The bot's side of the Web API."""

    def __init__(self, scopes: frozenset[str] = SCOPES, *, rate_limited: bool = False) -> None:
        self.clock = _Clock()
        self.chat = Chat(PEOPLE, (*CHANNELS, ARCHIVED), self.clock)
        self._api = WebApi(self.chat, self.clock, token="xoxb-1", scopes=scopes, rate_limited=rate_limited)

    def call(self, method: str, **arguments: object) -> Json:
        answer = self.send(method, json.dumps(arguments).encode(), "application/json; charset=utf-8", "Bearer xoxb-1")
        assert answer.status == 200
        return _document(answer)

    def send(self, method: str, body: bytes, kind: str = "", authorization: str = "") -> Answer:
        pairs = (("Content-Type", kind), ("Authorization", authorization))
        headers = Headers(tuple((name, value) for name, value in pairs if value))
        return self._api.answer(method, Request("POST", f"/api/{method}", headers, body))


def _document(answer: Answer) -> Json:
    assert isinstance(answer.body, bytes)
    document = json.loads(answer.body)
    assert isinstance(document, dict)
    return document


def test_a_bot_posts_and_updates_its_message() -> None:
    """The answer has the channel and the ts, by which the message is edited in place."""
    bot = _Bot()
    posted = bot.call("chat.postMessage", channel=HERE, text="starting")
    assert (posted["ok"], posted["channel"]) == (True, HERE)
    updated = bot.call("chat.update", channel=HERE, ts=posted["ts"], text="started")
    assert (updated["ok"], updated["ts"], updated["text"]) == (True, posted["ts"], "started")
    (message,) = bot.chat.messages(CLASS_RECORDINGS, ANN)
    assert (message.content.text, message.author, message.edited, message.via) == ("started", BOT, True, "web_api")


@pytest.mark.parametrize(
    ("channel", "without", "with_public"),
    [
        (CLASS_RECORDINGS, None, None),
        (ANN_AND_BOT, None, None),
        (GENERAL, "not_in_channel", None),
        (STAFF, "channel_not_found", "channel_not_found"),
        (ANN_AND_BEN, "channel_not_found", "channel_not_found"),
        (ARCHIVED, "is_archived", "is_archived"),
    ],
)
def test_where_a_bot_may_post(channel: Channel, without: str | None, with_public: str | None) -> None:
    """Where it is a member; with chat:write.public also in public channels; what it can't see isn't there."""
    for scopes, error in ((SCOPES, without), (SCOPES | {"chat:write.public"}, with_public)):
        bot = _Bot(scopes)
        assert bot.call("chat.postMessage", channel=channel.channel_id, text="x").get("error") == error
        assert len(bot.chat.messages(channel)) == (error is None)


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("chat.postMessage", {"channel": "C9", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": HERE}, "no_text"),
        ("chat.postMessage", {"channel": HERE, "text": "x" * 40_001}, "msg_too_long"),
        ("chat.postMessage", {"channel": HERE, "blocks": [{"type": "section"}]}, "invalid_blocks"),
        ("chat.postMessage", {"channel": HERE, "text": "x", "thread_ts": "1.2"}, "thread_not_found"),
        ("chat.update", {"channel": HERE, "ts": "1.2", "text": "x"}, "message_not_found"),
        ("chat.update", {"channel": HERE, "text": "x"}, "message_not_found"),
        ("chat.postEphemeral", {"channel": HERE, "user": "U9", "text": "x"}, "user_not_in_channel"),
        ("chat.postEphemeral", {"channel": GENERAL.channel_id, "user": ANN.user_id, "text": "x"}, "not_in_channel"),
        ("chat.scribble", {}, "unknown_method"),
    ],
)
def test_each_refusal_is_a_200_with_slack_s_word(method: str, arguments: Json, error: str) -> None:
    """And nothing is posted."""
    bot = _Bot()
    answer = bot.call(method, **arguments)
    assert (answer["ok"], answer["error"]) == (False, error)
    assert bot.chat.messages(CLASS_RECORDINGS) == []


def test_a_reply_is_kept_in_the_thread_of_its_message() -> None:
    """The message knows how many replies it has. A reply to a reply is in the same thread."""
    bot = _Bot()
    ts = bot.call("chat.postMessage", channel=HERE, text="recorded")["ts"]
    other = bot.call("chat.postMessage", channel=HERE, text="another")["ts"]
    first = bot.call("chat.postMessage", channel=HERE, text="why", thread_ts=ts)
    second = bot.call("chat.postMessage", channel=HERE, text="how", thread_ts=first["ts"])
    assert [reply["message"]["thread_ts"] for reply in (first, second)] == [ts, ts]  # type: ignore[index] # JSON
    message, beside = (bot.chat.find(HERE, str(it)) for it in (ts, other))
    assert message
    assert beside
    assert [it.content.text for it in bot.chat.replies(message)] == ["why", "how"]
    assert bot.chat.replies(beside) == []
    updated = bot.call("chat.update", channel=HERE, ts=ts, text="recorded, 5 min")["message"]
    assert (updated["thread_ts"], updated["reply_count"], updated["latest_reply"]) == (ts, 2, second["ts"])  # type: ignore[index] # JSON


def test_a_thread_goes_with_its_message() -> None:
    """Nobody can reply to a message that was deleted, or to an ephemeral one."""
    bot = _Bot()
    gone = bot.chat.post(CLASS_RECORDINGS, BOT, Content("x"), "web_api")
    bot.chat.delete(gone)
    ephemeral = bot.chat.post(CLASS_RECORDINGS, BOT, Content("x"), "web_api", only_for=ANN.user_id)
    for message in (gone, ephemeral):
        assert bot.call("chat.postMessage", channel=HERE, text="y", thread_ts=message.ts)["error"] == "thread_not_found"
    assert len(bot.chat.messages(CLASS_RECORDINGS)) == 1


def test_only_the_bot_s_own_lasting_messages_can_be_updated() -> None:
    """Not Slackbot's, and not an ephemeral one."""
    bot = _Bot()
    foreign = bot.chat.post(CLASS_RECORDINGS, SLACKBOT, Content("x"), "slack")
    assert bot.call("chat.update", channel=HERE, ts=foreign.ts, text="y")["error"] == "cant_update_message"
    ephemeral = bot.call("chat.postEphemeral", channel=HERE, user=ANN.user_id, text="x")["message_ts"]
    assert bot.call("chat.update", channel=HERE, ts=ephemeral, text="y")["error"] == "message_not_found"
    assert bot.chat.messages(CLASS_RECORDINGS)[1].only_for == ANN.user_id


def test_posts_to_a_channel_come_a_second_apart() -> None:
    """Sooner is a 429 that says when; another channel and an update are not held back."""
    bot = _Bot(rate_limited=True)
    ts = bot.call("chat.postMessage", channel=HERE, text="one")["ts"]
    bot.clock.now += 0.4
    body = json.dumps({"channel": HERE, "text": "two"}).encode()
    limited = bot.send("chat.postMessage", body, "application/json", "Bearer xoxb-1")
    assert (limited.status, _document(limited)["error"]) == (429, "ratelimited")
    assert ("Retry-After", "1") in limited.headers
    assert bot.call("chat.postMessage", channel=ANN_AND_BOT.channel_id, text="x")["ok"]
    assert bot.call("chat.update", channel=HERE, ts=ts, text="edited")["ok"]
    bot.clock.now += 0.6
    assert bot.call("chat.postMessage", channel=HERE, text="two")["ok"]


def test_an_update_keeps_metadata_unless_it_has_its_own() -> None:
    """An empty object removes the metadata; metadata that Slack ignores is named in a warning."""
    bot = _Bot()
    metadata = {"event_type": "recordbot_order", "event_payload": {"order_id": "1"}}
    posted = bot.call("chat.postMessage", channel=HERE, text="x", metadata=metadata)
    ts = posted["ts"]
    assert _metadata(posted) == metadata
    assert _metadata(bot.call("chat.update", channel=HERE, ts=ts, text="y")) == metadata
    other = metadata | {"event_payload": {"order_id": "2"}}
    assert _metadata(bot.call("chat.update", channel=HERE, ts=ts, text="y", metadata=other)) == other
    assert _metadata(bot.call("chat.update", channel=HERE, ts=ts, text="y", metadata={})) is None
    ignored = bot.call("chat.postMessage", channel=ANN_AND_BOT.channel_id, text="x", metadata={"event_type": "a.b"})
    assert (ignored["ok"], ignored["warning"], _metadata(ignored)) == (True, "invalid_metadata_schema", None)


def _metadata(answer: Json) -> object:
    assert isinstance(answer["message"], dict)
    return answer["message"].get("metadata")


def test_a_form_is_as_good_as_json_and_may_hold_the_token() -> None:
    """Blocks are JSON in a field then."""
    bot = _Bot()
    blocks = json.dumps([{"type": "header", "text": {"type": "plain_text", "text": "Head"}}])
    form = urlencode({"token": "xoxb-1", "channel": HERE, "blocks": blocks}).encode()
    assert _document(bot.send("chat.postMessage", form, "application/x-www-form-urlencoded"))["ok"]
    assert bot.chat.as_text(bot.chat.messages(CLASS_RECORDINGS)[0]) == "Head"


@pytest.mark.parametrize(
    ("body", "kind", "authorization", "error"),
    [
        (b"", "", "", "not_authed"),
        (b"", "", "Bearer xoxb-2", "invalid_auth"),
        (b"token=xoxb-2", "", "", "invalid_auth"),
        (b"{", "application/json", "Bearer xoxb-1", "invalid_json"),
        (b"[]", "application/json", "Bearer xoxb-1", "json_not_object"),
        (b"\xff", "", "Bearer xoxb-1", "invalid_form_data"),
        (b"<x/>", "text/xml", "Bearer xoxb-1", "invalid_post_type"),
    ],
)
def test_what_is_not_a_call_of_the_bot_s_is_refused(body: bytes, kind: str, authorization: str, error: str) -> None:
    """Foreign tokens and unreadable bodies have words of their own."""
    assert _document(_Bot().send("auth.test", body, kind, authorization))["error"] == error


def test_a_missing_scope_is_named() -> None:
    """With what was needed and what the token has; auth.test needs none."""
    bot = _Bot(frozenset({"commands"}))
    answer = bot.call("chat.postMessage", channel=HERE, text="x")
    assert (answer["error"], answer["needed"], answer["provided"]) == ("missing_scope", "chat:write", "commands")
    assert bot.call("auth.test")["user_id"] == BOT
