"""Run the functions in SAM's containers, and everything else as the local system does.

The functions run behind `sam local start-lambda`, which has no event source mappings: the queue poller is ours. SAM
needs a folder with a template of the artifacts and the values of the variables. In these, the stand-ins have the
address that a container sees. SAM sets only variables that the template declares, so it declares AWS_ENDPOINT_URL.
"""

import json
import platform
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import requests

from local.aws.built import architecture, artifacts
from local.aws.calls import REGION
from local.aws.lambda_worker import FunctionError
from local.aws.template import Function
from local.aws.template_node import read_node
from local.direct_http import session_to
from local.errors import LocalError
from local.sam.events import SIGNING_SECRET, WEBHOOK_CALLER, WEBHOOK_KEY
from local.sam.relay import Relay, ports_in
from local.say import say
from local.slack.workspace import SlackWorkspace
from local.system import TEMPLATE, Caller, System, running

PROJECT = Path(__file__).parents[2]
FOLDER = PROJECT / "build" / "sam-local"
HOST = "host.docker.internal"
"""The name of this machine inside containers."""
_HERE = "127.0.0.1"
_CALL_LIMIT = 120.0
_PATIENCE = 60.0
"""Seconds that the Slack stand-in waits: a container's first answer takes longer than Slack's three seconds."""


@dataclass(frozen=True, slots=True)
class Docker:
    """How containers reach this machine: the bridge's address on Linux; None where Docker provides the name."""

    gateway: str | None


def find_docker() -> Docker:
    """Return how Docker runs on this machine. Raises LocalError if Docker or SAM is missing."""
    if not (PROJECT / ".tools" / "sam" / "bin" / "sam").exists():
        raise LocalError("sam is missing: `make sam-local` installs it; `make demo` runs the same system without it")
    program = shutil.which("docker")
    bridge = ["network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}"]
    found = program and subprocess.run([program, *bridge], capture_output=True, text=True, check=False)  # noqa: S603
    if not found or found.returncode:
        raise LocalError("`sam local` needs Docker, which does not answer here; `make demo` runs the same without it")
    return Docker(found.stdout.strip() if sys.platform == "linux" else None)


def serve_commands(lines: Iterable[str], show: Callable[[str], None]) -> None:
    """Run the system with its functions in SAM's containers, and type each of `lines` in Slack. Raises LocalError."""
    docker = find_docker()
    with running_in_sam(show, docker=docker) as system:
        for line in lines:
            say(system, [line], show)


@contextmanager
def running_in_sam(
    show: Callable[[str], None], *, docker: Docker, folder: Path = FOLDER, host: str = HOST, port: int = 3001
) -> Iterator[System]:
    """Run the system with its functions behind `sam local start-lambda` on `port`; `show` gets the instructions."""
    slack = SlackWorkspace(patience=_PATIENCE)
    slack.signing_secret = SIGNING_SECRET
    slack.response_url_prefix = slack.response_url_prefix.replace(_HERE, host)

    def host_of(functions: Iterable[Function], environment: Mapping[str, str]) -> SamLambda:
        return SamLambda(functions, environment, docker=docker, show=show, folder=folder, host=host, port=port)

    with running(slack=slack, callers=[Caller(WEBHOOK_CALLER, WEBHOOK_KEY)], host_of=host_of) as system:
        yield system


class SamLambda:
    """Runs functions behind `sam local start-lambda`, as LambdaHost runs them here.

    `environment` has the variables with which functions reach the AWS stand-in. `show` gets the instructions.
    """

    def __init__(
        self,
        functions: Iterable[Function],
        environment: Mapping[str, str],
        *,
        docker: Docker,
        show: Callable[[str], None],
        folder: Path,
        host: str,
        port: int,
    ) -> None:
        self._show = show
        self._port = port
        self._commands = commands(folder, docker, port)
        variables = {
            function.name: {
                name: str(value).replace(_HERE, host)
                for name, value in (
                    *function.variables.items(),
                    ("AWS_ENDPOINT_URL", environment["AWS_ENDPOINT_URL"]),
                )
            }
            for function in functions
        }
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "env.json").write_text(json.dumps(variables, indent=2), encoding="utf-8")
        (folder / "template.json").write_text(json.dumps(sam_template(TEMPLATE), indent=2), encoding="utf-8")
        ports = ports_in(json.dumps(variables), host)
        self._relays = [Relay(docker.gateway, port) for port in ports] if docker.gateway else []

    def warm(self) -> None:
        """Show what you have to start, and wait until it answers."""
        self._show("Start these, each in a terminal of its own:\n\n" + "\n\n".join(self._commands) + "\n")
        while not _answers(self._port):
            time.sleep(0.2)
        self._show("start-lambda answers. Type a command, such as: /record room 100 user001 hd")

    def invoke(self, name: str, event: object) -> Any:
        """Return the result of the function `name` for `event`. Raises FunctionError."""
        return invoke_at(self._port, name, event)

    def kill(self, name: str) -> None:
        """Raise LocalError: the containers are SAM's."""
        raise LocalError(f"{name} runs in a container of SAM's: end it there")

    def logs(self, _name: str) -> list[str]:
        """Return nothing: start-lambda prints the logs."""
        return []

    def close(self) -> None:
        """Close the relays through which the containers connect."""
        for relay in self._relays:
            relay.close()


def invoke_at(port: int, name: str, event: object) -> Any:
    """Return what start-lambda on `port` answers to an invocation of the function `name`. Raises FunctionError."""
    url = f"http://{_HERE}:{port}/2015-03-31/functions/{name}/invocations"
    try:
        with session_to(url) as session:
            answer = session.post(url, json=event, timeout=_CALL_LIMIT)
        document = answer.json()
    except (requests.RequestException, ValueError) as error:
        why = f"sam local start-lambda gives no usable answer ({type(error).__name__})"
        raise FunctionError("Sandbox.NotConnected", why) from error
    if answer.status_code != HTTPStatus.OK or "X-Amz-Function-Error" in answer.headers:
        raise FunctionError("Function.Error", json.dumps(document))
    return document


def sam_template(path: Path) -> dict[str, Any]:
    """Return the template at `path` with this machine's artifacts, and with AWS_ENDPOINT_URL declared."""
    document = read_node(path).mapping()
    document["Globals"]["Function"]["Environment"]["Variables"]["AWS_ENDPOINT_URL"] = ""
    document["Globals"]["Function"]["Architectures"] = [architecture(platform.machine())]
    folder = artifacts()
    for name, resource in document["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = str(folder / name)
            del resource["Metadata"]
    return document


def commands(folder: Path, docker: Docker, port: int) -> list[str]:
    """Return the commands that run the functions, the HTTP API, and one event in SAM's containers."""
    common = (
        f"-t {folder / 'template.json'} --env-vars {folder / 'env.json'} --region {REGION}"
        f"{f' --add-host {HOST}:{docker.gateway}' if docker.gateway else ''}"
    )
    begin = "AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local SAM_CLI_TELEMETRY=0 .tools/sam/bin/sam local"
    return [
        f"{begin} start-lambda {common} --warm-containers EAGER --port {port}",
        f"{begin} start-api {common} --warm-containers EAGER --port 3000",
        f"make events && {begin} invoke SlackFunction -e events/slack-start.json {common}",
    ]


def _answers(port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex((_HERE, port)) == 0
