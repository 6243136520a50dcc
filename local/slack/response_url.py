"""Response URLs: an app gets one with each command, click and message shortcut, and with some forms.

It may post to it five times within 30 minutes.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from local.http_message import Answer, Request
from local.slack.chat import BOT, Channel, Chat, Message, Person, Via
from local.slack.content import Content
from local.slack.refusal import Refused, refusal

POSTS_LIMIT = 5
LIFETIME_S = 30 * 60

_NOT_FOUND = frozenset({"expired_url", "used_url", "no_service", "message_not_found"})


@dataclass(slots=True)
class _Grant:
    channel: Channel
    person: Person
    original: Message | None
    issued: float
    posts: int = 0


class ResponseUrls:
    """The response URLs that were issued, by their paths. Thread-safe: uses the chat's lock."""

    def __init__(self, chat: Chat, clock: Callable[[], float]) -> None:
        self._chat = chat
        self._clock = clock
        self._grants: dict[str, _Grant] = {}

    def issue(self, channel: Channel, person: Person, original: Message | None = None) -> str:
        """Issue a response URL, and return the end of its path. `original` is the message whose button was clicked."""
        path = f"{'actions' if original else 'commands'}/{secrets.token_urlsafe(24)}"
        with self._chat.news:
            self._grants[path] = _Grant(channel, person, original, self._clock())
        return path

    def answer(self, path: str, request: Request) -> Answer:
        """Return Slack's answer to a post to `path` as plain text: 200 with `ok`, or an error code."""
        try:
            if request.method != "POST":
                return refusal("response_url", HTTPStatus.METHOD_NOT_ALLOWED, "invalid_method")
            self._post(path, request.body)
        except Refused as error:
            status = HTTPStatus.NOT_FOUND if error.code in _NOT_FOUND else HTTPStatus.BAD_REQUEST
            return refusal("response_url", status, error.code)
        return Answer(headers=(("Content-Type", "text/plain"),), body=b"ok")

    def _post(self, path: str, body: bytes) -> None:
        payload = _payload(body)
        with self._chat.news:
            grant = self._grants.get(path)
            if grant is None:
                raise Refused("no_service", "no such response_url was issued")
            if self._clock() >= grant.issued + LIFETIME_S:
                raise Refused("expired_url", "it was issued half an hour ago")
            if grant.posts >= POSTS_LIMIT:
                raise Refused("used_url", "it was posted to five times")
            self._carry_out(grant, payload)
            grant.posts += 1

    def _carry_out(self, grant: _Grant, payload: Mapping[str, object]) -> None:
        # Only the response URL of a click has an original message. That of a command always posts a new message.
        if grant.original and _is_true(payload.get("delete_original")):
            self._chat.delete(self._current(grant.original))
        elif grant.original and _is_true(payload.get("replace_original")):
            original = self._current(grant.original)
            self._chat.edit(original, Content.of_payload(payload, original.content))
        else:
            post_answer(self._chat, grant.channel, grant.person, payload, "response_url")

    def _current(self, original: Message) -> Message:
        message = self._chat.find(original.channel_id, original.ts)
        if message is None:
            raise Refused("message_not_found", "the original is gone")
        return message


def post_answer(chat: Chat, channel: Channel, person: Person, payload: Mapping[str, object], via: Via) -> Message:
    """Post an app's answer to a command or click of `person`, only for them unless response_type is `in_channel`.

    Raises Refused as Content.of_payload does.
    """
    is_for_all = payload.get("response_type") == "in_channel"
    content = Content.of_payload(payload)
    if not is_for_all:
        return chat.post(channel, BOT, content, via, person.user_id)
    # Only an answer for all can be a reply in a thread. guess: a thread that doesn't exist is ignored.
    root = chat.find(channel.channel_id, str(payload.get("thread_ts")))
    thread_ts = (root.thread_ts or root.ts) if root and not root.only_for else ""
    return chat.post(channel, BOT, content, via, thread_ts=thread_ts)


def _is_true(value: object) -> bool:
    return value is True or value == "true"  # Slack's own examples have the string


def _payload(body: bytes) -> Mapping[str, object]:
    try:
        payload = json.loads(body)
    except ValueError as error:
        raise Refused("invalid_payload", "the body is not JSON") from error
    if not isinstance(payload, dict):
        raise Refused("invalid_payload", "the body is not a JSON object")
    return payload
