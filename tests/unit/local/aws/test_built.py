"""Which artifacts are for this machine."""

import platform
import sys
from pathlib import Path

import pytest

from local.aws.built import architecture, find_built
from local.errors import LocalError


@pytest.mark.parametrize(
    ("machine", "name"), [("x86_64", "x86_64"), ("AMD64", "x86_64"), ("aarch64", "arm64"), ("arm64", "arm64")]
)
def test_a_processor_has_one_name(machine: str, name: str) -> None:
    """Linux, macOS and Windows have words of their own for the two."""
    assert architecture(machine) == name


def test_another_processor_is_named() -> None:
    """There is no Lambda for it."""
    with pytest.raises(LocalError, match="riscv64"):
        architecture("riscv64")


@pytest.mark.skipif(sys.platform != "linux", reason="artifacts run on Linux alone")
def test_what_is_missing_is_what_there_is_to_make(tmp_path: Path) -> None:
    """The artifacts, what they run with, or both, by the make words that make them."""
    with pytest.raises(LocalError, match="make build needs-lambda makes it"):
        find_built(tmp_path)
    artifacts = tmp_path / "build" / architecture(platform.machine())
    artifacts.mkdir(parents=True)
    with pytest.raises(LocalError, match="make needs-lambda makes it"):
        find_built(tmp_path)
    python = tmp_path / ".tools" / "lambda" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    assert find_built(tmp_path).python == python
    artifacts.rmdir()
    with pytest.raises(LocalError, match="make build makes it"):
        find_built(tmp_path)
