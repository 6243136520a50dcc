"""template.yaml keeps what an operator would ask of it."""

import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.observability import Metric
from functions.order_queue import _MOST_DELAY
from local.template import read_template
from local.template_node import read_node

PATH = Path(__file__).parents[2] / "template.yaml"
TEMPLATE = read_node(PATH).mapping()
PARAMETERS: dict[str, dict[str, Any]] = TEMPLATE["Parameters"]
RESOURCES: dict[str, dict[str, Any]] = TEMPLATE["Resources"]
FROM_OUTSIDE = {Metric.REQUEST_REFUSED, Metric.NOT_STARTED, Metric.OUTCOME_UNKNOWN, Metric.NOT_TOLD}
"""What users, scanners, RTC and Slack can bring about without any fault of the deployment."""


def _of_type(kind: str) -> dict[str, dict[str, Any]]:
    """The properties of the resources of a type, by logical id."""
    return {name: it["Properties"] for name, it in RESOURCES.items() if it["Type"] == kind}


FUNCTIONS = _of_type("AWS::Serverless::Function")
QUEUES = _of_type("AWS::SQS::Queue")
ALARMS = _of_type("AWS::CloudWatch::Alarm")


def _statements(role: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for policy in role["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            yield statement["Fn::If"][1] if "Fn::If" in statement else statement


def _metrics(alarm: dict[str, Any]) -> list[dict[str, Any]]:
    """The metrics of an alarm, each with its namespace, name and dimensions."""
    if "MetricName" in alarm:
        return [alarm]
    return [part["MetricStat"]["Metric"] for part in alarm["Metrics"] if "MetricStat" in part]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_its_handler_its_role_and_its_log(name: str) -> None:
    """Each of its own: none is shared with another function."""
    function = FUNCTIONS[name]
    module, _, handler = function["Handler"].rpartition(".")
    assert callable(getattr(importlib.import_module(module), handler))
    role, logs = function["Role"]["Fn::GetAtt"][0], function["LoggingConfig"]["LogGroup"]["Ref"]
    assert [other for other in FUNCTIONS if role in str(FUNCTIONS[other])] == [name]
    assert [other for other in FUNCTIONS if f"'{logs}'" in str(FUNCTIONS[other])] == [name]
    assert RESOURCES[logs]["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    writing = [it for it in _statements(RESOURCES[role]["Properties"]) if "logs:PutLogEvents" in it["Action"]]
    assert [it["Resource"] for it in writing] == [{"Fn::GetAtt": [logs, "Arn"]}]


@pytest.mark.parametrize("name", _of_type("AWS::IAM::Role"))
def test_a_role_names_what_it_may_do_and_on_what(name: str) -> None:
    """No wildcard; X-Ray's actions alone know no resource."""
    role = RESOURCES[name]["Properties"]
    assert "ManagedPolicyArns" not in role
    for statement in _statements(role):
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert not any("*" in action for action in actions)
        assert isinstance(statement["Resource"], dict) or all(action.startswith("xray:") for action in actions)


def test_a_message_outlasts_the_recorder_s_work_on_it() -> None:
    """AWS's rule: visible again after six times the function's limit; and delays fit what SQS allows."""
    for mapping in read_template(PATH).queue_mappings:
        queue = QUEUES[mapping.queue]
        assert queue["VisibilityTimeout"] >= 6 * FUNCTIONS[mapping.function]["Timeout"]
        assert queue["VisibilityTimeout"] <= _MOST_DELAY
        assert mapping.reports_failures
        assert mapping.maximum_concurrency >= 2  # SQS's least


def test_a_door_ends_before_api_gateway_gives_up() -> None:
    """30 seconds; Slack has given up long before."""
    doors = {route.function for route in read_template(PATH).routes}
    assert all(FUNCTIONS[door]["Timeout"] < 30 for door in doors)


def test_queues_are_encrypted_and_closed_to_what_has_no_tls() -> None:
    """Each has a policy of its own: SQS takes one resource a statement."""
    policies = [it for it in RESOURCES.values() if it["Type"] == "AWS::SQS::QueuePolicy"]
    for name, queue in QUEUES.items():
        assert queue["SqsManagedSseEnabled"] is True
        (policy,) = [it["Properties"] for it in policies if it["Properties"]["Queues"] == [{"Ref": name}]]
        (statement,) = policy["PolicyDocument"]["Statement"]
        assert (statement["Effect"], statement["Action"]) == ("Deny", "sqs:*")
        assert statement["Resource"] == {"Fn::GetAtt": [name, "Arn"]}
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_dead_letters_are_kept_for_14_days_and_may_come_back() -> None:
    """Only the order queue sends there, and so only there they can be brought back."""
    redriven = {name: queue["RedrivePolicy"] for name, queue in QUEUES.items() if "RedrivePolicy" in queue}
    assert {policy["deadLetterTargetArn"]["Fn::GetAtt"][0] for policy in redriven.values()} == {"DeadLetterQueue"}
    dead = QUEUES["DeadLetterQueue"]
    assert dead["MessageRetentionPeriod"] == 14 * 24 * 60 * 60
    allowed = dead["RedriveAllowPolicy"]
    assert allowed["redrivePermission"] == "byQueue"
    names = [queue["QueueName"]["Fn::Sub"] for name, queue in QUEUES.items() if name in redriven]
    arns = [arn["Fn::Sub"].removeprefix("arn:${AWS::Partition}:sqs:") for arn in allowed["sourceQueueArns"]]
    assert arns == [f"${{AWS::Region}}:${{AWS::AccountId}}:{name}" for name in names]


def test_the_table_outlives_mistakes() -> None:
    """On demand, recoverable, kept when the stack goes; without a name that would stand in the way of a second one."""
    ((name, table),) = _of_type("AWS::DynamoDB::Table").items()
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert RESOURCES[name]["DeletionPolicy"] == RESOURCES[name]["UpdateReplacePolicy"] == "Retain"
    assert "TableName" not in table


def test_every_queue_and_every_function_has_an_alarm() -> None:
    """What fails unseen fails for long."""
    watched = str([metric["Dimensions"] for alarm in ALARMS.values() for metric in _metrics(alarm)])
    assert not [name for name in (*QUEUES, *FUNCTIONS) if f"'{name}'" not in watched]


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_goes_to_one_topic_and_counts_what_is_counted(name: str) -> None:
    """Our own metrics under the names and dimension that the functions give them; what is from outside never pages."""
    (topic,) = ALARMS[name]["AlarmActions"]
    assert topic["Ref"] in {"PageTopic", "NoticeTopic"}
    services = {it["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] for it in FUNCTIONS.values()}
    for metric in _metrics(ALARMS[name]):
        if metric["Namespace"] == {"Ref": "AWS::StackName"}:
            counted = Metric(metric["MetricName"])
            assert topic["Ref"] == "NoticeTopic" or counted not in FROM_OUTSIDE
            assert {dimension["Value"] for dimension in metric["Dimensions"]} <= services


def test_the_metrics_are_the_stack_s_own() -> None:
    """Two deployments in one account do not mix."""
    variables = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]
    assert variables["POWERTOOLS_METRICS_NAMESPACE"] == {"Ref": "AWS::StackName"}


def test_the_dashboard_is_json_and_shows_what_is_there() -> None:
    """Its metrics are counted, and the logs it reads are the functions'."""
    (dashboard,) = _of_type("AWS::CloudWatch::Dashboard").values()
    text = dashboard["DashboardBody"]["Fn::Sub"]
    widgets = json.loads(text)["widgets"]
    ours = [row for it in widgets for row in it["properties"].get("metrics", []) if row[0] == "${AWS::StackName}"]
    assert ours
    assert all(Metric(row[1]) for row in ours)
    assert set(re.findall(r"SOURCE '\$\{(\w+)\}'", text)) == {
        function["LoggingConfig"]["LogGroup"]["Ref"] for function in FUNCTIONS.values()
    }


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_parameter_is_described_and_bounded(name: str) -> None:
    """And its default is within its bounds."""
    parameter = PARAMETERS[name]
    assert parameter["Description"].endswith(".")
    if parameter["Type"] == "Number" and "AllowedValues" not in parameter:
        assert parameter["MinValue"] <= parameter["Default"] <= parameter["MaxValue"]
    elif "AllowedValues" in parameter:
        assert parameter["Default"] in parameter["AllowedValues"]
    else:
        assert "Default" not in parameter or re.fullmatch(parameter["AllowedPattern"], parameter["Default"])
        assert "AllowedPattern" in parameter


def test_what_people_look_for_is_an_output() -> None:
    """Queues, tables, secrets, logs and topics by their names; each output says what it is for."""
    outputs = TEMPLATE["Outputs"]
    assert all(output["Description"].endswith((".", ")")) for output in outputs.values())
    kinds = ("SQS::Queue", "DynamoDB::Table", "SecretsManager::Secret", "Logs::LogGroup", "SNS::Topic")
    named = {name for name, it in RESOURCES.items() if it["Type"].removeprefix("AWS::") in kinds}
    assert named <= {output["Value"]["Ref"] for output in outputs.values() if "Ref" in output["Value"]}


def test_the_file_uses_no_yaml_that_cloudformation_does_not_take() -> None:
    """It has no anchors and no aliases."""
    assert not re.findall(r"(?::|-) [&*]\w+", PATH.read_text(encoding="utf-8"))
