"""Where a reply may go: to Slack, and nowhere else whatever stands in the place of its addresses."""

import socket
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages.blocks import Audience, reply
from bot.slack_api import CannotDeliver, Messenger, TryLater
from shared.orders import ReplyTo
from tests.raw_server import RawServer, http, sends

ANSWER = reply(Audience.ASKER, ["♻️ Already recording user001"])


ELSEWHERE = [
    "https://hooks.slack.com.evil.example/commands/1",
    "https://hooks.slack.com@evil.example/commands/1",
    "https://user@hooks.slack.com/commands/1",
    "https://hooks.slack.com\\@evil.example/commands/1",
    "https://hooks.slack.com:444/commands/1",
    "https://hooks.slack.com",
    "http://hooks.slack.com/commands/1",
    "HTTPS://evil.example/https://hooks.slack.com/",
    "//hooks.slack.com/commands/1",
    "https://hooks.slack.com/commands/1\r\nX: y",
    "https://hooks.slack.com/\u202e",
    "https://[hooks.slack.com/",
    "file:///etc/passwd",
    "",
]


@pytest.mark.parametrize("response_url", ELSEWHERE)
def test_a_response_url_elsewhere_is_never_called(response_url: str) -> None:
    """Scheme, host and port are Slack's or nothing is sent; the URL isn't repeated in the error."""
    messenger = Messenger(
        api_url="https://127.0.0.1:9/api/", bot_token=None, response_url_prefix="https://hooks.slack.com/"
    )
    with pytest.raises(CannotDeliver) as caught:
        messenger.post(ANSWER, ReplyTo(channel_id="C1", response_url=response_url))
    assert caught.value.reason == "the response_url is not one of Slack's"


@given(st.text(), st.booleans())
def test_no_text_in_a_response_urls_place_reaches_another_host(text: str, starts_well: bool) -> None:
    """Whatever stands there, either nothing is sent or it is to the one host that may be called."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    messenger = Messenger(api_url=f"{origin}/api/", bot_token=None, response_url_prefix=f"{origin}/commands/")
    url = origin + text if starts_well else text
    with pytest.raises((CannotDeliver, TryLater)) as caught:
        messenger.post(ANSWER, ReplyTo(channel_id="C1", response_url=url))
    assert isinstance(caught.value, CannotDeliver) or url.startswith(f"{origin}/commands/")


def test_a_folder_of_the_prefix_is_not_left() -> None:
    """Only what is below the prefix is called, dots included."""
    with RawServer(sends(http(200, b"ok"))) as slack:
        messenger = Messenger(
            api_url=f"{slack.endpoint}/api/", bot_token=None, response_url_prefix=f"{slack.endpoint}/commands/"
        )
        for path in ("/commandsx/1", "/commands/../api/chat.update", "/"):
            with pytest.raises(CannotDeliver):
                messenger.post(ANSWER, ReplyTo(channel_id="C1", response_url=slack.endpoint + path))
        assert slack.connections == 0


@pytest.mark.parametrize("url", ["https://slack.com", "slack.com/", "ftp://slack.com/", "https:///", "https://a b/"])
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    """A wrong setting is found when the messenger is made."""
    with pytest.raises(ValueError, match="has to look like"):
        Messenger(api_url=url, bot_token=None, response_url_prefix="https://hooks.slack.com/")
    with pytest.raises(ValueError, match="has to look like"):
        Messenger(api_url="https://slack.com/api/", bot_token=None, response_url_prefix=url)


def test_a_token_that_is_none_is_refused_without_being_repeated() -> None:
    """A line end in a token would be a header of its own."""
    with pytest.raises(ValueError, match="bot token") as caught:
        Messenger(api_url="https://h/", bot_token="xoxb-1\n", response_url_prefix="https://h/")
    assert "xoxb" not in str(caught.value)
