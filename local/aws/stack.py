"""Run what template.yaml describes: the AWS stand-in, the functions, the HTTP API, the queue pollers, the schedules."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from local.aws.account import Aws
from local.aws.api_gateway import ApiGateway
from local.aws.built import Built
from local.aws.calls import ACCOUNT, REGION, AwsCall
from local.aws.event_rule import read_events
from local.aws.faults import Fault
from local.aws.fork_servers import of_function
from local.aws.lambda_host import Host, LambdaHost, no_log, no_watch
from local.aws.lambda_pool import Invocation
from local.aws.queue_poller import QueuePoller
from local.aws.scheduler import Scheduler
from local.aws.template import Function, read_template
from local.errors import LocalError

if TYPE_CHECKING:  # boto3-stubs is a development dependency
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType

_COUNTS: "list[QueueAttributeNameType]" = [
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
]


type HostOf = Callable[[Sequence[Function], Mapping[str, str]], Host]
"""Returns the host of these functions, whose variables are resolved, given the variables that all functions need."""


class Stack:
    """A context manager that runs the system. Inside it all functions are warm; after it nothing is left running.

    `parameters` are the template's; `secrets` are the values (JSON documents) of its secrets by logical id. The
    functions' code is in `functions_dir`, by default beside the template, or in the artifacts in `built`. `host_of`
    runs the functions elsewhere. Schedules fire when `fire_schedules` is called, and `by_clock` also when their time
    comes. `on_log` is called with a function's name and each line of its log; `on_call` when an
    invocation begins and when it ends; `on_event` with the detail of each event that a rule on the template's event bus
    delivers, perhaps twice; all from any thread. Entering raises LocalError if the system can't run.
    """

    endpoint: str
    sqs: "SQSClient"
    dynamodb: "DynamoDBClient"

    def __init__(
        self,
        template_path: Path,
        *,
        parameters: Mapping[str, str],
        secrets: Mapping[str, object],
        port: int = 0,
        functions_dir: Path | None = None,
        built: Built | None = None,
        host_of: HostOf | None = None,
        by_clock: bool = False,
        on_log: Callable[[str, str], None] | None = None,
        on_call: Callable[[Invocation], None] | None = None,
        on_event: Callable[[Mapping[str, Any]], None] | None = None,
    ) -> None:
        self._template_path = template_path
        self._parameters = parameters
        self.secrets = secrets
        self._port = port
        self._functions_dir = (functions_dir or template_path.parent).resolve()
        self._built = built
        self._host_of = host_of or self._here
        self._by_clock = by_clock
        self._on_log = on_log or no_log
        self._on_call = on_call or no_watch
        self._on_event = on_event
        self._parts = ExitStack()
        self._pollers: list[QueuePoller] = []

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._parts.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._parts.close()

    def invoke(self, function: str, event: object) -> Any:
        """Return the result of `function` for `event`. Raises FunctionError."""
        return self._host.invoke(function, event)

    def fire_schedules(self, at: datetime | None = None) -> None:
        """Fire the template's schedules at once, as if they had been scheduled for `at`, by default for now."""
        self._scheduler.fire(at or datetime.now(UTC))

    def kill(self, function: str) -> None:
        """Kill the processes of `function`, also busy ones."""
        self._host.kill(function)

    def logs(self, function: str) -> list[str]:
        """Return the latest lines of the function's log."""
        return self._host.logs(function)

    def refuse_messages(self, *, refuse: bool) -> None:
        """Let the queues refuse every message, or accept them again."""
        self._aws.refuse_messages(refuse=refuse)

    def misbehave(self, fault: Fault, operation: str, *, holding: str = "", times: int | None = 1) -> None:
        """Let calls to AWS fail, as Aws.misbehave does."""
        self._aws.misbehave(fault, operation, holding=holding, times=times)

    def lag_indexes(self, seconds: float) -> None:
        """Let queries of an index answer from so many seconds ago, as Aws.lag_indexes does."""
        self._aws.lag_indexes(seconds)

    def behave(self) -> None:
        """Remove all faults of AWS. The indexes lag no more."""
        self._aws.behave()

    def aws_calls(self) -> list[AwsCall]:
        """Return the latest calls to AWS, the oldest first; a function's calls have its name."""
        return list(self._aws.calls)

    def queue_url(self, name: str) -> str:
        """Return the URL of the queue with this logical id."""
        return self._names[name]

    def table_name(self, name: str) -> str:
        """Return the name of the table with this logical id."""
        return self._names[name]

    def secret(self, name: str) -> dict[str, Any]:
        """Return the value of the secret with this logical id, as it is now."""
        return self._aws.secret(name)

    def aws_access(self) -> Mapping[str, str]:
        """Return how an operator's tools reach the AWS stand-in: endpoint, region, stack and made-up keys."""
        return self._aws.access

    def wait_until_drained(self, limit: float) -> None:
        """Wait until no queue with a function has a message, not even one in flight.

        Raises LocalError after `limit` seconds.
        """
        end = time.monotonic() + limit
        while any(self._messages_in(poller.url) for poller in self._pollers):
            if time.monotonic() > end:
                raise LocalError(f"after {limit:g} seconds there are still messages in a queue")
            time.sleep(0.2)  # each check costs some ten milliseconds of a core

    def _start(self) -> None:
        template = read_template(self._template_path)
        template.check(self._parameters, self.secrets)
        # The parts are closed in reverse order. A poller's receive ends only with the queue's server, so the pollers
        # are stopped before it and joined after it. Answers of the HTTP API wait for functions, so the functions close
        # first.
        self._parts.callback(self._join_pollers)
        if self._host_of == self._here and not self._built:
            for function in template.functions:
                of_function(self._functions_dir, function.handler)  # it imports while the AWS stand-in starts
        aws = self._aws = self._parts.enter_context(closing(Aws()))
        self.sqs, self.dynamodb = aws.sqs, aws.dynamodb
        resolved = aws.create(
            template,
            self._parameters,
            self.secrets,
            {
                (function.name, name): value
                for function in template.functions
                for name, value in function.variables.items()
            }
            | {("LogLevel", function.name): function.log_level for function in template.functions}
            | {("Concurrency", mapping.queue): mapping.maximum_concurrency for mapping in template.queue_mappings}
            | {("Input", schedule.name): schedule.input for schedule in template.schedules}
            | {("State", schedule.name): schedule.state for schedule in template.schedules}
            | {("Ref", name): {"Ref": name} for name in template.resources},
        )
        self._names = {name: resolved["Ref", name] for name in template.resources}
        aws.assign_roles(
            {it.name: (self._names[it.role], "lambda.amazonaws.com") for it in template.functions if it.role}
            | {it.name: (self._names[it.role], "scheduler.amazonaws.com") for it in template.schedules}
        )
        functions = [
            replace(
                function,
                variables={name: resolved[function.name, name] for name in function.variables},
                log_level=resolved["LogLevel", function.name],
            )
            for function in template.functions
        ]
        schedules = [
            replace(schedule, input=resolved["Input", schedule.name], state=resolved["State", schedule.name])
            for schedule in template.schedules
        ]
        aws.show_schedules(schedules)
        self._host = self._host_of(functions, aws.environment)
        gateway = self._parts.enter_context(closing(ApiGateway(template.routes, self._host.invoke, self._port)))
        self._parts.enter_context(closing(self._host))
        self._host.warm()
        self._parts.callback(self._stop_pollers)
        for mapping in template.queue_mappings:
            at_once = int(resolved["Concurrency", mapping.queue])
            url = self._names[mapping.queue]
            self._pollers.append(QueuePoller(mapping, self.sqs, url, self._host.invoke, at_once=at_once))
        if self._on_event is not None and (bus := self._parameters.get("EventBusName")):
            self._pollers.append(read_events(aws, bus, self._on_event))
        prefix = f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/"
        self._scheduler = Scheduler(schedules, self._names, aws.sqs_of, arn_prefix=prefix)
        self._parts.callback(self._scheduler.close)
        if self._by_clock:
            self._scheduler.follow_clock()
        self.endpoint = gateway.endpoint

    def _here(self, functions: Sequence[Function], environment: Mapping[str, str]) -> Host:
        return LambdaHost(
            functions,
            folder=self._functions_dir,
            environment=environment,
            on_log=self._on_log,
            on_call=self._on_call,
            built=self._built,
        )

    def _messages_in(self, url: str) -> int:
        counts = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=_COUNTS)["Attributes"]
        return sum(int(count) for count in counts.values())

    def _stop_pollers(self) -> None:
        for poller in self._pollers:
            poller.stop()

    def _join_pollers(self) -> None:
        for poller in self._pollers:
            poller.join()
