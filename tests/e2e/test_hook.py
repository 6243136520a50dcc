"""python -m local hook, as somebody runs it who wants to call the webhook."""

import os
import re
import subprocess
import sys

import pytest

from local.errors import LocalError
from local.words import main
from shared.command_line import CommandLine
from tests.e2e.conftest import Deployment
from tests.paths import ROOT
from tests.processes import PATIENCE_S

KEY = "whsec_" + "bGlt" * 10
OTHERS = ("RTC_", "AWS_", "RECORDBOT_")
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(OTHERS)}


def hook(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """One run, to its end."""
    command = [sys.executable, "-m", "local", "hook", *arguments]
    everything = ENVIRONMENT | environment
    return subprocess.run(
        command, cwd=ROOT, env=everything, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )


@pytest.mark.sources
@pytest.mark.drill
def test_an_event_is_sent_to_a_system_of_its_own_and_its_outcome_is_read() -> None:
    """The answer and the outcome are printed, with the bytes that were signed; status 0."""
    done = hook('{"room_id": 100, "user_id": "user001"}', "--explain")
    assert done.returncode == 0, done.stderr
    signed = re.search(r"^  (\w+)\.(\d+)\.(\{.*\})$", done.stdout, re.MULTILINE)
    assert signed
    assert f"webhook-id: {signed[1]}\n" in done.stdout
    assert f"webhook-timestamp: {signed[2]}\n" in done.stdout
    assert "HTTP 202" in done.stdout
    assert '"stream_name": "s_1_100_user001"' in done.stdout


def test_it_talks_to_a_system_that_runs(
    bot: Deployment, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its URL, with the key from the environment, without its proxy; what is refused is status 1."""
    caller = bot.system.callers[0]
    url = bot.system.hook_url(caller)
    proxies = dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY"), "http://127.0.0.1:1")
    event = f'{{"room_id": "{bot.room}", "user_id": "user001"}}'
    done = hook(event, "--url", url, RECORDBOT_WEBHOOK_KEY=caller.key, **proxies)
    assert (done.returncode, len(bot.jobs())) == (0, 1), done.stderr
    monkeypatch.setenv("RECORDBOT_WEBHOOK_KEY", caller.key)
    assert main(CommandLine(), ["hook", '{"type": "ping"}', "--url", url]) == 0
    assert main(CommandLine(), ["hook", '{"type": "stop"}', "--url", url]) == 1
    assert "HTTP 422" in capsys.readouterr().out


@pytest.mark.sources
@pytest.mark.parametrize(
    ("arguments", "key", "words"),
    [
        (["{"], "", "that is no JSON"),
        (["[" * 100_000], "", "that is no JSON"),
        (['{"room_id": 1, "room_id": 2}'], "", "room_id is twice"),
        (["{}", "--url", "http://127.0.0.1:1/hooks/ci "], KEY, "before or after the URL"),
        (["{}", "--url", "http://127.0.0.1:1/hooks/ci"], f"{KEY} ", "before or after it"),
        (["{}", "--url", "http://127.0.0.1:1/hooks/ci"], "", "RECORDBOT_WEBHOOK_KEY"),
        (["{}", "--url", "http://127.0.0.1:1/hooks/ci"], "s3cret", "a key starts with whsec_"),
        (["{}", "--url", "http://127.0.0.1:1/hooks/ci"], KEY, "can't be reached"),
    ],
)
def test_what_keeps_it_from_sending_is_one_line(
    arguments: list[str], key: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the key."""
    monkeypatch.setenv("RECORDBOT_WEBHOOK_KEY", key)
    with pytest.raises(LocalError, match=words) as told:
        main(CommandLine(), ["hook", *arguments])
    assert "\n" not in str(told.value)
    assert "s3cret" not in str(told.value)
