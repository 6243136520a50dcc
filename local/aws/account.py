"""AWS on this machine: moto's server in a process of its own, with the resources that template.yaml declares.

Each `Aws` is an empty account. Its clients use one endpoint, one region and made-up keys. They ignore profiles, files
in the home directory and environment variables.
"""

import json
import os
import queue
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from local.aws.calls import ACCOUNT, REGION, AwsCall
from local.aws.controls import INDEX_LAG, RIGHTS
from local.aws.faults import DENIED, Fault, Misbehaviour
from local.aws.faults import PATH as FAULTS_PATH
from local.aws.fork_servers import of_moto
from local.aws.template import Template
from local.aws.template_schedule import Schedule
from local.child import Child
from local.direct_http import session_to
from local.errors import LocalError

if TYPE_CHECKING:  # boto3-stubs is a development dependency
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient

_STACK = "recordbot"
_EVENTS = "events"
"""The name of the rule that delivers events, and of its target."""
_PROJECT = Path(__file__).parents[2]
_START_LIMIT = 60.0
_CALLS_KEPT = 10_000
_KEYS = {"AWS_ACCESS_KEY_ID": "AKIALOCAL", "AWS_SECRET_ACCESS_KEY": "made-up", "AWS_SESSION_TOKEN": "made-up"}
_CONFIG = Config(proxies={}, max_pool_connections=50, retries={"total_max_attempts": 2})


class AwsError(LocalError):
    """The AWS stand-in didn't start, or can't create a resource."""


