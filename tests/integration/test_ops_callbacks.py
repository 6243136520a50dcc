"""python -m ops callbacks, against a stack in moto's AWS and RTC's stand-in: what it says, and what RTC has then."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from local.http_message import Wire
from local.rtc.api import RtcApi
from local.rtc.faults import Fault
from local.rtc.server import serve
from ops.errors import OpsError
from ops.words import main
from shared.command_line import CommandLine
from shared.order_ids import new_order_id
from tests.ops_stack import client, session
from tests.own_clients import connect

KEY, OLD_KEY = "first-callback-key-of-the-tests-01234", "older-callback-key-of-the-tests-01234"
OWN, THEIRS = "https://own.example.com/rtc/callbacks", "https://theirs.example.com/x"


class Stack:
    """A stack of its own with its secrets, an RTC app, and what an operator types and reads."""

    def __init__(self, api: RtcApi, endpoint: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.api = api
        self.name = f"stack-{new_order_id()}"
        self._capsys = capsys
        made_up = api.credentials
        self.secrets = connect("secretsmanager")
        keys = {"access_key": made_up.access_key, "secret_key": made_up.secret_key}
        self.outputs = {
            "RtcCallbackUrl": OWN,
            "RtcCallbacks": "true",
            "RtcAppId": made_up.app_id,
            "RtcProjectId": made_up.project_id,
            "RtcEndpoint": endpoint,
            "IamEndpoint": endpoint,
            "RecorderSecretArn": self._secret("recorder", keys),
            "WebhookSecretArn": self._secret("webhook", {"callback_keys": [KEY, OLD_KEY]}),
        }
        self._is_created = False

    def _secret(self, name: str, content: object) -> str:
        made = self.secrets.create_secret(Name=f"{self.name}-{name}", SecretString=json.dumps(content))
        return str(made["ARN"])

    def put_secret(self, output: str, content: object) -> None:
        """Put another content into a secret."""
        self.secrets.put_secret_value(SecretId=self.outputs[output], SecretString=json.dumps(content))

    def run(self, *arguments: str) -> str:
        """Run the word on the stack, and return what it prints; no key is in it."""
        self._create()
        self._capsys.readouterr()
        try:
            assert main(CommandLine(), ["callbacks", *arguments, "--stack", self.name]) == 0
        except OpsError as error:
            self.require_no_key(str(error))
            raise
        finally:
            said = self._capsys.readouterr()
            self.require_no_key(said.out + said.err)
        return said.out

    def require_no_key(self, text: str) -> None:
        """Fail if a secret is in the text."""
        made_up = self.api.credentials
        assert not [it for it in (KEY, OLD_KEY, made_up.secret_key, "their-own-key") if it in text]

    def ask(self, *arguments: str) -> dict[str, Any]:
        """Run the word with --json, and return its document."""
        document: dict[str, Any] = json.loads(self.run(*arguments, "--json"))
        return document

    def puts(self) -> int:
        """How often RTC was asked to set it."""
        return sum(call.operation == "set callback" for call in self.api.calls())

    def setting(self) -> tuple[str, str]:
        """What RTC has."""
        return self.api.callback_setting()

    def _create(self) -> None:
        if self._is_created:
            return
        self._is_created = True
        document = {
            "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
            "Outputs": {name: {"Value": value} for name, value in self.outputs.items()},
        }
        client("cloudformation").create_stack(StackName=self.name, TemplateBody=json.dumps(document))


@pytest.fixture
def stack(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """A stack whose RTC app has no setting yet."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    api = RtcApi()
    with mock_aws(), serve(api) as server:
        stack = Stack(api, server.endpoint, capsys)
        monkeypatch.setattr("ops.deployment.boto3.Session", session)
        yield stack


