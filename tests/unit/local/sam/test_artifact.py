"""What goes into an artifact besides its dependencies."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from local.errors import LocalError
from local.sam.artifact import PROJECT, finish, main, own_files, zipped
from shared.command_line import CommandLine

SMALL = "shared.command_line"
"""What a function's module may be as well: to compile its imports takes a tenth of the work."""


@pytest.mark.parametrize(
    ("entry", "present", "absent", "packages"),
    [
        ("functions.slack", "bot/language/parser.py", "functions/recorder.py", {"functions", "bot", "shared"}),
        ("functions.webhook", "docs/openapi.json", "functions/recorder.py", {"functions", "shared", "docs"}),
        ("functions.recorder", "functions/worker/start.py", "functions/slack.py", {"functions", "bot", "shared"}),
    ],
)
def test_only_what_the_handler_reaches_goes_in(entry: str, present: str, absent: str, packages: set[str]) -> None:
    """Never anything local, nor a test; and nothing of the bot's at the webhook."""
    files = {str(path.relative_to(PROJECT)) for path in own_files(entry)}
    assert present in files
    assert absent not in files
    assert {name.partition("/")[0] for name in files} == packages


def test_an_artifact_is_compiled_cleaned_and_dated(tmp_path: Path) -> None:
    """Scripts, tests and an installer's notes are gone, a package's metadata stays."""
    unwanted = {
        "bin/tool",
        "thing-1.dist-info/RECORD",
        "thing-1.dist-info/sboms/thing.cyclonedx.json",
        "pydantic/v1/a.py",
        "pydantic/mypy.py",
        "certifi/tests/test_certify.py",
        "annotated_types/test_cases.py",
    }
    for name in (*unwanted, "thing-1.dist-info/METADATA", "thing.py", "thing/contest_cases.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("pass\n", encoding="utf-8")
    finish(SMALL, tmp_path)
    names = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert {
        "thing-1.dist-info/METADATA",
        "thing.py",
        "__pycache__/thing.cpython-313.pyc",
        "shared/command_line.py",
    } <= names
    assert "thing/contest_cases.py" in names
    assert not unwanted & names
    with zipfile.ZipFile(io.BytesIO(zipped(tmp_path))) as archive:
        assert set(archive.namelist()) == names
        assert len({entry.date_time for entry in archive.infolist()}) == 1


def test_python_s_own_switches_change_nothing(tmp_path: Path) -> None:
    """Whoever has PYTHONOPTIMIZE set gets the same files: with assertions, and where Python looks for them."""
    content = set()
    for switch in ("", "2"):
        folder = tmp_path / f"optimize{switch}"
        folder.mkdir()
        (folder / "thing.py").write_text('"""Says what."""\nassert __doc__\n', encoding="utf-8")
        command = [sys.executable, "-m", "local.sam.artifact", SMALL, str(folder), "--limit", "5"]
        environment = {"PYTHONOPTIMIZE": switch, "PYTHONPATH": str(PROJECT)}
        subprocess.run(command, check=True, capture_output=True, env=environment)
        content.add(zipped(folder))
    assert len(content) == 1


def test_an_artifact_over_its_limit_is_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its size is printed either way."""
    assert main(CommandLine(), [SMALL, str(tmp_path), "--limit", "5"]) == 0
    assert "MB zipped (limit 5)" in capsys.readouterr().out
    with pytest.raises(LocalError, match="is over its limit"):
        main(CommandLine(), [SMALL, str(tmp_path), "--limit", "0.001"])
    assert "MB zipped (limit 0.001)" in capsys.readouterr().out


def test_a_file_that_does_not_compile_is_no_artifact(tmp_path: Path) -> None:
    """Better now than at a cold start."""
    (tmp_path / "broken.py").write_text("def\n", encoding="utf-8")
    with pytest.raises(LocalError, match="does not compile"):
        finish(SMALL, tmp_path)
