"""template.yaml's alarms and dashboard look at what is there, under the names that it has."""

import ast
import json
import re
from functools import cache
from typing import Any

import pytest

from functions.aws.observability import Metric, count
from local.sam.artifact import own_files
from tests.template import ALARMS, FUNCTIONS, PATH, QUEUES, TEMPLATE, entry_of, of_type

ERRORS = "AWS/Lambda Errors Sum FunctionName="
THROTTLES = "AWS/Lambda Throttles Sum FunctionName="
EXPECTED = {
    "DeadLettersAlarm": (
        "PageTopic",
        1,
        300,
        {"AWS/SQS ApproximateNumberOfMessagesVisible Maximum QueueName=DeadLetterQueue"},
    ),
    "OldOrderAlarm": ("PageTopic", 600, 300, {"AWS/SQS ApproximateAgeOfOldestMessage Maximum QueueName=OrderQueue"}),
    "RtcRefusedKeyAlarm": ("PageTopic", 1, 300, {"AWS::StackName RtcRefusedKey Sum service=recorder"}),
    "RecorderFailsAlarm": (
        "PageTopic",
        1,
        300,
        {f"{ERRORS}RecorderFunction", "AWS::StackName RecorderFailed Sum service=recorder"},
    ),
    "SlackDoorFailsAlarm": (
        "PageTopic",
        1,
        300,
        {
            f"{ERRORS}SlackFunction",
            "AWS::StackName DoorFailed Sum service=slack",
            "AWS::StackName OrderNotQueued Sum service=slack",
        },
    ),
    "WebhookFailsAlarm": (
        "PageTopic",
        1,
        300,
        {
            f"{ERRORS}WebhookFunction",
            "AWS::StackName DoorFailed Sum service=webhook",
            "AWS::StackName OrderNotQueued Sum service=webhook",
        },
    ),
    "ThrottlesAlarm": (
        "NoticeTopic",
        1,
        300,
        {f"{THROTTLES}SlackFunction", f"{THROTTLES}WebhookFunction", f"{THROTTLES}RecorderFunction"},
    ),
    "SlowAcksAlarm": (
        "NoticeTopic",
        2500,
        300,
        {"AWS/ApiGateway Latency Maximum ApiId=HttpApi Stage=$default Method=POST Resource=/slack"},
    ),
    "RefusedRequestsAlarm": (
        "NoticeTopic",
        25,
        900,
        {
            "AWS::StackName RequestRefused Sum service=slack",
            "AWS::StackName RequestRefused Sum service=webhook",
        },
    ),
}
"""Topic, threshold, period in seconds, and the metrics, whose sum counts. Names: AWS's list of each one's metrics."""
FROM_OUTSIDE = {Metric.REQUEST_REFUSED, Metric.NOT_STARTED, Metric.OUTCOME_UNKNOWN, Metric.NOT_TOLD}
"""What users, scanners, RTC and Slack can bring about without any fault of the deployment."""


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_is_what_its_name_says(name: str) -> None:
    """One topic, one threshold; nothing to see is no alarm; who is woken is told as well that it is over."""
    alarm = ALARMS[name]
    topic, threshold, period, metrics = EXPECTED[name]
    assert alarm["AlarmActions"] == [{"Ref": topic}]
    assert alarm.get("OKActions", []) == ([{"Ref": topic}] if topic == "PageTopic" else [])
    assert (alarm["Threshold"], alarm["EvaluationPeriods"]) == (threshold, 1)
    assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    assert alarm["TreatMissingData"] == "notBreaching"
    stats = _stats(alarm)
    assert {_written(stat["Metric"], stat["Stat"]) for stat in stats} == metrics
    assert {stat["Period"] for stat in stats} == {period}


def _stats(alarm: dict[str, Any]) -> list[dict[str, Any]]:
    """The metrics of an alarm, each as in a MetricStat; an expression has to be the sum of all."""
    if "MetricName" in alarm:
        return [{"Metric": alarm, "Stat": alarm["Statistic"], "Period": alarm["Period"]}]
    *parts, total = alarm["Metrics"]
    assert total["Expression"] == f"SUM([{', '.join(f'FILL({part["Id"]}, 0)' for part in parts)}])"
    assert not any(part["ReturnData"] for part in parts)
    return [part["MetricStat"] for part in parts]


