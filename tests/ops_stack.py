"""A stack of its own in moto's AWS, for the words of python -m ops, and what an operator types and reads."""

import io
import json
from collections.abc import Mapping
from typing import Any

import boto3
import pytest
from mypy_boto3_sqs import SQSClient

from ops.errors import OpsError
from ops.words import main
from shared.command_line import CommandLine
from shared.orders import new_order_id

REGION = "eu-west-1"


class OpsStack:
    """A stack with these outputs and parameters. It is created at the first word, so a test may change both before."""

    def __init__(
        self,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
        outputs: Mapping[str, str],
        parameters: Mapping[str, str] | None = None,
    ) -> None:
        monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
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

    def queue(self, sqs: SQSClient, output: str) -> str:
        """Make a queue, and let the output name it."""
        self.outputs[output] = sqs.create_queue(QueueName=new_order_id())["QueueUrl"]
        return self.outputs[output]

    def secret(self, output: str, content: object | None) -> str:
        """Make a secret with this content, None for none, and let the output name it."""
        client = boto3.client("secretsmanager")
        made = client.create_secret(Name=f"{output}-{new_order_id()}")
        self.outputs[output] = made["ARN"]
        if content is not None:
            self.put_secret(output, content)
        return made["ARN"]

    def put_secret(self, output: str, content: object) -> None:
        """Put another content into a secret: a document, or a text as it is."""
        text = content if isinstance(content, str) else json.dumps(content)
        boto3.client("secretsmanager").put_secret_value(SecretId=self.outputs[output], SecretString=text)

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
        boto3.client("cloudformation").create_stack(StackName=self.name, TemplateBody=json.dumps(document))
