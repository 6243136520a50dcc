"""The rules of how a local system ends: nothing is left of it, however it went.

A module of its own, because a system shared by tests would have threads that come and go meanwhile.
"""

import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from local.aws.account import Aws, AwsError
from local.aws.stack import Stack
from local.errors import LocalError
from tests.paths import ROOT, SAMPLES
from tests.processes import PATIENCE_S, is_gone, within

TEMPLATE = SAMPLES / "functions" / "template.yaml"
PARAMETERS = {"Greeting": "hello"}
SECRETS = {"Secret": {"key": "value"}}
PLAIN_PYTHON = Path(sys.base_prefix) / "bin" / "python3"
"""Without the project's packages."""


def test_a_missing_module_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without one of the server's modules, the message ends with its name, and nothing is left."""
    threads = set(threading.enumerate())
    monkeypatch.setattr(sys, "executable", str(PLAIN_PYTHON))
    with pytest.raises(AwsError, match=r"^the AWS stand-in \(moto\) does not start: ModuleNotFoundError: .*'moto'$"):
        Aws()
    assert within(PATIENCE_S, lambda: set(threading.enumerate()) <= threads)


@pytest.mark.parametrize("time_around", ["first", "second"])
def test_nothing_is_left_behind(time_around: str, tmp_path: Path) -> None:
    """When a stack is left, however busy, no process and no thread is left, and nothing answers; the next is empty."""
    threads = set(threading.enumerate())
    with Stack(TEMPLATE, parameters=PARAMETERS, secrets=SECRETS) as stack:
        pids = [stack.invoke("EchoFunction", {})["pid"], stack.invoke("ObeyFunction", {})["pid"]]
        table = stack.table_name("Table")
        assert not stack.dynamodb.scan(TableName=table)["Items"]
        stack.dynamodb.put_item(TableName=table, Item={"pk": {"S": time_around}})
        stack.sqs.send_message(QueueUrl=stack.queue_url("StayQueue"), MessageBody=str(tmp_path))
        assert within(PATIENCE_S, lambda: any(tmp_path.iterdir()))
    assert all(map(is_gone, pids))
    assert within(PATIENCE_S, lambda: set(threading.enumerate()) <= threads)
    for address in (stack.endpoint, stack.sqs.meta.endpoint_url):
        host, _, port = address.removeprefix("http://").partition(":")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, int(port)), 1)


def test_a_killed_parent_leaves_nothing(tmp_path: Path) -> None:
    """When the process that runs a stack is killed, its children end by themselves."""
    code = f"""
from pathlib import Path
from local.aws.stack import Stack
from local.aws.template import read_template
with Stack(Path({str(TEMPLATE)!r}), parameters={PARAMETERS!r}, secrets={SECRETS!r}) as stack:
    print(stack.invoke("EchoFunction", {{}})["pid"], stack.sqs.meta.endpoint_url.rpartition(":")[2], flush=True)
    stack.invoke("ObeyFunction", {{"stay": {str(tmp_path / "here")!r}}})
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT, text=True) as process:
        assert process.stdout
        pid, port = map(int, process.stdout.readline().split())
        process.kill()
    assert within(PATIENCE_S, lambda: is_gone(pid))

    def refused() -> bool:
        with socket.socket() as connection:
            return connection.connect_ex(("127.0.0.1", port)) != 0

    assert within(PATIENCE_S, refused)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("Handler: sample.echo", "Handler: absent.echo"), "EchoFunction does not start: .*No module named 'absent'"),
        (
            ("maxReceiveCount: 2", "maxReceiveCount: many"),
            "stand-in can't create it: ValueError: invalid literal .*'many'",
        ),
    ],
)
def test_a_stack_that_cannot_start_is_one_line(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    """What keeps a stack from running is said in one line, and nothing is left of it."""
    threads = set(threading.enumerate())
    path = tmp_path / "template.yaml"
    path.write_text(TEMPLATE.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    broken = Stack(path, parameters=PARAMETERS, secrets=SECRETS, functions_dir=TEMPLATE.parent)
    with pytest.raises(LocalError, match=message) as caught:
        broken.__enter__()
    assert "\n" not in str(caught.value)
    assert within(PATIENCE_S, lambda: set(threading.enumerate()) <= threads)
