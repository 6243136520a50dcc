"""The programs besides Python that a test runs."""

import shutil

import pytest


def need(*names: str, path: str | None = None) -> None:
    """Skip the test where the machine lacks one of these programs, in one line that names it.

    `path` is where it is looked for: the PATH, unless the test runs the program with another.
    """
    missing = [name for name in names if shutil.which(name, path=path) is None]
    if missing:
        pytest.skip(f"needs {' and '.join(missing)}, which this machine lacks")
