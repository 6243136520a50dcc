"""The built artifacts as something to run: on Lambda's terms, with nothing of the project's own environment."""

import platform
import sys
from dataclasses import dataclass
from pathlib import Path

from local.errors import LocalError

_PROJECT = Path(__file__).parent.parent
_ARCHITECTURES = {"x86_64": "x86_64", "aarch64": "arm64"}


@dataclass(frozen=True, slots=True)
class Built:
    """`folder` has an artifact for each function, by name; `python` has AWS's runtime client and boto3, and no more."""

    folder: Path
    python: Path


def find_built() -> Built:
    """What `make build` made for this machine's processor. Raises LocalError where that is missing, or can't run."""
    architecture = _ARCHITECTURES.get(platform.machine())
    if sys.platform != "linux" or architecture is None:
        raise LocalError("the artifacts are made for Linux on x86_64 or arm64, and run only there")
    built = Built(_PROJECT / "build" / architecture, _PROJECT / ".tools" / "lambda" / "bin" / "python")
    if not (built.folder.is_dir() and built.python.exists()):
        raise LocalError("there are no artifacts to run: make test-built makes them and what they run with")
    return built