def answers(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Let the operator type this."""
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_show_says_where_rtc_calls_back_and_whose_key_signs(stack: Stack) -> None:
    """Never the key itself, which RTC returns in clear; and it sets nothing."""
    assert stack.ask("show") == {"url": None, "signed": None, "own_url": OWN}
    assert "RTC calls back: nowhere" in stack.run("show")
    for url, key, said in (
        (OWN, KEY, "signed with the first of this deployment's keys"),
        (OWN, OLD_KEY, "signed with an older of this deployment's keys"),
        (THEIRS, "their-own-key-of-more-than-32-characters", "signed with a key that this deployment does not have"),
        (THEIRS, "", "not signed"),
    ):
        stack.api.call_back(url, key)
        assert stack.ask("show") == {"url": url, "signed": said, "own_url": OWN}
        assert ("this deployment is there" in stack.run("show")) == (url == OWN)
    assert stack.puts() == 0


def test_set_shows_what_it_replaces_and_asks(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a yes sets it, with the first of the deployment's keys."""
    stack.api.call_back(THEIRS, "")
    for no in ("no\n", "\n", ""):
        answers(monkeypatch, no)
        with pytest.raises(OpsError, match="nothing was set: the answer was not yes"):
            stack.run("set", OWN)
    assert (stack.puts(), stack.setting()) == (0, (THEIRS, ""))
    answers(monkeypatch, "yes\n")
    said = stack.run("set", OWN)
    assert f"RTC calls back: {THEIRS}, not signed" in said
    assert "gets no callbacks any more" in said
    assert stack.setting() == (OWN, KEY)
    assert "nothing was set" in stack.run("set", OWN)
    assert stack.puts() == 1


def test_a_script_says_yes_beforehand(stack: Stack) -> None:
    """With --json it gets one document, and without --yes nothing is asked and nothing set."""
    with pytest.raises(OpsError, match="add --yes"):
        stack.run("set", OWN, "--json")
    assert stack.ask("set", OWN, "--yes") == {"url": OWN, "replaced": None, "changed": True}
    assert stack.ask("set", OWN, "--yes") == {"url": OWN, "replaced": None, "changed": False}


def test_a_new_key_is_a_change(stack: Stack) -> None:
    """For a rotation the address stays, and the first key becomes RTC's."""
    stack.api.call_back(OWN, OLD_KEY)
    assert stack.ask("set", OWN, "--yes") == {"url": OWN, "replaced": OWN, "changed": True}
    assert stack.setting() == (OWN, KEY)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://own.example.com/rtc/callbacks", "does not begin with https://"),
        ("https://own.example.com", "does not end in /rtc/callbacks"),
        ("https://own.example.com/slack", "does not end in /rtc/callbacks"),
        ("https://10.0.0.5/rtc/callbacks", "is private"),
        ("https://169.254.169.254/rtc/callbacks", "is private"),
        ("https://[::1]/rtc/callbacks", "is private"),
        ("https://localhost/rtc/callbacks", "is private"),
        ("https://bot.internal/rtc/callbacks", "is private"),
        ("https://me:pw@own.example.com/rtc/callbacks", "has a user"),
        ("https://own.example.com/rtc/callbacks?a=b", "has a user, a query"),
        ("https://own.example.com:x/rtc/callbacks", "is no address"),
        ("https:///rtc/callbacks", "is no address"),
        ("https://own.example.com/ä/rtc/callbacks", "is no address"),
        ("", "is no address"),
    ],
)
def test_an_address_that_can_not_be_right_is_not_set(stack: Stack, url: str, why: str) -> None:
    """RTC is not even asked; the answer names the right address."""
    with pytest.raises(OpsError, match=why) as refused:
        stack.run("set", url, "--yes")
    assert OWN in str(refused.value)
    assert stack.api.calls() == []


def test_a_deployment_that_takes_no_callbacks_is_not_set(stack: Stack) -> None:
    """RTC would get 404, or 401 without a key."""
    stack.put_secret("WebhookSecretArn", {"callers": {}, "status_keys": ["whsec_" + "c3Rh" * 10]})
    with pytest.raises(OpsError, match="has no callback_keys"):
        stack.run("set", OWN, "--yes")


def test_a_stack_without_callbacks_is_not_set(stack: Stack) -> None:
    """Its door has no such path."""
    stack.outputs["RtcCallbacks"] = "false"
    with pytest.raises(OpsError, match='RtcCallbacks: "true" first'):
        stack.run("set", OWN, "--yes")
    assert stack.puts() == 0


@pytest.mark.parametrize("word", [("show",), ("set", OWN, "--yes")])
def test_a_secret_that_can_not_be_used_is_named(stack: Stack, word: tuple[str, ...]) -> None:
    """By its name, and by what is wrong with it."""
    stack.put_secret("RecorderSecretArn", {"access_key": ""})
    with pytest.raises(OpsError, match=r"RecorderSecret has the wrong content: .*either access_key"):
        stack.run(*word)


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (Fault(status=403, error_code="RTC.00001021"), "RTC refuses the key of RecorderSecret"),
        (Fault(status=401, error_code="APIGW.0301"), "RTC refuses the key of RecorderSecret"),
        (Fault(status=400, error_code="RTC.00001018"), "RTC did not do it .*RTC.00001018"),
        (Fault(status=200, body="<html>"), "RTC did not do it"),
    ],
)
def test_what_rtc_refuses_is_one_line(stack: Stack, fault: Fault, why: str) -> None:
    """Reading or setting: what RTC said, and that nothing was set."""
    stack.api.misbehave(fault, operation="show callback")
    with pytest.raises(OpsError, match=f"{why}.*nothing was set"):
        stack.run("set", OWN, "--yes")
    assert stack.puts() == 0


def test_a_refused_setting_is_one_line(stack: Stack) -> None:
    """RTC tries the address, and refuses one that does not answer."""
    stack.api.misbehave(Fault(status=400, error_code="RTC.00001018"), operation="set callback")
    with pytest.raises(OpsError, match=r"RTC.00001018.*nothing was set"):
        stack.run("set", OWN, "--yes")
    assert stack.setting() == ("", "")


@pytest.mark.parametrize("made", [True, False])
def test_a_setting_without_an_answer_may_be_made_or_not(stack: Stack, made: bool) -> None:
    """It says so, and that it can be run again, which is harmless."""
    stack.api.misbehave(Fault(wire=Wire.NOTHING, made=made), operation="set callback")
    with pytest.raises(OpsError, match="it may be set or not: `callbacks show` says which"):
        stack.run("set", OWN, "--yes")
    assert stack.ask("show")["url"] == (OWN if made else None)
    assert stack.ask("set", OWN, "--yes")["changed"] is not made


def test_rtc_that_can_not_be_reached_is_named(stack: Stack) -> None:
    """With what was not done."""
    stack.outputs["RtcEndpoint"] = "http://127.0.0.1:1"
    with pytest.raises(OpsError, match=r"RTC can't be reached: .*nothing was set"):
        stack.run("set", OWN, "--yes")


@pytest.mark.parametrize("words", [("callbacks",), ("callbacks", "show"), ("callbacks", "set")])
def test_each_word_has_its_help(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Each says what it does and what its exit status means."""
    with pytest.raises(SystemExit) as ended:
        main(CommandLine(), [*words, "--help"])
    assert ended.value.code == 0
    assert "exit status:" in capsys.readouterr().out
