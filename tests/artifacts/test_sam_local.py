"""`make sam-local` without Docker: a stand-in for `sam local start-lambda` runs what SAM would be given."""

import json
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http import HTTPStatus
from pathlib import Path

from local.aws.built import Built, find_built
from local.aws.calls import REGION
from local.aws.lambda_host import LambdaHost
from local.aws.lambda_worker import FunctionError
from local.aws.template import read_template
from local.http_message import Answer, Request
from local.loopback import Server
from local.sam.containers import PROJECT, Docker, commands, running_in_sam, sam_template
from local.say import say
from local.system import TEMPLATE

SAM = PROJECT / ".tools" / "sam" / "bin" / "sam"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _start_lambda(folder: Path, port: int) -> Iterator[None]:
    """What `sam local start-lambda` does with the two files in `folder`, in processes instead of containers."""
    document = json.loads((folder / "template.json").read_text(encoding="utf-8"))
    values = json.loads((folder / "env.json").read_text(encoding="utf-8"))
    everywhere = document["Globals"]["Function"]["Environment"]["Variables"]
    functions = read_template(folder / "template.json").functions
    for function in functions:
        declared = {*everywhere, *document["Resources"][function.name]["Properties"]["Environment"]["Variables"]}
        assert values[function.name].keys() <= declared, "SAM drops what the template does not declare"
    code = {Path(document["Resources"][function.name]["Properties"]["CodeUri"]) for function in functions}
    assert {path.name for path in code} == {function.name for function in functions}
    keys = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
    environment = {"AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION, **keys}
    with closing(
        LambdaHost(
            [
                type(function)(
                    name=function.name,
                    handler=function.handler,
                    timeout=function.timeout,
                    memory=function.memory,
                    log_format=function.log_format,
                    log_level=function.log_level,
                    variables=values[function.name],
                )
                for function in functions
            ],
            folder=PROJECT,
            environment=environment,
            built=Built(next(iter(code)).parent, find_built().python),
        )
    ) as host:

        def invoke(request: Request) -> Answer:
            name = request.path.split("/")[3]
            try:
                return Answer.of_json(HTTPStatus.OK, host.invoke(name, json.loads(request.body)))
            except FunctionError as error:
                answer = Answer.of_json(HTTPStatus.OK, {"errorMessage": error.message})
                return Answer(answer.status, (*answer.headers, ("X-Amz-Function-Error", "Unhandled")), answer.body)

        with closing(Server(invoke, port)):
            yield


def test_a_command_goes_through_sam_s_functions(tmp_path: Path) -> None:
    """The door and the recorder run where SAM runs them; queue, table, RTC and Slack are ours; the answer is read."""
    port = _free_port()
    told: list[str] = []
    to_start = threading.Event()
    stop = threading.Event()

    def sam() -> None:
        to_start.wait()
        with _start_lambda(tmp_path, port):
            stop.wait()

    def show(line: str) -> None:
        told.append(line)
        to_start.set()

    thread = threading.Thread(target=sam)
    thread.start()
    try:
        with running_in_sam(show, docker=Docker(gateway=None), folder=tmp_path, host="127.0.0.1", port=port) as system:
            said: list[str] = []
            assert say(system, ["/record room 100 user001 hd"], said.append)
    finally:
        stop.set()
        to_start.set()
        thread.join()
    assert any("🔴 Recording user001" in text for text in said)
    assert f"start-lambda -t {tmp_path / 'template.json'}" in told[0]


def test_the_commands_have_what_a_developer_needs() -> None:
    """Warm containers, the variables, the way to this machine on Linux, made-up keys."""
    for command in commands(Path("folder"), Docker(gateway="172.17.0.1"), 3001):
        assert "--env-vars folder/env.json" in command
        assert "--add-host host.docker.internal:172.17.0.1" in command
        assert "AWS_ACCESS_KEY_ID=local" in command
        assert "--warm-containers EAGER" in command or "invoke" in command


def test_sam_takes_the_template(tmp_path: Path) -> None:
    """SAM itself validates what it would be given; that needs no Docker."""
    path = tmp_path / "template.json"
    path.write_text(json.dumps(sam_template(TEMPLATE)), encoding="utf-8")
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "SAM_CLI_TELEMETRY": "0"}
    done = subprocess.run(
        [str(SAM), "validate", "-t", str(path), "--lint", "--region", REGION],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "is a valid SAM Template" in done.stdout, done.stdout + done.stderr
