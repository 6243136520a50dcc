"""How a command of this project prints and ends, on any terminal, into any pipe, after any signal.

A command calls `sys.exit(run(main))`. Its `main` gets a CommandLine and the arguments, and returns the exit status.
Any other end is silent, or prints one line on standard error:

    status 1    a OneLineError or OSError: the line says what is wrong; some such errors have a status of their own
    status 129  SIGHUP, or the terminal is gone; not if SIGHUP is ignored, as by nohup
    status 130  SIGINT (Ctrl-C)
    status 141  the reader of the output is gone (`| head -1`)
    status 143  SIGTERM, or the make that started the command is gone

Only if Python itself doesn't end, the status is 1 and a traceback says where it waits.
"""

import faulthandler
import io
import logging
import os
import select
import signal
import stat
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType

_TICK_MS = 250
_END_LIMIT = 10.0
"""Seconds that a command has for its cleanup. After that the process exits, and its child processes end by
themselves. Python's own end has as long once more."""


class OneLineError(Exception):
    """A command can't do its work. The message is one line that says what is wrong, and where."""

    status = 1
    """The exit status of the command."""


class CommandLine:
    """A command's output, and its end. `run` creates the only instance of a process."""

    def __init__(self) -> None:
        self._status: int | None = None
        self._again: int | None = None
        self._ending_since: float | None = None

    def show(self, line: str) -> None:
        """Print a line, with ? for characters that the terminal lacks. Thread-safe. A failure ends the command."""
        self._write(lambda: print(line, flush=True))

    def write_document(self, text: str) -> None:
        """Write a file's text to standard output, in UTF-8 on any terminal."""
        self._write(lambda: sys.stdout.buffer.write(text.encode()))

    def show_until_interrupt(self, *lines: str) -> int:
        """Show where a server is, and wait for Ctrl-C. Return the exit status 0: this is its normal end."""
        try:
            for line in lines:
                self.show(line)
            while True:  # a signal that another thread got is noticed as soon as this one runs again
                time.sleep(_TICK_MS / 1000)
        except KeyboardInterrupt:
            self._status = 0
        return 0

    def run(self, main: "Main", arguments: list[str]) -> int:
        """Return the exit status of `main`, or of the signal that ended it."""
        try:
            self._take_over()
            try:
                status = self._run_main(main, arguments)
                self._write(sys.stdout.flush)
            finally:
                self._ending_since = self._ending_since or time.monotonic()
        except (KeyboardInterrupt, SystemExit):  # from _interrupt
            status = self._status or 0
        self._status = status if self._status is None else self._status
        self._write(sys.stdout.flush)  # writes a line that was interrupted
        return self._status

    def _run_main(self, main: "Main", arguments: list[str]) -> int:
        try:
            return main(self, [_decoded(argument) for argument in arguments])
        except (OneLineError, OSError) as error:
            if self._status is None:
                _report(str(error))
            return error.status if isinstance(error, OneLineError) else 1
        except SystemExit as end:  # raised by argparse, which has printed its message
            return end.code if isinstance(end.code, int) else 0

    def _take_over(self) -> None:
        closed = _open_standard_files()
        if isinstance(sys.stdin, io.TextIOWrapper):
            sys.stdin.reconfigure(errors="replace")
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")
        sys.unraisablehook = self._notice_lost_end
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
            if signal.getsignal(number) is not signal.SIG_IGN or number == signal.SIGTERM:
                signal.signal(number, self._interrupt)
        parent = os.getppid() if "MAKELEVEL" in os.environ else None
        threading.Thread(target=self._watch, args=(self._watched_files(), parent), daemon=True).start()
        if closed:
            _report("standard output is closed: let it go to a file, or to /dev/null")
            self._end(1)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        """Raise the exception that ends the command, once, in the main thread."""
        if self._ending_since is not None:
            return
        if _is_importing(frame):  # an extension module may crash when its import is interrupted
            self._again = self._again or number
            return
        self._ending_since = time.monotonic()
        logging.disable()  # errors from here on are caused by the end itself
        if self._status is None:
            self._status = 128 + number
        raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(self._status)

    def _notice_lost_end(self, unraisable: "sys.UnraisableHookArgs") -> None:
        """Note that Python dropped the exception of _interrupt, as in a __del__, so that it is raised again."""
        if isinstance(unraisable.exc_value, KeyboardInterrupt | SystemExit):
            self._again, self._ending_since = signal.SIGTERM, None
        else:
            sys.__unraisablehook__(unraisable)

    def _end(self, status: int) -> None:
        """End the command with this status, from any thread. The first status counts."""
        if self._status is None:
            self._status = status
        # Only a signal reaches a main thread that waits for something else.
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)

    def _write(self, write: Callable[[], object]) -> None:
        try:
            write()
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # for later writes
            if isinstance(error, BrokenPipeError):
                self._end(128 + signal.SIGPIPE)
            else:
                if self._status is None:
                    _report(f"standard output can't be written: {error.strerror}")
                self._end(1)

    def _watched_files(self) -> dict[int, int]:
        """Return the exit status for each standard file whose other end may close."""
        statuses = {}
        if stat.S_ISFIFO(mode := os.fstat(1).st_mode) or stat.S_ISSOCK(mode):
            statuses[1] = 128 + signal.SIGPIPE
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            statuses |= {file: 128 + signal.SIGHUP for file in (1, 2) if os.isatty(file)}
        return statuses

    def _watch(self, statuses: dict[int, int], parent: int | None) -> None:
        """End the command when its output or its parent is gone, or when its end takes too long."""
        poll = select.poll()
        for file in statuses:
            poll.register(file, 0)  # poll always reports an error or hang-up
        while True:
            for file, event in poll.poll(_TICK_MS):
                poll.unregister(file)
                if not event & select.POLLNVAL:
                    self._end(statuses[file])
            # If make leads the session, it gets the terminal's SIGHUP, and only waits. A killed make is gone.
            if parent is not None and os.getppid() != parent:
                parent = None
                self._end(128 + signal.SIGTERM)
            if again := self._again:
                self._again = None
                signal.pthread_kill(threading.main_thread().ident or 0, again)
            if self._ending_since is not None and time.monotonic() - self._ending_since > _END_LIMIT:
                os._exit(self._status or 0)


