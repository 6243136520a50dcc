"""Read template.yaml: functions, routes, event source mappings, and the plain resources behind them.

Nothing is resolved here. An expression ({"Ref": ...}, {"Fn::GetAtt": ...}) stays as it is, and the stand-in's
CloudFormation resolves it (local/aws/account.py). It doesn't know secrets and schedules, so each becomes a parameter
with its name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.aws.template_node import Node, TemplateError, read_node
from local.aws.template_references import references, without_references_to_others
from local.aws.template_schedule import Schedule, arn_of, read_schedule

_ROLE_TYPE = "AWS::IAM::Role"
PLAIN_TYPES = ("AWS::DynamoDB::Table", "AWS::SNS::Topic", "AWS::SQS::Queue", "AWS::SSM::Parameter", _ROLE_TYPE)
"""The resource types that the local system creates, besides functions, schedules and secrets. It has no alarms."""

_FUNCTION_TYPE = "AWS::Serverless::Function"
_SCHEDULE_TYPE = "AWS::Scheduler::Schedule"
_SECRET_TYPE = "AWS::SecretsManager::Secret"  # noqa: S105 - a type of resource, no secret


@dataclass(frozen=True, slots=True)
class Function:
    """A Lambda function. `timeout` in seconds, `memory` in MB.

    `log_level` and the values of `variables` may be expressions. The level counts where `log_format` is JSON. `role` is
    a logical id, or empty if SAM makes the role.
    """

    name: str
    handler: str
    timeout: int
    memory: int
    log_format: str
    log_level: object
    variables: Mapping[str, object]
    role: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """A route of the HTTP API: a method (or ANY), a path, and the name of the function that answers."""

    method: str
    path: str
    function: str


@dataclass(frozen=True, slots=True)
class QueueMapping:
    """A queue, by logical id, and the name of the function that gets its messages in batches.

    `maximum_concurrency` may be an expression.
    """

    queue: str
    function: str
    batch_size: int
    maximum_concurrency: object
    reports_failures: bool


@dataclass(frozen=True, slots=True)
class Template:
    """What the local system reads from the file `path`. `resources` has the plain ones by logical id."""

    path: Path
    functions: tuple[Function, ...]
    routes: tuple[Route, ...]
    queue_mappings: tuple[QueueMapping, ...]
    schedules: tuple[Schedule, ...]
    secrets: tuple[str, ...]
    parameters: Mapping[str, Mapping[str, object]]
    resources: Mapping[str, Mapping[str, object]]
    outputs: Mapping[str, object]
    mappings: Mapping[str, object]
    conditions: Mapping[str, object]

    @property
    def named(self) -> tuple[str, ...]:
        """Return the resources that moto's CloudFormation can't create: each becomes a parameter with its name."""
        return (*self.secrets, *(it.name for it in self.schedules))

    def check(self, parameters: Mapping[str, object], secrets: Mapping[str, object]) -> None:
        """Raise TemplateError if a parameter or secret is missing, or isn't one of the template."""
        needed = {name for name, parameter in self.parameters.items() if "Default" not in parameter}
        for kind, given, required, known in (
            ("parameter", parameters, needed, self.parameters),
            ("secret", secrets, self.secrets, self.secrets),
        ):
            for name in required:
                if name not in given:
                    raise TemplateError(f"{self.path}: the {kind} {name} has no value")
            for name in given:
                if name not in known:
                    raise TemplateError(f"{self.path} declares no {kind} {name}")

    def plain(self, values: Mapping[str, object]) -> dict[str, object]:
        """Return a CloudFormation document with only the plain resources, their outputs, and one for each of `values`.

        Raises TemplateError if something refers to a resource that isn't in the document.
        """
        sections = {
            "Parameters": {**self.parameters, **{name: {"Type": "String"} for name in self.named}},
            "Mappings": self.mappings,
            "Conditions": self.conditions,
            "Resources": self.resources,
            "Outputs": {name: {"Value": value} for name, value in (*self.outputs.items(), *values.items())},
        }
        known = {*self.parameters, *self.named, *self.resources}
        for name in references(sections):
            if name not in known and not name.startswith("AWS::"):
                raise TemplateError(
                    f"{self.path}: a variable, queue or table refers to {name}, which is no parameter, no secret, and "
                    f"no resource of a type that runs locally ({', '.join(PLAIN_TYPES)})"
                )
        return {name: section for name, section in sections.items() if section}


