"""Slack's door as Lambda calls it: environment, secret and queue are moto's, in this process."""

import json
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from functions import slack
from functions.aws.cold_start import end_cold_start
from functions.ledger.configurations import Configurations, StoredTeam
from functions.ledger.table import Table
from shared.log_events import LogEvent
from shared.orders import Home, Order, Start
from shared.slack_refs import ReplyTo
from tests.builders import ANN, requests_of
from tests.lambda_context import REQUEST_ID, Context
from tests.ledger_table import create_table
from tests.logs import loggers_restored
from tests.own_clients import an_account, answer_by_moto, connect
from tests.raw_server import RawServer, http, resets, sends
from tests.slack_requests import RESPONSE_URL, SIGNING_SECRET, a_form, an_event, signed
from tests.views import a_home_event, assert_slack_takes_view

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

TYPED = "room 100 user001 hd push=rtmp://live.example.com/app/s3cret"


@dataclass
class Aws:
    """What the function finds on AWS."""

    sqs: "SQSClient"
    secrets: "SecretsManagerClient"
    queue_url: str

    def orders(self, wait_s: int = 0) -> list[Order]:
        answer = self.sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=wait_s)
        return [Order.model_validate_json(message["Body"]) for message in answer.get("Messages", [])]


@pytest.fixture(name="aws")
def _aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """The account, the function's environment, and a cold start to come."""
    answer_by_moto(monkeypatch)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "made")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "up")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    with an_account(), loggers_restored():
        aws = Aws(connect("sqs"), connect("secretsmanager"), "")
        aws.queue_url = aws.sqs.create_queue(QueueName="orders")["QueueUrl"]
        aws.secrets.create_secret(Name="slack", SecretString=json.dumps({"signing_secrets": [SIGNING_SECRET]}))
        for name, value in {
            "SECRET_ID": "slack",
            "ORDER_QUEUE_URL": aws.queue_url,
            "SLACK_COMMAND": "/record",
            "LEDGER_TABLE": "ledger",
            "RTC_APP_ID": "app1",
            "DEFAULT_IDLE_SECONDS": "300",
            "RECORD_RULE_ID": "",
            "SLACK_API_URL": "https://slack.invalid/api/",
            "SLACK_RESPONSE_URL": "https://hooks.slack.invalid/",
            "POWERTOOLS_SERVICE_NAME": "slack",
            "POWERTOOLS_LOG_LEVEL": "DEBUG",
        }.items():
            monkeypatch.setenv(name, value)
        create_table(connect("dynamodb"))
        slack._door.cache_clear()
        yield aws
        slack._door.cache_clear()


def _ask(text: str = TYPED, **changes: str) -> dict[str, Any]:
    """The reply's JSON to a command that was signed just now."""
    form = a_form(text, **changes)
    result = slack.handler(an_event(form, signed(form, now=time.time())), Context())
    assert result["statusCode"] == 200
    answered: dict[str, Any] = json.loads(str(result["body"]))
    return answered


def _read(answered: dict[str, Any]) -> str:
    return json.dumps(answered, ensure_ascii=False)


def test_a_command_is_on_the_queue_before_slack_hears_yes(aws: Aws) -> None:
    """The order that is read there is the one that was typed, with all the recorder needs."""
    answered = _ask()
    (order,) = aws.orders()
    assert order.order_id in _read(answered)
    assert (order.actor, order.reply_to) == (ANN, ReplyTo(channel_id="C1", response_url=RESPONSE_URL, is_public=True))
    (request,) = requests_of(order)
    assert (request.room_id, request.user_id, request.select_stream_type) == ("100", "user001", "HD")
    assert request.max_idle_time == 300


def test_a_channel_s_defaults_are_those_of_the_stored_configuration(aws: Aws) -> None:
    """Its room and its preset go into the order, and a room that is typed wins."""
    presets = {"lecture": {"quality": "sd", "for": "90m"}}
    document = json.dumps({"presets": presets, "channels": {"C1": {"preset": "lecture", "room": 7}}})
    configurations = Configurations(Table(connect("dynamodb"), "ledger"), "app1")
    stored = StoredTeam(number=1, put_at=datetime.now(UTC), put_by="U1ANN", source=document, document=document)
    assert configurations.put(stored, stored.put_at, over=None)
    for text, room in (("user001", "7"), ("200 user001", "200")):
        _ask(text)
        (order,) = aws.orders()
        (request,) = requests_of(order)
        assert (request.room_id, request.user_id, request.select_stream_type) == (room, "user001", "SD")
        assert isinstance(order.action, Start)
        assert order.action.max_duration == timedelta(minutes=90)


