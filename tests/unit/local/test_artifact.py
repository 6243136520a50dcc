"""What goes into an artifact besides its dependencies."""

import io
import zipfile
from pathlib import Path

import pytest

from local.artifact import PROJECT, finish, main, own_files, zipped


@pytest.mark.parametrize(
    ("entry", "present", "absent", "packages"),
    [
        ("functions.slack", "bot/grammar.py", "functions/recorder.py", {"functions", "bot", "shared"}),
        ("functions.webhook", "functions/problems.py", "functions/recorder.py", {"functions", "shared"}),
        ("functions.recorder", "functions/fulfil.py", "functions/slack.py", {"functions", "bot", "shared"}),
    ],
)
def test_only_what_the_handler_reaches_goes_in(entry: str, present: str, absent: str, packages: set[str]) -> None:
    """Never anything local, nor a test; and nothing of the bot's at the webhook."""
    files = {str(path.relative_to(PROJECT)) for path in own_files(entry)}
    assert present in files
    assert absent not in files
    assert {name.partition("/")[0] for name in files} == packages


def test_an_artifact_is_compiled_cleaned_and_dated(tmp_path: Path) -> None:
    """Scripts and an installer's notes are gone, a package's metadata stays."""
    for name in ("bin/tool", "thing-1.dist-info/RECORD", "thing-1.dist-info/METADATA", "thing.py", "pydantic/v1/a.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("pass\n", encoding="utf-8")
    finish("functions.slack", tmp_path)
    names = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert {
        "thing-1.dist-info/METADATA",
        "thing.py",
        "__pycache__/thing.cpython-313.pyc",
        "functions/slack.py",
    } <= names
    assert not {"bin/tool", "thing-1.dist-info/RECORD", "pydantic/v1/a.py"} & names
    with zipfile.ZipFile(io.BytesIO(zipped(tmp_path))) as archive:
        assert set(archive.namelist()) == names
        assert len({entry.date_time for entry in archive.infolist()}) == 1


@pytest.mark.parametrize(("limit", "status"), [("5", 0), ("0.001", 1)])
def test_an_artifact_over_its_limit_is_a_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], limit: str, status: int
) -> None:
    """Its size is printed either way."""
    assert main(["functions.slack", str(tmp_path), "--limit", limit]) == status
    assert f"MB zipped (limit {limit})" in capsys.readouterr().out


def test_a_file_that_does_not_compile_is_no_artifact(tmp_path: Path) -> None:
    """Better now than at a cold start."""
    (tmp_path / "broken.py").write_text("def\n", encoding="utf-8")
    with pytest.raises(SystemExit, match="does not compile"):
        finish("functions.slack", tmp_path)
