"""The queues: whether anything waits too long, and whether there are dead letters.

Nothing is received from the queues of orders: each receive counts, and the last one gives an order up.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from ops.deployment import Deployment, one_line
from ops.doctor.finding import Finding, ok, wrong

READS = 5
READ_EVERY_S = 1.0
_QUEUES = (("people's orders", "OrderQueueUrl", 600), ("callers' orders", "CallerQueueUrl", 900))
"""With the age, in seconds, at which OldOrderAlarm and OldCallerOrderAlarm go off."""
_VISIBLE = "ApproximateNumberOfMessages"


def check(deployment: Deployment) -> Iterator[Finding]:
    """Check the three queues."""
    for what, output, too_old in _QUEUES:
        yield _orders(deployment, what, deployment.output(output), too_old)
    dead = _waiting(deployment, deployment.output("DeadLetterQueueUrl"))
    if dead:
        yield wrong("dead letters", f"{dead} are there", "`dead-letters show` says why; then `redrive` or `drop`")
    else:
        yield ok("dead letters", "none")


def _orders(deployment: Deployment, what: str, url: str, too_old: int) -> Finding:
    todo = "is the recorder throttled, or does it fail at its start? See the last lines of its log (RecorderLogGroup)"
    waiting = _waiting(deployment, url)
    if not waiting:
        return ok(what, "none waits")
    age = None if deployment.is_local else _age(deployment, url)
    if age is not None:
        minutes = f"{waiting} wait, the oldest for {round(age / 60)} minutes"
        return wrong(what, minutes, todo) if age >= too_old else ok(what, minutes)
    for _ in range(READS):
        time.sleep(READ_EVERY_S)
        now = _waiting(deployment, url)
        if now < waiting:
            return ok(what, f"{now} wait, and they are being taken")
    return wrong(what, f"{waiting} wait, and none was taken in {READS * READ_EVERY_S:g} seconds", todo)


def _waiting(deployment: Deployment, url: str) -> int:
    with one_line(deployment.name):
        answer = deployment.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[_VISIBLE])
    return int(answer["Attributes"][_VISIBLE])


def _age(deployment: Deployment, url: str) -> float | None:
    """Return the age of the oldest message, in seconds; None if SQS has not written it."""
    now = datetime.now(UTC)
    with one_line(deployment.name):
        answer = deployment.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/SQS",
            MetricName="ApproximateAgeOfOldestMessage",
            Dimensions=[{"Name": "QueueName", "Value": url.rpartition("/")[2]}],
            StartTime=now - timedelta(minutes=5),
            EndTime=now,
            Period=60,
            Statistics=["Maximum"],
        )
    points = answer["Datapoints"]
    return float(max(points, key=lambda it: it["Timestamp"])["Maximum"]) if points else None
