"""Slack's own libraries, slack_sdk and slack_bolt, against the Slack stand-in: both ways they must agree."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
from slack_bolt import Ack, App, BoltRequest, Respond
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import ActionsBlock, ButtonElement, ContextBlock, DividerBlock, HeaderBlock, SectionBlock
from slack_sdk.signature import SignatureVerifier
from slack_sdk.webhook import WebhookClient

from local.http_message import Answer, Request
from local.loopback import Server
from local.slack.chat import ANN, ANN_AND_BEN, CLASS_RECORDINGS, GENERAL, STAFF
from local.slack.workspace import SlackWorkspace

HERE = CLASS_RECORDINGS.channel_id
type Door = Callable[[Request], Answer]


@pytest.fixture(name="slack")
def _slack(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlackWorkspace]:
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)  # slack_sdk would take them even for loopback
    with closing(SlackWorkspace()) as slack:
        yield slack


@pytest.fixture(name="client")
def _client(slack: SlackWorkspace) -> WebClient:
    return WebClient(slack.bot_token, base_url=slack.api_url)


def _texts(slack: SlackWorkspace) -> list[str]:
    return [slack.chat.as_text(message) for message in slack.chat.messages(CLASS_RECORDINGS, ANN)]


def test_the_web_client_posts_and_updates(slack: SlackWorkspace, client: WebClient) -> None:
    """A message by its ts, and one for a single person."""
    assert client.auth_test()["ok"]
    posted = client.chat_postMessage(channel=HERE, text="starting")
    client.chat_update(channel=HERE, ts=posted["ts"], text="started")
    client.chat_postEphemeral(channel=HERE, user=ANN.user_id, text="for ann")
    assert _texts(slack) == ["started", "for ann"]


def test_the_web_client_s_blocks_are_taken(slack: SlackWorkspace, client: WebClient) -> None:
    """Those that slack_sdk's own models make, of every kind that the bot may use."""
    blocks = [
        HeaderBlock(text="Head"),
        SectionBlock(text="*words*", fields=["field"]),
        DividerBlock(),
        ContextBlock(elements=[{"type": "mrkdwn", "text": "small print"}]),
        ActionsBlock(elements=[ButtonElement(text="Stop", action_id="stop", value="job 1", style="danger")]),
    ]
    client.chat_postMessage(channel=HERE, text="first line", blocks=blocks)
    assert _texts(slack)[0].split("\n")[::4] == ["Head", "small print"]
    assert _texts(slack)[0].endswith("[Stop]")


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("chat.postMessage", {"channel": "C9", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": GENERAL.channel_id, "text": "x"}, "not_in_channel"),
        ("chat.postMessage", {"channel": STAFF.channel_id, "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": HERE}, "no_text"),
        ("chat.postMessage", {"channel": HERE, "blocks": [{"type": "header"}]}, "invalid_blocks"),
        ("chat.update", {"channel": HERE, "ts": "1.000001", "text": "x"}, "message_not_found"),
        ("chat.scribble", {}, "unknown_method"),
    ],
)
def test_the_web_client_raises_slack_s_word(
    client: WebClient, method: str, arguments: dict[str, object], error: str
) -> None:
    """A 200 with ok false is its SlackApiError."""
    with pytest.raises(SlackApiError) as raised:
        client.api_call(method, json=arguments)
    assert (raised.value.response.status_code, raised.value.response["error"]) == (200, error)


def test_a_foreign_token_is_not_let_in(slack: SlackWorkspace) -> None:
    """The client hears invalid_auth."""
    with pytest.raises(SlackApiError, match="invalid_auth"):
        WebClient("xoxb-foreign", base_url=slack.api_url).auth_test()


def test_the_web_client_is_told_when_to_come_again(client: WebClient) -> None:
    """The second message within a second is a 429 with Retry-After."""
    client.chat_postMessage(channel=HERE, text="one")
    with pytest.raises(SlackApiError) as raised:
        client.chat_postMessage(channel=HERE, text="two")
    response = raised.value.response
    assert (response.status_code, response["error"], response.headers["Retry-After"]) == (429, "ratelimited", "1")


