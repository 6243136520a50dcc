"""The schedule: whether it is on, and whether the recorder handles its ticks."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from ops.deployment import Deployment, one_line
from ops.doctor.finding import Finding, ok, unknown, wrong
from ops.errors import NotThere

_LOOKED_AT = timedelta(minutes=15)
"""As NoTickAlarm does."""
_LATE_S = 600
"""As CheckLateAlarm does."""
_DEPLOY = "`make deploy` makes it as template.yaml says"


def check(deployment: Deployment) -> Iterator[Finding]:
    """Check the schedule, and the metric that each tick writes."""
    name = deployment.output("ScheduleName")
    try:
        with one_line(deployment.name):
            schedule = deployment.client("scheduler").get_schedule(Name=name)
    except NotThere:
        yield wrong("schedule", f"{name} is not there: plans don't begin, and limits end nothing", _DEPLOY)
        return
    if schedule["State"] != "ENABLED":
        says = f"{name} is {schedule['State']}: plans don't begin, limits end nothing, and ends are not seen"
        yield wrong("schedule", says, f"enable it in EventBridge Scheduler's console, or {_DEPLOY}")
        return
    yield ok("schedule", f"{name} is on, {schedule['ScheduleExpression']}")
    if deployment.is_local:
        says = "the local system keeps no metrics, so it can't be seen whether ticks are handled"
        yield unknown("ticks", says, "start a recording: its message says when it runs")
        return
    changed = schedule.get("LastModificationDate") or schedule["CreationDate"]
    yield _ticks(_points(deployment), datetime.now(UTC) - changed)


def _points(deployment: Deployment) -> list[Any]:
    now = datetime.now(UTC)
    with one_line(deployment.name):
        answer = deployment.client("cloudwatch").get_metric_statistics(
            Namespace=deployment.stack,
            MetricName="CheckLate",
            Dimensions=[{"Name": "service", "Value": "recorder"}],
            StartTime=now - _LOOKED_AT,
            EndTime=now,
            Period=60,
            Statistics=["SampleCount", "Maximum"],
        )
    return [*answer["Datapoints"]]


def _ticks(points: list[Any], age: timedelta) -> Finding:
    what, minutes = "ticks", _LOOKED_AT // timedelta(minutes=1)
    if not points and age < _LOOKED_AT:
        return unknown(what, f"none is counted yet, and the schedule is younger than {minutes} minutes", "check again")
    if not points:
        todo = "is the recorder throttled, or does it fail? See its log, and docs/operations.md (Following recordings)"
        return wrong(what, f"the recorder handled none for {minutes} minutes", todo)
    count = round(sum(it["SampleCount"] for it in points))
    latest = max(points, key=lambda it: it["Timestamp"])["Maximum"]
    if latest > _LATE_S:
        todo = "RTC has no turns left, or the recorder fails: docs/operations.md (Following recordings)"
        return wrong(what, f"a recording has been due for {round(latest)} seconds", todo)
    return ok(what, f"{count} handled in {minutes} minutes")
