"""The developer's clock: how long a word takes until it has done what it is for, in seconds."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

from tests.paths import ROOT

_ROUNDS = 5
_SAY = (sys.executable, "-m", "local", "say", "/record room 100 user001 hd")
_DEMO = ("make", "--no-print-directory", "demo", "PORT=0")


def say_s() -> list[float]:
    """Return how long `say` takes until it says that the recording is started."""
    return [_until("job", _SAY) for _ in range(_ROUNDS)]


def demo_s() -> list[float]:
    """Return how long `make demo` takes, after its set-up, until its page is there."""
    return [_until("recordbot is at", _DEMO) for _ in range(_ROUNDS)]


def _until(text: str, command: Sequence[str]) -> float:
    began = time.monotonic()
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        try:
            if not any(text in line for line in process.stdout):
                raise AssertionError(f"{command} ended without {text!r}")
            return time.monotonic() - began
        finally:
            os.killpg(process.pid, signal.SIGTERM)
