"""How a command prints and ends, with real processes: each case ends by itself, in its status and at most one line."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from tests.processes import PATIENCE_S, is_gone, parent_of, within
from tests.programs import need
from tests.terminal import Terminal

ROOT = Path(__file__).parents[3]
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("MAKE", "MFLAGS", "LC_", "LANG", "PYTHONIOENCODING", "PYTHONUTF8"))
}
BEGIN = "import os, sys, threading, time\nfrom shared import command_line\n"
END = "\nsys.exit(command_line.run(main))\n"
WAITING = "def main(command, arguments):\n    return command.show_until_interrupt(f'pid {os.getpid()}')"
"""A server: it says who it is, and waits."""
PRINTING = "def main(command, arguments):\n    command.show(f'\\xe9 \\xb7 \\U0001f534 {arguments}')\n    return 0"


def command(code: str, *arguments: str | bytes) -> list[str | bytes]:
    """What runs the code as a command."""
    return [sys.executable, "-c", BEGIN + code + END, *arguments]


def ended(code: str, *arguments: str | bytes, shell: str = "", **environment: str) -> tuple[int, bytes, str]:
    """The exit status, output and errors of a command; `shell` has its redirections."""
    run = ["bash", "-c", f'exec "$@" {shell}', "bash"] if shell else []
    done = subprocess.run(
        [*run, *command(code, *arguments)],
        cwd=ROOT,
        env={**ENVIRONMENT, **environment},
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr.decode()


@contextlib.contextmanager
def started(code: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command whose first line has been read."""
    with subprocess.Popen(
        command(code),
        cwd=ROOT,
        env={**ENVIRONMENT, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline()
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("environment", "shown"),
    [
        ({}, "é · 🔴 ['ü']\n".encode()),
        ({"PYTHONIOENCODING": "latin-1"}, "é · ? ['ü']\n".encode("latin-1")),
        ({"PYTHONIOENCODING": "ascii"}, b"? ? ? ['?']\n"),
        ({"LC_ALL": "C", "PYTHONUTF8": "0"}, b"? ? ? ['?']\n"),
    ],
    ids=["UTF-8", "latin-1", "ascii", "LC_ALL=C"],
)
def test_what_a_terminal_lacks_is_replaced(environment: Mapping[str, str], shown: bytes) -> None:
    """A ? stands for each character; the argument itself is read as UTF-8 in any locale."""
    assert ended(PRINTING, "ü".encode(), **environment) == (0, shown, "")


def test_a_document_is_utf_8_on_any_terminal() -> None:
    """What is written to a file must not depend on the terminal."""
    code = "def main(command, arguments):\n    command.write_document('é · 🔴')\n    return 0"
    assert ended(code, PYTHONIOENCODING="ascii") == (0, "é · 🔴".encode(), "")


@pytest.mark.parametrize("environment", [{}, {"LC_ALL": "C", "PYTHONUTF8": "0"}], ids=["UTF-8", "LC_ALL=C"])
def test_an_argument_that_is_not_utf_8_is_one_line(environment: Mapping[str, str]) -> None:
    """The line names it in characters that every terminal has."""
    status = ended(PRINTING, "well", b"ro\xffm", **environment)
    assert status == (1, b"", "recordbot: an argument has to be text in UTF-8, not b'ro\\xffm'\n")


@pytest.mark.parametrize(
    ("redirections", "status", "error"),
    [
        (">/dev/full", 1, "recordbot: standard output can't be written: No space left on device\n"),
        (">&-", 1, "recordbot: standard output is closed: let it go to a file, or to /dev/null\n"),
        (">&- 2>&-", 1, ""),
        (">/dev/full 2>/dev/full", 1, ""),
        (">/dev/null <&-", 0, ""),
        (">/dev/null 2>&-", 0, ""),
        (">/dev/null <&- 2>&-", 0, ""),
    ],
)
def test_standard_files_that_are_full_or_closed(redirections: str, status: int, error: str) -> None:
    """Output that goes nowhere is one line, and a failure; nothing else needs input or errors."""
    need("bash")
    assert ended(PRINTING, shell=redirections) == (status, b"", error)


def test_a_closed_standard_file_s_number_goes_to_nothing_else() -> None:
    """A socket with the number of standard error would get what is meant for a person."""
    need("bash")
    code = "def main(command, arguments):\n    command.show(str(os.open('/dev/zero', os.O_RDONLY) > 2))\n    return 0"
    assert ended(code, shell="<&- 2>&-") == (0, b"True\n", "")


@pytest.mark.parametrize(
    ("failure", "line"),
    [
        ("command_line.OneLineError('the room is full')", "the room is full"),
        ("OSError(28, 'No space left on device', 'events')", "[Errno 28] No space left on device: 'events'"),
    ],
)
def test_what_a_person_can_mend_is_one_line(failure: str, line: str) -> None:
    """And exit status 1."""
    assert ended(f"def main(command, arguments):\n    raise {failure}") == (1, b"", f"recordbot: {line}\n")


def test_a_defect_of_ours_keeps_its_traceback() -> None:
    """Nobody could mend it otherwise."""
    _, _, error = ended("def main(command, arguments):\n    raise ValueError('a defect')")
    assert error.startswith("Traceback")


def test_a_closed_pipe_ends_a_command_that_waits() -> None:
    """At once and quietly, though it may never write again."""
    with started(WAITING) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(PATIENCE_S) == 141
        assert process.stderr is not None
        assert process.stderr.read() == b""


def test_a_closed_pipe_ends_a_command_whose_other_threads_print() -> None:
    """A thread whose line went nowhere goes on; the main thread ends, with its contexts."""
    code = """
def main(command, arguments):
    def talk():
        for number in range(20_000):
            command.show(f"line {number}")
        print("talked on", file=sys.stderr)
    thread = threading.Thread(target=talk)
    try:
        thread.start()
        threading.Event().wait()
    finally:
        thread.join()
        print("cleaned up", file=sys.stderr)
"""
    need("bash", "head")
    run = ["bash", "-o", "pipefail", "-c", '"$@" | head -3', "bash", *command(code)]
    done = subprocess.run(run, cwd=ROOT, env=ENVIRONMENT, capture_output=True, timeout=PATIENCE_S, check=False)
    assert (done.returncode, done.stdout) == (141, b"line 0\nline 1\nline 2\n")
    assert done.stderr == b"talked on\ncleaned up\n"


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 0), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_each_signal_ends_a_server_quietly(number: signal.Signals, status: int) -> None:
    """Ctrl-C is how a server is meant to end; the others are told by the status."""
    with started(WAITING) as process:
        process.send_signal(number)
        assert process.communicate(timeout=PATIENCE_S) == (b"", b"")
    assert process.returncode == status