@pytest.mark.parametrize(
    ("text", "changes"), [("room payload user001", {}), ("100 user001", {"channel_name": "payload-team"})]
)
def test_the_word_payload_loses_no_order(aws: Aws, text: str, changes: dict[str, str]) -> None:
    """A room or a channel may be called so."""
    _ask(text, **changes)
    assert len(aws.orders()) == 1


@pytest.mark.parametrize("text", ["help", "", "100 user001 hdd", "stop"])
def test_what_starts_nothing_leaves_the_queue_empty(aws: Aws, text: str) -> None:
    """A question or an error is answered at the door."""
    assert _ask(text)["response_type"] == "ephemeral"
    assert not aws.orders()


def test_a_stranger_s_request_leaves_the_queue_empty(aws: Aws) -> None:
    """Neither unsigned nor signed long ago."""
    form = a_form(TYPED)
    for headers in ({}, signed(form)):
        assert slack.handler(an_event(form, headers), Context())["statusCode"] == 401
    assert not aws.orders()


def test_a_queue_that_is_gone_means_that_nothing_was_started(aws: Aws) -> None:
    """And the person reads so."""
    aws.sqs.delete_queue(QueueUrl=aws.queue_url)
    assert "Nothing was done" in _read(_ask())


def test_a_queue_that_nobody_answers_for_means_that_nothing_was_started(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where there is no SQS to ask."""
    assert not aws.orders()
    with RawServer(resets) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", server.endpoint)
    assert "Nothing was done" in _read(_ask())


def test_a_silent_queue_is_not_waited_for(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have the order or not; the person reads that, and the queue is asked once."""
    assert not aws.orders()
    with RawServer(lambda _: None) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", server.endpoint)
        assert "may or may not" in _read(_ask())
        assert server.connections == 1


def test_a_door_without_its_secret_apologises(aws: Aws) -> None:
    """Nobody can be verified, so nothing is started; as soon as the secret is there the door is open."""
    aws.secrets.delete_secret(SecretId="slack")
    assert "Nothing was done" in _read(_ask())
    assert not aws.orders()
    aws.secrets.restore_secret(SecretId="slack")
    _ask()
    assert len(aws.orders()) == 1


def test_a_cold_start_without_the_secret_closes_no_door(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    """What can't be read while Lambda initialises the function is read for the first person."""
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "recordbot-SlackFunction")
    aws.secrets.delete_secret(SecretId="slack")
    end_cold_start(lambda: slack._door().read_secret())
    aws.secrets.restore_secret(SecretId="slack")
    _ask()
    assert len(aws.orders()) == 1


@pytest.mark.parametrize("token", ["", "xoxb-made-up"])
@pytest.mark.parametrize(
    ("answer", "zone"),
    [
        (http(200, b'{"ok": true, "user": {"tz": "Asia/Kathmandu"}}'), "Asia/Kathmandu"),
        (http(200, b'{"ok": false, "error": "missing_scope"}'), "UTC"),
        (http(429, b"", "Retry-After: 30"), "UTC"),
        (http(500), "UTC"),
        (b"", "UTC"),
    ],
)
def test_a_time_of_day_is_that_of_the_person_s_zone_or_utc(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, answer: bytes, zone: str, token: str
) -> None:
    """Whatever Slack answers, the command is; without a token Slack isn't asked."""
    aws.secrets.put_secret_value(
        SecretId="slack", SecretString=json.dumps({"signing_secrets": [SIGNING_SECRET], "bot_token": token})
    )
    with RawServer(sends(answer)) as server:
        monkeypatch.setenv("SLACK_API_URL", f"{server.endpoint}/api/")
        answered = _read(_ask("100 user001 at=2020-01-01T00:00"))
        assert f"in {zone if token else 'UTC'}" in answered
        assert "past" in answered
        _ask("100 user001 for=90m")
        assert server.connections == bool(token)


@pytest.mark.parametrize("token", ["", "xoxb-made-up"])
@pytest.mark.parametrize(
    ("answer", "opens"),
    [
        (http(200, b'{"ok": true, "view": {"id": "V1"}}'), True),
        (http(200, b'{"ok": false, "error": "expired_trigger_id"}'), False),
        (http(429, b"", "Retry-After: 30"), False),
        (http(500), False),
        (b"", False),
    ],
)
def test_the_command_alone_opens_the_form_or_gives_the_short_help(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, answer: bytes, token: str, *, opens: bool
) -> None:
    """Whatever Slack answers, the person reads something; without a token Slack isn't asked."""
    aws.secrets.put_secret_value(
        SecretId="slack", SecretString=json.dumps({"signing_secrets": [SIGNING_SECRET], "bot_token": token})
    )
    with RawServer(sends(answer)) as server:
        monkeypatch.setenv("SLACK_API_URL", f"{server.endpoint}/api/")
        form = a_form("", trigger_id="1.2.abc")
        result = slack.handler(an_event(form, signed(form, now=time.time())), Context())
        assert (result["statusCode"], result["body"] == "") == (200, opens and bool(token))
        assert (opens and token) or "help start" in str(result["body"])
        assert server.connections == bool(token)
        for request in server.requests:
            assert request.startswith(b"POST /api/views.open ")
            sent = json.loads(request.partition(b"\r\n\r\n")[2])
            assert sent["trigger_id"] == "1.2.abc"
            assert_slack_takes_view(sent["view"])
    assert not aws.orders()


def _tell(body: bytes, **headers: str) -> dict[str, Any]:
    """The result of a JSON body, signed just now, as Slack sends events."""
    signature = signed(body, now=time.time())
    result: dict[str, Any] = slack.handler(
        an_event(body, {**signature, "Content-Type": "application/json", **headers}), Context()
    )
    return result


def test_slack_can_verify_the_address_for_events(aws: Aws) -> None:
    """The challenge comes back, to whoever signs."""
    body = json.dumps({"type": "url_verification", "token": "xyzz0Wbap", "challenge": "ch4llenge"}).encode()
    result = _tell(body)
    assert (result["statusCode"], json.loads(result["body"])) == (200, {"challenge": "ch4llenge"})
    assert _tell(body, **{"X-Slack-Signature": f"v0={'0' * 64}"})["statusCode"] == 401
    assert not aws.orders()


def test_an_event_that_is_sent_again_is_the_same_order(aws: Aws) -> None:
    """Slack sends it again if it hears no answer within three seconds."""
    body = json.dumps(a_home_event(event_id="Ev7")).encode()
    retry = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
    for headers in ({}, retry):
        result = _tell(body, **headers)
        assert (result["statusCode"], result["body"]) == (200, "")
    first, again = aws.orders()
    assert first.order_id == again.order_id
    assert first.action == Home(is_opened=True)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"\xff",
        b'"text"',
        json.dumps({**a_home_event(), "event_id": 7}).encode(),
        json.dumps({**a_home_event(), "event": {"type": "app_home_opened", "user": ["U1"]}}).encode(),
    ],
)
def test_an_event_with_wrong_types_is_a_400_and_pages_nobody(
    aws: Aws, capsys: pytest.CaptureFixture[str], body: bytes
) -> None:
    """Nothing is ordered, and it is no mistake of ours."""
    assert _tell(body)["statusCode"] == 400
    assert LogEvent.DOOR_FAILED not in capsys.readouterr().out
    assert not aws.orders()