def _written(metric: dict[str, Any], stat: str) -> str:
    dimensions = [f"{it['Name']}={_name(it['Value'])}" for it in metric["Dimensions"]]
    return " ".join((_name(metric["Namespace"]), metric["MetricName"], stat, *dimensions))


def _name(value: object) -> str:
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), "QueueName"]}:
            return name
        case str(text):
            return text
    raise AssertionError(value)


def test_every_queue_and_every_function_has_an_alarm() -> None:
    """What fails unseen fails for long."""
    assert EXPECTED.keys() == ALARMS.keys()
    watched = " ".join(line for *_, metrics in EXPECTED.values() for line in metrics)
    assert not [name for name in (*QUEUES, *FUNCTIONS) if f"={name}" not in watched]


OURS = sorted(
    {
        (metric, service, topic)
        for topic, _, _, metrics in EXPECTED.values()
        for line in metrics
        for metric, service in re.findall(r"^AWS::StackName (\w+) \w+ service=(\w+)$", line)
    }
)


@pytest.mark.parametrize(("metric", "service", "topic"), OURS)
def test_what_an_alarm_waits_for_is_counted(
    metric: str, service: str, topic: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By that function, under that name and dimension, in the stack's namespace; what is from outside never pages."""
    counted = Metric(metric)
    assert topic == "NoticeTopic" or counted not in FROM_OUTSIDE
    assert counted.name in _counted_by(entry_of(service))
    variables = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]
    assert variables["POWERTOOLS_METRICS_NAMESPACE"] == {"Ref": "AWS::StackName"}
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "the-stack")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", service)
    count(counted)
    line = json.loads(capsys.readouterr().out)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert (directive["Namespace"], directive["Dimensions"]) == ("the-stack", [["service"]])
    assert [it["Name"] for it in directive["Metrics"]] == [metric]
    assert (line["service"], line[metric]) == (service, [1.0])


@cache
def _counted_by(entry: str) -> set[str]:
    """The names of the metrics that the modules of a function's artifact count."""
    calls = [
        node
        for source in own_files(entry)
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.startswith("count")
    ]
    return {
        node.attr
        for call in calls
        for node in ast.walk(call)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Metric"
    }


def test_the_dashboard_is_the_region_s_own() -> None:
    """A dashboard's name is taken in all regions of an account."""
    (dashboard,) = of_type("AWS::CloudWatch::Dashboard").values()
    assert dashboard["DashboardName"] == {"Fn::Sub": "${AWS::StackName}-${AWS::Region}"}
    assert TEMPLATE["Outputs"]["DashboardUrl"]["Value"]["Fn::Sub"].endswith("/${Dashboard}")


def test_the_dashboard_shows_aws_s_metrics_by_their_names() -> None:
    """What is ours on it, and the fields of its log queries: tests/e2e/test_dashboard.py."""
    (dashboard,) = of_type("AWS::CloudWatch::Dashboard").values()
    widgets = json.loads(dashboard["DashboardBody"]["Fn::Sub"])["widgets"]
    rows = [row for it in widgets for row in it["properties"].get("metrics", [])]
    latency = ["ApiId", "${HttpApi}", "Stage", "$default", "Method", "POST", "Resource", "/slack"]
    assert [row for row in rows if row[0].startswith("AWS/")] == [
        ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", "${OrderQueue.QueueName}"],
        ["AWS/ApiGateway", "Latency", *latency, {"stat": "p50"}],
    ]
    sources = re.findall(r"SOURCE '\$\{(\w+)\}'", dashboard["DashboardBody"]["Fn::Sub"])
    assert set(sources) == {function["LoggingConfig"]["LogGroup"]["Ref"] for function in FUNCTIONS.values()}


def test_the_costs_count_every_alarm() -> None:
    """Each metric in an alarm is paid for, as docs/operations.md says."""
    text = (PATH.parent / "docs" / "operations.md").read_text(encoding="utf-8")
    assert f"| {len(ALARMS)} alarms, {sum(len(_stats(alarm)) for alarm in ALARMS.values())} metrics in them |" in text
