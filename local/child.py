"""A Python process of our own that can't outlive us, and the lines it writes."""

import atexit
import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from local.forked import SWITCHES, ForkServer

_PARENT_WATCHDOG = Path(__file__).with_name("parent_watchdog.py")
_LINE_LIMIT = 256 * 1024
_END_LIMIT = 6.0
"""Seconds from `close` until what hasn't ended is killed: more than parent_watchdog's, which lets a child clean up."""


class Child:
    """`target` (a module, or a file ending in .py) in a Python process that sees `environment` and no more of ours.

    Each line it writes goes to `on_line`, from a thread; when it has ended, its exit code goes to `on_exit`, from the
    same thread. It ends, with all that it has started, when `close` is called or this process is gone, however it went.
    `python` is its interpreter, by default our own. `fork_server` forks it, if there is one.
    """

    def __init__(
        self,
        target: str,
        *arguments: str,
        environment: Mapping[str, str],
        folder: Path,
        on_line: Callable[[str], None],
        on_exit: Callable[[int], None],
        python: Path | None = None,
        fork_server: ForkServer | None = None,
    ) -> None:
        program = [str(_PARENT_WATCHDOG), target, *arguments]
        variables = {**environment, **_inherited()}
        forked = fork_server.start(program, variables, folder) if fork_server else None
        self._process = forked or subprocess.Popen(  # noqa: S603 - an interpreter and a file of our own
            [str(python or sys.executable), *SWITCHES, *program],
            env=variables,
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.pid = self._process.pid
        self._reading = threading.Thread(target=self._read, args=(on_line, on_exit), daemon=True)
        self._reading.start()

    def kill(self) -> None:
        """Kill the process and all that it has started, at once, and wait until it is gone."""
        self._kill_group()
        self.close()

    def close(self) -> None:
        """Ask the process to end, kill it if it doesn't, and wait until it and its thread are gone."""
        if self._process.stdin:
            self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_LIMIT)
        self._kill_group()  # what it has started may still be there, and hold its output open
        if threading.current_thread() is not self._reading:
            self._reading.join()

    def _kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def _read(self, on_line: Callable[[str], None], on_exit: Callable[[int], None]) -> None:
        stream = self._process.stdout
        if stream:
            with stream:
                for line in iter(lambda: stream.readline(_LINE_LIMIT), b""):
                    on_line(line.decode(errors="replace").rstrip("\r\n").replace("\r", "\n"))
        on_exit(self._process.wait())


def fork_server(folder: Path, *imports: str) -> ForkServer | None:
    """Return the fork server of this process that has these imports, or None on a platform without fork servers."""
    return _fork_server(sys.executable, folder, *imports) if sys.platform == "linux" else None


@cache
def _fork_server(python: str, folder: Path, *imports: str) -> ForkServer:
    server = ForkServer(python, folder, *imports, environment=_inherited())
    atexit.register(server.close)
    return server


def _inherited() -> dict[str, str]:
    """Return the variables that a child inherits: where programs are, and how a test run measures coverage."""
    names = ("PATH", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")
    return {name: os.environ[name] for name in names if name in os.environ}
