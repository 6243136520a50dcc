"""Posting over real sockets: where a reply goes, what ends a delivery and what only delays it, and what never leaks."""

import json
import logging
import socket
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from bot.messages.blocks import Audience, Reply, reply
from bot.posting import Messenger
from bot.slack_api import CannotDeliver, SlackApi, TryLater
from shared.slack_refs import MessageRef, ReplyTo
from tests.raw_server import RawServer, http, resets, sends

TOKEN = "xoxb-t0ken"
ORDER_ID = "7KQ2M4X8P1ZA"
METADATA = {"event_type": "recordbot_order", "event_payload": {"order_id": ORDER_ID}}
HOOK = "/commands/T1/1/s3cret"
NEWS = reply(Audience.CHANNEL, ["🟡 Starting <user001>"], ["job 1"])
ANSWER = reply(Audience.ASKER, ["♻️ Already recording user001"])
OK = http(200, b"ok")
POSTED = http(200, b'{"ok": true, "channel": "C9", "ts": "1.2"}')


def refused(error: str) -> bytes:
    """How the Web API says no."""
    return http(200, json.dumps({"ok": False, "error": error}).encode())


class Slack(RawServer):
    """Slack with one answer, as bytes, for its Web API and one for its response URLs."""

    def __init__(self, web_api: bytes = POSTED, hook: bytes = OK) -> None:
        super().__init__(lambda sock: sock.sendall(web_api if b" /api/" in self.requests[-1][:99] else hook))

    def messenger(self, token: str | None = TOKEN, limit: float = 60.0) -> Messenger:
        """A messenger for this server, with a limit for the whole answer, in seconds."""
        return Messenger(
            SlackApi(
                api_url=f"{self.endpoint}/api/",
                bot_token=token,
                response_url_prefix=f"{self.endpoint}/",
                limits=(60.0, limit),
            )
        )

    def post(self, said: Reply = NEWS, token: str | None = TOKEN) -> MessageRef | None:
        """Post to this server."""
        return self.messenger(token).post(said, self.reply_to, ORDER_ID)

    @property
    def reply_to(self) -> ReplyTo:
        return ReplyTo(channel_id="C1", response_url=self.endpoint + HOOK)

    @property
    def calls(self) -> list[tuple[str, dict[str, Any]]]:
        """The paths that were posted to, with the JSON they got."""
        split = (request.decode().partition("\r\n\r\n") for request in self.requests)
        return [(head.split(" ")[1], json.loads(body)) for head, _, body in split]


def test_the_channel_is_told_by_chat_post_message() -> None:
    """With a token the message is the bot's own, can be updated, and unfolds no link."""
    with Slack() as slack:
        assert slack.post() == MessageRef(channel_id="C9", ts="1.2")
        expected = {
            "channel": "C1",
            "text": NEWS.text,
            "blocks": NEWS.blocks,
            "metadata": METADATA,
            "unfurl_links": False,
            "unfurl_media": False,
        }
        assert slack.calls == [("/api/chat.postMessage", expected)]
        assert b"\r\nAuthorization: Bearer xoxb-t0ken\r\n" in slack.requests[0]


def test_a_reply_goes_into_the_thread_of_its_message() -> None:
    """It has the order's id, as every message about an order."""
    with Slack() as slack:
        slack.messenger().reply(MessageRef(channel_id="C9", ts="1.2"), NEWS, ORDER_ID)
        [(path, said)] = slack.calls
        assert path == "/api/chat.postMessage"
        assert (said["channel"], said["thread_ts"], said["metadata"]) == ("C9", "1.2", METADATA)


@pytest.mark.parametrize(
    ("said", "token", "response_type"),
    [(ANSWER, TOKEN, "ephemeral"), (ANSWER, None, "ephemeral"), (NEWS, None, "in_channel")],
)
def test_the_response_url_serves_the_asker_and_who_has_no_token(
    said: Reply, token: str | None, response_type: str
) -> None:
    """One post, seen by whom it is for, without the token."""
    with Slack() as slack:
        assert slack.post(said, token) is None
        content = {"text": said.text, "blocks": said.blocks, "metadata": METADATA}
        assert slack.calls == [(HOOK, {"response_type": response_type, **content})]
        assert b"uthorization" not in slack.requests[0]


def test_without_a_response_url_the_channel_reads_what_only_the_asker_would() -> None:
    """A caller of the webhook has no eyes of its own in Slack."""
    with Slack() as slack:
        posted = slack.messenger().post(ANSWER, ReplyTo(channel_id="C1"), ORDER_ID)
        assert posted == MessageRef(channel_id="C9", ts="1.2")
        assert [path for path, _ in slack.calls] == ["/api/chat.postMessage"]


@pytest.mark.parametrize(("token", "reason"), [(None, "without a bot token"), (TOKEN, "not_in_channel")])
def test_without_a_response_url_the_bot_s_token_is_the_only_way(token: str | None, reason: str) -> None:
    """Where that fails for good, nobody gets an answer."""
    with Slack(web_api=refused("not_in_channel")) as slack, pytest.raises(CannotDeliver, match=reason):
        slack.messenger(token).post(NEWS, ReplyTo(channel_id="C1"), ORDER_ID)


def test_an_update_takes_the_place_of_what_was_posted() -> None:
    """The message is named by where it stands."""
    with Slack() as slack:
        slack.messenger().update(MessageRef(channel_id="C9", ts="1.2"), NEWS, ORDER_ID)
        content = {"text": NEWS.text, "blocks": NEWS.blocks, "metadata": METADATA}
        assert slack.calls == [("/api/chat.update", {"channel": "C9", "ts": "1.2", **content})]


