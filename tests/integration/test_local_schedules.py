"""The rules of the local schedules: they fire as EventBridge Scheduler does, with the rights of their roles."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local.aws.account import AwsError
from local.aws.calls import AwsCall
from local.aws.faults import Fault
from local.aws.scheduler import Scheduler
from local.aws.stack import Stack
from local.aws.template_schedule import Schedule
from tests.processes import PATIENCE_S, within

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
FAILED = Fault(status=500, code="InternalError")
ROLE = """
  {name}:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{{ Effect: Allow, Principal: {{ Service: {service} }}, Action: sts:AssumeRole }}]
      Policies:
        - PolicyName: it
          PolicyDocument: {{ Statement: [{{ Effect: Allow, Action: sqs:SendMessage, Resource: !GetAtt {queue}.Arn }}] }}
"""
SCHEDULE = """
  {name}:
    Type: AWS::Scheduler::Schedule
    Properties:
      ScheduleExpression: rate(1 minute)
      FlexibleTimeWindow: {{ Mode: "OFF" }}
      State: {state}
      Target:
        Arn: !GetAtt Queue.Arn
        RoleArn: !GetAtt {role}.Arn
        Input: {name} for <aws.scheduler.scheduled-time>, attempt <aws.scheduler.attempt-number>
        RetryPolicy: {{ MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: {retries} }}
"""
TEMPLATE = "".join(
    [
        """
Parameters: { Paused: { Type: String, Default: "yes" } }
Conditions: { IsPaused: !Equals [!Ref Paused, "yes"] }
Resources:
  Queue: { Type: AWS::SQS::Queue }
  Other: { Type: AWS::SQS::Queue }
""",
        ROLE.format(name="SendsHere", queue="Queue", service="scheduler.amazonaws.com"),
        ROLE.format(name="SendsThere", queue="Other", service="[lambda.amazonaws.com, scheduler.amazonaws.com]"),
        SCHEDULE.format(name="Ticks", role="SendsHere", state="ENABLED", retries=0),
        SCHEDULE.format(name="Stubborn", role="SendsHere", state="!If [IsPaused, DISABLED, ENABLED]", retries=1),
        SCHEDULE.format(name="Forbidden", role="SendsThere", state="ENABLED", retries=0),
    ]
)


def _stack(folder: Path, template: str = TEMPLATE, **parameters: str) -> Stack:
    path = folder / "template.yaml"
    path.write_text(template, encoding="utf-8")
    return Stack(path, parameters=parameters, secrets={})


def _sent(stack: Stack) -> list[str]:
    """The bodies of the messages on the queue, which are taken from it."""
    url = stack.queue_url("Queue")
    messages = stack.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    for message in messages:
        stack.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [message["Body"] for message in messages]


def _wait_for(stack: Stack, number: int) -> list[str]:
    """The bodies of the messages, as soon as there are so many."""
    sent: list[str] = []

    def come() -> bool:
        sent.extend(_sent(stack))
        return len(sent) >= number

    assert within(PATIENCE_S, come)
    return sent


def test_what_is_enabled_and_allowed_fires_once(tmp_path: Path) -> None:
    """A schedule that is disabled doesn't try; one whose role may not send to the queue tries, and sends nothing."""
    with _stack(tmp_path) as stack:
        stack.fire_schedules(AT)
        assert _sent(stack) == ["Ticks for 2026-01-02T03:04:05Z, attempt 1"]
        tried = [call for call in stack.aws_calls() if call.action == "sqs:SendMessage"]
        assert tried == [AwsCall(name, "sqs:SendMessage", stack.queue_url("Queue")) for name in ("Ticks", "Forbidden")]


def test_a_message_that_fails_is_sent_again_as_often_as_the_policy_says(tmp_path: Path) -> None:
    """With a new attempt number and the same scheduled time; without a retry it is dropped."""
    with _stack(tmp_path, Paused="no") as stack:
        for name in ("Ticks", "Stubborn"):
            stack.misbehave(FAILED, "SendMessage", holding=name)
        stack.fire_schedules(AT)
        assert _wait_for(stack, 1) == ["Stubborn for 2026-01-02T03:04:05Z, attempt 2"]


def test_a_schedule_whose_role_it_can_not_assume_is_refused(tmp_path: Path) -> None:
    """As AWS refuses to create it."""
    broken = _stack(tmp_path, TEMPLATE.replace("Service: scheduler.amazonaws.com", "Service: lambda.amazonaws.com"))
    with pytest.raises(
        AwsError, match=r"^the role recordbot-SendsHere-\w+ can't be assumed by scheduler.amazonaws.com$"
    ):
        broken.__enter__()


def test_by_the_clock_a_schedule_fires_again_and_again(tmp_path: Path) -> None:
    """For the first time after its first interval, and each time for when it was due."""
    every = timedelta(seconds=0.2)
    schedule = Schedule("Quick", every, "Queue", "SendsHere", "<aws.scheduler.execution-id>", "ENABLED", 0, every)
    with _stack(tmp_path) as stack:
        client = stack.sqs
        scheduler = Scheduler([schedule], {"Queue": stack.queue_url("Queue")}, lambda _: client, arn_prefix="")
        scheduler.follow_clock()
        sent = _wait_for(stack, 3)
        scheduler.close()
        assert len(set(sent)) == len(sent)
