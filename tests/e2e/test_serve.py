"""python -m local serve, as make demo runs it."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from http import HTTPStatus
from pathlib import Path

import pytest

from local.errors import LocalError
from local.http_message import Answer
from local.loopback import Server
from local.slack.chat import ANN, CLASS_RECORDINGS
from local.words import main
from shared.command_line import CommandLine
from tests.paths import ROOT
from tests.processes import PATIENCE_S, children_of, is_gone, within
from tests.programs import need
from tests.terminal import Terminal

pytestmark = pytest.mark.sources
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("RTC_", "AWS_", "PORT"))}
COMMAND = [sys.executable, "-m", "local", "serve"]


@pytest.fixture
def serving() -> Iterator[subprocess.Popen[str]]:
    """A page on any free port, its address not read yet; it is ended whatever comes."""
    environment = ENVIRONMENT | {"PORT": "0"}
    with subprocess.Popen(COMMAND, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def test_the_page_is_there_until_it_is_ended(serving: subprocess.Popen[str]) -> None:
    """One line says where the page is; it answers there; each event is a line; at Ctrl-C all ends, leaving nothing."""
    assert serving.stdout is not None
    found = re.fullmatch(r"recordbot is at http://(127\.0\.0\.1:\d+) .*\n", serving.stdout.readline())
    assert found is not None
    connection = http.client.HTTPConnection(found[1], timeout=PATIENCE_S)
    connection.request("GET", "/")
    assert b"<title>recordbot" in connection.getresponse().read()
    typed = {"person": ANN.user_id, "channel": CLASS_RECORDINGS.channel_id, "text": "/record room 100 user001"}
    connection.request("POST", "/api/messages", json.dumps(typed), {"Content-Type": "application/json"})
    assert connection.getresponse().status == HTTPStatus.NO_CONTENT
    connection.close()
    assert serving.stdout.readline().startswith("Its webhook: ")
    assert serving.stdout.readline().startswith("event recording.started: user001 in room 100 (")
    children = children_of(serving.pid)
    assert children
    serving.send_signal(signal.SIGINT)
    assert serving.wait(PATIENCE_S) == 0
    assert within(PATIENCE_S, lambda: all(map(is_gone, children)))


@pytest.mark.drill
def test_it_ends_with_the_terminal_in_which_make_leads(tmp_path: Path) -> None:
    """As with `tmux kill-session`: make would wait for it for ever, and passes no SIGHUP on."""
    need("make")
    (tmp_path / "Makefile").write_text(f"demo:\n\t@{' '.join(COMMAND)} --port 0\n", encoding="utf-8")
    environment = ENVIRONMENT | {"PYTHONPATH": str(ROOT)}
    with closing(Terminal(["make", "demo"], folder=tmp_path, environment=environment)) as terminal:
        terminal.read("recordbot is at (.*)")
        children = children_of(terminal.pid)
        assert len(children) > 1
        terminal.hang_up()
        assert within(PATIENCE_S, lambda: all(map(is_gone, children)))


@pytest.mark.parametrize(("port", "words"), [("taken", r"is in use: .*PORT=3000 make demo$"), ("soon", "not 'soon'$")])
def test_a_port_that_cannot_be_had_is_one_line(port: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A taken port, and a PORT that is none, are told in a line that says what to do."""
    with closing(Server(lambda _: Answer())) as other:
        monkeypatch.setenv("PORT", str(other.port) if port == "taken" else port)
        with pytest.raises(LocalError, match=words) as told:
            main(CommandLine(), ["serve"])
    assert "\n" not in str(told.value)
