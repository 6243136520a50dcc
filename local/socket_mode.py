"""Socket Mode: what a real workspace sends through a web socket goes to the local door, signed as Slack signs.

So the laptop needs no public address, and the door's one path serves both. Slack's description:
https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import json
import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
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
from local.errors import LocalError
from local.rtc.api import RtcApi
from local.slack.payloads import signed_request
from local.slack.workspace import SlackWorkspace
from local.system import Account, System, running

_PATIENCE = 10.0
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SlackAccount:
    """A real workspace's app: its token for sockets (xapp-), the bot's (xoxb-) if it has one, and Slack's addresses."""

    app_token: str
    bot_token: str
    api_url: str = "https://slack.com/api/"
    response_url_prefix: str = "https://hooks.slack.com/"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "SlackAccount":
        """The account. Raises LocalError if there is no app token."""
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
    """The local system as the app of a real workspace, until the context ends. Raises LocalError if it can't be.

    The stand-in for Slack is there, and idle: it only lends the door its signing secret.
    """
    slack = SlackWorkspace()
    slack.bot_token = account.bot_token
    addresses = {"SlackApiUrl": account.api_url, "SlackResponseUrl": account.response_url_prefix}
    with (
        running(
            rtc=rtc, slack=slack, port=port, bot_token=bool(account.bot_token), parameters=addresses, built=built
        ) as system,
        closing(SocketMode(account, slack.request_url, slack.signing_secret)),
    ):
        yield system


class SocketMode:
    """Takes what Slack sends to the door at `url`, signed with `signing_secret`, until `close`.

    Raises LocalError if Slack doesn't let us in.
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
        """Take no more, wait until what is under way is answered, and hang up."""
        client = self._client
        client.closed = True
        client.message_processor.shutdown()  # type: ignore[no-untyped-call] # Slack's own
        client.message_workers.shutdown()
        client.close()  # alone it would hang up first

    def _take(self, client: BaseSocketModeClient, envelope: SocketModeRequest) -> None:
        request = signed_request(self._url, fields_of(envelope), self._signing_secret, time.time())
        try:
            answer = requests.post(
                self._url, data=request.body, headers=dict(request.headers), timeout=_PATIENCE, allow_redirects=False
            )
        except requests.RequestException as error:
            _logger.warning("the door does not answer: %s", error)
            return
        if answer.status_code != HTTPStatus.OK:  # unacknowledged: the person reads that it failed, as over HTTP
            _logger.warning("the door answers %s: %s", answer.status_code, answer.text)
            return
        said = _said(answer) if envelope.accepts_response_payload else None
        client.send_socket_mode_response(SocketModeResponse(envelope.envelope_id, said))


def fields_of(envelope: SocketModeRequest) -> dict[str, str]:
    """The form that Slack would have posted: a command's fields, or the JSON of all else under `payload`."""
    if envelope.type == "slash_commands":
        return {name: _as_field(value) for name, value in envelope.payload.items()}
    return {"payload": json.dumps(envelope.payload)}


def _as_field(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _said(answer: requests.Response) -> dict[str, Any] | None:
    if not answer.content:
        return None
    if answer.headers.get("Content-Type", "").startswith("application/json"):
        document: dict[str, Any] = answer.json()
        return document
    return {"text": answer.text}
