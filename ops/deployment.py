"""Find a deployment's parts: by the outputs of its stack, in AWS or in the local system that `make demo` runs."""

import getpass
import http.client
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

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
from ops.errors import OpsError
from shared import transport
from shared.rtc.client import RtcClient

if TYPE_CHECKING:  # the stubs are a development dependency, absent on an operator's machine
    from mypy_boto3_dynamodb import DynamoDBClient

_LIMITS = Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 3})
_LOCAL = "the local system"
_NO_FILES = {"profile": None, "config_file": os.devnull, "credentials_file": os.devnull}
"""What botocore is to read instead of the operator's own settings of AWS."""
_PAGE_PORT = "3000"
_ACCOUNT = ("endpoint", "region", "stack", "access_key", "secret_key", "callback_url")


@dataclass(frozen=True, slots=True)
class Deployment:
    """A stack with its outputs, and who acts on it."""

    name: str
    """What people call it."""
    outputs: Mapping[str, str]
    session: boto3.Session
    options: Mapping[str, Any]
    """What each client needs besides its service."""
    user: str

    @property
    def callback_url(self) -> str:
        """Return where this deployment takes RTC's callbacks. Raises OpsError."""
        return self._output("RtcCallbackUrl")

    @property
    def takes_callbacks(self) -> bool:
        """Return whether it takes them."""
        return self._output("RtcCallbacks") == "true"

    def secret[S: BaseModel](self, output: str, model: type[S]) -> S:
        """Return the content of the secret that the output names. Raises OpsError."""
        with one_line(self.name):
            client = self.session.client("secretsmanager", **self.options)
            found = client.get_secret_value(SecretId=self._output(output))
        try:
            return content_of(found.get("SecretString", ""), model)
        except WrongContent as error:
            raise OpsError(f"{self.name}: {output.removesuffix('Arn')} has the wrong content: {error}") from None

    def rtc(self) -> RtcClient:
        """Return a client for the RTC app, with the recorder's key. Raises OpsError."""
        secret, session = self.secret("RecorderSecretArn", RecorderSecret), transport.new_session()
        auth = secret.auth(self._output("RtcProjectId"), self._output("IamEndpoint"), session)
        return RtcClient(
            endpoint=self._output("RtcEndpoint"), app_id=self._output("RtcAppId"), auth=auth, session=session
        )

    def configurations(self) -> Configurations:
        """Return the team's configurations. Raises OpsError."""
        return Configurations(Table(self.dynamodb(), self.ledger_table, self.audit), self.app_id)

    def ledger(self) -> Ledger:
        """Return the ledger. Raises OpsError."""
        return open_ledger(self.dynamodb(), self.ledger_table, self.app_id)

    def dynamodb(self) -> "DynamoDBClient":
        """Return a client for the tables."""
        return self.session.client("dynamodb", **self.options)

    @property
    def ledger_table(self) -> str:
        """Return the name of the ledger's table. Raises OpsError."""
        return self._output("LedgerTableName")

    @property
    def audit(self) -> AuditTable:
        """Return the audit's table. Raises OpsError."""
        kept = timedelta(days=int(self._output("AuditRetentionDays")))
        return AuditTable(self._output("AuditTableName"), kept)

    @property
    def app_id(self) -> str:
        """Return the RTC app, under which the ledger keeps what it has. Raises OpsError."""
        return self._output("RtcAppId")

    def _output(self, name: str) -> str:
        if name not in self.outputs:
            raise OpsError(f"{self.name} has no output {name}: it was deployed by an older recordbot. Deploy it again")
        return self.outputs[name]


def deployed(stack: str) -> Deployment:
    """Return the stack with this name, in the account and region of the shell. Raises OpsError."""
    with one_line(f"the stack {stack}"):
        session = boto3.Session()
        options: dict[str, Any] = {"config": _LIMITS}
        outputs = _outputs(session, options, stack)
        user = session.client("sts", **options).get_caller_identity()["Arn"]  # this call needs no permission
        return Deployment(f"the stack {stack}", outputs, session, options, user)


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
        outputs = _outputs(session, options, account["stack"]) | {"RtcCallbackUrl": account["callback_url"]}
    return Deployment(_LOCAL, outputs, session, options, getpass.getuser())


@contextmanager
def one_line(name: str) -> Iterator[None]:
    """Let an error of AWS be an OpsError with what to do about it."""
    try:
        yield
    except ClientError as error:
        details = error.response["Error"]
        raise OpsError(
            f"{name}: AWS refuses {error.operation_name}: {details['Message']} ({details['Code']})"
        ) from None
    except (BotoCoreError, Away) as error:
        text = " ".join(str(error).split())
        raise OpsError(f"{name}: AWS can't be used from this shell: {text}") from None


def _outputs(session: boto3.Session, options: Mapping[str, Any], stack: str) -> dict[str, str]:
    (found,) = session.client("cloudformation", **options).describe_stacks(StackName=stack)["Stacks"]
    return {it["OutputKey"]: it["OutputValue"] for it in found.get("Outputs", ())}


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
