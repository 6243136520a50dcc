"""What Slack sends an app, field by field."""

from urllib.parse import parse_qsl

import pytest

from local.slack.chat import ANN, ANN_AND_BEN, CLASS_RECORDINGS, STAFF, Channel
from local.slack.payloads import command_fields, sign, signed_event, signed_request

URL = "http://127.0.0.1:1/hooks/commands/x"


def test_the_signature_is_slack_s_own_example() -> None:
    """Slack's page "Verifying requests from Slack" works this one out."""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    assert sign("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", body) == signature


@pytest.mark.parametrize(
    ("channel", "name"),
    [(CLASS_RECORDINGS, "class-recordings"), (STAFF, "privategroup"), (ANN_AND_BEN, "directmessage")],
)
def test_a_command_has_every_documented_field(channel: Channel, name: str) -> None:
    """The channel's name is told of public channels only; enterprise_id is absent outside an organisation."""
    fields = command_fields(ANN, channel, "/record", "room 100", URL)
    assert fields["channel_name"] == name
    assert set(fields) == {
        *("token", "team_id", "team_domain", "channel_id", "channel_name", "user_id", "user_name", "command", "text"),
        *("api_app_id", "is_enterprise_install", "response_url", "trigger_id"),
    }


def test_the_signed_request_is_a_form_and_its_signature_is_over_its_bytes() -> None:
    """What is sent can be read back, whatever was typed."""
    request = signed_request("http://127.0.0.1:1/slack", {"text": "a+b &amp; ü"}, "secret", 1_700_000_000.9)
    assert (request.method, request.target) == ("POST", "/slack")
    assert dict(parse_qsl(request.body.decode())) == {"text": "a+b &amp; ü"}
    assert request.headers.get("X-Slack-Request-Timestamp") == "1700000000"
    assert request.headers.get("X-Slack-Signature") == sign("secret", "1700000000", request.body)


def test_an_event_is_json_and_signed_as_a_form_is() -> None:
    """A retry says so in its headers."""
    retry = (("X-Slack-Retry-Num", "1"),)
    request = signed_event("http://127.0.0.1:1/slack", {"type": "event_callback"}, "secret", 1_700_000_000.9, retry)
    assert (request.body, request.headers.get("Content-Type")) == (b'{"type": "event_callback"}', "application/json")
    assert request.headers.get("X-Slack-Signature") == sign("secret", "1700000000", request.body)
    assert request.headers.get("X-Slack-Retry-Num") == "1"
