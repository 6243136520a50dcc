"""Socket Mode: pass what a real workspace sends over a web socket to the local Slack function, signed as Slack signs.

So this machine needs no public address, and the function needs no code for Socket Mode. Slack's description:
https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import json
import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import requests
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from local.aws.built import Built
from local.direct_http import session_to
from local.errors import LocalError
from local.http_message import Request
from local.rtc.api import RtcApi
from local.slack.payloads import signed_event, signed_request
from local.slack.workspace import SlackWorkspace
from local.system import Account, System, running

_TIMEOUT_S = 10.0
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SlackAccount:
    """An app in a real workspace: its app-level token (xapp-), its bot token (xoxb-) or "", and Slack's URLs."""

    app_token: str = field(repr=False)
    bot_token: str = field(repr=False)
    api_url: str = "https://slack.com/api/"
    response_url_prefix: str = "https://hooks.slack.com/"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "SlackAccount":
        """Return the account. Raises LocalError if there is no app-level token."""
        app_token = environment.get("SLACK_APP_TOKEN", "")
        if not app_token.startswith("xapp-"):
            raise LocalError(
                "--slack socket needs SLACK_APP_TOKEN (xapp-..., scope connections:write) in the environment"
            )
        return cls(app_token, environment.get("SLACK_BOT_TOKEN", ""))


@contextmanager
def connected(
    account: SlackAccount, *, rtc: RtcApi | Account | None = None, port: int = 0, built: Built | None = None
) -> Iterator[System]:
    """Run the local system as the app of a real workspace, until the context ends. Raises LocalError if it can't run.

    The Slack stand-in runs too, but only provides the signing secret.
    """
    slack = SlackWorkspace()
    slack.bot_token = account.bot_token
    addresses = {"SlackApiUrl": account.api_url, "SlackResponseUrl": account.response_url_prefix}
    with (
        running(
            rtc=rtc,
            slack=slack,
            port=port,
            bot_token=bool(account.bot_token),
            parameters=addresses,
            built=built,
            by_clock=True,
        ) as system,
        closing(SocketMode(account, slack.request_url, slack.signing_secret)),
    ):
        yield system


class SocketMode:
    """Passes what Slack sends to `url`, signed with `signing_secret`, until `close`.

    Raises LocalError if Slack doesn't open a connection.
    """

    def __init__(self, account: SlackAccount, url: str, signing_secret: str) -> None:
        self._url = url
        self._signing_secret = signing_secret
        self._client = SocketModeClient(account.app_token, web_client=WebClient(base_url=account.api_url))
        self._client.socket_mode_request_listeners.append(self._take)
        try:
            self._client.connect()
        except (SlackClientError, OSError) as error:
            self._client.close()
            raise LocalError(f"Slack does not open a socket: {error}") from error

    def close(self) -> None:
        """Accept no more requests, wait until the current ones are answered, and disconnect."""
        client = self._client
        client.closed = True
        client.message_processor.shutdown()  # type: ignore[no-untyped-call] # Slack's own
        client.message_workers.shutdown()
        client.close()  # close() alone would disconnect first

    def _take(self, client: BaseSocketModeClient, envelope: SocketModeRequest) -> None:
        request = request_of(envelope, self._url, self._signing_secret, time.time())
        try:
            with session_to(self._url) as session:
                answer = session.post(
                    self._url,
                    data=request.body,
                    headers=dict(request.headers),
                    timeout=_TIMEOUT_S,
                    allow_redirects=False,
                )
        except requests.RequestException as error:
            _logger.warning("the Slack function does not answer: %s", error)
            return
        if answer.status_code != HTTPStatus.OK:  # not acknowledged: Slack tells the person that it failed, as over HTTP
            _logger.warning("the Slack function answers %s: %s", answer.status_code, answer.text)
            return
        payload = _payload_in(answer, envelope) if envelope.accepts_response_payload else None
        client.send_socket_mode_response(SocketModeResponse(envelope.envelope_id, payload))


def request_of(envelope: SocketModeRequest, url: str, secret: str, now: float) -> Request:
    """Return the request that Slack would have posted: an event as JSON, everything else as a form."""
    if envelope.type != "events_api":
        return signed_request(url, fields_of(envelope), secret, now)
    retry = (
        ("X-Slack-Retry-Num", str(envelope.retry_attempt or "")),
        ("X-Slack-Retry-Reason", envelope.retry_reason or ""),
    )
    return signed_event(url, envelope.payload, secret, now, retry if envelope.retry_attempt else ())


def fields_of(envelope: SocketModeRequest) -> dict[str, str]:
    """Return the form that Slack would have posted: a command's fields, or JSON under `payload` for everything else."""
    if envelope.type == "slash_commands":
        return {name: _as_field(value) for name, value in envelope.payload.items()}
    return {"payload": json.dumps(envelope.payload)}


def _as_field(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _payload_in(answer: requests.Response, envelope: SocketModeRequest) -> dict[str, Any] | None:
    """Return what the acknowledgement carries: a message, or what becomes of a form. Plain text answers a command."""
    if not answer.content:
        return None
    if answer.headers.get("Content-Type", "").startswith("application/json"):
        document: dict[str, Any] = answer.json()
        return document
    return {"text": answer.text} if envelope.type == "slash_commands" else None