def test_every_line_of_an_order_carries_its_id(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    """And the id of the call that Lambda's own lines carry; each event is counted."""
    _ask()
    (order,) = aws.orders()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (placed,) = [line for line in lines if line.get("message") == LogEvent.ORDER_PLACED]
    assert (placed["order_id"], placed["service"]) == (order.order_id, "slack")
    assert placed["function_request_id"] == REQUEST_ID
    assert [line["OrderPlaced"] for line in lines if "_aws" in line] == [[1.0]]


def test_no_secret_is_logged_whatever_happens(
    aws: Aws, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """At DEBUG, for the root logger too: no body, signature, secret, response_url or RTMP address in any line."""
    form = a_form(TYPED)
    good = signed(form, now=time.time())
    with caplog.at_level(logging.DEBUG):
        _ask()
        _ask("room 100 user001 hdd push=rtmp://live.example.com/app/s3cret")
        _ask(TYPED, command="/other")
        for headers in ({}, good | {"X-Slack-Signature": "v0=no"}):
            slack.handler(an_event(form, headers), Context())
        for body in (
            b"payload=" + form,
            b"payload=%7B%22view%22%3A%22s3cret%22%2C%22type%22%3A%22view_submission%22%7D",
            a_form(TYPED, channel_id=""),
        ):
            slack.handler(an_event(body, signed(body, now=time.time())), Context())
        aws.sqs.delete_queue(QueueUrl=aws.queue_url)
        _ask()
        aws.secrets.delete_secret(SecretId="slack")
        slack._door.cache_clear()
        _ask()
    captured = capsys.readouterr()
    logged = caplog.text + captured.out + captured.err
    assert LogEvent.ORDER_NOT_QUEUED in logged
    assert LogEvent.DOOR_FAILED in logged
    signatures = [header for header in good.values() if header.startswith("v0=")]
    for secret in ("s3cret", SIGNING_SECRET, RESPONSE_URL, RESPONSE_URL.rpartition("/")[2], "xyzz0Wbap", *signatures):
        assert secret not in logged
