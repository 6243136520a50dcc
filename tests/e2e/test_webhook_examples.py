"""The examples of docs/webhooks.md work as they are written."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import PATIENCE_S, Deployment
from tests.webhook_sender import outcome

PAGE = Path(__file__).parents[2] / "docs" / "webhooks.md"
RUN_BY = {"bash": ["bash", "-euo", "pipefail", "-c"], "python": [sys.executable, "-c"], "javascript": ["node", "-e"]}


@pytest.mark.parametrize("language", sorted(RUN_BY))
def test_an_example_starts_a_recording(bot: Deployment, language: str) -> None:
    """Each block of code in one of the languages, run as it stands."""
    program, *options = RUN_BY[language]
    assert shutil.which(program), f"the example in {language} needs {program} on the PATH of the machine that tests it"
    (code,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    (caller, _) = bot.system.callers
    done = subprocess.run(
        [program, *options, code],
        env={
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "RECORDBOT_URL": bot.system.hook_url(caller),
            "RECORDBOT_KEY": caller.key,
        },
        capture_output=True,
        check=False,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr
    (stream,) = outcome(json.loads(done.stdout)["status_url"])["streams"]
    assert (stream["state"], stream["job_id"] is not None) == ("started", True)
