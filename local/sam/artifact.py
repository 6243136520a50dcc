"""Build a function's artifact from its locked dependencies: add our modules and bytecode, and set fixed times.

`.venv/bin/python -m local.sam.artifact functions.slack FOLDER --limit 6` finishes what uv has installed into FOLDER and
prints its size; `make build` and `sam build` both call it. The same sources, locks and Python give the same files, at
any time and in any folder.
"""

import argparse
import ast
import compileall
import io
import os
import py_compile
import shutil
import sys
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from local.errors import LocalError
from shared.command_line import CommandLine, run

PROJECT = Path(__file__).parents[2]
DEPLOYED_TO = "/var/task"
"""Where Lambda puts an artifact, so that tracebacks name the files there."""
_MADE_AT = 1_600_000_000
_INSTALLERS = ("INSTALLER", "RECORD", "REQUESTED", "direct_url.json", "uv_cache.json")
"""Files that an installer writes beside a package. They differ between machines, and a scanner needs only METADATA."""
_UNUSED = (
    "aws_lambda_powertools/event_handler",
    *(
        f"aws_lambda_powertools/utilities/{part}"
        for part in (
            "auth_alpha",
            "batch",
            "circuit_breaker",
            "data_classes",
            "data_masking",
            "feature_flags",
            "idempotency",
            "kafka",
            "metadata",
            "parameters",
            "parser",
            "streaming",
            "validation",
        )
    ),
    "pydantic/mypy.py",
    "pydantic/v1",
    "slack",
    "slack_bolt/adapter",
    *(f"slack_sdk/{part}" for part in ("audit_logs", "rtm", "rtm_v2", "scim", "socket_mode")),
)
"""Parts of the dependencies that no function imports. When you begin to use one, remove it from this list."""
_FOR_BUILDERS = ("tests", "test_*.py", "*.dist-info/sboms")
"""Patterns of files in packages that are needed only to build them."""
_DATA = {"functions/webhook_api/description.py": "docs/openapi.json"}
"""What modules of ours read besides Python, in the project and at the same place in the artifact."""
_MB = 1_000_000


def finish(entry: str, folder: Path) -> None:
    """Add the modules of ours that the module `entry` needs to the dependencies in `folder`, ready to be zipped."""
    for source in own_files(entry):
        target = folder / source.relative_to(PROJECT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    unneeded = [folder / name for name in ("bin", *_UNUSED)]
    for path in [*unneeded, *(found for glob in _FOR_BUILDERS for found in folder.rglob(glob))]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for path in list(folder.rglob("*")):
        if path.name == ".lock" or (path.parent.suffix == ".dist-info" and path.name in _INSTALLERS):
            path.unlink()
    compiled = compileall.compile_dir(
        folder,
        maxlevels=20,
        quiet=1,
        force=True,
        workers=1,  # with more workers the bytes differ between runs
        stripdir=str(folder),
        prependdir=DEPLOYED_TO,
        optimize=0,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    if not compiled:
        raise LocalError(f"{folder}: a file does not compile")
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
        os.utime(path, (_MADE_AT, _MADE_AT))


def own_files(entry: str) -> list[Path]:
    """Return the project's files that the module `entry` needs: its modules, and the data that they read."""
    modules = own_modules(entry)
    return sorted([*modules, *(PROJECT / data for module, data in _DATA.items() if PROJECT / module in modules)])


@cache
def own_modules(entry: str) -> tuple[Path, ...]:
    """Return the project's modules that importing the module `entry` reads, imports inside functions included."""
    found: set[Path] = set()
    more = set(_files_of(entry))
    while more:
        found |= more
        more = {file for module in more for name in _imported_by(module) for file in _files_of(name)} - found
    return tuple(sorted(found))


@cache
def _imported_by(module: Path) -> frozenset[str]:
    names: set[str] = set()
    statements: list[ast.AST] = [ast.parse(module.read_bytes())]
    while statements:
        statement = statements.pop()
        match statement:
            case ast.Import():
                names |= {alias.name for alias in statement.names}
            case ast.ImportFrom(module=str(package)):
                names |= {f"{package}.{alias.name}" for alias in statement.names}
            case _:
                inner = (ast.stmt, ast.ExceptHandler, ast.match_case)
                statements += [node for node in ast.iter_child_nodes(statement) if isinstance(node, inner)]
    return frozenset(names)


@cache
def _files_of(name: str) -> frozenset[Path]:
    """Return the project's files that importing the dotted name reads, which may end with a name inside a module."""
    package, _, last = name.rpartition(".")
    folder = PROJECT.joinpath(*package.split("."))
    here = {file for file in (folder / last / "__init__.py", folder / f"{last}.py") if file.is_file()}
    return frozenset(here | (_files_of(package) if package else set()))


def zipped(folder: Path) -> bytes:
    """Return the artifact as a zip file, packed as SAM packs it."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zip_file:
        for path in _files(folder):
            zip_file.write(path, path.relative_to(folder))
    return archive.getvalue()


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def main(command: CommandLine, arguments: list[str]) -> int:
    """Finish an artifact, and print its size. Raises LocalError if it is over its limit."""
    parser = argparse.ArgumentParser(prog=".venv/bin/python -m local.sam.artifact", description=__doc__)
    parser.add_argument("entry", help="the function's module, such as functions.slack")
    parser.add_argument("folder", type=Path, help="where its dependencies are already")
    parser.add_argument("--limit", type=float, required=True, metavar="MB", help="of the zipped artifact")
    options = parser.parse_args(arguments)
    finish(options.entry, options.folder)
    size = len(zipped(options.folder)) / _MB
    unzipped = sum(path.stat().st_size for path in _files(options.folder)) / _MB
    command.show(f"{options.folder}: {size:.2f} MB zipped (limit {options.limit:g}), {unzipped:.1f} MB unzipped")
    if size > options.limit:
        raise LocalError(f"{options.folder} is over its limit")
    return 0


if __name__ == "__main__":
    sys.exit(run(main))
