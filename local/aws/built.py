"""The built artifacts as something to run: on Lambda's terms, with nothing of the project's own environment."""

import platform
import sys
from dataclasses import dataclass
from pathlib import Path

from local.errors import LocalError

_PROJECT = Path(__file__).parents[2]
_ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
"""By what a machine calls its processor."""


@dataclass(frozen=True, slots=True)
class Built:
    """`folder` has an artifact for each function, by name; `python` has AWS's runtime client and boto3, and no more."""

    folder: Path
    python: Path


def architecture(machine: str) -> str:
    """AWS's word for a processor, given the platform's. Raises LocalError where AWS has no such one."""
    name = _ARCHITECTURES.get(machine.lower())
    if name is None:
        raise LocalError(f"the artifacts are made for x86_64 and arm64, and this machine is a {machine}")
    return name


def artifacts() -> Path:
    """The folder of what `make build` made for this machine's processor. Raises LocalError where it is missing."""
    folder = _artifacts(_PROJECT)
    if not folder.is_dir():
        raise LocalError("there are no artifacts: make build makes them")
    return folder


def find_built(project: Path = _PROJECT) -> Built:
    """The artifacts and what they run with, without containers. Raises LocalError where either is missing or can't."""
    if sys.platform != "linux":
        raise LocalError("the artifacts are made for Linux, and run only there; make demo runs the sources anywhere")
    built = Built(_artifacts(project), project / ".tools" / "lambda" / "bin" / "python")
    parts = {"build": built.folder, "needs-lambda": built.python}
    missing = " ".join(word for word, path in parts.items() if not path.exists())
    if missing:
        raise LocalError(f"what --built runs is not there: make {missing} makes it")
    return built


def _artifacts(project: Path) -> Path:
    return project / "build" / architecture(platform.machine())
