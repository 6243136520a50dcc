"""Find the built artifacts, to run them as Lambda does: without the project's own environment."""

import platform
import sys
from dataclasses import dataclass
from pathlib import Path

from local.errors import LocalError

_PROJECT = Path(__file__).parents[2]
_ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
"""Lambda's architectures, by the names that platforms use."""


@dataclass(frozen=True, slots=True)
class Built:
    """The artifacts: `folder` has one for each function, by name. `python` has only AWS's runtime client and boto3."""

    folder: Path
    python: Path


def architecture(machine: str) -> str:
    """Return Lambda's name for a platform's architecture. Raises LocalError if Lambda doesn't have it."""
    name = _ARCHITECTURES.get(machine.lower())
    if name is None:
        raise LocalError(f"the artifacts are made for x86_64 and arm64, and this machine is a {machine}")
    return name


def artifacts() -> Path:
    """Return the folder of the artifacts for this machine. Raises LocalError if `make build` has not made it."""
    folder = _artifacts(_PROJECT)
    if not folder.is_dir():
        raise LocalError("there are no artifacts: make build makes them")
    return folder


def find_built(project: Path = _PROJECT) -> Built:
    """Return the artifacts and the Python that runs them. Raises LocalError if they are missing or can't run here."""
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
