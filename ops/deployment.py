"""Find a deployment's parts: by the outputs of its stack, in AWS or in the local system that `make demo` runs."""

import getpass
import http.client
import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel

from functions.aws.away import Away
from functions.aws.secret_parts import WrongContent, content_of
from functions.ledger.audit import AuditTable
from functions.ledger.configurations import Configurations
from functions.ledger.ledger import Ledger, open_ledger
from functions.ledger.table import Table
from functions.worker.configuration import RecorderSecret
from ops.errors import BadSecret, NotThere, OpsError
from shared import transport
from shared.rtc.client import RtcClient

_LIMITS = Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 3})
_LOCAL = "the local system"
_NO_FILES = {"profile": None, "config_file": os.devnull, "credentials_file": os.devnull}
"""What botocore is to read instead of the operator's own settings of AWS."""
_PAGE_PORT = "3000"
_ACCOUNT = ("endpoint", "region", "stack", "access_key", "secret_key", "callback_url")
_making_clients = threading.Lock()
"""A session of boto3 may make only one client at a time."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """A stack with its outputs and parameters, and who acts on it."""

    name: str
    """What people call it."""
    stack: str
    """The stack's name."""
    outputs: Mapping[str, str]
    parameters: Mapping[str, str]
    session: boto3.Session
    options: Mapping[str, Any]
    """What each client needs besides its service."""
    user: str
    is_local: bool = False
    """Whether it is the local system, which has no alarms and keeps no metrics."""
    _clients: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def callback_url(self) -> str:
        """Return where this deployment takes RTC's callbacks. Raises OpsError."""
        return self.output("RtcCallbackUrl")

    @property
    def takes_callbacks(self) -> bool:
        """Return whether it takes them."""
        return self.output("RtcCallbacks") == "true"

    def secret[S: BaseModel](self, output: str, model: type[S]) -> S:
        """Return the content of the secret that the output names. Raises OpsError."""
        name = output.removesuffix("Arn")
        try:
            with one_line(self.name):
                found = self.client("secretsmanager").get_secret_value(
                    SecretId=self.output(output), VersionStage="AWSCURRENT"
                )
            return content_of(found.get("SecretString", ""), model)
        except NotThere:
            raise BadSecret(f"{self.name}: {name} is not filled") from None
        except WrongContent as error:
            raise BadSecret(f"{self.name}: {name} has the wrong content: {error}") from None

    def rtc(self, given: RecorderSecret | None = None) -> RtcClient:
        """Return a client for the RTC app, by default with the recorder's key. Raises OpsError."""
        secret, session = given or self.secret("RecorderSecretArn", RecorderSecret), transport.new_session()
        auth = secret.auth(self.output("RtcProjectId"), self.output("IamEndpoint"), session)
        return RtcClient(
            endpoint=self.output("RtcEndpoint"), app_id=self.output("RtcAppId"), auth=auth, session=session
        )

    def configurations(self) -> Configurations:
        """Return the team's configurations. Raises OpsError."""
        return Configurations(Table(self.client("dynamodb"), self.ledger_table, self.audit), self.app_id)

    def ledger(self) -> Ledger:
        """Return the ledger. Raises OpsError."""
        return open_ledger(self.client("dynamodb"), self.ledger_table, self.app_id)

    @property
    def app_id(self) -> str:
        """Return the RTC app, under which the ledger keeps what it has. Raises OpsError."""
        return self.output("RtcAppId")

    @property
    def ledger_table(self) -> str:
        """Return the name of the ledger's table. Raises OpsError."""
        return self.output("LedgerTableName")

    @property
    def audit(self) -> AuditTable:
        """Return the audit's table. Raises OpsError."""
        kept = timedelta(days=int(self.parameter("AuditRetentionDays")))
        return AuditTable(self.output("AuditTableName"), kept)

    def client(self, service: str) -> Any:
        """Return the client of boto3 for the service. Thread-safe."""
        make: Callable[..., Any] = self.session.client
        with _making_clients:
            if service not in self._clients:
                self._clients[service] = make(service, **self.options)
            return self._clients[service]

    def output(self, name: str) -> str:
        """Return an output of the stack. Raises OpsError."""
        if name not in self.outputs:
            raise OpsError(f"{self.name} has no output {name}: it was deployed by an older recordbot. Deploy it again")
        return self.outputs[name]

    def parameter(self, name: str) -> str:
        """Return a parameter of the stack. Raises OpsError."""
        if name not in self.parameters:
            raise OpsError(
                f"{self.name} has no parameter {name}: it was deployed by an older recordbot. Deploy it again"
            )
        return self.parameters[name]


