"""How a command of this project prints, and how it ends: on any terminal, into any pipe, at any signal.

`sys.exit(run(main))` is all that a command needs. Its `main` gets a CommandLine and the arguments, and returns the exit
status. Each other end is quiet, or is one line on standard error:

    status 1    a OneLineError or OSError: the line says what is wrong
    status 129  SIGHUP, or the terminal is gone; not where SIGHUP is ignored, as by nohup
    status 130  SIGINT (Ctrl-C)
    status 141  nobody reads the output any more (`| head -1`)
    status 143  SIGTERM, or the make that started the command is gone
"""

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
"""Seconds that a command has to end in order. After that it is ended, and its child processes end by themselves."""


class OneLineError(Exception):
    """A command can't do what was asked; the message is one line that says what is wrong, and where."""


class CommandLine:
    """What a command prints on, and what ends it. `run` makes the only one of a process."""

    def __init__(self) -> None:
        self._status: int | None = None
        self._again: int | None = None
        self._ending_since: float | None = None

    def show(self, line: str) -> None:
        """Print a line, with ? for what the terminal lacks. Any thread may call this; a failure ends the command."""
        self._write(lambda: print(line, flush=True))

    def write_document(self, text: str) -> None:
        """Write a file's text to standard output, in UTF-8 whatever the terminal takes."""
        self._write(lambda: sys.stdout.buffer.write(text.encode()))

    def show_until_interrupt(self, *lines: str) -> int:
        """Show where a server is, and wait until Ctrl-C, which is how it is meant to end; return the exit status 0."""
        try:
            for line in lines:
                self.show(line)
            threading.Event().wait()
        except KeyboardInterrupt:
            self._status = 0
        return 0

    def run(self, main: "Main", arguments: list[str]) -> int:
        """Return the exit status of `main`, or of what ended it."""
        try:
            self._take_over()
            try:
                status = self._outcome(main, arguments)
                self._write(sys.stdout.flush)
            finally:
                self._ending_since = self._ending_since or time.monotonic()
        except (KeyboardInterrupt, SystemExit):  # from _interrupt
            status = self._status or 0
        self._status = status if self._status is None else self._status
        self._write(sys.stdout.flush)  # of a line that was cut short
        return self._status

    def _outcome(self, main: "Main", arguments: list[str]) -> int:
        try:
            return main(self, [_decoded(argument) for argument in arguments])
        except (OneLineError, OSError) as error:
            if self._status is None:
                _report(str(error))
            return 1
        except SystemExit as end:  # of argparse, which has printed what there is to say
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
        """Raise in the main thread, once, what ends the command in order."""
        if self._ending_since is not None:
            return
        if _is_importing(frame):  # an extension module may crash when its import is interrupted
            self._again = self._again or number
            return
        self._ending_since = time.monotonic()
        logging.disable()  # what fails from here on fails because everything ends
        if self._status is None:
            self._status = 128 + number
        raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(self._status)

    def _notice_lost_end(self, unraisable: "sys.UnraisableHookArgs") -> None:
        """Note that what _interrupt raised went nowhere, as in a __del__."""
        if isinstance(unraisable.exc_value, KeyboardInterrupt | SystemExit):
            self._again, self._ending_since = signal.SIGTERM, None
        else:
            sys.__unraisablehook__(unraisable)

    def _end(self, status: int) -> None:
        """End the command in order with this status, from any thread; the first one says how."""
        if self._status is None:
            self._status = status
        # A signal, because it is the one thing that reaches a main thread that waits for something else.
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)

    def _write(self, write: Callable[[], object]) -> None:
        try:
            write()
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # for what is still to be written
            if isinstance(error, BrokenPipeError):
                self._end(128 + signal.SIGPIPE)
            else:
                if self._status is None:
                    _report(f"standard output can't be written: {error.strerror}")
                self._end(1)

    def _watched_files(self) -> dict[int, int]:
        """Give the exit status for each standard file whose other side may go away."""
        statuses = {}
        if stat.S_ISFIFO(mode := os.fstat(1).st_mode) or stat.S_ISSOCK(mode):
            statuses[1] = 128 + signal.SIGPIPE
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            statuses |= {file: 128 + signal.SIGHUP for file in (1, 2) if os.isatty(file)}
        return statuses

    def _watch(self, statuses: dict[int, int], parent: int | None) -> None:
        """End the command when its output or its parent is gone, and when it takes too long to end."""
        poll = select.poll()
        for file in statuses:
            poll.register(file, 0)  # poll always tells of an error or hang-up
        while True:
            for file, event in poll.poll(_TICK_MS):
                poll.unregister(file)
                if not event & select.POLLNVAL:
                    self._end(statuses[file])
            # A terminal's SIGHUP goes to make where make leads the session, and make only waits; a killed make is gone.
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
    """Run a command on this process's arguments and standard files, and return the exit status."""
    return CommandLine().run(main, sys.argv[1:])


def _is_importing(frame: FrameType | None) -> bool:
    while frame:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def _report(line: str) -> None:
    try:
        print(f"recordbot: {line}", file=sys.stderr, flush=True)
    except OSError:  # what is left in the buffer would fail again as Python ends, which makes its status 120
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def _decoded(argument: str) -> str:
    """Return the argument, read as UTF-8 where the locale can't read it. Raises OneLineError."""
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
    """Open what is closed of the standard files, so that nothing else gets their numbers; whether output was closed."""
    closed = sys.stdout is None
    for file, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        try:
            os.fstat(file)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # which gets the lowest free number: this one
        if getattr(sys, name) is None:
            setattr(sys, name, open(file, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - open as long as we are
    return closed
