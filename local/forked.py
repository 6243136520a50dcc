"""Ask a fork server (local/fork_server.py) for a process, and learn how it ends."""

import contextlib
import json
import os
import signal
import socket
import struct
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, override

_OF_FORK_SERVER = ("-P", "-u", "-X", "utf8")
SWITCHES = (*_OF_FORK_SERVER, "-B")
"""Of Python. -P: only PYTHONPATH says where code is found. -B: nothing is written where the code is.

A fork server is without -B: otherwise each would compile all of our code.
"""
_FORK_SERVER = Path(__file__).with_name("fork_server.py")
_INT = struct.Struct("i")


class ForkedProcess:
    """A process that was forked, with what subprocess.Popen has of one that was started."""

    def __init__(self, pid: int, stdin: BinaryIO, stdout: BinaryIO, end: BinaryIO) -> None:
        self.pid = pid
        self.stdin = stdin
        self.stdout = stdout
        self._code = -signal.SIGKILL
        """Its exit code; as if it had been killed if the fork server is gone, and nobody knows."""
        self._ended = threading.Event()
        threading.Thread(target=self._hear_of_its_end, args=(end,), daemon=True).start()

    def wait(self, timeout: float | None = None) -> int:
        """Return its exit code when it has ended. Raises subprocess.TimeoutExpired."""
        if not self._ended.wait(timeout):
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return self._code

    def _hear_of_its_end(self, end: BinaryIO) -> None:
        with end:
            code = end.read(_INT.size)
        if code:
            (self._code,) = _INT.unpack(code)
        self._ended.set()


class ForkServer:
    """A process of `python` that has imported `imports` from `folder`, and forks others until this process ends."""

    def __init__(self, python: str, folder: Path, *imports: str, environment: Mapping[str, str]) -> None:
        self._branches: dict[tuple[Path, tuple[str, ...]], ForkServer] = {}
        self._asking, its_end = _sockets()
        with its_end:
            number = its_end.fileno()
            self._process = subprocess.Popen(  # noqa: S603 - an interpreter and a file of our own
                [python, *_OF_FORK_SERVER, str(_FORK_SERVER), str(number), str(folder), *imports],
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[number],
                start_new_session=True,
            )

    def start(self, arguments: list[str], environment: Mapping[str, str], folder: Path) -> ForkedProcess | None:
        """Start local/parent_watchdog.py with these arguments. Returns None if the fork server is gone."""
        asked = {"arguments": arguments, "environment": dict(environment), "folder": str(folder)}
        (its_input, stdin), (stdout, its_output), (end, its_word) = _pipe(), _pipe(), _pipe()
        with its_input, its_output, its_word, contextlib.suppress(OSError):
            socket.send_fds(
                self._asking, [json.dumps(asked).encode()], [it.fileno() for it in (its_input, its_output, its_word)]
            )
        pid = end.read(_INT.size)
        if not pid:
            for ours in (stdin, stdout, end):
                ours.close()
            return None
        return ForkedProcess(int(_INT.unpack(pid)[0]), stdin, stdout, end)

    def branch(self, folder: Path, *imports: str) -> "ForkServer":
        """Return the fork server that has the imports of this one, and then these. `close` of this one ends it too."""
        if (folder, imports) not in self._branches:
            self._branches[folder, imports] = _Branch(self._asking, folder, *imports)
        return self._branches[folder, imports]

    def close(self) -> None:
        """End the fork server, but nothing that it has started."""
        self._end_asking()
        self._process.kill()  # it may still be importing
        self._process.wait()

    def _end_asking(self) -> None:
        for branch in self._branches.values():
            branch.close()
        self._asking.close()


class _Branch(ForkServer):
    def __init__(self, trunk: socket.socket, folder: Path, *imports: str) -> None:
        self._branches = {}
        self._asking, its_end = _sockets()
        asked = {"folder": str(folder), "imports": imports}
        with its_end, contextlib.suppress(OSError):
            socket.send_fds(trunk, [json.dumps(asked).encode()], [its_end.fileno()])

    @override
    def close(self) -> None:
        self._end_asking()


def _sockets() -> tuple[socket.socket, socket.socket]:
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def _pipe() -> tuple[BinaryIO, BinaryIO]:
    reading, writing = os.pipe()
    return os.fdopen(reading, "rb"), os.fdopen(writing, "wb", 0)
