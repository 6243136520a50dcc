"""python -m ops doctor, against a stack in moto's AWS with the stand-ins of Slack and RTC.

One deployment is as it should be. Each test plants a mistake, and reads which line names it, and what it says to do.
"""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends
from mypy_boto3_dynamodb import DynamoDBClient

from bot.manifest import SCOPES
from functions.ledger.configurations import Configurations, StoredTeam
from functions.ledger.table import Table
from local.http_message import Answer, Request, Wire
from local.loopback import Server
from local.rtc.api import RtcApi
from local.rtc.faults import Fault
from local.slack import faults as slack_faults
from local.slack.workspace import SlackWorkspace
from ops.doctor import examine, queues, stack, team
from ops.errors import OpsError
from ops.rotations import new_webhook_key
from shared.order_ids import new_order_id
from tests.ledger_table import AUDIT, TABLE
from tests.ops_stack import REGION, OpsStack, client
from tests.template import TEMPLATE

OWN = "https://own.example.com/rtc/callbacks"
SIGNING = "0123456789abcdef" * 2
KEY, OTHER_KEY = "callback-key-of-the-tests-0123456789", "other-callback-key-of-the-tests-012345"
TEAM = '{"callers": {"timetable": {}}}'


class Place:
    """A deployment without a mistake."""

    def __init__(
        self, ops: OpsStack, slack: SlackWorkspace, api: RtcApi, endpoint: str, dynamodb: DynamoDBClient
    ) -> None:
        self.ops, self.slack, self.api = ops, slack, api
        made_up = api.credentials
        self.app_id = made_up.app_id
        ops.outputs |= {
            "IamEndpoint": endpoint,
            "LedgerTableName": TABLE,
            "AuditTableName": AUDIT.name,
            "RtcAppId": self.app_id,
            "RtcCallbackUrl": OWN,
            "RtcCallbacks": "true",
            "RtcEndpoint": endpoint,
            "RtcProjectId": made_up.project_id,
        }
        ops.parameters |= {
            "AuditRetentionDays": "400",
            "SlackApiUrl": slack.api_url,
            "RecordRuleId": made_up.record_rule_id,
            "RecordBucket": made_up.bucket,
            "RecordLocation": made_up.region,
            "RecordFolder": "",
        }
        self.sqs = client("sqs")
        for name in ("OrderQueueUrl", "CallerQueueUrl", "DeadLetterQueueUrl"):
            ops.queue(self.sqs, name)
        self.sns = client("sns")
        for name in ("PageTopicArn", "NoticeTopicArn"):
            ops.outputs[name] = self.sns.create_topic(Name=new_order_id())["TopicArn"]
            self.sns.subscribe(TopicArn=ops.outputs[name], Protocol="email", Endpoint="ops@example.com")
        self.recorder = {
            "access_key": made_up.access_key,
            "secret_key": made_up.secret_key,
            "bot_token": slack.bot_token,
        }
        self.webhook = {
            "callers": {"timetable": [new_webhook_key()]},
            "status_keys": [new_webhook_key()],
            "callback_keys": [KEY],
        }
        ops.secret("SlackSecretArn", {"signing_secrets": [SIGNING], "bot_token": slack.bot_token})
        ops.secret("RecorderSecretArn", self.recorder)
        ops.secret("WebhookSecretArn", self.webhook)
        ops.hidden = {SIGNING, made_up.secret_key, slack.bot_token, KEY, OTHER_KEY, "whsec_"}
        api.call_back(OWN, KEY)
        self.configurations = Configurations(Table(dynamodb, TABLE), self.app_id)
        self.put_team(TEAM)
        self.scheduler = client("scheduler")
        ops.outputs["ScheduleName"] = f"every-{new_order_id()}"
        self.schedule("ENABLED")
        self.handle_tick()

    def schedule(self, state: str) -> None:
        """Make the schedule anew."""
        name = self.ops.outputs["ScheduleName"]
        queue = self.ops.outputs["OrderQueueUrl"].rpartition("/")[2]
        target = {
            "Arn": f"arn:aws:sqs:{REGION}:{DEFAULT_ACCOUNT_ID}:{queue}",
            "RoleArn": f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:role/x",
        }
        if name in {it["Name"] for it in self.scheduler.list_schedules()["Schedules"]}:
            self.scheduler.delete_schedule(Name=name)
        self.scheduler.create_schedule(
            Name=name,
            ScheduleExpression="rate(1 minute)",
            State=state,
            FlexibleTimeWindow={"Mode": "OFF"},
            Target=target,
        )

    def handle_tick(self, late: float = 0) -> None:
        """Write the metric of a tick that the recorder has handled."""
        client("cloudwatch").put_metric_data(
            Namespace=self.ops.name,
            MetricData=[
                {
                    "MetricName": "CheckLate",
                    "Dimensions": [{"Name": "service", "Value": "recorder"}],
                    "Value": late,
                    "Timestamp": datetime.now(UTC) - timedelta(minutes=1),
                }
            ],
        )

    def put_team(self, document: str) -> None:
        """Let this be the team's configuration, whatever it says."""
        now = datetime.now(UTC)
        over = self.configurations.current()
        stored = StoredTeam(
            number=1 if over is None else over.number + 1, put_at=now, put_by="x", source=document, document=document
        )
        self.configurations.put(stored, now, over=over)

    def examined(self, *, status: int) -> dict[str, list[tuple[str, str]]]:
        """What doctor finds wrong or unknown, by what it looked at: what it says, and what to do."""
        answer = self.ops.ask("doctor", status=status)
        found: dict[str, list[tuple[str, str]]] = {"wrong": [], "unknown": [], "ok": []}
        for it in answer["findings"]:
            found[it["verdict"]].append((it["what"], f"{it['says']} -> {it['todo']}"))
        return found


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