@contextmanager
def _answering(slack: SlackWorkspace, door: Door) -> Iterator[None]:
    with closing(Server(door)) as server:
        slack.request_url = f"{server.endpoint}/slack"
        yield


def test_the_webhook_client_uses_a_response_url_up(slack: SlackWorkspace) -> None:
    """Five posts are `ok`, the sixth is 404; a direct message of two people is no obstacle."""
    with _answering(slack, lambda _: Answer()):
        webhook = WebhookClient(slack.type_command(ANN, ANN_AND_BEN, "x").response_url)
    sent = [webhook.send(text="x", response_type="in_channel") for _ in range(6)]
    assert [(response.status_code, response.body) for response in sent] == [(200, "ok")] * 5 + [(404, "used_url")]
    assert len(slack.chat.messages(ANN_AND_BEN)) == 5


def test_the_sdk_s_verifier_accepts_what_is_sent_and_nothing_else(slack: SlackWorkspace) -> None:
    """Its signature holds for these bytes and this secret."""
    with _answering(slack, lambda _: Answer()):
        request = slack.type_command(ANN, CLASS_RECORDINGS, "room 100 ü 'x' & <y>").request
    headers = dict(request.headers)
    assert SignatureVerifier(slack.signing_secret).is_valid_request(request.body, headers)
    assert not SignatureVerifier(slack.signing_secret).is_valid_request(request.body + b"x", headers)
    assert not SignatureVerifier("foreign").is_valid_request(request.body, headers)


def _bolt_door(app: App) -> Door:
    def answer(request: Request) -> Answer:
        asked = BoltRequest(body=request.body.decode(), headers=dict(request.headers.pairs))
        given = app.dispatch(asked)
        headers = tuple((name, value) for name, values in given.headers.items() for value in values)
        return Answer(given.status, headers, given.body.encode())

    return answer


def _bolt_app(slack: SlackWorkspace) -> App:
    app = App(
        signing_secret=slack.signing_secret,
        authorize=lambda: AuthorizeResult(enterprise_id=None, team_id=None, bot_token=slack.bot_token),
        process_before_response=True,
    )
    button = {"type": "button", "text": {"type": "plain_text", "text": "Stop"}, "action_id": "stop", "value": "job 1"}

    @app.command("/record")
    def _record(ack: Ack, command: dict[str, str], respond: Respond) -> None:
        ack(text=f"asked for {command['text']}", blocks=[{"type": "actions", "elements": [button]}])
        respond(text="recording", response_type="in_channel")

    @app.action("stop")
    def _stop(ack: Ack, action: dict[str, str], respond: Respond) -> None:
        ack()
        respond(text=f"stopped {action['value']}", replace_original=True)

    return app


def test_a_bolt_app_has_a_conversation(slack: SlackWorkspace) -> None:
    """Real Bolt verifies and reads the command and the click, and its ack and respond arrive."""
    with _answering(slack, _bolt_door(_bolt_app(slack))):
        assert slack.type_command(ANN, CLASS_RECORDINGS, "room 100").error == ""
        assert sorted(_texts(slack)) == ["[Stop]", "recording"]
        (asked,) = (message for message in slack.chat.messages(CLASS_RECORDINGS) if message.via == "ack")
        assert slack.click(ANN, asked, "stop").error == ""
    assert sorted(_texts(slack)) == ["recording", "stopped job 1"]


def test_bolt_turns_a_foreign_signature_away(slack: SlackWorkspace) -> None:
    """So that the person reads dispatch_failed, and the app's 401 is in the record."""
    with _answering(slack, _bolt_door(_bolt_app(slack))):
        slack.signing_secret = "foreign"
        delivery = slack.type_command(ANN, CLASS_RECORDINGS, "room 100")
    assert delivery.answer is not None
    assert (delivery.answer.status, delivery.error) == (401, "dispatch_failed")
    assert delivery.answer.body == json.dumps({"error": "invalid request"}).encode()