def test_further_signals_do_not_disturb_the_end() -> None:
    """What is being ended is ended in order, however often a person presses Ctrl-C."""
    code = """
def main(command, arguments):
    try:
        command.show("begun")
        threading.Event().wait()
    finally:
        command.show("ending")
        sys.stdin.readline()
        command.show("ended")
"""
    with started(code) as process:
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ending\n"
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            process.send_signal(number)
        assert process.communicate(b"go on\n", PATIENCE_S) == (b"ended\n", b"")
    assert process.returncode == 130


def test_an_end_that_takes_too_long_is_cut_short() -> None:
    """With the status that it would have had."""
    code = """
command_line._END_LIMIT = 0.5
def main(command, arguments):
    try:
        command.show("begun")
        threading.Event().wait()
    finally:
        threading.Event().wait()
"""
    with started(code) as process:
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=PATIENCE_S) == (b"", b"")
    assert process.returncode == 143


def test_a_signal_in_a_finalizer_is_not_lost() -> None:
    """Python drops what is raised in a __del__: the signal comes again."""
    code = """
class Slow:
    def __del__(self):
        command_line.print("begun", flush=True)
        threading.Event().wait()
command_line.print = print
def main(command, arguments):
    Slow()
    threading.Event().wait()
"""
    with started(code) as process:
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=PATIENCE_S) == (b"", b"")
    assert process.returncode == 143


def test_a_thread_that_goes_on_is_cut_short_with_the_command_s_status() -> None:
    """Python waits for it before it ends."""
    code = """
command_line._END_LIMIT = 0.5
def main(command, arguments):
    threading.Thread(target=threading.Event().wait).start()
    return 3
"""
    assert ended(code) == (3, b"", "")