type Plant = Callable[[Place], object]


def _recorder(**changes: object) -> Plant:
    return lambda place: place.ops.put_secret("RecorderSecretArn", {**place.recorder, **changes})


def _webhook(**changes: object) -> Plant:
    return lambda place: place.ops.put_secret("WebhookSecretArn", {**place.webhook, **changes})


def _output(name: str, value: str) -> Plant:
    return lambda place: place.ops.outputs.update({name: value})


def _parameter(name: str, value: str) -> Plant:
    return lambda place: place.ops.parameters.update({name: value})


def _rtc(fault: Fault, operation: str) -> Plant:
    return lambda place: place.api.misbehave(fault, operation=operation, times=None)  # type: ignore[arg-type]


def _pending(place: Place) -> None:
    backend = sns_backends[DEFAULT_ACCOUNT_ID][REGION]
    for it in backend.subscriptions.values():
        if it.topic.arn == place.ops.outputs["PageTopicArn"]:
            it.arn = "PendingConfirmation"


def _deleted(place: Place) -> None:
    _pending(place)
    for it in sns_backends[DEFAULT_ACCOUNT_ID][REGION].subscriptions.values():
        it.arn = "Deleted" if it.arn == "PendingConfirmation" else it.arn


def _no_subscriber(place: Place) -> None:
    place.ops.outputs["NoticeTopicArn"] = place.sns.create_topic(Name=new_order_id())["TopicArn"]


def _unfilled(output: str) -> Plant:
    return lambda place: place.ops.secret(output, None)


def _queued(output: str) -> Plant:
    return lambda place: place.sqs.send_message(QueueUrl=place.ops.outputs[output], MessageBody="planted")


