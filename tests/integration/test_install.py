"""requirements/install, as make calls it, with the uv of this project and without any index."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
INSTALL = "requirements/install"


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    """A project whose groups have no packages, so that nothing is downloaded; uv is there."""
    folder = tmp_path / "project"
    uv = folder / ".tools" / "uv" / "bin" / "uv"
    uv.parent.mkdir(parents=True)
    uv.symlink_to(PROJECT / ".tools" / "uv" / "bin" / "uv")
    (folder / "requirements").mkdir()
    shutil.copy(PROJECT / INSTALL, folder / INSTALL)
    for group in ("ops", "local", "dev", "browser"):
        (folder / "requirements" / f"{group}.txt").touch()
    shutil.copy(PROJECT / ".python-version", folder)
    return folder


def _environment(folder: Path) -> dict[str, str]:
    """A home that nobody can write, root included; the Python that tests, not one of pyenv; what the Makefile sets."""
    tools = folder / ".tools"
    machine = {"HOME": "/dev/null", "PATH": f"{sys.base_prefix}/bin:/usr/bin:/bin"}
    places = {"UV_CACHE_DIR": str(tools / "cache"), "UV_PYTHON_INSTALL_DIR": str(tools / "python")}
    return os.environ | machine | places


def _install(folder: Path, group: str, changes: dict[str, str] | None = None) -> tuple[int, list[str]]:
    command = [str(folder / INSTALL), group]
    environment = _environment(folder) | (changes or {})
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == ""
    return done.returncode, done.stderr.splitlines()


def test_a_group_is_installed_once(folder: Path) -> None:
    """It says what it does and how long that took; the second time there is nothing to say, whatever the home."""
    status, lines = _install(folder, "local")
    assert status == 0, lines
    assert lines[0].startswith("recordbot: installing ")
    assert lines[-1].startswith("recordbot: ... done in ")
    assert (folder / ".venv" / "bin" / "python").exists()
    assert _install(folder, "local") == (0, [])


def test_what_is_there_stays(folder: Path) -> None:
    """A larger group has the smaller ones in it, so that after it nothing is left to do for them."""
    _install(folder, "dev")
    mine = folder / ".venv" / "mine"
    mine.touch()
    assert _install(folder, "local") == (0, [])
    _install(folder, "browser")
    assert mine.exists()


def test_an_interrupted_run_is_begun_anew(folder: Path) -> None:
    """Half of a package would pass for the whole."""
    _install(folder, "local")
    half = folder / ".venv" / "half"
    half.touch()
    (folder / ".venv" / ".unfinished").touch()
    assert _install(folder, "local")[0] == 0
    assert not half.exists()


def test_two_at_once_wait_for_each_other(folder: Path) -> None:
    """The second says why it waits, and goes on when the first has ended, however it did."""
    with (folder / ".tools" / ".lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with subprocess.Popen(
            [str(folder / INSTALL), "local"], env=_environment(folder), stderr=subprocess.PIPE, text=True
        ) as second:
            assert second.stderr is not None
            assert second.stderr.readline() == "recordbot: another make is installing here; waiting for it\n"
            assert not (folder / ".venv").exists()
            lock.close()
            assert second.wait(60) == 0


@pytest.mark.parametrize(
    ("changes", "version", "reason"),
    [
        ({"UV_CACHE_DIR": "/dev/null"}, None, "error: Failed to initialize cache at `/dev/null`"),
        ({"UV_PYTHON_DOWNLOADS": "never"}, "3.99", "error: No interpreter found for Python 3.99"),
        ({"HTTPS_PROXY": "http://127.0.0.1:9", "UV_PYTHON_PREFERENCE": "only-managed"}, None, "Connection refused"),
    ],
    ids=["a cache that cannot be written", "no such Python", "a proxy that refuses"],
)
def test_the_reason_of_a_failure_is_shown(
    folder: Path, changes: dict[str, str], version: str | None, reason: str
) -> None:
    """It is uv's own; our line only says what was being done."""
    if version:
        (folder / ".python-version").write_text(f"{version}\n", encoding="utf-8")
    status, lines = _install(folder, "local", {"UV_HTTP_RETRIES": "0"} | changes)
    assert status == 1
    assert any(reason in line for line in lines[1:-1]), lines
    assert lines[-1].startswith("recordbot: uv could not make .venv with Python 3.")
