"""Forks Python processes in which what takes long to import is imported already.

`python -P fork_server.py SOCKET FOLDER IMPORT ...`: the number of a socket to the process that started it, a folder of
code, and what to import from there: MODULE, or MODULE:FUNCTION, which is called, or -MODULE, of which only what it
imports is kept, so that a process runs the module itself. Each message on the socket asks for a process, or for another
fork server, which has the imports of this one and its own. It ends at the socket's end. Linux only. Run by its path,
and importing nothing of the project, so that what runs sees only the code that it is given.
"""

import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import struct
import sys
import time
from typing import Any

_MOST_BYTES = 256 * 1024


def _prepare(folder: str, imports: list[str]) -> None:
    """Import what can be imported: what can't is for the process that needs it to say."""
    gc.disable()
    sys.path.insert(0, folder)
    for module, _, function in (it.partition(":") for it in imports):
        with contextlib.suppress(Exception):
            imported = importlib.import_module(module.removeprefix("-"))
            if function:
                getattr(imported, function)()
            if module.startswith("-"):
                del sys.modules[imported.__name__]
    sys.path.remove(folder)
    gc.freeze()  # so that a process shares this memory
    gc.enable()


def _serve(server: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """Fork until the socket's end. Returns in each process that was forked: what it is to run, and its files."""
    waking, woken = os.pipe2(os.O_NONBLOCK)
    signal.set_wakeup_fd(woken)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    ends: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([server.fileno(), waking], [], [])
        if waking in ready:
            os.read(waking, 4096)
            _report_ends(ends)
        if server.fileno() not in ready:
            continue
        message, files, _, _ = socket.recv_fds(server, _MOST_BYTES, 3)
        if not message:
            return None
        process = os.fork()
        if not process:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for other in (server.detach(), waking, woken, *ends.values()):
                os.close(other)
            return json.loads(message), files
        *pipes, ends[process] = files
        for pipe in pipes:
            os.close(pipe)


def _report_ends(ends: dict[int, int]) -> None:
    """Write the exit code of each process that has ended."""
    while ends:
        process, status = os.waitpid(-1, os.WNOHANG)
        if not process:
            return
        end = ends.pop(process)
        with contextlib.suppress(OSError):
            os.write(end, struct.pack("i", os.waitstatus_to_exitcode(status)))
        os.close(end)


def _become(asked: dict[str, Any], files: list[int]) -> None:
    """Be as a new process would be, and say so."""
    standard_input, output, end = files
    os.setsid()
    for number, file in enumerate((standard_input, output, output)):
        os.dup2(file, number)
    os.close(standard_input)
    os.close(output)
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    time.tzset()
    sys.path[:0] = [it for it in asked["environment"].get("PYTHONPATH", "").split(os.pathsep) if it]
    sys.argv[:] = asked["arguments"]
    sys.dont_write_bytecode = True  # -B, which only the fork server is without
    os.write(end, struct.pack("i", os.getpid()))
    os.close(end)


def _main(server: int, folder: str, *imports: str) -> None:
    _prepare(folder, list(imports))
    forked = _serve(socket.socket(fileno=server))
    if forked is None:
        return
    asked, files = forked
    if "imports" in asked:
        _main(files[0], asked["folder"], *asked["imports"])
    else:
        _become(asked, files)
        runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    _main(int(sys.argv[1]), *sys.argv[2:])
