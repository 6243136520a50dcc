"""Runs a Python module or file, as `python -m` does, but no longer than the process that started it lives.

`python -P parent_watchdog.py MODULE-OR-FILE [ARGUMENT ...]`, with a pipe as standard input to which nothing is ever
written: at the pipe's end, the parent is gone or wants this process gone. Run by its path, and importing nothing of the
project, so that what runs sees only the code that it is given.
"""

import os
import runpy
import signal
import sys
import threading
import time

GRACE = 4.0
"""Seconds from the pipe's end until what hasn't ended is killed, with all that it has started."""


def _end_with(pipe: int) -> None:
    os.read(pipe, 1)
    # On Linux a signal to the process may reach this thread, and then wouldn't wake the main one from its system call.
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    time.sleep(GRACE)
    os.killpg(0, signal.SIGKILL)


def _main(target: str) -> None:
    pipe = os.dup(0)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # what runs here has no standard input, as on Lambda
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job has it ignored
    threading.Thread(target=_end_with, args=(pipe,), daemon=True).start()
    del sys.argv[0]
    try:
        if target.endswith(".py"):
            runpy.run_path(target, run_name="__main__")
        else:
            runpy.run_module(target, run_name="__main__", alter_sys=True)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


if __name__ == "__main__":
    _main(sys.argv[1])
