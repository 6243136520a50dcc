"""The rules of a child process: it sees what it is given, is heard, and never outlives its parent."""

import json
import queue
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local.child import Child
from tests.paths import ROOT
from tests.processes import PATIENCE_S, is_gone, within

FOREVER = "import time\nprint(os.getpid(), flush=True)\ntime.sleep(600)\n"


class Started:
    """A child that runs `code`, and what is heard of it."""

    def __init__(self, folder: Path, code: str, *arguments: str) -> None:
        path = folder / "code.py"
        path.write_text(f"import os, sys\n{code}", encoding="utf-8")
        self.lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.exit_codes: queue.SimpleQueue[int] = queue.SimpleQueue()
        self.child = Child(
            str(path),
            *arguments,
            environment={"GIVEN": "yes"},
            folder=folder,
            on_line=self.lines.put,
            on_exit=self.exit_codes.put,
        )

    def line(self) -> str:
        return self.lines.get(timeout=PATIENCE_S)


def test_a_child_sees_only_what_it_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its environment, folder, arguments and paths are the ones given; it has no standard input."""
    monkeypatch.setenv("AWS_PROFILE", "somebody's own")
    code = "import json\nprint(json.dumps([dict(os.environ), os.getcwd(), sys.argv[1:], sys.path, sys.stdin.read()]))"
    started = Started(tmp_path, code, "a", "b c")
    environment, folder, arguments, paths, standard_input = json.loads(started.line())
    started.child.close()
    allowed = {"GIVEN", "PATH", "LC_CTYPE", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG"}
    assert set(environment) <= allowed
    assert (environment["GIVEN"], folder, arguments, standard_input) == ("yes", str(tmp_path), ["a", "b c"], "")
    assert not {str(ROOT), str(ROOT / "local"), ""} & set(paths)


def test_lines_and_exit_code_are_heard(tmp_path: Path) -> None:
    """Each line of output and error arrives, and then the exit code."""
    started = Started(tmp_path, "print('out')\nprint('a\\rb', file=sys.stderr)\nprint('end', end='')\nsys.exit(3)")
    assert [started.line(), started.line(), started.line()] == ["out", "a\nb", "end"]
    assert started.exit_codes.get(timeout=PATIENCE_S) == 3
    started.child.close()


def test_close_lets_a_child_clean_up(tmp_path: Path) -> None:
    """A child that is closed is interrupted, quietly, and does what it does at its end."""
    started = Started(tmp_path, "import atexit\natexit.register(print, 'cleaned up')\n" + FOREVER)
    pid = int(started.line())
    started.child.close()
    assert is_gone(pid)
    assert started.lines.get_nowait() == "cleaned up"
    assert started.lines.empty()
    assert started.exit_codes.get_nowait() == 128 + signal.SIGINT


def test_close_ends_what_does_not_listen(tmp_path: Path) -> None:
    """A child that ignores the interrupt is killed, and so is what it has started."""
    code = """import signal, subprocess
signal.signal(signal.SIGINT, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
"""
    started = Started(tmp_path, code + FOREVER)
    pids = int(started.line()), int(started.line())
    started.child.close()
    assert within(PATIENCE_S, lambda: all(map(is_gone, pids)))


def test_kill_is_immediate(tmp_path: Path) -> None:
    """A killed child has no time for anything, and is gone when kill returns."""
    started = Started(tmp_path, "import atexit\natexit.register(print, 'cleaned up')\n" + FOREVER)
    pid = int(started.line())
    started.child.kill()
    assert is_gone(pid)
    assert started.lines.empty()
    assert started.exit_codes.get_nowait() == -signal.SIGKILL


@pytest.mark.parametrize("busy", ["time.sleep(600)", "while True: pass"])
def test_a_killed_parent_leaves_no_child(tmp_path: Path, busy: str) -> None:
    """When the parent is killed without a chance to act, the child ends by itself, even if it is busy."""
    (tmp_path / "busy.py").write_text(f"import os, time\nprint(os.getpid(), flush=True)\n{busy}\n", encoding="utf-8")
    parent = f"""
import time
from pathlib import Path
from local.child import Child
def show(line):
    print(line, flush=True)
Child({str(tmp_path / "busy.py")!r}, environment={{}}, folder=Path("."), on_line=show, on_exit=show)
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout
        pid = int(process.stdout.readline())
        process.kill()
    assert within(PATIENCE_S, lambda: is_gone(pid))
