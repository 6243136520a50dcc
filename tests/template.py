"""template.yaml as its tests read it: short forms written out, nothing resolved."""

from collections.abc import Iterator
from typing import Any

from local.aws.template_node import read_node
from tests.paths import ROOT

PATH = ROOT / "template.yaml"
TEMPLATE = read_node(PATH).mapping()
PARAMETERS: dict[str, dict[str, Any]] = TEMPLATE["Parameters"]
RESOURCES: dict[str, dict[str, Any]] = TEMPLATE["Resources"]


def of_type(kind: str) -> dict[str, dict[str, Any]]:
    """The properties of the resources of a type, by logical id."""
    return {name: it["Properties"] for name, it in RESOURCES.items() if it["Type"] == kind}


FUNCTIONS = of_type("AWS::Serverless::Function")
SCHEDULES = of_type("AWS::Scheduler::Schedule")
QUEUES = of_type("AWS::SQS::Queue")
ALARMS = of_type("AWS::CloudWatch::Alarm")


def entry_of(service: str) -> str:
    """The module whose handler is the function that counts under this service's name."""
    (function,) = [it for it in FUNCTIONS.values() if _service_of(it) == service]
    return str(function["Handler"]).rpartition(".")[0]


def _service_of(function: dict[str, Any]) -> object:
    return function["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]


ROLES: dict[str, str] = {
    **{name: it["Role"]["Fn::GetAtt"][0] for name, it in FUNCTIONS.items()},
    **{name: it["Target"]["RoleArn"]["Fn::GetAtt"][0] for name, it in SCHEDULES.items()},
}
"""The role of each function and schedule, all by logical id."""


def granted(role: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """What a role allows, each action with the resource it is allowed on."""
    for policy in role["Policies"]:
        for it in policy["PolicyDocument"]["Statement"]:
            statement = it["Fn::If"][1] if "Fn::If" in it else it
            assert set(statement) == {"Effect", "Action", "Resource"}
            assert statement["Effect"] == "Allow"
            actions, targets = statement["Action"], statement["Resource"]
            for action in actions if isinstance(actions, list) else [actions]:
                for target in targets if isinstance(targets, list) else [targets]:
                    yield action, target
