"""What somebody does who has read the README's first lines: clone, `make demo`, Ctrl-C, `make test`.

`newcomer.py REPOSITORY FOLDER`, run by tests/fresh/run with the Python of a bare Debian.
"""

import os
import pty
import re
import select
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

INSTALL_S = 900
END_S = 60
TEST_S = 2400
CTRL_C = b"\x03"


def main(repository: str, folder: str) -> None:
    """Take each step, and say how long it took. Raises AssertionError where one did not go as the README says."""
    assert not os.access(Path.home(), os.W_OK), "the home folder can be written"
    clone = ["git", "-c", "advice.detachedHead=false", "clone", "--quiet", repository, folder]
    subprocess.run(clone, check=True)
    os.chdir(folder)
    try_demo()
    began = time.monotonic()
    status = subprocess.run(["make", "test"], check=False, timeout=TEST_S).returncode
    assert status == 0, f"make test ended with status {status}"
    print(f"make test passed after {time.monotonic() - began:.0f} s")
    _wait_for_no_processes("make test")
    changed = subprocess.run(["git", "status", "--short"], check=True, capture_output=True, text=True).stdout
    assert not changed, f"these are not in .gitignore:\n{changed}"
    sizes = subprocess.run(["du", "-sm", ".venv", ".tools"], check=True, capture_output=True, text=True).stdout
    print(f"In MB, after both: {' '.join(sizes.split())}")


def try_demo() -> None:
    """Look at the page of `make demo`, then press Ctrl-C in its terminal."""
    began = time.monotonic()
    os.environ["PORT"] = "0"  # 3000 may be in use on this machine
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp("make", ["make", "demo"])
    del os.environ["PORT"]
    address = _read_until(terminal, rb"recordbot is at (http://127\.0\.0\.1:\d+)", INSTALL_S)
    # The proxy with which this machine reaches its package index can't reach the page.
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address) as answer:
        assert b"<title>recordbot" in answer.read()
    print(f"The page of make demo answers after {time.monotonic() - began:.0f} s")
    began = time.monotonic()
    os.write(terminal, CTRL_C)
    _read_until(terminal, None, END_S)
    _, status = os.waitpid(pid, 0)
    print(f"Ctrl-C ended it after {time.monotonic() - began:.1f} s, with status {os.waitstatus_to_exitcode(status)}")
    _wait_for_no_processes("make demo")


def _read_until(terminal: int, wanted: bytes | None, limit_s: float) -> str:
    """Give what `wanted` has in its group, once that was printed; without it, read to the end."""
    end = time.monotonic() + limit_s
    printed = b""
    while True:
        readable, _, _ = select.select([terminal], [], [], max(0, end - time.monotonic()))
        assert readable, f"nothing came for {limit_s} s after:\n{printed.decode()}"
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # what Linux says when the last process has closed its side
            piece = b""
        sys.stdout.buffer.write(piece)
        sys.stdout.flush()
        printed += piece
        found = wanted and re.search(wanted, printed)
        if found:
            return found[1].decode()
        if not piece:
            assert wanted is None, f"it ended after:\n{printed.decode()}"
            return ""


def _wait_for_no_processes(word: str) -> None:
    end = time.monotonic() + END_S
    while left := _processes():
        assert time.monotonic() < end, f"{word} has left {left}"
        time.sleep(0.1)


def _processes() -> list[str]:
    """The command lines of this user's processes, but for this one."""
    found = [
        it for it in Path("/proc").glob("[0-9]*") if it.stat().st_uid == os.getuid() and it.name != str(os.getpid())
    ]
    return [(it / "cmdline").read_text(encoding="utf-8").replace("\0", " ") for it in found]


if __name__ == "__main__":
    main(*sys.argv[1:])
