"""A stack of its own in moto's AWS, for the words of python -m ops, and what an operator types and reads."""

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.model import OperationModel
from mypy_boto3_sqs import SQSClient

from ops.errors import OpsError
from ops.words import main
from shared.command_line import CommandLine
from shared.order_ids import new_order_id
from tests.paths import ROOT
from tests.processes import PATIENCE_S, within

REGION = "eu-west-1"
_Session = boto3.Session
_PREFIXES = {"monitoring": "cloudwatch"}
_ACTIONS = {"TransactWriteItems": "PutItem", "ChangeMessageVisibilityBatch": "ChangeMessageVisibility"}


@cache
def allowed() -> frozenset[str]:
    """The actions that docs/operations.md gives to an operator's role."""
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    (policy,) = [it for it in re.findall(r"```json\n(.*?)```", text, re.DOTALL) if '"Statement"' in it]
    actions = [it["Action"] for it in json.loads(policy)["Statement"]]
    return frozenset(one for it in actions for one in ([it] if isinstance(it, str) else it))


def _require_allowed(model: OperationModel, **_: object) -> None:
    service = _PREFIXES.get(model.service_model.service_name, model.service_model.service_name)
    action = f"{service}:{_ACTIONS.get(model.name, model.name)}"
    assert action in {*allowed(), "sts:GetCallerIdentity"}, f"docs/operations.md does not allow {action}"


@cache
def session() -> boto3.Session:
    """The session of all words, which may do what docs/operations.md allows.

    There is one, because each new one reads botocore's descriptions of AWS again, which takes long.
    """
    made = _Session("made", "up", region_name=REGION)
    made.events.register("before-call", _require_allowed)
    made.client = cache(made.client)  # type: ignore[method-assign] # to make a client takes longer than its calls
    return made


@cache
def client(service: str) -> Any:
    """A client for what tests do beside the words."""
    make: Callable[..., Any] = _Session("made", "up", region_name=REGION).client
    return make(service)


class OpsStack:
    """A stack with these outputs and parameters. It is created at the first word, so a test may change both before."""

    def __init__(
        self,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
        outputs: Mapping[str, str],
        parameters: Mapping[str, str] | None = None,
    ) -> None:
        monkeypatch.setattr("ops.deployment.boto3.Session", session)
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        self.name = f"stack-{new_order_id()}"
        self.outputs = dict(outputs)
        self.parameters = dict(parameters or {})
        self.hidden: set[str] = set()
        """What no word may ever print."""
        self._is_created = False

    def run(self, *words: str, status: int = 0, types: str = "") -> str:
        """Type the words, then `types` at its questions, and return what it prints."""
        self._create()
        self._capsys.readouterr()
        self._monkeypatch.setattr("sys.stdin", io.StringIO(types))
        try:
            found = main(CommandLine(), [*words, "--stack", self.name])
        except OpsError as error:
            self._require_nothing_hidden(str(error))
            raise
        finally:
            said = self._capsys.readouterr()
            self._require_nothing_hidden(said.out + said.err)
        assert found == status, said
        return said.out

    def ask(self, *words: str, status: int = 0, types: str = "") -> dict[str, Any]:
        """Type the words with --json, and return the document."""
        document: dict[str, Any] = json.loads(self.run(*words, "--json", status=status, types=types))
        return document

    def until_said(self, line: str) -> Callable[..., None]:
        """Return a call that lasts until the words have said this line, as they do while something lasts long."""
        said = io.StringIO()
        self._monkeypatch.setattr("sys.stderr", said)
        self._monkeypatch.setattr("ops.progress.EVERY_S", 0.01)

        def wait(*_: object, **__: object) -> None:
            assert within(PATIENCE_S, lambda: f"{line}\n" in said.getvalue())

        return wait

    @contextmanager
    def waiting(self, call: str, line: str) -> Iterator[None]:
        """Let this call of the words to AWS, as sqs.SendMessage, last until they have said this line."""
        wait = self.until_said(line)
        session().events.register(f"before-call.{call}", wait)
        session().client.cache_clear()  # type: ignore[attr-defined] # a client has the handlers of when it was made
        try:
            yield
        finally:
            session().events.unregister(f"before-call.{call}", wait)
            session().client.cache_clear()  # type: ignore[attr-defined]

    def queue(self, sqs: SQSClient, output: str) -> str:
        """Make a queue, and let the output name it."""
        self.outputs[output] = sqs.create_queue(QueueName=new_order_id())["QueueUrl"]
        return self.outputs[output]

    def secret(self, output: str, content: object | None) -> str:
        """Make a secret with this content, None for none, and let the output name it."""
        made = client("secretsmanager").create_secret(Name=f"{output}-{new_order_id()}")
        self.outputs[output] = made["ARN"]
        if content is not None:
            self.put_secret(output, content)
        return self.outputs[output]

    def put_secret(self, output: str, content: object) -> None:
        """Put another content into a secret: a document, or a text as it is."""
        text = content if isinstance(content, str) else json.dumps(content)
        client("secretsmanager").put_secret_value(SecretId=self.outputs[output], SecretString=text)

    def _require_nothing_hidden(self, text: str) -> None:
        assert not [it for it in self.hidden if it in text]

    def _create(self) -> None:
        if self._is_created:
            return
        self._is_created = True
        parameters = {name: {"Type": "String", "Default": value} for name, value in self.parameters.items()}
        document = {
            "Parameters": parameters,
            "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
            "Outputs": {name: {"Value": value} for name, value in self.outputs.items()},
        }
        client("cloudformation").create_stack(StackName=self.name, TemplateBody=json.dumps(document))
