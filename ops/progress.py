"""Say on standard error how far a word is, if it takes longer than a second."""

import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

EVERY_S = 1.0


class Progress:
    """Counts what is done. `what` names it in the lines."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._next = time.monotonic() + EVERY_S

    def note(self, done: int) -> None:
        """Print how many are done, at most once a second."""
        if time.monotonic() >= self._next:
            say(f"{done} {self._what} ...")
            self._next = time.monotonic() + EVERY_S

    def counting[T](self, things: Iterable[T]) -> Iterator[T]:
        """Give the things, and note how many were given."""
        for number, thing in enumerate(things, start=1):
            yield thing
            self.note(number)


@contextmanager
def waiting_for(what: str) -> Iterator[None]:
    """Say once what is waited for, if it takes longer than a second."""
    timer = threading.Timer(EVERY_S, say, (f"waiting for {what} ...",))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def say(line: str) -> None:
    """Print a line on standard error at once."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
