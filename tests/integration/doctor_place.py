"""A deployment without a mistake, for python -m ops doctor: in moto's AWS, with the stand-ins of Slack and RTC."""

from datetime import UTC, datetime, timedelta

from moto.core.models import DEFAULT_ACCOUNT_ID
from mypy_boto3_dynamodb import DynamoDBClient

from functions.ledger.configurations import Configurations, StoredTeam
from functions.ledger.table import Table
from local.rtc.api import RtcApi
from local.slack.workspace import SlackWorkspace
from ops.rotations import new_webhook_key
from shared.order_ids import new_order_id
from tests.ledger_table import AUDIT, TABLE
from tests.ops_stack import REGION, OpsStack, client

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
