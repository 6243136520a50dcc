"""The stack: whether it is deployed whole, by a recordbot as new as this one."""

from collections.abc import Iterator

from ops.deployment import Deployment, one_line
from ops.doctor.finding import Finding, ok, unknown, wrong

OUTPUTS = (
    "AuditTableName",
    "CallerQueueUrl",
    "DeadLetterQueueUrl",
    "IamEndpoint",
    "LedgerTableName",
    "NoticeTopicArn",
    "OrderQueueUrl",
    "PageTopicArn",
    "RecorderSecretArn",
    "RtcAppId",
    "RtcCallbackUrl",
    "RtcCallbacks",
    "RtcEndpoint",
    "RtcProjectId",
    "ScheduleName",
    "SlackSecretArn",
    "WebhookSecretArn",
)
"""The outputs that the commands need."""


def check(deployment: Deployment) -> Iterator[Finding]:
    """Check its outputs, and how its last deployment ended."""
    missing = [name for name in OUTPUTS if name not in deployment.outputs]
    if missing:
        says = f"missing: {', '.join(missing)}"
        yield wrong("stack outputs", says, "it was deployed by an older recordbot: `make deploy` with this one")
    else:
        yield ok("stack outputs", f"all {len(OUTPUTS)} that are needed")
    with one_line(deployment.name):
        (stack,) = deployment.client("cloudformation").describe_stacks(StackName=deployment.stack)["Stacks"]
    yield _ended(stack["StackStatus"])


def _ended(status: str) -> Finding:
    what = "last deployment"
    if status.endswith("_IN_PROGRESS"):
        return unknown(what, f"{status}: it is not over", "check again when it is")
    if "ROLLBACK" in status or status.endswith("_FAILED"):
        todo = "the stack's events in CloudFormation's console say why; fix that, and `make deploy`"
        return wrong(what, f"{status}: it failed", todo)
    return ok(what, status)
