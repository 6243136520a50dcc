"""Show the progress of a command on standard error, once a second. What ends within a second shows none."""

import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

EVERY_S = 1.0
_under_way: list[Callable[[], str]] = []
"""Each gives a line about what is under way. The last one is said, unless it is empty."""


@contextmanager
def saying() -> Iterator[None]:
    """Say each second what is under way."""
    is_over = threading.Event()
    speaker = threading.Thread(target=_speak, args=(is_over,), daemon=True)
    speaker.start()
    try:
        with at(lambda: "still working"):
            yield
    finally:
        is_over.set()
        speaker.join()


@contextmanager
def at(line: Callable[[], str]) -> Iterator[None]:
    """Say this line while the block is under way."""
    _under_way.append(line)
    try:
        yield
    finally:
        _under_way.remove(line)


@contextmanager
def silence() -> Iterator[None]:
    """Say nothing while the block is under way: it waits for the operator."""
    with at(lambda: ""):
        yield


@contextmanager
def waiting_for(what: str) -> Iterator[None]:
    """Say what is waited for."""
    with at(lambda: f"waiting for {what}"):
        yield


@contextmanager
def counting(what: str) -> Iterator["Counter"]:
    """Say how many things the counter has given. `what` names them."""
    counter = Counter()
    with at(lambda: f"{counter.given} {what}"):
        yield counter


class Counter:
    """Counts things as it gives them."""

    def __init__(self) -> None:
        self.given = 0

    def of[T](self, things: Iterable[T]) -> Iterator[T]:
        """Give the things."""
        for thing in things:
            self.given += 1
            yield thing


def _speak(is_over: threading.Event) -> None:
    while not is_over.wait(EVERY_S):
        for line in _under_way[-1:]:
            if said := line():
                with suppress(OSError):  # nobody reads it
                    sys.stderr.write(f"{said} ...\n")
                    sys.stderr.flush()