def _old_order(place: Place) -> None:
    _queued("OrderQueueUrl")(place)
    client("cloudwatch").put_metric_data(
        Namespace="AWS/SQS",
        MetricData=[
            {
                "MetricName": "ApproximateAgeOfOldestMessage",
                "Dimensions": [{"Name": "QueueName", "Value": place.ops.outputs["OrderQueueUrl"].rpartition("/")[2]}],
                "Value": 1200,
                "Timestamp": datetime.now(UTC) - timedelta(minutes=1),
            }
        ],
    )


FORBIDDEN = Fault(status=403, error_code="RTC.00001021")
type Mistake = tuple[Plant, str, str, str]
"""How it is planted; what its line is about and says; and the way out."""
MISTAKES: tuple[dict[str, Mistake], ...] = (
    {
        "Slack's secret is empty": (_unfilled("SlackSecretArn"), "SlackSecret", "is not filled", "put-secret-value"),
        "a secret is no JSON": (
            lambda place: place.ops.put_secret("RecorderSecretArn", "access_key=1"),
            "RecorderSecret",
            "it is no JSON",
            "put-secret-value",
        ),
        "the webhook's secret is empty": (_unfilled("WebhookSecretArn"), "WebhookSecret", "is not filled", "fill it"),
        "the schedule is off": (lambda place: place.schedule("DISABLED"), "schedule", "is DISABLED", "enable it"),
        "an order waits too long": (
            _old_order,
            "people's orders",
            "the oldest for 20 minutes",
            "is the recorder throttled",
        ),
        "a subscription is not confirmed": (
            _pending,
            "page alarms",
            "not confirmed: email ops@example.com",
            "click the link",
        ),
        "nobody is subscribed": (_no_subscriber, "notice alarms", "no alarm has a subscriber", "set NoticeEmail"),
        "the configuration is broken": (
            lambda place: place.put_team('{"rules": 7}'),
            "configuration",
            "rules",
            "`config rollback`",
        ),
    },
    {
        "the signing secret is another value": (
            lambda place: place.ops.put_secret("SlackSecretArn", {"signing_secrets": [place.slack.bot_token]}),
            "SlackSecret",
            "a signing secret has 32 characters",
            "`secrets rotate signing-secret`",
        ),
        "half of a key is missing": (
            _recorder(secret_key=""),
            "RecorderSecret",
            "either access_key and secret_key",
            "put-secret-value",
        ),
        "a caller has no key": (
            lambda place: place.put_team('{"callers": {"timetable": {}, "exams": {}}}'),
            "callers",
            "exams: named in the team's configuration, without a key",
            "put a key",
        ),
        "the schedule is gone": (
            lambda place: place.scheduler.delete_schedule(Name=place.ops.outputs["ScheduleName"]),
            "schedule",
            "is not there",
            "`make deploy`",
        ),
        "nobody takes the orders": (
            _queued("CallerQueueUrl"),
            "callers' orders",
            "none was taken",
            "does it fail at its start",
        ),
        "a subscription was removed": (_deleted, "page alarms", "no alarm has a subscriber", "set PageEmail"),
    },
    {
        "half of the key for links is missing": (
            _recorder(obs_access_key="A"),
            "RecorderSecret",
            "no links",
            "obs-key",
        ),
        "there is no callback key": (
            _webhook(callback_keys=[]),
            "WebhookSecret",
            "no callback_keys",
            "`secrets rotate callback-key`",
        ),
        "a key has no caller": (
            lambda place: place.put_team('{"rules": []}'),
            "callers",
            "timetable: with a key, and not named",
            "`config put`",
        ),
        "the rule is not the app's": (
            _parameter("RecordRuleId", "no-such-rule"),
            "recording rule",
            "the app has no rule no-such-rule",
            "set RecordRuleId",
        ),
        "RTC knows no such bucket": (
            _parameter("RecordLocation", "eu-west-101"),
            "bucket",
            "RTC can't list recordings in eu-west-101",
            "RecordLocation",
        ),
        "this machine's clock is off": (
            lambda place: place.api.check_signatures(clock_ahead=timedelta(minutes=5)),
            "clock",
            "behind RTC's",
            "set this machine's clock",
        ),
        "checks are late": (
            lambda place: place.handle_tick(late=900),
            "ticks",
            "due for 900 seconds",
            "RTC has no turns left",
        ),
        "there is a dead letter": (
            _queued("DeadLetterQueueUrl"),
            "dead letters",
            "1 are there",
            "`dead-letters show`",
        ),
        "RTC calls back elsewhere": (
            lambda place: place.api.call_back("https://theirs.example.com/x", KEY),
            "callbacks",
            "RTC calls back at https://theirs.example.com/x",
            f"`callbacks set {OWN}`",
        ),
    },
    {
        "the bot token is revoked": (
            _recorder(bot_token="xoxb-revoked"),
            "Slack token",
            "that of RecorderSecret: invalid_auth",
            "`secrets rotate bot-token`",
        ),
        "the rule has another bucket": (
            _parameter("RecordBucket", "another"),
            "recording rule",
            "it puts files into recordings",
            "set RecordBucket",
        ),
        "RTC calls back nowhere": (lambda place: place.api.call_back("", ""), "callbacks", "nowhere", "`callbacks set"),
    },
    {
        "RTC's key is wrong": (
            _recorder(secret_key="wrong"),
            "RTC key",
            "RTC or IAM refuses it",
            "`secrets rotate rtc-key`",
        ),
    },
    {
        "the project is another": (_output("RtcProjectId", "0" * 32), "RTC key", "project-id", "RtcProjectId"),
    },
    {
        "the endpoint is wrong": (
            _output("RtcEndpoint", "http://127.0.0.1:1"),
            "RTC key",
            "can't be reached",
            "are RtcEndpoint and IamEndpoint right",
        ),
    },
    {
        "the app is another": (
            _output("RtcAppId", "no-such-app"),
            "callbacks",
            "RTC knows no such app",
            "set RtcAppId",
        ),
    },
    {
        "the key may not list": (_rtc(FORBIDDEN, "list"), "bucket", "the key may not list", "set RtcCallbacks"),
        "callbacks are signed with another key": (
            lambda place: place.api.call_back(OWN, OTHER_KEY),
            "callbacks",
            "with a key that WebhookSecret does not have",
            "`callbacks set",
        ),
    },
    {
        "callbacks are not signed": (
            lambda place: place.api.call_back(OWN, ""),
            "callbacks",
            "without a key",
            "`callbacks set",
        ),
    },
    {
        "callbacks come though they are off": (
            _output("RtcCallbacks", "false"),
            "callbacks",
            "RTC calls back here, where RtcCallbacks is false",
            'RtcCallbacks: "true"',
        ),
        "an output is missing": (
            lambda place: place.ops.outputs.pop("PageTopicArn"),
            "stack outputs",
            "missing: PageTopicArn",
            "`make deploy`",
        ),
    },
)
"""Those of one deployment, which don't hide each other."""


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
            (_parameter("RecordRuleId", ""), "recording rule", "RecordRuleId is empty"),
            (_recorder(bot_token=None), "Slack token", "RecorderSecret has none"),
            (_output("PageTopicArn", "arn:aws:sns:eu-west-1:123456789012:gone"), "alarms", "AWS refuses"),
        ],
        [
            (_rtc(FORBIDDEN, "show rule"), "recording rule", "the key may not read it"),
            (_rtc(FORBIDDEN, "show callback"), "callbacks", "the key may not read the setting"),
            (
                lambda place: place.slack.misbehave(slack_faults.Fault(wire=Wire.NOTHING), door="web_api", times=None),
                "Slack token",
                "no answer of Slack",
            ),
        ],
        [(_rtc(Fault(status=503), "show"), "RTC key", "RTC did not answer as it should")],
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
    _recorder(secret_key="wrong")(place)
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
    assert [what for what, _ in found["unknown"]] == ["stack"]
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
