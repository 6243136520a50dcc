"""The rules of a child process: it sees what it is given, is heard, and never outlives its parent."""

import json
import queue
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local.child import Child, fork_server
from local.forked import ForkServer
from tests.paths import ROOT
from tests.processes import PATIENCE_S, is_gone, within

FOREVER = "import time\nprint(os.getpid(), flush=True)\ntime.sleep(600)\n"


class Started:
    """A child that runs `code`, and what is heard of it."""

    def __init__(self, folder: Path, code: str, *arguments: str, by: ForkServer | None) -> None:
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
            fork_server=by,
        )

    def line(self) -> str:
        return self.lines.get(timeout=PATIENCE_S)


@pytest.fixture(name="by", params=["an interpreter of its own", "a fork server", "a branch"])
def _by(request: pytest.FixtureRequest) -> ForkServer | None:
    """How a child is started: each rule holds for all."""
    forks = fork_server(ROOT, "json") if request.param != "an interpreter of its own" else None
    return forks.branch(ROOT, "csv") if forks and request.param == "a branch" else forks


def test_a_child_sees_only_what_it_is_given(
    tmp_path: Path, by: ForkServer | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its environment, folder, arguments and paths are the ones given; it has no standard input."""
    monkeypatch.setenv("AWS_PROFILE", "somebody's own")
    code = "import json\nprint(json.dumps([dict(os.environ), os.getcwd(), sys.argv[1:], sys.path, sys.stdin.read()]))"
    started = Started(tmp_path, code, "a", "b c", by=by)
    environment, folder, arguments, paths, standard_input = json.loads(started.line())
    started.child.close()
    allowed = {"GIVEN", "PATH", "LC_CTYPE", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG"}
    assert set(environment) <= allowed
    assert (environment["GIVEN"], folder, arguments, standard_input) == ("yes", str(tmp_path), ["a", "b c"], "")
    assert not {str(ROOT), str(ROOT / "local"), ""} & set(paths)


def test_lines_and_exit_code_are_heard(tmp_path: Path, by: ForkServer | None) -> None:
    """Each line of output and error arrives, and then the exit code."""
    started = Started(
        tmp_path, "print('out')\nprint('a\\rb', file=sys.stderr)\nprint('end', end='')\nsys.exit(3)", by=by
    )
    assert [started.line(), started.line(), started.line()] == ["out", "a\nb", "end"]
    assert started.exit_codes.get(timeout=PATIENCE_S) == 3
    started.child.close()


def test_close_lets_a_child_clean_up(tmp_path: Path, by: ForkServer | None) -> None:
    """A child that is closed is interrupted, quietly, and does what it does at its end."""
    started = Started(tmp_path, "import atexit\natexit.register(print, 'cleaned up')\n" + FOREVER, by=by)
    pid = int(started.line())
    started.child.close()
    assert is_gone(pid)
    assert started.lines.get_nowait() == "cleaned up"
    assert started.lines.empty()
    assert started.exit_codes.get_nowait() == 128 + signal.SIGINT


def test_close_ends_what_does_not_listen(tmp_path: Path, by: ForkServer | None) -> None:
    """A child that ignores the interrupt is killed, and so is what it has started."""
    code = """import signal, subprocess
signal.signal(signal.SIGINT, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
"""
    started = Started(tmp_path, code + FOREVER, by=by)
    pids = int(started.line()), int(started.line())
    started.child.close()
    assert within(PATIENCE_S, lambda: all(map(is_gone, pids)))


def test_kill_is_immediate(tmp_path: Path, by: ForkServer | None) -> None:
    """A killed child has no time for anything, and is gone when kill returns."""
    started = Started(tmp_path, "import atexit\natexit.register(print, 'cleaned up')\n" + FOREVER, by=by)
    pid = int(started.line())
    started.child.kill()
    assert is_gone(pid)
    assert started.lines.empty()
    assert started.exit_codes.get_nowait() == -signal.SIGKILL


@pytest.mark.parametrize("busy", ["time.sleep(600)", "while True: pass"])
@pytest.mark.parametrize("by", ["None", "fork_server(Path('.'), 'json')", "fork_server(Path('.')).branch(Path('.'))"])
def test_a_killed_parent_leaves_no_child(tmp_path: Path, busy: str, by: str) -> None:
    """When the parent is killed without a chance to act, the child ends by itself, even if it is busy."""
    (tmp_path / "busy.py").write_text(
        f"import os, time\nprint(os.getpid(), os.getppid(), flush=True)\n{busy}\n", encoding="utf-8"
    )
    parent = f"""
import time
from pathlib import Path
from local.child import Child, fork_server
def show(line):
    print(line, flush=True)
by = {by}
Child({str(tmp_path / "busy.py")!r}, environment={{}}, folder=Path("."), on_line=show, on_exit=show, fork_server=by)
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout
        pids = map(int, process.stdout.readline().split())
        process.kill()
    assert within(PATIENCE_S, lambda: all(map(is_gone, pids)))


@pytest.mark.skipif(sys.platform != "linux", reason="there are fork servers on Linux only")
class TestForkServer:
    """What is different about a child that was forked."""

    def test_it_has_what_was_imported_and_no_path_of_it(self, tmp_path: Path) -> None:
        """What can't be imported is passed over: who needs it says so."""
        (tmp_path / "ready.py").write_text(
            "def prepare():\n    prepared.append(1)\n\nprepared = []\n", encoding="utf-8"
        )
        by = ForkServer(sys.executable, tmp_path, "absent", "ready:prepare", environment={})
        here = tmp_path / "here"
        here.mkdir()
        started = Started(here, "print(sys.modules['ready'].prepared, sys.path)", by=by)
        line = started.line()
        started.child.close()
        by.close()
        assert line.startswith("[1] [")
        assert str(tmp_path) not in line

    def test_a_branch_has_the_imports_of_both(self, tmp_path: Path) -> None:
        """Of an import with a minus it has what that imports, and a child still runs the code itself."""
        (tmp_path / "entry.py").write_text("import part\nprint('runs', part.__name__)\n", encoding="utf-8")
        (tmp_path / "part.py").write_text("", encoding="utf-8")
        trunk = ForkServer(sys.executable, tmp_path, "colorsys", environment={})
        branch = trunk.branch(tmp_path, "-entry")
        code = "print([name in sys.modules for name in ('colorsys', 'part', 'entry')])\nimport entry\n"
        of_branch = Started(tmp_path, f"sys.path.append({str(tmp_path)!r})\n{code}", by=branch)
        assert [of_branch.line(), of_branch.line()] == ["[True, True, False]", "runs part"]
        of_trunk = Started(tmp_path, "print('part' in sys.modules)", by=trunk)
        assert of_trunk.line() == "False"
        for started in (of_branch, of_trunk):
            started.child.close()
        trunk.close()

    def test_a_branch_ends_with_its_process(self, tmp_path: Path) -> None:
        """It is no child of the process that asked for it, and must not outlive it."""
        parent = f"""
from pathlib import Path
from local.child import Child, fork_server
from queue import SimpleQueue
lines, by = SimpleQueue(), fork_server(Path(".")).branch(Path("."))
put = lines.put
Child({str(tmp_path / "code.py")!r}, environment={{}}, folder=Path("."), on_line=put, on_exit=put, fork_server=by)
print(lines.get(), flush=True)
"""
        (tmp_path / "code.py").write_text("import os\nprint(os.getppid(), flush=True)\n", encoding="utf-8")
        with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, cwd=ROOT) as process:
            assert process.stdout
            pid = int(process.stdout.readline())
        assert within(PATIENCE_S, lambda: is_gone(pid))

    @pytest.mark.parametrize("is_branch", [False, True])
    def test_it_has_no_file_of_another_s(self, tmp_path: Path, is_branch: bool) -> None:
        """Else it would hold open the input by which another is told to end, and the output that ends with it."""
        code = "print(len(os.listdir('/proc/self/fd')), flush=True)\n"
        alone = Started(tmp_path, code, by=None)
        assert alone.exit_codes.get(timeout=PATIENCE_S) == 0
        trunk = ForkServer(sys.executable, ROOT, "json", environment={})
        by = trunk.branch(ROOT, "csv") if is_branch else trunk
        first = Started(tmp_path, code + FOREVER, by=by)
        files = first.line()
        second = Started(tmp_path, code, by=by)
        assert alone.line() == files == second.line()
        for started in (alone, first, second):
            started.child.close()
        trunk.close()

    def test_a_fork_server_that_is_gone_is_replaced(self, tmp_path: Path) -> None:
        """By an interpreter of its own; of a child that it has started nobody knows how it ended."""
        by = ForkServer(sys.executable, ROOT, "json", environment={})
        before = Started(tmp_path, FOREVER, by=by)
        pid = int(before.line())
        by._process.kill()
        by._process.wait()
        after = Started(tmp_path, "print('here')", by=by)
        assert after.line() == "here"
        assert after.exit_codes.get(timeout=PATIENCE_S) == 0
        before.child.close()
        assert within(PATIENCE_S, lambda: is_gone(pid))
        assert before.exit_codes.get(timeout=PATIENCE_S) == -signal.SIGKILL
        after.child.close()
        by.close()
