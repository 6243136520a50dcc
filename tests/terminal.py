"""A terminal that can be hung up, as an ssh connection or a window is."""

import contextlib
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.processes import children_of

_PATIENCE_S = 60.0
_LEAD = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""
"""Makes standard input the terminal of the session, and runs what is to lead it."""


class Terminal:
    """A terminal in whose session `run` leads; at the end of its `with`, nothing that is still tied to it is left."""

    def __init__(self, run: Sequence[str], *, folder: Path, environment: Mapping[str, str]) -> None:
        self._text = ""
        self._open = True
        self._ours, theirs = os.openpty()
        self._leader = subprocess.Popen(
            [sys.executable, "-c", _LEAD, *run],
            cwd=folder,
            env=environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.pid = self._leader.pid

    def read(self, pattern: str, file: Path | None = None) -> str:
        """Return the first group of the pattern, once it is to be read on the terminal or in the file."""
        end = time.monotonic() + _PATIENCE_S
        while not (found := re.search(pattern, self._text)):
            assert time.monotonic() < end, self._text
            if select.select([self._ours], [], [], 0.05)[0]:
                self._text += os.read(self._ours, 1000).decode()
            if file is not None and file.exists():
                self._text = file.read_text(encoding="utf-8")
        return found[1]

    def hang_up(self) -> None:
        """Close the terminal's other side."""
        if self._open:
            self._open = False
            os.close(self._ours)

    def close(self) -> None:
        pids = [self.pid, *children_of(self.pid)]
        self.hang_up()
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._leader.wait()