def deployed(stack: str) -> Deployment:
    """Return the stack with this name, in the account and region of the shell. Raises OpsError."""
    with one_line(f"the stack {stack}"):
        session = boto3.Session()
        options: dict[str, Any] = {"config": _LIMITS}
        outputs, parameters = _read_stack(session, options, stack)
        user = session.client("sts", **options).get_caller_identity()["Arn"]  # this call needs no permission
        return Deployment(f"the stack {stack}", stack, outputs, parameters, session, options, user)


def running_here() -> Deployment:
    """Return the local system, whose page is on the port PORT, as for `make demo`. Raises OpsError."""
    port = os.environ.get("PORT") or _PAGE_PORT
    account = _account(port)
    core = botocore.session.Session(
        {"profile": (None, None, None, None), "config_file": (None, None, os.devnull, None)}
    )
    core.set_credentials(account["access_key"], account["secret_key"])
    session = boto3.Session(botocore_session=core, region_name=account["region"])
    options: dict[str, Any] = {"config": _LIMITS.merge(Config(proxies={})), "endpoint_url": account["endpoint"]}
    with one_line(_LOCAL):
        outputs, parameters = _read_stack(session, options, account["stack"])
    outputs |= {"RtcCallbackUrl": account["callback_url"]}
    user = getpass.getuser()
    return Deployment(_LOCAL, account["stack"], outputs, parameters, session, options, user, is_local=True)


@contextmanager
def one_line(name: str) -> Iterator[None]:
    """Let an error of AWS be an OpsError with what to do about it."""
    try:
        yield
    except ClientError as error:
        details = error.response["Error"]
        kind = NotThere if details["Code"] == "ResourceNotFoundException" else OpsError
        raise kind(f"{name}: AWS refuses {error.operation_name}: {details['Message']} ({details['Code']})") from None
    except (BotoCoreError, Away) as error:
        text = " ".join(str(error).split())
        raise OpsError(f"{name}: AWS can't be used from this shell: {text}") from None


def _read_stack(
    session: boto3.Session, options: Mapping[str, Any], stack: str
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the stack's outputs and parameters."""
    (found,) = session.client("cloudformation", **options).describe_stacks(StackName=stack)["Stacks"]
    outputs = {it["OutputKey"]: it["OutputValue"] for it in found.get("Outputs", ())}
    return outputs, {it["ParameterKey"]: it["ParameterValue"] for it in found.get("Parameters", ())}


def _account(port: str) -> dict[str, str]:
    """Return how the local system's AWS stand-in is reached, as its page says."""
    page = f"http://127.0.0.1:{port}"
    if not port.isdecimal():
        raise OpsError(f"PORT has to be a number, not {port!r}")
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=10)
    try:
        connection.request("GET", "/api/aws")
        answer = connection.getresponse()
        content = json.loads(answer.read()) if answer.status == http.HTTPStatus.OK else {}
        return {name: str(content[name]) for name in _ACCOUNT}
    except (OSError, http.client.HTTPException, OverflowError):
        raise OpsError(
            f"no local system answers at {page}: start it with `make demo`; PORT=... finds another"
        ) from None
    except (KeyError, TypeError, ValueError):
        raise OpsError(f"what answers at {page} is no page of `make demo`: PORT=... finds another") from None
    finally:
        connection.close()
