"""template.yaml's alarms and dashboard look at what is there, under the names that it has."""

import ast
import json
import re
from functools import cache
from itertools import batched
from typing import Any

import pytest

from functions.aws.observability import Metric, count
from local.aws.template import read_template
from local.sam.artifact import own_modules
from tests.template import ALARMS, FUNCTIONS, PATH, QUEUES, TEMPLATE, entry_of, of_type

AWS_METRICS = {
    "AWS/ApiGateway": {"Latency"},
    "AWS/Lambda": {"Errors", "Throttles"},
    "AWS/SQS": {"ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"},
}
"""Names from AWS's list of each service's metrics: a misspelt one would never have data."""
DIMENSIONS = {
    "AWS/ApiGateway": [{"ApiId"}, {"ApiId", "Stage"}, {"ApiId", "Stage", "Method", "Resource"}],
    "AWS/SQS": [{"QueueName"}],
}
"""From the same lists: a metric has data only for these together."""
FROM_OUTSIDE = {Metric.REQUEST_REFUSED, Metric.NOT_STARTED, Metric.OUTCOME_UNKNOWN, Metric.NOT_ANSWERED}
FROM_OUTSIDE |= {Metric.CHECK_LATE}
"""What users, scanners, RTC and Slack can bring about without any fault of the deployment."""


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_tells_one_topic_and_says_what_no_data_means(name: str) -> None:
    """One threshold, one period; who is woken is told that it is over. Only an alarm of silence needs no data."""
    alarm = ALARMS[name]
    topic = _topic(alarm)
    assert alarm.get("OKActions", []) == ([{"Ref": topic}] if topic == "PageTopic" else [])
    assert (alarm["EvaluationPeriods"], alarm["Threshold"] >= 1) == (1, True)
    is_of_silence = alarm.get("Statistic") == "SampleCount"
    too_much, too_little = ("GreaterThanOrEqualToThreshold", "notBreaching"), ("LessThanThreshold", "breaching")
    compared = alarm["ComparisonOperator"], alarm["TreatMissingData"]
    assert compared == (too_little if is_of_silence else too_much)
    assert len({stat["Period"] for stat in _stats(alarm)}) == 1
    assert alarm["AlarmDescription"].endswith("docs/operations.md, Alarms.")


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_watches_what_there_is(name: str) -> None:
    """A metric of ours or of AWS, of a function, a queue or the API in this template."""
    services = {it["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] for it in FUNCTIONS.values()}
    there = {"FunctionName": set(FUNCTIONS), "QueueName": set(QUEUES), "service": services, "ApiId": {"HttpApi"}}
    for stat in _stats(ALARMS[name]):
        metric = stat["Metric"]
        namespace = _name(metric["Namespace"])
        known = set(Metric) if namespace == "AWS::StackName" else AWS_METRICS[namespace]
        assert metric["MetricName"] in known
        values = {it["Name"]: _name(it["Value"]) for it in metric["Dimensions"]}
        assert not [key for key, value in values.items() if key in there and value not in there[key]]
        assert set(values) & set(there)


def test_operators_read_whom_an_alarm_tells() -> None:
    """docs/operations.md has a row for each alarm, with its topic."""
    text = (PATH.parent / "docs" / "operations.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (\w+Alarm) \| (page|notice) \|", text, re.MULTILINE))
    assert rows == {name: _topic(alarm).removesuffix("Topic").lower() for name, alarm in ALARMS.items()}


def _topic(alarm: dict[str, Any]) -> str:
    (action,) = alarm["AlarmActions"]
    assert action["Ref"] in {"PageTopic", "NoticeTopic"}
    return str(action["Ref"])


def _stats(alarm: dict[str, Any]) -> list[dict[str, Any]]:
    """The metrics of an alarm, each as in a MetricStat; an expression has to be the sum of all."""
    if "MetricName" in alarm:
        return [{"Metric": alarm, "Stat": alarm["Statistic"], "Period": alarm["Period"]}]
    *parts, total = alarm["Metrics"]
    assert total["Expression"] == f"SUM([{', '.join(f'FILL({part["Id"]}, 0)' for part in parts)}])"
    assert not any(part["ReturnData"] for part in parts)
    return [part["MetricStat"] for part in parts]


def _name(value: object) -> str:
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), "QueueName"]}:
            return name
        case str(text):
            return text
    raise AssertionError(value)


def test_every_queue_and_every_function_has_an_alarm() -> None:
    """What fails unseen fails for long."""
    watched = {
        _name(it["Value"]) for alarm in ALARMS.values() for stat in _stats(alarm) for it in stat["Metric"]["Dimensions"]
    }
    assert {*QUEUES, *FUNCTIONS} <= watched


OURS = sorted(
    (stat["Metric"]["MetricName"], stat["Metric"]["Dimensions"][0]["Value"], _topic(alarm), stat["Stat"])
    for alarm in ALARMS.values()
    for stat in _stats(alarm)
    if _name(stat["Metric"]["Namespace"]) == "AWS::StackName"
)


@pytest.mark.parametrize(("metric", "service", "topic", "stat"), OURS)
def test_what_an_alarm_waits_for_is_counted(
    metric: str,
    service: str,
    topic: str,
    stat: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """By that function, under that name and dimension, in the stack's namespace.

    What is from outside never pages; that a metric has no values at all is not from outside.
    """
    counted = Metric(metric)
    assert topic == "NoticeTopic" or counted not in FROM_OUTSIDE or stat == "SampleCount"
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
    """The names of the metrics that the modules of a function's artifact count or measure."""
    calls = [
        node
        for source in own_modules(entry)
        if "Metric." in (text := source.read_text(encoding="utf-8"))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id.startswith(("count", "measure"))
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
    body = dashboard["DashboardBody"]["Fn::Sub"]
    routes = {(route.method, route.path) for route in read_template(PATH).routes}
    for widget in json.loads(body)["widgets"]:
        for namespace, metric, *dimensions in widget["properties"].get("metrics", []):
            if namespace.startswith("AWS/"):
                assert metric in AWS_METRICS[namespace]
                of = dict(batched((it for it in dimensions if isinstance(it, str)), 2, strict=True))
                assert set(of) in DIMENSIONS[namespace]
                assert "Resource" not in of or (of["Method"], of["Resource"]) in routes
    assert set(re.findall(r"\$\{(\w+)(?:\.\w+)?\}", body)) <= {*TEMPLATE["Resources"], *TEMPLATE["Parameters"]}
    sources = re.findall(r"SOURCE '\$\{(\w+)\}'", body)
    assert set(sources) == {function["LoggingConfig"]["LogGroup"]["Ref"] for function in FUNCTIONS.values()}


def test_the_costs_count_every_alarm() -> None:
    """Each metric in an alarm is paid for, as docs/operations.md says."""
    text = (PATH.parent / "docs" / "operations.md").read_text(encoding="utf-8")
    assert f"| {len(ALARMS)} alarms, {sum(len(_stats(alarm)) for alarm in ALARMS.values())} metrics in them |" in text