def test_an_end_of_python_itself_that_hangs_is_cut_short() -> None:
    """It says what it waits for: no thread runs any more that could end it."""
    code = """
class Slow:
    def __init__(self):
        self.lock = threading.Lock()
        self.lock.acquire()
    def __del__(self):
        self.lock.acquire()
command_line._END_LIMIT = 0.5
sys.slow = Slow()
def main(command, arguments):
    return 0
"""
    status, output, errors = ended(code)
    assert (status, output) == (1, b"")
    assert "most recent call first" in errors


def test_an_import_is_not_interrupted(tmp_path: Path) -> None:
    """Extension modules that are half imported crash: the signal waits until the import is over."""
    (tmp_path / "slow.py").write_text(
        "import sys\nprint('begun', flush=True)\nsys.stdin.readline()\nprint('imported', flush=True)\n",
        encoding="utf-8",
    )
    code = f"""
sys.path.append({str(tmp_path)!r})
def main(command, arguments):
    import slow
    threading.Event().wait()
"""
    with started(code) as process:
        process.send_signal(signal.SIGINT)
        assert process.communicate(b"go on\n", PATIENCE_S) == (b"imported\n", b"")
    assert process.returncode == 130


@pytest.fixture
def makefile(tmp_path: Path) -> Path:
    """A folder in which `make word` runs a server, as make demo does, and `make logged` the same into a file."""
    need("make", "bash")
    (tmp_path / "word.py").write_text(f"{BEGIN}{WAITING}{END}", encoding="utf-8")
    (tmp_path / "Makefile").write_text(
        "SHELL := /bin/bash\n.SHELLFLAGS := -eu -o pipefail -c\n"
        f"export PYTHONPATH := {ROOT}\n"
        f"word:\n\t@{sys.executable} word.py\nlogged:\n\t@{sys.executable} word.py > log\n",
        encoding="utf-8",
    )
    return tmp_path


@pytest.mark.parametrize(
    "run",
    [
        ["make", "word"],
        ["bash", "-ic", "make word; true"],
        ["env", f"PYTHONPATH={ROOT}", sys.executable, "word.py"],
        ["make", "logged"],
    ],
    ids=["make leads", "a shell leads", "the command leads", "make leads, output in a file"],
)
def test_a_command_ends_with_its_terminal(makefile: Path, run: list[str]) -> None:
    """Whoever leads the session: make would wait for ever, and passes no SIGHUP on."""
    with closing(Terminal(run, folder=makefile, environment=ENVIRONMENT)) as terminal:
        word = int(terminal.read(r"pid (\d+)\s", makefile / "log" if "logged" in run else None))
        terminal.hang_up()
        assert within(PATIENCE_S, lambda: is_gone(word))


def test_a_command_ends_with_the_make_that_started_it(makefile: Path) -> None:
    """Also when make is killed and can tell nobody."""
    with closing(
        Terminal(["bash", "-c", "make word; sleep 600"], folder=makefile, environment=ENVIRONMENT)
    ) as terminal:
        word = int(terminal.read(r"pid (\d+)\s"))
        os.kill(parent_of(word), signal.SIGKILL)
        assert within(PATIENCE_S, lambda: is_gone(word))


@pytest.mark.parametrize(
    "run",
    [
        "nohup make logged & echo begun; sleep 600",
        "setsid make logged </dev/null 2>/dev/null & echo begun; sleep 600",
        "make logged 2>/dev/null & disown; echo begun; sleep 600",
        "trap '' HUP; make logged & echo begun; sleep 600",
    ],
    ids=["nohup", "setsid", "disown", "SIGHUP ignored"],
)
def test_a_command_that_shall_outlive_its_terminal_does(makefile: Path, run: str) -> None:
    """Without a terminal, with SIGHUP ignored, or disowned with its output elsewhere; SIGTERM ends it."""
    need("nohup", "setsid")
    with closing(Terminal(["bash", "-ic", run], folder=makefile, environment=ENVIRONMENT)) as terminal:
        terminal.read("(begun)")
        word = int(terminal.read(r"pid (\d+)\s", makefile / "log"))
        try:
            terminal.hang_up()
            assert not within(1.5, lambda: is_gone(word))
        finally:
            os.kill(word, signal.SIGTERM)
        assert within(PATIENCE_S, lambda: is_gone(word))