@pytest.mark.parametrize(
    "refusal",
    [
        *map(refused, ["not_in_channel", "channel_not_found", "is_archived", "missing_scope", "token_revoked"]),
        http(302, b"", "Location: https://example.com/"),
        http(404, b"<html>"),
    ],
)
def test_where_the_bot_may_not_post_the_response_url_may(refusal: bytes) -> None:
    """The channel reads the news all the same."""
    with Slack(web_api=refusal) as slack:
        assert slack.post() is None
        assert [path for path, _ in slack.calls] == ["/api/chat.postMessage", HOOK]
        assert slack.calls[1][1]["response_type"] == "in_channel"


@pytest.mark.parametrize(
    ("answer", "retry_after"),
    [
        (http(429, b"", "Retry-After: 30"), 30),
        (http(429, b"", "Retry-After: soon"), None),
        (http(429, b"", "Retry-After: -1"), None),
        (http(500), None),
        (http(503, b"<html>"), None),
        (refused("ratelimited"), None),
        (refused("internal_error"), None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", None),
        (b"nonsense\r\n\r\n", None),
    ],
)
@pytest.mark.parametrize("token", [TOKEN, None])
def test_what_passes_is_to_be_tried_later(answer: bytes, retry_after: float | None, token: str | None) -> None:
    """Throttled, failing or broken: one request was made, and Slack's wish to wait is kept."""
    with Slack() as slack:
        slack.reply = sends(answer)
        with pytest.raises(TryLater) as caught:
            slack.post(NEWS, token)
        assert caught.value.retry_after == retry_after
        assert len(slack.requests) == 1


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b"[" * 9999])
def test_a_message_that_slack_does_not_confirm_is_not_posted(body: bytes) -> None:
    """The Web API says ok in JSON, or it isn't the Web API."""
    with Slack(web_api=http(200, body)) as slack, pytest.raises(TryLater):
        slack.post()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (http(404, b"used_url"), "used_url"),
        (http(404, b'{"ok": false, "error": "expired_url"}'), "expired_url"),
        (refused("used_url"), "used_url"),
        (http(410), "HTTP 410"),
        (http(400, b"invalid_blocks"), "invalid_blocks"),
        (http(302, b"", "Location: http://127.0.0.1:9/"), "HTTP 302"),
        (http(404, b"<!channel> look at " + HOOK.encode()), "HTTP 404"),
    ],
)
def test_a_response_url_that_has_ended_is_the_end(answer: bytes, reason: str) -> None:
    """Used up, expired or refused: final, with Slack's word for it and nothing else of its answer."""
    with Slack(hook=answer) as slack:
        with pytest.raises(CannotDeliver) as caught:
            slack.post(ANSWER)
        assert caught.value.reason == reason
        assert len(slack.requests) == 1


def test_an_update_that_slack_refuses_is_the_end() -> None:
    """A message that is gone can't be changed, and there is no other way."""
    with Slack(web_api=refused("message_not_found")) as slack, pytest.raises(CannotDeliver, match="message_not_found"):
        slack.messenger().update(MessageRef(channel_id="C9", ts="1.2"), NEWS, ORDER_ID)


def drips(sock: socket.socket) -> None:
    """An answer that never ends, a byte at a time."""
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
    while True:
        sock.sendall(b"x")
        time.sleep(0.05)


@pytest.mark.parametrize("way", [resets, lambda sock: sock.close(), drips])
def test_silence_ends_in_time(way: Callable[[socket.socket], None]) -> None:
    """A reset, a hang-up and an answer that never ends take at most the limit, and may be tried again."""
    with Slack() as slack:
        slack.reply = way
        with pytest.raises(TryLater):
            slack.messenger(limit=0.5).post(ANSWER, slack.reply_to, ORDER_ID)


def test_nobody_there_is_to_be_tried_later() -> None:
    """A refused connection says nothing about the next one."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    slack = SlackApi(api_url=f"{origin}/api/", bot_token=None, response_url_prefix=f"{origin}/")
    with pytest.raises(TryLater, match="NotConnected"):
        slack.post_to_response_url(origin + HOOK, {"text": "x"})


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens and response URLs go to Slack and nowhere else."""
    with Slack() as slack, RawServer(sends(OK)) as proxy:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.endpoint)
        slack.post()
        slack.post(ANSWER)
        assert (len(slack.requests), proxy.connections) == (2, 0)


def test_each_post_has_a_connection_of_its_own() -> None:
    """A connection that stood idle while Lambda froze is never used."""
    with Slack() as slack:
        messenger = slack.messenger()
        messenger.post(ANSWER, slack.reply_to, ORDER_ID)
        messenger.post(ANSWER, slack.reply_to, ORDER_ID)
        assert slack.connections == 2


def test_neither_errors_nor_logs_hold_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    """What fell back is logged with Slack's word; URL, token and body are in no log line and no error."""
    caplog.set_level(logging.DEBUG, "bot")
    with Slack(web_api=refused("not_in_channel"), hook=http(404, b"used_url")) as slack:
        with pytest.raises(CannotDeliver) as final:
            slack.post()
        slack.reply = resets
        with pytest.raises(TryLater) as passing:
            slack.post()
    said = f"{caplog.text} {final.getrepr()} {passing.value!r}"
    assert "chat.postMessage refused: not_in_channel" in caplog.text
    assert not [secret for secret in ("s3cret", TOKEN, "user001") if secret in caplog.text + repr(passing.value)]
    assert "s3cret" not in said
