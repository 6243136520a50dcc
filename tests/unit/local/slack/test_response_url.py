"""A response_url's rules: five posts, thirty minutes, and what may be replaced."""

import json
from http import HTTPStatus

import pytest

from local.http_message import Answer, Request
from local.slack.chat import ANN, ANN_AND_BEN, BEN, BOT, CHANNELS, CLASS_RECORDINGS, PEOPLE, Chat, Message
from local.slack.content import Content
from local.slack.response_url import ResponseUrls

type Json = dict[str, object]
OK = (200, b"ok")


class _Clock:
    now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(name="clock")
def _clock() -> _Clock:
    return _Clock()


@pytest.fixture(name="chat")
def _chat(clock: _Clock) -> Chat:
    return Chat(PEOPLE, CHANNELS, clock)


@pytest.fixture(name="urls")
def _urls(chat: Chat, clock: _Clock) -> ResponseUrls:
    return ResponseUrls(chat, clock)


def _post(urls: ResponseUrls, path: str, payload: Json | bytes) -> tuple[int, object]:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    answer: Answer = urls.answer(path, Request("POST", "/hooks/" + path, body=body))
    return answer.status, answer.body


def _said(chat: Chat) -> list[str]:
    return [message.content.text for message in chat.messages(CLASS_RECORDINGS)]


def test_it_takes_five_posts(chat: Chat, urls: ResponseUrls) -> None:
    """The sixth is told used_url and posts nothing; another URL is not touched by that."""
    path, other = urls.issue(CLASS_RECORDINGS, ANN), urls.issue(CLASS_RECORDINGS, ANN)
    assert [_post(urls, path, {"text": str(count)}) for count in range(6)] == [OK] * 5 + [(404, b"used_url")]
    assert _said(chat) == ["0", "1", "2", "3", "4"]
    assert _post(urls, other, {"text": "x"}) == OK


def test_it_ends_after_thirty_minutes(clock: _Clock, urls: ResponseUrls) -> None:
    """A second before, it still takes a post."""
    path = urls.issue(CLASS_RECORDINGS, ANN)
    clock.now += 30 * 60 - 1
    assert _post(urls, path, {"text": "x"}) == OK
    clock.now += 1
    assert _post(urls, path, {"text": "x"}) == (404, b"expired_url")


def test_a_refused_post_is_not_counted(urls: ResponseUrls) -> None:
    """Only what was posted uses the URL up."""
    path = urls.issue(CLASS_RECORDINGS, ANN)
    refused = [_post(urls, path, {}) for _ in range(5)]
    assert refused == [(400, b"no_text")] * 5
    assert _post(urls, path, {"text": "x"}) == OK


@pytest.mark.parametrize(
    ("payload", "word"),
    [
        (b"", b"invalid_payload"),
        (b"text=x", b"invalid_payload"),
        (b"\xff", b"invalid_payload"),
        (b"[]", b"invalid_payload"),
        ({"response_type": "in_channel"}, b"no_text"),
        ({"text": "x", "blocks": [{"type": "marquee"}]}, b"invalid_blocks"),
    ],
)
def test_what_it_cannot_read_is_a_400_with_slack_s_word(urls: ResponseUrls, payload: Json | bytes, word: bytes) -> None:
    """In plain text, as an incoming webhook answers."""
    assert _post(urls, urls.issue(CLASS_RECORDINGS, ANN), payload) == (400, word)


def test_it_posts_to_the_asker_only_unless_told_otherwise(chat: Chat, urls: ResponseUrls) -> None:
    """Also where the bot is no member, such as a direct message of two people."""
    path = urls.issue(ANN_AND_BEN, ANN)
    assert _post(urls, path, {"text": "for ann"}) == OK
    assert _post(urls, path, {"text": "for both", "response_type": "in_channel"}) == OK
    assert [message.content.text for message in chat.messages(ANN_AND_BEN, BEN)] == ["for both"]
    assert len(chat.messages(ANN_AND_BEN, ANN)) == 2


@pytest.mark.parametrize("wish", [{"replace_original": True}, {"delete_original": True}])
def test_a_command_s_url_replaces_nothing(chat: Chat, urls: ResponseUrls, wish: Json) -> None:
    """It posts a new message, whatever it is asked to do with an original."""
    path = urls.issue(CLASS_RECORDINGS, ANN)
    assert _post(urls, path, {"text": "one"}) == OK
    assert _post(urls, path, {"text": "two"} | wish) == OK
    assert _said(chat) == ["one", "two"]


def _original(chat: Chat) -> Message:
    return chat.post(CLASS_RECORDINGS, BOT, Content("original"), "web_api")


def test_metadata_stays_with_the_message(chat: Chat, urls: ResponseUrls) -> None:
    """A post brings its own; an original that is replaced keeps what it had."""
    metadata = {"event_type": "recordbot_order", "event_payload": {"order_id": "1"}}
    assert _post(urls, urls.issue(CLASS_RECORDINGS, ANN), {"text": "x", "metadata": metadata}) == OK
    [message] = chat.messages(CLASS_RECORDINGS)
    path = urls.issue(CLASS_RECORDINGS, ANN, message)
    assert _post(urls, path, {"text": "y", "replace_original": True}) == OK
    [message] = chat.messages(CLASS_RECORDINGS)
    assert message.document()["metadata"] == metadata


def test_a_button_s_url_can_replace_and_delete_its_message(chat: Chat, urls: ResponseUrls) -> None:
    """Only where it says so; a gone message can't be replaced."""
    path = urls.issue(CLASS_RECORDINGS, ANN, _original(chat))
    assert _post(urls, path, {"text": "beside"}) == OK
    assert _post(urls, path, {"text": "instead", "replace_original": True}) == OK
    assert _said(chat) == ["instead", "beside"]
    assert _post(urls, path, {"delete_original": True}) == OK
    assert _said(chat) == ["beside"]
    assert _post(urls, path, {"text": "x", "replace_original": True}) == (404, b"message_not_found")


def test_paths_cannot_be_guessed_and_only_posts_are_taken(urls: ResponseUrls) -> None:
    """Unknown paths are 404, other methods 405."""
    paths = {urls.issue(CLASS_RECORDINGS, ANN) for _ in range(100)}
    assert len(paths) == 100
    assert min(map(len, paths)) > 32
    assert _post(urls, "commands/1", {"text": "x"}) == (404, b"no_service")
    assert urls.answer(paths.pop(), Request("GET", "/")).status == HTTPStatus.METHOD_NOT_ALLOWED
