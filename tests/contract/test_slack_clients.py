"""Our client for Slack and Slack's own, asked for the same: they send the same to the same place."""

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from bot.slack_api import CannotDeliver, SlackApi
from tests.raw_server import RawServer, http, sends

TOKEN = "xoxb-t0ken"
BLOCKS = [{"type": "section", "text": {"type": "mrkdwn", "text": "*é* & <x>"}}]
METADATA = {"event_type": "recordbot_order", "event_payload": {"order_id": "7KQ2M4X8P1ZA"}}
CONTENT: dict[str, Any] = {"text": "é", "blocks": BLOCKS, "metadata": METADATA}
CALLS: dict[str, dict[str, Any]] = {
    "chat.postMessage": {"channel": "C1", "unfurl_links": False, "unfurl_media": False, **CONTENT},
    "chat.update": {"channel": "C1", "ts": "1.2", **CONTENT},
    "views.open": {"trigger_id": "1.a", "view": {"type": "modal", "blocks": BLOCKS}},
    "views.publish": {"user_id": "U1", "view": {"type": "home", "blocks": BLOCKS}},
    "users.info": {"user": "U1 & é"},
    "usergroups.list": {"include_users": True},
}
OF_THE_SDK = {"usergroups.list": {"include_users": "1"}}
"""What slack_sdk writes where it isn't the value as given."""


def _sent(server: RawServer) -> tuple[str, dict[str, Any], str]:
    """Return the path, the fields wherever they stand, and the authorization of the last request."""
    head, _, body = server.requests[-1].decode().partition("\r\n\r\n")
    request, *lines = head.split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    where = urlsplit(request.split(" ")[1])
    is_json = headers.get("content-type", "").startswith("application/json")
    fields = json.loads(body) if is_json else dict(parse_qsl(where.query + body))
    return where.path, fields, headers.get("authorization", "")


@pytest.mark.parametrize("method", CALLS)
def test_a_method_is_called_as_slack_s_own_client_calls_it(method: str) -> None:
    """Path, fields and token are the same, where Slack takes JSON and where it takes only a form."""
    with RawServer(sends(http(200, b'{"ok": true, "channel": "C9"}'))) as server:
        api_url = f"{server.endpoint}/api/"
        ours = SlackApi(api_url=api_url, bot_token=TOKEN, response_url_prefix=f"{server.endpoint}/")
        assert ours.call(method, CALLS[method])["channel"] == "C9"
        path, fields, authorization = _sent(server)
        getattr(WebClient(TOKEN, base_url=api_url), method.replace(".", "_"))(**CALLS[method])
        assert _sent(server) == (path, fields | OF_THE_SDK.get(method, {}), authorization)
    assert (path, authorization) == (f"/api/{method}", f"Bearer {TOKEN}")


def test_a_response_url_is_posted_to_as_slack_s_own_client_does() -> None:
    """The same JSON, without the token."""
    with RawServer(sends(http(200, b"ok"))) as server:
        url = f"{server.endpoint}/commands/1"
        ours = SlackApi(api_url=f"{server.endpoint}/api/", bot_token=TOKEN, response_url_prefix=f"{server.endpoint}/")
        ours.post_to_response_url(url, {"response_type": "in_channel", **CONTENT})
        sent = _sent(server)
        WebhookClient(url).send(response_type="in_channel", **CONTENT)
        assert _sent(server) == sent == ("/commands/1", {"response_type": "in_channel", **CONTENT}, "")


def test_without_a_token_no_method_is_called() -> None:
    """The error says what is missing, and nothing is sent."""
    with RawServer(sends(http(200, b"{}"))) as server:
        ours = SlackApi(api_url=f"{server.endpoint}/api/", bot_token=None, response_url_prefix=f"{server.endpoint}/")
        with pytest.raises(CannotDeliver, match="without a bot token"):
            ours.call("users.info", {"user": "U1"})
        assert server.connections == 0