type Main = Callable[[CommandLine, list[str]], int]


def run(main: Main) -> int:
    """Run a command on this process's arguments and standard files, and return the exit status.

    Call it last. If Python's own end takes too long, it is cut short with status 1, and says what it waited for.
    """
    status = CommandLine().run(main, sys.argv[1:])
    # While Python joins other threads, _watch still runs. During the rest of Python's end it doesn't.
    faulthandler.dump_traceback_later(2 * _END_LIMIT, file=2, exit=True)
    return status


def _is_importing(frame: FrameType | None) -> bool:
    while frame:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def _report(line: str) -> None:
    try:
        print(f"recordbot: {line}", file=sys.stderr, flush=True)
    except OSError:  # the rest of the buffer would fail again when Python ends, with the status 120
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def _decoded(argument: str) -> str:
    """Return the argument, decoded as UTF-8 if the locale can't decode it. Raises OneLineError."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        raw = os.fsencode(argument)
        try:
            return raw.decode()
        except UnicodeDecodeError:
            raise OneLineError(f"an argument has to be text in UTF-8, not {raw!r}") from None
    return argument


def _open_standard_files() -> bool:
    """Open the standard files that are closed, so that no other file gets their numbers.

    Return whether standard output was closed.
    """
    closed = sys.stdout is None
    for file, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        try:
            os.fstat(file)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest free number, which is this one
        if getattr(sys, name) is None:
            setattr(sys, name, open(file, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - open as long as we are
    return closed
