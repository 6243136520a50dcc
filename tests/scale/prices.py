"""What AWS and others charge and allow, each with the page that says so. On demand, without the free tier."""

from typing import NamedTuple

REGION = "us-east-1"
CHECKED = "2026-11-26"


class Price(NamedTuple):
    """A price in USD for so many units."""

    usd: float
    per: int
    unit: str
    page: str

    def of(self, units: float) -> float:
        """Return what so many units cost."""
        return units * self.usd / self.per


HTTP_REQUEST = Price(
    1.00, 1_000_000, "request of an HTTP API", "awsforengineers.com, AWS API Gateway Pricing Explained"
)
LAMBDA_REQUEST = Price(0.20, 1_000_000, "Lambda request", "cloudchipr.com, AWS Lambda Pricing")
LAMBDA_GB_SECOND = Price(13.3334, 1_000_000, "Lambda GB-second on arm64", "cloudchipr.com, AWS Lambda Pricing")
SQS_REQUEST = Price(0.40, 1_000_000, "SQS request", "cloudburn.io, Amazon SQS Pricing")
WRITE_UNIT = Price(0.625, 1_000_000, "DynamoDB write request unit", "airbyte.com, Amazon DynamoDB Pricing")
READ_UNIT = Price(0.125, 1_000_000, "DynamoDB read request unit", "airbyte.com, Amazon DynamoDB Pricing")
EVENT = Price(1.00, 1_000_000, "EventBridge event", "cloudburn.io, Amazon EventBridge Pricing")
LOG_KB = Price(0.50, 1_000_000, "kB of logs taken in", "cloudburn.io, Amazon CloudWatch Pricing")
TRACE = Price(5.00, 1_000_000, "X-Ray trace recorded", "aws.amazon.com/xray/pricing")
SECRET_READ = Price(0.05, 10_000, "read of a secret", "hivebook.wiki, AWS Secrets Manager")
SECRET = Price(0.40, 1, "secret a month", "hivebook.wiki, AWS Secrets Manager")
METRIC = Price(0.30, 1, "custom metric a month", "signoz.io, CloudWatch Pricing")
ALARM_METRIC = Price(0.10, 1, "metric in an alarm a month", "c3x.dev, aws_cloudwatch_metric_alarm")
DASHBOARD = Price(3.00, 1, "dashboard a month", "factualminds.com, Amazon CloudWatch Pricing")

PRICES = [it for it in globals().values() if isinstance(it, Price)]


class Limit(NamedTuple):
    """How many of something a second are allowed, and who says so."""

    allowed: float
    what: str
    page: str


PARTITION = Limit(1000, "write units of one partition", "AWS, DynamoDB Developer Guide, Designing partition keys")
TABLE = Limit(40_000, "write units of a table, a default quota", "AWS, DynamoDB Developer Guide, Quotas")
PUT_EVENTS = Limit(10_000, "calls of PutEvents, a default quota", "AWS, EventBridge User Guide, Quotas")
CONCURRENCY = Limit(
    1000, "invocations at once of an account, a default quota", "AWS, Lambda Developer Guide, Quotas, from memory"
)
POSTS = Limit(1, "a message posted in one channel", "docs.slack.dev, Rate limits")
UPDATES = Limit(
    50 / 60, "messages changed in one workspace (tier 3)", "docs.slack.dev, Rate limits; the method's tier from memory"
)
LIMITS = [it for it in globals().values() if isinstance(it, Limit)]
APPS_OF_AN_ACCOUNT = 20
"""RTC's error 1017 says so."""
