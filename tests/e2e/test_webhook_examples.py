"""The examples of docs/webhooks.md work as they are written."""

import json
import re
import socket
import subprocess
import sys

import pytest

from tests.e2e.conftest import Deployment
from tests.paths import ROOT
from tests.processes import PATIENCE_S
from tests.programs import need
from tests.raw_server import RawServer, http, sends
from tests.webhook_sender import RUNS, Sender, outcome, start

PAGE = ROOT / "docs" / "webhooks.md"
PATH = "/usr/local/bin:/usr/bin:/bin"
RUN_BY = {"bash": ["bash", "-euo", "pipefail", "-c"], "python": [sys.executable, "-c"], "javascript": ["node", "-e"]}
PROGRAMS = {"bash": ["bash", "curl", "openssl"], "python": [], "javascript": ["node"]}
"""What an example needs besides Python and what every system has."""
KEY = "whsec_" + "bGlt" * 10

each_language = pytest.mark.parametrize("language", sorted(RUN_BY))


def run(language: str, url: str, key: str, task: str = "recording.start") -> subprocess.CompletedProcess[str]:
    """The page's block of code in the language for the task, run as it stands; skips where a program is missing."""
    need(*PROGRAMS[language], path=PATH)
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    (code,) = (block for block in blocks if task in block)
    return subprocess.run(
        [*RUN_BY[language], code],
        env={"PATH": PATH, "RECORDBOT_WEBHOOK_URL": url, "RECORDBOT_WEBHOOK_KEY": key},
        capture_output=True,
        check=False,
        text=True,
        timeout=PATIENCE_S,
    )


@each_language
def test_an_example_starts_a_recording(bot: Deployment, language: str) -> None:
    """And prints the outcome."""
    (caller, _) = bot.system.callers
    done = run(language, bot.system.hook_url(caller), caller.key)
    assert done.returncode == 0, done.stderr
    (stream,) = json.loads(done.stdout)["streams"]
    assert (stream["state"] in RUNS, stream["job_id"] is not None) == (True, True)


@each_language
def test_an_example_that_is_refused_says_why(bot: Deployment, language: str) -> None:
    """With another exit status than 0."""
    (caller, _) = bot.system.callers
    refused = run(language, bot.system.hook_url(caller), KEY)
    assert refused.returncode != 0
    assert "no signature matched" in refused.stderr


def test_the_list_s_example_prints_what_runs(bot: Deployment) -> None:
    """A line for each recording of the caller's, however many pages there are."""
    caller = bot.system.callers[0]
    url = bot.system.hook_url(caller)
    begun = Sender(url, caller.key).send(start(bot.room)).json()
    outcome(begun["status_url"])
    done = run("python", url, caller.key, task="/recordings")
    assert done.returncode == 0, done.stderr
    (mine,) = [it for it in map(json.loads, done.stdout.splitlines()) if it["room_id"] == bot.room]
    assert (mine["order_id"], mine["state"] in RUNS) == (begun["order_id"], True)


@pytest.mark.drill
@pytest.mark.sources
@each_language
@pytest.mark.parametrize("trouble", [http(503), http(429), b""], ids=["503", "429", "broken off"])
def test_an_example_sends_the_same_event_again(language: str, trouble: bytes) -> None:
    """One id and one body, where no answer came or none could be given."""
    answers = [trouble]

    def serve(sock: socket.socket) -> None:
        sends(answers.pop(0))(sock)

    with RawServer(serve) as server:
        link = f"{server.endpoint}/orders/1?body=1&expires=1&signature=1"
        answers += [
            http(202, json.dumps({"order_id": "1", "status_url": link}).encode()),
            http(200, b'{"state":"done"}'),
        ]
        done = run(language, f"{server.endpoint}/hooks/demo", KEY)
    assert (done.returncode, json.loads(done.stdout)) == (0, {"state": "done"}), done.stderr
    first, again, _ = server.requests
    for part in (rb"(?i)webhook-id: (\S+)", rb"(?s)\r\n\r\n(.+)$"):
        assert re.findall(part, first) == re.findall(part, again) != []
