"""What `make build` made: for either processor, complete, and with nothing in it that does not belong there."""

import importlib.util
import os
import re
import struct
import subprocess
from pathlib import Path

import pytest

from local.aws.template import read_template
from local.sam.artifact import own_files
from tests.paths import ROOT
from tests.programs import need

BUILD = ROOT / "build"
HANDLERS = {function.name: function.handler for function in read_template(ROOT / "template.yaml").functions}
ARTIFACTS = [
    pytest.param(BUILD / arch / name, id=f"{arch} {name}") for arch in ("arm64", "x86_64") for name in HANDLERS
]
MACHINES = {"arm64": 183, "x86_64": 62}
"""The processor in an ELF file's header (e_machine)."""


def _locked(artifact: Path) -> set[str]:
    """The names of what the function's lock file pins, as folders and dist-info spell them."""
    group = HANDLERS[artifact.name].split(".")[1]
    lock = (ROOT / "requirements" / f"{group}.txt").read_text(encoding="utf-8")
    return {name.replace("-", "_") for name in re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE)}


@pytest.mark.parametrize("artifact", ARTIFACTS)
def test_it_has_what_is_locked_for_it_and_what_of_ours_it_needs(artifact: Path) -> None:
    """No tests, nothing local, no boto3, no scripts; another function's handler isn't there either."""
    found = {path.name for path in artifact.iterdir() if path.suffix != ".dist-info"} - {"__pycache__"}
    packages = {name.removesuffix(".py") for name in found}
    entry = HANDLERS[artifact.name].rpartition(".")[0]
    ours = {source.relative_to(ROOT).parts[0] for source in own_files(entry)}
    assert ours <= {"functions", "bot", "shared", "docs"}
    assert packages == _locked(artifact) | ours
    installed = {path.stem.rpartition("-")[0] for path in artifact.glob("*.dist-info")}
    assert installed == _locked(artifact)
    handlers = {path.stem for path in (artifact / "functions").glob("*.py")} & {
        handler.split(".")[1] for handler in HANDLERS.values()
    }
    assert handlers == {HANDLERS[artifact.name].split(".")[1]}


@pytest.mark.parametrize("artifact", ARTIFACTS)
def test_its_machine_code_is_for_its_processor(artifact: Path) -> None:
    """Whatever machine it was built on."""
    libraries = list(artifact.rglob("*.so"))
    assert libraries
    for library in libraries:
        assert struct.unpack_from("<H", library.read_bytes(), 18)[0] == MACHINES[artifact.parent.name]


@pytest.mark.parametrize("artifact", ARTIFACTS)
def test_every_module_comes_with_bytecode_that_is_taken_as_it_is(artifact: Path) -> None:
    """Lambda can write none; unchecked, because a file's time after unpacking says nothing."""
    sources = list(artifact.rglob("*.py"))
    assert sources
    for source in sources:
        bytecode = Path(importlib.util.cache_from_source(str(source))).read_bytes()
        assert bytecode[4:8] == b"\x01\0\0\0"  # hash-based, not checked: PEP 552


@pytest.mark.parametrize("artifact", ARTIFACTS)
def test_it_has_nothing_for_those_who_build_or_test(artifact: Path) -> None:
    """However deep it lies."""
    names = [str(path.relative_to(artifact)) for path in artifact.rglob("*")]
    assert names
    assert not [name for name in names if re.search(r"(^|/)(tests?|sboms|test_[^/]*|conftest\.py|RECORD)(/|$)", name)]


@pytest.mark.parametrize("artifact", ARTIFACTS)
def test_a_second_build_is_the_same_byte_for_byte(artifact: Path, tmp_path: Path) -> None:
    """Same sources and locks, same bytes, times and modes: so a deployment shows what changed."""
    need("make")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", f"build-{artifact.name}", f"ARTIFACTS_DIR={tmp_path}", f"ARCH={artifact.parent.name}"]
    subprocess.run(command, cwd=ROOT, env={**environment, "PYTHONOPTIMIZE": "2"}, check=True, capture_output=True)
    assert _content(tmp_path) == _content(artifact)


def _content(folder: Path) -> dict[str, tuple[bytes, float, int]]:
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime, path.stat().st_mode)
        for path in folder.rglob("*")
        if path.is_file()
    }
