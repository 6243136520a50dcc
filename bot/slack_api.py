"""Posts replies: by chat.postMessage where there is a bot token, else to the command's response_url.

Every post has a connection of its own: Lambda freezes between two, and the far end hangs up meanwhile. Nothing is
repeated here, no redirect followed, no proxy of the environment asked, and no body, URL or token logged.

Slack's pages: https://docs.slack.dev/reference/methods/chat.postMessage and
https://docs.slack.dev/interactivity/handling-user-interaction (response_url)
"""

import json
import logging
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import SplitResult, urlsplit

from bot.messages.blocks import Audience, Reply, plain
from shared import transport
from shared.slack_refs import MessageRef, ReplyTo

_MOST_READ = 64 * 1024
_PASSING = frozenset({"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable"})
"""Slack's words for what may be over a little later; all others stay true."""

_log = logging.getLogger("recordbot.messenger")


class TryLater(Exception):
    """It may work later: Slack throttled, failed, or could not be reached. If only its answer was lost, it is posted.

    `retry_after` is what Slack asked for, in seconds, or None.
    """

    def __init__(self, retry_after: float | None, why: str = "") -> None:
        super().__init__(retry_after, why)
        self.retry_after = retry_after


class CannotDeliver(Exception):
    """This will never be posted; `reason` is Slack's word for it, such as `used_url`, or ours."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Messenger:
    """Posts to one workspace. `limits` are seconds: to connect, and until the whole answer is there.

    A response_url comes from outside, so only one below `response_url_prefix` is called. That and `api_url` end in a
    slash. Raises ValueError for URLs or a token that no request could be built from. For one thread at a time.
    """

    def __init__(
        self,
        *,
        api_url: str,
        bot_token: str | None,
        response_url_prefix: str,
        limits: tuple[float, float] = (2.0, 3.0),
    ) -> None:
        _folder("Slack's API", api_url)
        self._hooks = _folder("a response_url", response_url_prefix)
        if bot_token is not None and not re.fullmatch(r"[\x21-\x7e]+", bot_token):
            raise ValueError("the bot token has to be one word of plain characters")
        self._api_url = api_url
        self._bot_token = bot_token
        self._limits = limits
        self._session = transport.new_session()

    def post(self, reply: Reply, reply_to: ReplyTo) -> MessageRef | None:
        """Post the reply; None where it cannot be updated. Raises TryLater or CannotDeliver.

        A channel that the Web API will not post to (the bot is no member, the token is no good) is reached by the
        response_url. Where there is none, no person typed a command, and the channel reads what only the asker would.
        """
        to_channel = reply.to is Audience.CHANNEL or reply_to.response_url is None
        if to_channel and self._bot_token is not None:
            quiet = {"unfurl_links": False, "unfurl_media": False}
            try:
                return _posted(self._call("chat.postMessage", {"channel": reply_to.channel_id, **quiet}, reply))
            except CannotDeliver as refusal:
                if reply_to.response_url is None:
                    raise
                _log.warning("chat.postMessage refused: %s; answering by the response_url", refusal.reason)
        if reply_to.response_url is None:
            raise CannotDeliver("without a bot token nobody can post to a channel")
        if not _is_in(self._hooks, reply_to.response_url):
            raise CannotDeliver("the response_url is not one of Slack's")
        answer = self._send(reply_to.response_url, {"response_type": reply.to.value}, reply, {})
        if not answer.is_well:
            raise CannotDeliver(answer.reason)
        return None

    def update(self, posted: MessageRef, reply: Reply) -> None:
        """Put the reply in the place of what was posted. Raises TryLater or CannotDeliver."""
        self._call("chat.update", {"channel": posted.channel_id, "ts": posted.ts}, reply)

    def _call(self, method: str, fields: Mapping[str, Any], reply: Reply) -> Mapping[str, Any]:
        bearer = {"Authorization": f"Bearer {self._bot_token}"}
        answer = self._send(self._api_url + method, fields, reply, bearer)
        if answer.fields.get("ok") is True:
            return answer.fields
        if answer.is_well:
            raise TryLater(None, "an answer that is none of Slack's")
        raise CannotDeliver(answer.reason)

    def _send(self, url: str, fields: Mapping[str, Any], reply: Reply, headers: Mapping[str, str]) -> "_Answer":
        """Slack's answer, unless it asks to come back. Raises TryLater."""
        body = json.dumps({**fields, "text": reply.text, "blocks": reply.blocks}).encode()
        try:
            response = self._session.post(
                url,
                data=body,
                headers={"Content-Type": "application/json; charset=utf-8", **headers},
                timeout=self._limits,
                allow_redirects=False,
                stream=True,
            )
            content = transport.read_bounded(response, _MOST_READ)
        except Exception as error:  # noqa: BLE001 # requests, urllib3, http.client and ssl each have their own
            # Their texts name the URL, which is as good as a password: only the kind is told.
            raise TryLater(None, f"no answer ({type(error).__name__})") from None
        finally:
            self._session.close()
        answer = _Answer(response.status_code, content)
        if answer.is_passing:
            raise TryLater(_seconds(response.headers.get("Retry-After")), answer.reason)
        return answer


class _Answer:
    def __init__(self, status: int, content: bytes) -> None:
        self.status = status
        self.text = content.decode(errors="replace")
        self.fields = _json_object(self.text)

    @property
    def is_well(self) -> bool:
        return HTTPStatus(200) <= self.status < HTTPStatus.MULTIPLE_CHOICES and self.fields.get("ok") is not False

    @property
    def is_passing(self) -> bool:
        too_fast = self.status == HTTPStatus.TOO_MANY_REQUESTS
        return too_fast or self.status >= HTTPStatus.INTERNAL_SERVER_ERROR or self._word in _PASSING

    @property
    def reason(self) -> str:
        return self._word or f"HTTP {self.status}"

    @property
    def _word(self) -> str | None:
        """Slack's word for what is wrong, JSON at the Web API and plain text at a response_url."""
        word = self.fields.get("error") or self.text.strip()
        return word if isinstance(word, str) and re.fullmatch(r"[a-z_]{2,64}", word) and word != "ok" else None


def _json_object(text: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _posted(fields: Mapping[str, Any]) -> MessageRef | None:
    channel_id, ts = fields.get("channel"), fields.get("ts")
    return MessageRef(channel_id=channel_id, ts=ts) if isinstance(channel_id, str) and isinstance(ts, str) else None


def _seconds(value: str | None) -> float | None:
    return float(value) if value and re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", value) else None


def _folder(what: str, url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not _is_plain(url) or not url.endswith("/"):
        raise ValueError(f"the address of {what} has to look like https://host/ and end in a slash: {plain(url)!r}")
    return parts


def _is_in(folder: SplitResult, url: str) -> bool:
    """Whether the URL has the folder's scheme, user, host and port, and a path below the folder's."""
    if not _is_plain(url):
        return False
    parts = urlsplit(url)
    same_place = (parts.scheme, parts.netloc) == (folder.scheme, folder.netloc)
    return same_place and parts.path.startswith(folder.path) and "/.." not in parts.path


def _is_plain(url: str) -> bool:
    # Nothing that two readers of a URL could take differently: no control, space, backslash, bracket or user.
    return re.fullmatch(r"[A-Za-z0-9:/._~%?=&+-]+", url) is not None
