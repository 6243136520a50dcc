"""Who may do what, by template.yaml. That it is what the functions do: tests/e2e/test_rights.py."""

from typing import Any

import pytest

from tests.template import FUNCTIONS, PARAMETERS, QUEUES, RESOURCES, granted, of_type

ROLES = of_type("AWS::IAM::Role")
SCHEDULES = of_type("AWS::Scheduler::Schedule")
OF_FUNCTIONS = {it["Role"]["Fn::GetAtt"][0] for it in FUNCTIONS.values()}
OF_SCHEDULES = {it["Target"]["RoleArn"]["Fn::GetAtt"][0] for it in SCHEDULES.values()}

AUDIT = "AuditTable"


def test_each_role_is_that_of_a_function_or_a_schedule() -> None:
    """The tests below say what these may do."""
    assert set(ROLES) == OF_FUNCTIONS | OF_SCHEDULES


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_may_only_send_to_its_queue(name: str) -> None:
    """Nothing else in the account may use its role."""
    target = SCHEDULES[name]["Target"]
    role = ROLES[target["RoleArn"]["Fn::GetAtt"][0]]
    (taken,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert taken["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert taken["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    assert list(granted(role)) == [("sqs:SendMessage", target["Arn"])]


@pytest.mark.parametrize("name", sorted(OF_FUNCTIONS))
def test_a_role_names_what_it_may_do_and_on_what(name: str) -> None:
    """No wildcard, only Lambda takes the role, and it writes the function's own log; X-Ray alone knows no resource."""
    role = ROLES[name]
    (function,) = [it for it in FUNCTIONS.values() if it["Role"] == {"Fn::GetAtt": [name, "Arn"]}]
    assert set(role) == {"AssumeRolePolicyDocument", "Policies"}
    assert role["AssumeRolePolicyDocument"]["Statement"] == [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ]
    rights = list(granted(role))
    assert not any("*" in action for action, _ in rights)
    logs = {"Fn::GetAtt": [function["LoggingConfig"]["LogGroup"]["Ref"], "Arn"]}
    assert [it for it in rights if it[0].startswith("logs:")] == [
        ("logs:CreateLogStream", logs),
        ("logs:PutLogEvents", logs),
    ]
    traced = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"] if "Tracing" in function else []
    assert [it for it in rights if it[0].startswith("xray:")] == [(action, "*") for action in traced]
    assert all(_is_of_ours(target) for action, target in rights if not action.startswith("xray:"))


def _is_of_ours(target: object) -> bool:
    match target:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), "Arn"]}:
            return name in RESOURCES
        case {"Fn::Sub": str(arn)} if arn.endswith(":event-bus/${EventBusName}"):
            return "EventBusName" in PARAMETERS
        case {"Fn::Sub": str(arn)}:  # an index of a table
            name, _, index = arn.removeprefix("${").partition(".Arn}/index/")
            return index in [it["IndexName"] for it in RESOURCES[name]["Properties"]["GlobalSecondaryIndexes"]]
    return False


def test_the_right_to_trace_goes_with_tracing() -> None:
    """RecorderTracing=PassThrough takes away the one statement with a wildcard."""
    conditional: list[dict[str, Any]] = [
        statement
        for role in ROLES.values()
        for policy in role["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        if "Fn::If" in statement
    ]
    ((condition, then, otherwise),) = [it["Fn::If"] for it in conditional]
    assert (condition, otherwise) == ("TracesRecorder", {"Ref": "AWS::NoValue"})
    assert then["Action"] == ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]


def test_the_audit_can_only_be_added_to() -> None:
    """By the recorder alone; no function reads, changes or removes a record, and none may use its indexes."""
    rights = {
        (name, action, str(target))
        for name, role in ROLES.items()
        for action, target in granted(role)
        if AUDIT in str(target)
    }
    assert rights == {("RecorderRole", "dynamodb:PutItem", str({"Fn::GetAtt": [AUDIT, "Arn"]}))}


def test_each_door_puts_orders_on_its_own_queue() -> None:
    """People's orders come only from Slack's door, and callers' only from the webhook."""
    doors = {"SlackFunction": "OrderQueue", "WebhookFunction": "CallerQueue"}
    for door, queue in doors.items():
        role = ROLES[FUNCTIONS[door]["Role"]["Fn::GetAtt"][0]]
        rights = [target for action, target in granted(role) if action.startswith("sqs:")]
        assert rights == [{"Fn::GetAtt": [queue, "Arn"]}]
        assert FUNCTIONS[door]["Environment"]["Variables"]["ORDER_QUEUE_URL"] == {"Ref": queue}


def test_queues_are_encrypted_and_closed_to_what_has_no_tls() -> None:
    """To everybody, and each by a policy of its own: SQS takes one resource a statement."""
    policies = of_type("AWS::SQS::QueuePolicy").values()
    for name, queue in QUEUES.items():
        assert queue["SqsManagedSseEnabled"] is True
        (policy,) = [it for it in policies if it["Queues"] == [{"Ref": name}]]
        assert policy["PolicyDocument"]["Statement"] == [
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "sqs:*",
                "Resource": {"Fn::GetAtt": [name, "Arn"]},
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ]
