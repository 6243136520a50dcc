"""A small client for Slack: any method of the Web API, and response_urls.

Each request has its own connection, because Lambda freezes between two requests and Slack closes the connection
meanwhile. No request is repeated, no redirect followed, no proxy of the environment used. The size of an answer is
limited, and no body, URL or token is logged. docs/decisions/ says why this isn't slack_sdk's client.

Slack's pages: https://docs.slack.dev/apis/web-api/ and
https://docs.slack.dev/interactivity/handling-user-interaction (response_url)
"""

import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

from shared import transport

_MOST_READ = 64 * 1024
_THROTTLED = frozenset({"ratelimited", "rate_limited"})
_PASSING = _THROTTLED | {"internal_error", "fatal_error", "service_unavailable"}
"""Slack's error codes after which a later try may succeed. All others are final."""


class TryLater(Exception):
    """It may work later: Slack throttled, failed, or could not be reached. It was done if only the answer was lost.

    `retry_after` is the delay that Slack asked for, in seconds, or None. `why` is a few words for the log.
    `is_throttled`: Slack refused the call for its speed, so it was not done.
    """

    def __init__(self, retry_after: float | None, why: str = "", *, is_throttled: bool = False) -> None:
        super().__init__(retry_after, why)
        self.retry_after = retry_after
        self.why = why
        self.is_throttled = is_throttled


class CannotDeliver(Exception):
    """This will never work. `reason` is Slack's error code, such as `used_url`, or a few words of ours."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SlackApi:
    """A client for one workspace. `limits` are seconds: to connect, and until the whole answer is there.

    A response_url comes from outside, so only one that begins with `response_url_prefix` is called; without a prefix
    none is. The prefix and `api_url` end in a slash. Raises ValueError for a malformed URL or token. For one thread at
    a time.
    """

    def __init__(
        self,
        *,
        api_url: str,
        bot_token: str | None,
        response_url_prefix: str | None = None,
        limits: tuple[float, float] = (2.0, 3.0),
    ) -> None:
        _read_prefix("Slack's API", api_url)
        self._response_urls = _read_prefix("a response_url", response_url_prefix) if response_url_prefix else None
        if bot_token is not None and not re.fullmatch(r"[\x21-\x7e]+", bot_token):
            raise ValueError("the bot token has to be one word of plain characters")
        self._api_url = api_url
        self._bot_token = bot_token
        self._limits = limits
        self._session = transport.new_session()

    @property
    def has_bot_token(self) -> bool:
        """Return whether `call` can be used."""
        return self._bot_token is not None

    def call(self, method: str, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """Call a method of the Web API, such as chat.postMessage, and return Slack's answer, whose `ok` is true.

        Raises TryLater, or CannotDeliver with Slack's error code.
        """
        if self._bot_token is None:
            raise CannotDeliver("without a bot token Slack's Web API can't be called")
        answer = self._send(self._api_url + method, fields, {"Authorization": f"Bearer {self._bot_token}"})
        if answer.fields.get("ok") is True:
            return answer.fields
        if answer.is_success:
            raise TryLater(None, "the answer isn't Slack's")
        raise CannotDeliver(answer.reason)

    def post_to_response_url(self, url: str, fields: Mapping[str, Any]) -> None:
        """Post a message to a command's or a click's response_url. Raises TryLater or CannotDeliver."""
        if self._response_urls is None or not _is_below(self._response_urls, url):
            raise CannotDeliver("the response_url is not one of Slack's")
        answer = self._send(url, fields, {})
        if not answer.is_success:
            raise CannotDeliver(answer.reason)

    def _send(self, url: str, fields: Mapping[str, Any], headers: Mapping[str, str]) -> "_Answer":
        """Return Slack's answer. Raises TryLater if there is none, or if Slack asks to try later."""
        content_type, body = _encode(fields)
        try:
            response = self._session.post(
                url,
                data=body,
                headers={"Content-Type": content_type, **headers},
                timeout=self._limits,
                allow_redirects=False,
                stream=True,
            )
            content = transport.read_bounded(response, _MOST_READ)
        except Exception as error:  # noqa: BLE001 # requests, urllib3, http.client and ssl each have their own
            # The error's text contains the URL, which works like a password, so only its class is repeated.
            raise TryLater(None, f"no answer ({type(error).__name__})") from None
        finally:
            self._session.close()
        answer = _Answer(response.status_code, content)
        if answer.is_passing:
            retry_after = _seconds(response.headers.get("Retry-After"))
            raise TryLater(retry_after, answer.reason, is_throttled=answer.is_throttled)
        return answer


def _encode(fields: Mapping[str, Any]) -> tuple[str, bytes]:
    """Return the content type and the body: JSON if a field is nested, else a form.

    Methods that read (users.info, usergroups.list) accept only a form. Methods with nested fields accept JSON.
    """
    if any(isinstance(value, Mapping | list) for value in fields.values()):
        return "application/json; charset=utf-8", json.dumps(fields).encode()
    texts = {name: json.dumps(value) if isinstance(value, bool) else value for name, value in fields.items()}
    return "application/x-www-form-urlencoded", urlencode(texts).encode()


class _Answer:
    def __init__(self, status: int, content: bytes) -> None:
        self.status = status
        self.text = content.decode(errors="replace")
        self.fields = _json_object(self.text)

    @property
    def is_success(self) -> bool:
        return HTTPStatus(200) <= self.status < HTTPStatus.MULTIPLE_CHOICES and self.fields.get("ok") is not False

    @property
    def is_throttled(self) -> bool:
        return self.status == HTTPStatus.TOO_MANY_REQUESTS or self._error_code in _THROTTLED

    @property
    def is_passing(self) -> bool:
        return self.is_throttled or self.status >= HTTPStatus.INTERNAL_SERVER_ERROR or self._error_code in _PASSING

    @property
    def reason(self) -> str:
        return self._error_code or f"HTTP {self.status}"

    @property
    def _error_code(self) -> str | None:
        """Return Slack's error code: the Web API answers it in JSON, a response_url in plain text."""
        code = self.fields.get("error") or self.text.strip()
        return code if isinstance(code, str) and re.fullmatch(r"[a-z_]{2,64}", code) and code != "ok" else None


def _json_object(text: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _seconds(value: str | None) -> float | None:
    return float(value) if value and re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", value) else None


def _read_prefix(what: str, url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not _is_plain(url) or not url.endswith("/"):
        raise ValueError(f"the address of {what} has to look like https://host/ and end in a slash: {url!r}")
    return parts


def _is_below(prefix: SplitResult, url: str) -> bool:
    """Return whether the URL has the prefix's scheme, user, host and port, and a path below the prefix's."""
    if not _is_plain(url):
        return False
    parts = urlsplit(url)
    same_place = (parts.scheme, parts.netloc) == (prefix.scheme, prefix.netloc)
    return same_place and parts.path.startswith(prefix.path) and "/.." not in parts.path


def _is_plain(url: str) -> bool:
    # Two URL parsers could read other characters differently: control, space, backslash, bracket, or `@`.
    return re.fullmatch(r"[A-Za-z0-9:/._~%?=&+-]+", url) is not None
