"""python -m ops doctor, against a stack in moto's AWS with the stand-ins of Slack and RTC.

One deployment is as it should be. Each test plants a mistake, and reads which line names it, and what it says to do.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from mypy_boto3_dynamodb import DynamoDBClient

from bot.manifest import SCOPES
from local.http_message import Answer, Request, Wire
from local.loopback import Server
from local.rtc.api import RtcApi
from local.rtc.faults import Fault
from local.slack import faults as slack_faults
from local.slack.workspace import SlackWorkspace
from ops.doctor import examine, queues, stack, team
from ops.errors import OpsError
from tests.integration.doctor_mistakes import FORBIDDEN, MISTAKES, Mistake, Plant, output, parameter, recorder, rtc
from tests.integration.doctor_place import SIGNING, Place
from tests.ledger_table import TABLE
from tests.ops_stack import OpsStack
from tests.template import TEMPLATE


@dataclass
class Rtc:
    """Where RTC answers, and the stand-in that does, a new one for each test."""

    endpoint: str = ""
    api: RtcApi = field(default_factory=RtcApi)

    def answer(self, request: Request) -> Answer:
        """Answer as the stand-in does."""
        return self.api.answer(request)


@pytest.fixture(scope="module")
def outside() -> Iterator[tuple[SlackWorkspace, Rtc]]:
    """Slack and RTC: to stop such a server takes longer than a test."""
    rtc = Rtc()
    with (
        closing(Server(rtc.answer)) as server,
        closing(SlackWorkspace(scopes=frozenset(SCOPES))) as slack,
    ):
        rtc.endpoint = server.endpoint
        yield slack, rtc


@pytest.fixture
def place(
    dynamodb: DynamoDBClient,
    outside: tuple[SlackWorkspace, "Rtc"],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Place]:
    """A deployment without a mistake."""
    monkeypatch.setattr(queues, "READ_EVERY_S", 0)
    slack, rtc = outside
    rtc.api = RtcApi(calls_per_second=None)
    yield Place(OpsStack(capsys, monkeypatch, {}), slack, rtc.api, rtc.endpoint, dynamodb)
    slack.behave()
    for item in dynamodb.scan(TableName=TABLE)["Items"]:
        dynamodb.delete_item(TableName=TABLE, Key={"pk": item["pk"], "sk": item["sk"]})


def test_a_deployment_without_a_mistake_is_all_ok(place: Place) -> None:
    """Each part has its line, none of them is unknown, and the status is 0."""
    found = place.examined(status=0)
    assert (found["wrong"], found["unknown"]) == ([], [])
    assert len(found["ok"]) >= 20
    said = place.ops.run("doctor")
    assert said.splitlines()[-1].endswith(f"{len(found['ok'])} ok, 0 wrong, 0 unknown")
    assert "->" not in said


def test_the_outputs_that_it_needs_are_those_of_the_template() -> None:
    """Else a deployed stack would be called old for ever."""
    assert set(stack.OUTPUTS) <= set(TEMPLATE["Outputs"])


@pytest.mark.parametrize("mistakes", MISTAKES, ids=lambda it: next(iter(it)))
def test_a_planted_mistake_is_found(place: Place, mistakes: dict[str, Mistake]) -> None:
    """Its line is wrong, says what is wrong, and names the way out; no secret is in any line."""
    for plant, *_ in mistakes.values():
        plant(place)
    wrong = place.examined(status=1)["wrong"]
    for mistake, (_, what, says, todo) in mistakes.items():
        found = [text for name, text in wrong if name == what]
        assert len(found) == 1, mistake
        before, _, after = found[0].partition(" -> ")
        assert says in before, mistake
        assert todo in after, mistake


def test_a_missing_scope_is_named(place: Place) -> None:
    """With what it is for, and where the manifest goes; one that is there is not."""
    there = "users:read"
    with closing(SlackWorkspace(scopes=frozenset({there}))) as slack:
        slack.bot_token = place.slack.bot_token
        place.ops.parameters["SlackApiUrl"] = slack.api_url
        place.ops.put_secret("SlackSecretArn", {"signing_secrets": [SIGNING], "bot_token": slack.bot_token})
        slack._web_api._token = slack.bot_token
        ((what, text),) = place.examined(status=1)["wrong"]
    assert what == "Slack scopes"
    assert f"lacks {', '.join(f'{it} ({why})' for it, why in SCOPES.items() if it != there)} -> " in text
    assert "python -m bot.manifest --url URL" in text


@pytest.mark.parametrize(
    "things",
    [
        [
            (parameter("RecordRuleId", ""), "recording rule", "RecordRuleId is empty"),
            (recorder(bot_token=None), "Slack token", "RecorderSecret has none"),
            (output("PageTopicArn", "arn:aws:sns:eu-west-1:123456789012:gone"), "alarms", "AWS refuses"),
        ],
        [
            (rtc(FORBIDDEN, "show rule"), "recording rule", "the key may not read it"),
            (rtc(FORBIDDEN, "show callback"), "callbacks", "the key may not read the setting"),
            (
                lambda place: place.slack.misbehave(slack_faults.Fault(wire=Wire.NOTHING), door="web_api", times=None),
                "Slack token",
                "no answer of Slack",
            ),
        ],
        [(rtc(Fault(status=503), "show"), "RTC key", "RTC did not answer as it should")],
    ],
    ids=["not set", "not told", "not answered"],
)
def test_what_can_not_be_known_is_unknown(place: Place, things: list[tuple[Plant, str, str]]) -> None:
    """It is not called right or wrong, and it has a next step."""
    for plant, *_ in things:
        plant(place)
    findings = place.ops.ask("doctor", status=0)["findings"]
    for _, what, says in things:
        (found,) = [it for it in findings if it["what"] == what and it["verdict"] == "unknown"]
        assert says in found["says"]
        assert found["todo"]


@pytest.mark.parametrize(
    ("secrets", "options"),
    [
        (["wrong"], [""]),
        ([SIGNING, "wrong"], ["--end"]),
        (["wrong", SIGNING], ["--undo"]),
        (["wrong", "wrong, too"], ["--end", ""]),
    ],
)
def test_the_words_for_a_signing_secret_mend_it(place: Place, secrets: list[str], options: list[str]) -> None:
    """Done in their order, they leave one signing secret, or a new one beside the wrong one, which `--end` removes."""
    place.ops.put_secret("SlackSecretArn", {"signing_secrets": secrets, "bot_token": place.slack.bot_token})
    words = ["secrets", "rotate", "signing-secret"]
    ((what, text),) = place.examined(status=1)["wrong"]
    assert what == "SlackSecret"
    assert re.findall("`secrets rotate signing-secret ?(.*?)`", text) == options
    for option in options:
        place.ops.run(*words, *filter(None, [option, option and "--yes"]), types=f"{SIGNING}\n")
    if not options[-1]:
        ((_, text),) = place.examined(status=1)["wrong"]
        assert "`secrets rotate signing-secret --end`" in text
        place.ops.run(*words, "--end", "--yes")
    assert place.examined(status=0)["wrong"] == []


@pytest.mark.parametrize("name", ["SlackSecret", "RecorderSecret"])
def test_a_token_that_one_secret_lacks_is_put_there(place: Place, name: str) -> None:
    """`secrets rotate bot-token` puts one only where one was, or into both if none has one."""
    contents = {"SlackSecret": {"signing_secrets": [SIGNING]}, "RecorderSecret": place.recorder | {"bot_token": ""}}
    place.ops.put_secret(f"{name}Arn", contents[name])
    ((what, text),) = place.examined(status=0)["unknown"]
    assert (what, text.partition(" -> ")[0]) == ("Slack token", f"{name} has none: nothing to ask Slack")
    assert "with bot_token: `aws secretsmanager put-secret-value`" in text
    rotate = ("secrets", "rotate", "bot-token")
    assert "has this value already" in place.ops.run(*rotate, types=f"{place.slack.bot_token}\n")
    for each, content in contents.items():
        place.ops.put_secret(f"{each}Arn", content)
    found = place.examined(status=0)["unknown"]
    assert [(what, "`secrets rotate bot-token`" in text) for what, text in found] == [("Slack token", True)] * 2
    assert "SlackSecret and RecorderSecret" in place.ops.run(*rotate, types=f"{place.slack.bot_token}\n")
    assert place.examined(status=0)["unknown"] == []


def test_a_refused_login_is_rotated_as_a_login(place: Place) -> None:
    """Also if half of an access key is beside it, which nothing uses."""
    login = {"domain_name": "a school", "user_name": "bot", "password": "wrong", "access_key": "HALF"}
    place.ops.put_secret("RecorderSecretArn", login | {"bot_token": place.slack.bot_token})
    ((what, text),) = place.examined(status=1)["wrong"]
    assert what == "RTC key"
    assert "Else `secrets rotate iam-login`" in text
    with pytest.raises(OpsError, match="rotate iam-login"):
        place.ops.run("secrets", "rotate", "rtc-key")


def test_a_refused_key_is_used_once(place: Place) -> None:
    """Five wrong signatures lock a key, so RTC is asked nothing more, and what is left is unknown."""
    recorder(secret_key="wrong")(place)
    found = place.examined(status=1)
    assert {"recording rule", "bucket", "callbacks"} <= {what for what, _ in found["unknown"]}
    assert len(place.api.calls()) == 1


def test_a_check_that_fails_hides_no_other(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug of one check is a line of its own, and all others are there."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    expected = len(place.examined(status=0)["ok"]) - 1
    monkeypatch.setattr(team, "holding", broken)
    found = place.examined(status=0)
    assert [what for what, _ in found["unknown"]] == ["configuration"]
    assert "ZeroDivisionError" in found["unknown"][0][1]
    assert len(found["ok"]) == expected


def test_a_check_that_hangs_hides_no_other(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the limit its line says so, and all others are there."""
    forever = threading.Event()

    def hangs(_: object) -> Iterator[object]:
        forever.wait()
        yield from ()

    began = iter([0.0])

    def clock() -> float:
        """The limit is over as soon as all others have ended."""
        others = {it.name for it in threading.enumerate()} & (set(examine.CHECKS) - {"stack"})
        return next(began, 0.0 if others else 2 * examine.LIMIT_S)

    monkeypatch.setitem(examine.CHECKS, "stack", hangs)
    monkeypatch.setattr(examine, "time", SimpleNamespace(monotonic=clock))
    found = place.examined(status=0)
    forever.set()
    assert [what for what, _ in found["unknown"]] == ["stack"], found
    assert len(found["ok"]) >= 18


def test_a_webhook_secret_that_nobody_needs_may_be_empty(place: Place) -> None:
    """Without callers and callbacks the webhook never reads it."""
    place.put_team('{"rules": []}')
    place.ops.outputs["RtcCallbacks"] = "false"
    place.api.call_back("", "")
    place.ops.secret("WebhookSecretArn", None)
    assert ("WebhookSecret", "not filled, and not needed: there are no callers and no callbacks -> ") in (
        place.examined(status=0)["ok"]
    )
