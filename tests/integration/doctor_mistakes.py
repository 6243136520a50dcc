"""The mistakes that python -m ops doctor finds: how each is planted, and what its line says."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends

from local.rtc.faults import Fault
from shared.order_ids import new_order_id
from tests.integration.doctor_place import KEY, OTHER_KEY, OWN, Place
from tests.ops_stack import REGION, client

type Plant = Callable[[Place], object]


def recorder(**changes: object) -> Plant:
    """The recorder's secret with these values."""
    return lambda place: place.ops.put_secret("RecorderSecretArn", {**place.recorder, **changes})


def _webhook(**changes: object) -> Plant:
    return lambda place: place.ops.put_secret("WebhookSecretArn", {**place.webhook, **changes})


def output(name: str, value: str) -> Plant:
    """An output of the stack with this value."""
    return lambda place: place.ops.outputs.update({name: value})


def parameter(name: str, value: str) -> Plant:
    """A parameter of the stack with this value."""
    return lambda place: place.ops.parameters.update({name: value})


def rtc(fault: Fault, operation: str) -> Plant:
    """RTC that answers so to each such call."""
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
            recorder(secret_key=""),
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
            recorder(obs_access_key="A"),
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
            parameter("RecordRuleId", "no-such-rule"),
            "recording rule",
            "the app has no rule no-such-rule",
            "set RecordRuleId",
        ),
        "RTC knows no such bucket": (
            parameter("RecordLocation", "eu-west-101"),
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
            recorder(bot_token="xoxb-revoked"),
            "Slack token",
            "that of RecorderSecret: invalid_auth",
            "`secrets rotate bot-token`",
        ),
        "the rule has another bucket": (
            parameter("RecordBucket", "another"),
            "recording rule",
            "it puts files into recordings",
            "set RecordBucket",
        ),
        "RTC calls back nowhere": (lambda place: place.api.call_back("", ""), "callbacks", "nowhere", "`callbacks set"),
    },
    {
        "RTC's key is wrong": (
            recorder(secret_key="wrong"),
            "RTC key",
            "RTC or IAM refuses it",
            "`secrets rotate rtc-key`",
        ),
    },
    {
        "the project is another": (output("RtcProjectId", "0" * 32), "RTC key", "project-id", "RtcProjectId"),
    },
    {
        "the endpoint is wrong": (
            output("RtcEndpoint", "http://127.0.0.1:1"),
            "RTC key",
            "can't be reached",
            "are RtcEndpoint and IamEndpoint right",
        ),
    },
    {
        "the app is another": (
            output("RtcAppId", "no-such-app"),
            "callbacks",
            "RTC knows no such app",
            "set RtcAppId",
        ),
    },
    {
        "the key may not list": (rtc(FORBIDDEN, "list"), "bucket", "the key may not list", "set RtcCallbacks"),
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
            output("RtcCallbacks", "false"),
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
