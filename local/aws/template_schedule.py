"""Read an AWS::Scheduler::Schedule of the template. What the local scheduler doesn't do is refused by its place."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from local.aws.template_node import Node, TemplateError

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_PROPERTIES = {"Name", "Description", "ScheduleExpression", "FlexibleTimeWindow", "State", "Target"}
_OF_TARGET = {"Arn", "RoleArn", "Input", "RetryPolicy"}
_A_DAY = 86400
_RETRIES = 185


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule that puts `input` on a queue, `every` so often, with the rights of a role.

    `queue` and `role` are logical ids. `state` and `input` may be expressions. A message that the queue doesn't take is
    sent again up to `retries` times within `max_age`.
    """

    name: str
    every: timedelta
    queue: str
    role: str
    input: object
    state: object
    retries: int
    max_age: timedelta


def read_schedule(name: str, properties: Node) -> Schedule:
    """Return the schedule with these properties. Raises TemplateError."""
    target, window = properties.node("Target"), properties.node("FlexibleTimeWindow", "Mode")
    _check_names(properties, _PROPERTIES)
    _check_names(target, _OF_TARGET)
    if window.text() != "OFF":
        raise TemplateError(f"{window.where} is {window.value}: only OFF runs locally")
    if target.node("Input").value is None:
        raise TemplateError(f"{target.node('Input').where} is missing: without it, nothing runs locally")
    return Schedule(
        name=name,
        every=_rate(properties.node("ScheduleExpression")),
        queue=arn_of(target.node("Arn"), "a queue"),
        role=arn_of(target.node("RoleArn"), "a role"),
        input=target.node("Input").value,
        state=properties.node("State").value or "ENABLED",
        retries=target.node("RetryPolicy", "MaximumRetryAttempts").number(_RETRIES),
        max_age=timedelta(seconds=target.node("RetryPolicy", "MaximumEventAgeInSeconds").number(_A_DAY)),
    )


def arn_of(node: Node, what: str) -> str:
    """Return the logical id whose Arn the node gets. Raises TemplateError if it is anything else."""
    match node.value:
        case {"Fn::GetAtt": [str(name), "Arn"]}:
            return name
        case other:
            raise TemplateError(f"{node.where} must be !GetAtt of {what}'s Arn, not {other!r}")


def _check_names(node: Node, known: Collection[str]) -> None:
    for name, part in node.nodes().items():
        if name not in known:
            raise TemplateError(f"{part.where} does not run locally: only {', '.join(sorted(known))} do")


def _rate(node: Node) -> timedelta:
    rate = _RATE.fullmatch(node.text())
    if rate is None or not int(rate[1]):
        raise TemplateError(f"{node.where} is {node.value}: only rate(... minutes, hours or days) runs locally")
    return timedelta(**{f"{rate[2]}s": int(rate[1])})