def read_template(path: Path) -> Template:
    """Return the template in the file `path`. Raises TemplateError."""
    root = read_node(path)
    resources = root.node("Resources").nodes()

    def of_type(*types: str) -> dict[str, Node]:
        return {name: resource for name, resource in resources.items() if resource.node("Type").text() in types}

    functions = of_type(_FUNCTION_TYPE)
    routes, queue_mappings = [], []
    for name, function in functions.items():
        for event in function.node("Properties", "Events").nodes().values():
            match event.node("Type").text():
                case "HttpApi":
                    routes.append(_route(name, event.node("Properties")))
                case "SQS":
                    queue_mappings.append(_queue_mapping(name, event.node("Properties")))
                case kind:
                    raise TemplateError(f"{event.where} is of type {kind}: only HttpApi and SQS run locally")
    defaults = root.node("Globals", "Function")
    known = {*root.node("Parameters").mapping(), *of_type(_SECRET_TYPE, _SCHEDULE_TYPE, *PLAIN_TYPES)}
    roles = {
        # A role may be allowed to do something to what doesn't run locally, such as a log group.
        name: without_references_to_others(node.mapping(), known)
        for name, node in of_type(_ROLE_TYPE).items()
    }
    return Template(
        path=path,
        functions=tuple(_function(name, node.node("Properties"), defaults) for name, node in functions.items()),
        routes=tuple(routes),
        queue_mappings=tuple(queue_mappings),
        schedules=tuple(read_schedule(name, node.node("Properties")) for name, node in of_type(_SCHEDULE_TYPE).items()),
        secrets=tuple(of_type(_SECRET_TYPE)),
        parameters=root.node("Parameters").mapping(),
        resources={name: node.mapping() for name, node in of_type(*PLAIN_TYPES).items()} | roles,
        outputs={
            name: value
            for name, node in root.node("Outputs").nodes().items()
            if (value := node.node("Value").value) == without_references_to_others(value, known)
        },
        mappings=root.node("Mappings").mapping(),
        conditions=root.node("Conditions").mapping(),
    )


def _function(name: str, own: Node, defaults: Node) -> Function:
    def setting(*names: str) -> Node:
        given, default = own.node(*names), defaults.node(*names)
        return default if given.value is None and default.value is not None else given

    variables = [node.node("Environment", "Variables").mapping() for node in (defaults, own)]
    return Function(
        name=name,
        handler=setting("Handler").text(),
        timeout=setting("Timeout").number(3),
        memory=setting("MemorySize").number(128),
        log_format=setting("LoggingConfig", "LogFormat").text("Text"),
        log_level=setting("LoggingConfig", "ApplicationLogLevel").value or "INFO",
        variables={**variables[0], **variables[1]},
        role="" if own.node("Role").value is None else arn_of(own.node("Role"), "a role"),
    )


def _route(function: str, event: Node) -> Route:
    return Route(event.node("Method").text().upper(), event.node("Path").text(), function)


def _queue_mapping(function: str, event: Node) -> QueueMapping:
    return QueueMapping(
        queue=arn_of(event.node("Queue"), "a queue"),
        function=function,
        batch_size=event.node("BatchSize").number(10),
        maximum_concurrency=event.node("ScalingConfig", "MaximumConcurrency").value or 5,
        reports_failures="ReportBatchItemFailures" in (event.node("FunctionResponseTypes").value or ()),
    )