class Aws:
    """An empty AWS account, which exists until `close`.

    `sqs` and `dynamodb` are clients, safe for threads. `environment` has the variables with which a function's process
    reaches the account, `access` what an operator's tools need. `calls` are the latest calls to it, the oldest first.
    Raises AwsError if the server doesn't start.
    """

    sqs: "SQSClient"
    dynamodb: "DynamoDBClient"

    def __init__(self) -> None:
        self._port: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self.calls: deque[AwsCall] = deque(maxlen=_CALLS_KEPT)
        self._last_line = "it wrote nothing"
        self._server = Child(
            "local.aws.moto_server",
            environment={
                "PYTHONPATH": str(_PROJECT),
                "HOME": os.devnull,
                # A test empties the queues that it shares. Only here that may happen more than once a minute.
                "MOTO_SQS_ENFORCE_STRICT_QUEUE_PURGE_BEHAVIOUR": "false",
            },
            folder=_PROJECT,
            on_line=self._hear,
            on_exit=lambda _: self._port.put(None),
            fork_server=of_moto(),
        )
        try:
            self._connect()
        except BaseException:
            self._server.close()
            raise

    def create[Key](
        self,
        template: Template,
        parameters: Mapping[str, str],
        secrets: Mapping[str, object],
        expressions: Mapping[Key, object],
    ) -> dict[Key, str]:
        """Create the template's plain resources and its secrets, and return the value of each of `expressions`.

        `secrets` has the value of each secret, a JSON document, by logical id. Raises AwsError or TemplateError.
        """
        template.check(parameters, secrets)
        names = {key: f"Output{number}" for number, key in enumerate(expressions)}
        document = template.plain({name: expressions[key] for key, name in names.items()})
        try:
            for name, value in secrets.items():
                self._secrets.create_secret(Name=name, SecretString=json.dumps(value))
            self._cloudformation.create_stack(
                StackName=_STACK,
                TemplateBody=json.dumps(document, default=str),
                Parameters=[
                    {"ParameterKey": name, "ParameterValue": value}
                    for name, value in (*parameters.items(), *((name, name) for name in template.named))
                ],
            )
            (stack,) = self._cloudformation.describe_stacks(StackName=_STACK)["Stacks"]
        except ClientError as error:
            raise AwsError(f"{template.path}: the AWS stand-in can't create it: {error}") from error
        except ResponseParserError as error:  # the server failed, and its last line says why
            self.close()
            raise AwsError(f"{template.path}: the AWS stand-in can't create it: {self._last_line}") from error
        outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        # moto's CloudFormation returns queue URLs at Amazon. Nothing may ever be sent there.
        amazon = f"https://sqs.{REGION}.amazonaws.com"
        return {key: outputs[name].replace(amazon, self.endpoint) for key, name in names.items()}

    def show_schedules(self, schedules: Sequence[Schedule]) -> None:
        """Let an operator's tools see the schedules. local/aws/scheduler.py fires them."""
        client = self._client("scheduler")
        for schedule in schedules:
            client.create_schedule(
                Name=schedule.name,
                ScheduleExpression=f"rate({schedule.every // timedelta(minutes=1)} minutes)",
                State=str(schedule.state),
                FlexibleTimeWindow={"Mode": "OFF"},
                Target={
                    "Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{schedule.queue}",
                    "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/{schedule.role}",
                },
            )

    def assign_roles(self, roles: Mapping[str, tuple[str, str]]) -> None:
        """Let each caller do only what its role allows: its name, and the service that assumes it.

        A caller without a role may do everything. Raises AwsError for a role that can't be assumed or evaluated.
        """
        self._control("PUT", RIGHTS, json.dumps(roles))

    def secret(self, name: str) -> dict[str, Any]:
        """Return the value of a secret, a JSON document."""
        document: dict[str, Any] = json.loads(self._secrets.get_secret_value(SecretId=name)["SecretString"])
        return document

    def sqs_of(self, caller: str) -> "SQSClient":
        """Return a client that sends in the name of `caller`, once each message."""
        keys = {"aws_access_key_id": caller, "aws_secret_access_key": _KEYS["AWS_SECRET_ACCESS_KEY"]}
        client: SQSClient = self._client("sqs", Config(proxies={}, retries={"total_max_attempts": 1}), **keys)
        return client

    def deliver_events(self, bus: str, source: str) -> str:
        """Let a rule deliver each event of this source, from the event bus to a new queue. Return the queue's URL."""
        url = self.sqs.create_queue(QueueName=_EVENTS)["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        events = self._client("events")
        events.put_rule(Name=_EVENTS, EventBusName=bus, EventPattern=json.dumps({"source": [source]}))
        events.put_targets(Rule=_EVENTS, EventBusName=bus, Targets=[{"Id": _EVENTS, "Arn": arn}])
        return url

    def refuse_messages(self, *, refuse: bool) -> None:
        """Let SQS deny every SendMessage call, or accept them again; this removes all faults."""
        if refuse:
            self.misbehave(DENIED, "SendMessage", times=None)
        else:
            self.behave()

    def misbehave(self, fault: Fault, operation: str, *, holding: str = "", times: int | None = 1) -> None:
        """Apply `fault` to the next `times` calls of `operation` with `holding` in their body. None: until `behave`."""
        misbehaviour = Misbehaviour(fault=fault, operation=operation, holding=holding, times=times)
        self._control("PUT", FAULTS_PATH, misbehaviour.model_dump_json())

    def lag_indexes(self, seconds: float) -> None:
        """Let queries of an index answer from so many seconds ago. 0: it has each write at once, as at first."""
        self._control("PUT", INDEX_LAG, str(seconds))

    def behave(self) -> None:
        """Remove all faults. The indexes lag no more."""
        self._control("DELETE", FAULTS_PATH)
        self.lag_indexes(0)

    def _control(self, method: str, path: str, body: str = "") -> None:
        with session_to(self.endpoint) as session:
            answer = session.request(method, self.endpoint + path, data=body, timeout=5)
        if answer.status_code == HTTPStatus.BAD_REQUEST:
            raise AwsError(answer.text)
        answer.raise_for_status()

    def close(self) -> None:
        """Stop the server, and delete all that the account holds."""
        self._server.close()

    def _connect(self) -> None:
        self.endpoint = f"http://127.0.0.1:{self._read_port()}"
        self.environment = {
            **_KEYS,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }
        self.access = {
            "endpoint": self.endpoint,
            "region": REGION,
            "stack": _STACK,
            "access_key": _KEYS["AWS_ACCESS_KEY_ID"],
            "secret_key": _KEYS["AWS_SECRET_ACCESS_KEY"],
        }
        self.sqs, self.dynamodb = self._client("sqs"), self._client("dynamodb")
        self._secrets, self._cloudformation = self._client("secretsmanager"), self._client("cloudformation")

    def _client(self, service: str, config: Config = _CONFIG, **keys: Any) -> Any:
        return _session().create_client(service, endpoint_url=self.endpoint, config=config, **keys)

    def _hear(self, line: str) -> None:
        if line.isdecimal():
            self._port.put(int(line))
        if line.startswith("{"):
            self.calls.append(AwsCall.from_line(line))
            return
        self._last_line = line or self._last_line

    def _read_port(self) -> int:
        try:
            port = self._port.get(timeout=_START_LIMIT)
        except queue.Empty:
            port = None
        if port is None:
            raise AwsError(f"the AWS stand-in (moto) does not start: {self._last_line}")
        return port


@cache
def _session() -> botocore.session.Session:
    """Return the session of all accounts of this process: it remembers what it has read of AWS's description."""
    variables = {"profile": None, "config_file": os.devnull, "credentials_file": os.devnull}
    # Each is (key in the configuration file, variable of the environment, default, conversion).
    session = botocore.session.Session({name: (None, None, default, None) for name, default in variables.items()})
    session.set_credentials(*_KEYS.values())
    session.set_config_variable("region", REGION)
    return session
