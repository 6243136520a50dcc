"""What template.yaml describes, on this machine: AWS's stand-in, the functions, the HTTP API and the pollers."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from local.aws.account import Aws
from local.aws.api_gateway import ApiGateway
from local.aws.built import Built
from local.aws.calls import AwsCall
from local.aws.lambda_host import Host, LambdaHost, no_log, no_watch
from local.aws.lambda_pool import Invocation
from local.aws.queue_poller import QueuePoller
from local.aws.template import Function, read_template
from local.errors import LocalError

if TYPE_CHECKING:  # the clients' types come with the tools
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType

_COUNTS: "list[QueueAttributeNameType]" = [
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
]


type HostOf = Callable[[Sequence[Function], Mapping[str, str]], Host]
"""What runs functions whose variables are resolved, given what each needs of the environment besides."""


class Stack:
    """The system, from when it is entered, all functions warm, until it is left; then nothing of it remains.

    `parameters` are the template's, `secrets` the values (JSON documents) of its secrets by logical id. The functions'
    code is in `functions_dir`, by default beside the template, unless it is `built`; `host_of` has them run elsewhere.
    `on_log` is called with a function's name and a line it has written, `on_call` as a function's call begins and when
    it is over; both from any thread. Entering raises LocalError, in one line, for whatever keeps the system from
    running.
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
        on_log: Callable[[str, str], None] | None = None,
        on_call: Callable[[Invocation], None] | None = None,
    ) -> None:
        self._template_path = template_path
        self._parameters = parameters
        self._secrets = secrets
        self._port = port
        self._functions_dir = (functions_dir or template_path.parent).resolve()
        self._built = built
        self._host_of = host_of or self._here
        self._on_log = on_log or no_log
        self._on_call = on_call or no_watch
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
        """Give the result of `function` for `event`. Raises FunctionError."""
        return self._host.invoke(function, event)

    def kill(self, function: str) -> None:
        """Kill the processes of `function`, with the calls in them."""
        self._host.kill(function)

    def logs(self, function: str) -> list[str]:
        """Give the last lines that `function` has written."""
        return self._host.logs(function)

    def refuse_messages(self, *, refuse: bool) -> None:
        """Have the queues take no more messages, or take them again."""
        self._aws.refuse_messages(refuse=refuse)

    def aws_calls(self) -> list[AwsCall]:
        """Give the last calls to AWS, the oldest first; each function's come under its name."""
        return list(self._aws.calls)

    def queue_url(self, name: str) -> str:
        """Give where the queue with this logical id is."""
        return self._names[name]

    def table_name(self, name: str) -> str:
        """Give the name of the table with this logical id."""
        return self._names[name]

    def wait_until_drained(self, limit: float) -> None:
        """Wait until no queue that feeds a function holds a message, not even one under way.

        Raises LocalError after `limit` seconds.
        """
        end = time.monotonic() + limit
        while any(self._messages_in(poller.url) for poller in self._pollers):
            if time.monotonic() > end:
                raise LocalError(f"after {limit:g} seconds there are still messages in a queue")
            time.sleep(0.02)

    def _start(self) -> None:
        template = read_template(self._template_path)
        template.check(self._parameters, self._secrets)
        # What is entered first ends last. The pollers' wait for messages ends only with the queues, so the two steps of
        # their end stand apart; and the HTTP API's answers wait for the functions, so these end before it.
        self._parts.callback(self._join_pollers)
        aws = self._aws = self._parts.enter_context(closing(Aws()))
        self.sqs, self.dynamodb = aws.sqs, aws.dynamodb
        resolved = aws.create(
            template,
            self._parameters,
            self._secrets,
            {
                (function.name, name): value
                for function in template.functions
                for name, value in function.variables.items()
            }
            | {("Ref", name): {"Ref": name} for name in template.resources},
        )
        self._names = {name: resolved["Ref", name] for name in template.resources}
        functions = [
            replace(function, variables={name: resolved[function.name, name] for name in function.variables})
            for function in template.functions
        ]
        self._host = self._host_of(functions, aws.environment)
        gateway = self._parts.enter_context(closing(ApiGateway(template.routes, self._host.invoke, self._port)))
        self._parts.enter_context(closing(self._host))
        self._host.warm()
        self._parts.callback(self._stop_pollers)
        for mapping in template.queue_mappings:
            self._pollers.append(QueuePoller(mapping, self.sqs, self._names[mapping.queue], self._host.invoke))
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
