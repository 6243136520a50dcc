"""What tests ask of processes."""

import os
import time
from collections.abc import Callable
from pathlib import Path

PATIENCE_S = 90.0
"""How long a test waits for what is about to happen. It ends the wait of a test that fails; the others end at once."""
DRAIN_S = 200.0
"""How long a test waits until the queues are empty: a check that others left may pause for two minutes."""


def without_progress(error: str) -> str:
    """What a word of python -m ops wrote on standard error, without what it says each second while it works."""
    return "".join(line for line in error.splitlines(keepends=True) if not line.endswith(" ...\n"))


def is_gone(pid: int) -> bool:
    """Whether the process has ended; one that only waits for its parent, or for init, to take note of it has."""
    try:
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except ProcessLookupError:
        return True
    except FileNotFoundError:  # macOS has none; elsewhere it has just ended, and whoever asks again is told
        return False
    return stat.rpartition(")")[2].split()[0] == "Z"


def children_of(pid: int) -> list[int]:
    """The process ids of a process's children, and of theirs."""
    children = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text(encoding="utf-8").rpartition(")")[2].split()[1])
        except OSError:
            continue  # it has ended meanwhile
        if parent == pid:
            child = int(stat.parent.name)
            children += [child, *children_of(child)]
    return children


def parent_of(pid: int) -> int:
    """The process id of its parent."""
    return int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])


def within(seconds: float, condition: Callable[[], bool]) -> bool:
    """Whether `condition` comes true in time."""
    end = time.monotonic() + seconds
    pause = 0.005
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
        pause = min(2 * pause, 0.05)  # a look may be a call to AWS, which takes milliseconds of a core
    return True


def core_ms(pid: int) -> float:
    """The milliseconds of a core that a process has used, with all its threads (Linux's clock of a process)."""
    return time.clock_gettime((~pid << 3) | 2) * 1000
